"""tf.bitwise: integers as rows of bits."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .ops.bits import bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("bitwise", __all__)
