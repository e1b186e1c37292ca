"""`google.protobuf.text_format` for the library's messages, and for protocol buffers' own where these are installed.

from google.protobuf import text_format
text_format.Merge(open("graph.pbtxt").read(), graph_def)
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any

from ..errors.messages import ParseError
from ..messages import Message

__all__ = ["Merge", "MessageToString", "Parse", "ParseError"]

_NAME = "google.protobuf.text_format"


def _real() -> ModuleType:
    """Return protocol buffers' own module.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    kept: ModuleType | None = globals().get("_kept")
    if kept is None:
        parent: Any = sys.modules.get("google.protobuf")
        spec = PathFinder.find_spec(_NAME, getattr(parent, "__path__", None) or [])
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"No module named {_NAME!r}", name=_NAME)
        kept = globals()["_kept"] = module_from_spec(spec)
        spec.loader.exec_module(kept)
    return kept


def Merge(text: Any, message: Any, *args: Any, **kwargs: Any) -> Any:
    """Take over what a text says into a message, and return it."""
    if isinstance(message, Message):
        return message.merge_text(text)
    return _real().Merge(text, message, *args, **kwargs)


def Parse(text: Any, message: Any, *args: Any, **kwargs: Any) -> Any:
    """Do the same."""
    if isinstance(message, Message):
        return message.merge_text(text)
    return _real().Parse(text, message, *args, **kwargs)


def MessageToString(message: Any, *args: Any, **kwargs: Any) -> str:
    """Return a message as text."""
    if isinstance(message, Message):
        return str(message)
    text: str = _real().MessageToString(message, *args, **kwargs)
    return text


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return getattr(_real(), name)
    except ModuleNotFoundError:
        raise AttributeError(f"module {_NAME!r} has no attribute {name!r}") from None
