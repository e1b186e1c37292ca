"""tf.nest: lists, tuples and dicts of things, taken apart, put together and walked."""

from typing import TYPE_CHECKING

from .arrays.structures import assert_same_structure, flatten, is_nested, map_structure, pack_sequence_as
from .errors.names import face as _face

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("nest", __all__)
