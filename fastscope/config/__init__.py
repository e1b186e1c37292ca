"""tf.config: how many threads compute."""

from ..errors.scoping import no_such_name as _no_such_name
from . import threading

__all__ = ["threading"]


def __getattr__(name: str) -> object:
    raise _no_such_name(name, __all__, "fastscope.config")
