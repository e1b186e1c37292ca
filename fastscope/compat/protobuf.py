"""`from google.protobuf import text_format` where `import tensorflow` is fastscope: it takes the library's messages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["install_text_format"]

_NAME = "google.protobuf.text_format"


class _TextFormat:
    """Finds the one module, before protocol buffers' own."""

    def find_spec(self, path: str, search: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Return how the module of this path is imported; None where it is another one."""
        return ModuleSpec(path, _Ours()) if path == _NAME else None  # type: ignore[arg-type]


class _Packages:
    """Finds the packages around it where protocol buffers are not installed: after all other finders."""

    def find_spec(self, path: str, search: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Return how the package of this path is imported; None where it is another one."""
        if path not in ("google", "google.protobuf"):
            return None
        return ModuleSpec(path, _Empty(), is_package=True)  # type: ignore[arg-type]


class _Ours:
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module."""
        return ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Let it answer as ours does."""
        ours = import_module(".text_format", __package__)
        vars(module).update({name: value for name, value in vars(ours).items() if not name.startswith("__")})
        vars(module)["__getattr__"] = ours.__getattr__


class _Empty:
    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Leave it empty."""


def install_text_format() -> None:
    """Let `google.protobuf.text_format` take the library's messages, too, if it was not imported before."""
    if _NAME not in sys.modules and not any(isinstance(finder, _TextFormat) for finder in sys.meta_path):
        finders: list[Any] = sys.meta_path
        finders.insert(0, _TextFormat())
        finders.append(_Packages())
