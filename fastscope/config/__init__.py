"""tf.config: how many threads compute."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from . import threading

__all__ = ["threading"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("config", __all__)
