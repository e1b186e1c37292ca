"""tf.contrib.util: what is known of a tensor."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..ops import get_static_value as constant_value

__all__ = ["constant_value"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.util", __all__)
