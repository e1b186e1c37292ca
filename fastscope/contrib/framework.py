"""tf.contrib.framework: checkpoints and the global step, by the names of their time."""

from typing import TYPE_CHECKING

from ..checkpoint import list_variables, load_checkpoint, load_variable
from ..checkpoint.init_from import init_from_checkpoint
from ..errors.names import face as _face
from ..graph.graph import get_name_scope
from ..ops import is_tensor
from ..training.global_step import create_global_step, get_global_step, get_or_create_global_step

__all__ = [
    "create_global_step",
    "get_global_step",
    "get_name_scope",
    "get_or_create_global_step",
    "init_from_checkpoint",
    "is_tensor",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.framework", __all__)
