"""tf.contrib.layers: regularizers and Xavier's initializers."""

from ..errors.scoping import no_such_name as _no_such_name
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


def __getattr__(name: str) -> object:
    raise _no_such_name(name, __all__, "fastscope.contrib.layers")
