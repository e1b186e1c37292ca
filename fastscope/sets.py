"""tf.sets: what rows of two arrays, or sparse tensors, have in common."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .ops.sets import set_difference, set_intersection, set_size, set_union
from .ops.sets import set_difference as difference
from .ops.sets import set_intersection as intersection
from .ops.sets import set_size as size
from .ops.sets import set_union as union

__all__ = [
    "difference",
    "intersection",
    "set_difference",
    "set_intersection",
    "set_size",
    "set_union",
    "size",
    "union",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("sets", __all__)
