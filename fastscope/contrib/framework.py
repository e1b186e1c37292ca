"""tf.contrib.framework: checkpoints and the global step, by the names of their time."""

from ..checkpoint import list_variables, load_checkpoint, load_variable
from ..checkpoint.init_from import init_from_checkpoint
from ..errors.scoping import no_such_name as _no_such_name
from ..training.global_step import create_global_step, get_global_step, get_or_create_global_step

__all__ = [
    "create_global_step",
    "get_global_step",
    "get_or_create_global_step",
    "init_from_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]


def __getattr__(name: str) -> object:
    raise _no_such_name(name, __all__, "fastscope.contrib.framework")
