"""tf.contrib.layers: regularizers and Xavier's initializers."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..scoping.initializers import xavier_initializer, xavier_initializer_conv2d
from ..scoping.regularizers import l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer

__all__ = [
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "sum_regularizer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.layers", __all__)
