"""tf.train: optimizers, savers, checkpoints, the global step."""

from .checkpoint import NewCheckpointReader, list_variables, load_checkpoint, load_variable
from .checkpoint.init_from import init_from_checkpoint
from .checkpoint.saver import Saver, checkpoint_exists, get_checkpoint_state, latest_checkpoint
from .errors.scoping import no_such_name as _no_such_name
from .training.global_step import create_global_step, get_global_step, get_or_create_global_step
from .training.optimizers import (
    AdagradOptimizer,
    AdamOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    Optimizer,
    RMSPropOptimizer,
    exponential_decay,
)

__all__ = [
    "AdagradOptimizer",
    "AdamOptimizer",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "NewCheckpointReader",
    "Optimizer",
    "RMSPropOptimizer",
    "Saver",
    "checkpoint_exists",
    "create_global_step",
    "exponential_decay",
    "get_checkpoint_state",
    "get_global_step",
    "get_or_create_global_step",
    "init_from_checkpoint",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]


def __getattr__(name: str) -> object:
    raise _no_such_name(name, __all__, "fastscope.train")
