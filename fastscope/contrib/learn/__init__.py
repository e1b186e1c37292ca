"""tf.contrib.learn: of it, what makes numbers of texts."""

from typing import TYPE_CHECKING

from ...errors.names import face as _face
from . import preprocessing

__all__ = ["preprocessing"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.learn", __all__)
