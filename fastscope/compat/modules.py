"""Imports of modules by the paths that they have below a face: `from fastscope.compat.v1.contrib import rnn`.

What a face has as attributes are modules that lie elsewhere. Python imports them by their own paths; programs use those
below the face, too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ..errors.names import no_such_module

__all__ = ["AttributesAsModules"]


class AttributesAsModules:
    """Finds "prefix.a.b" where the module `root` has an attribute `a` that has one `b`, both modules.

        >>> sys.meta_path.insert(0, AttributesAsModules("fastscope.compat.v1", fastscope.compat.v1))

    The module is the very same one, under one more path. The finder stands before Python's own, which would look into
    the folder of the module above and make a second one of the same file.

    Args:
        prefix: path of `root`, under which it is in sys.modules.
        root: the face.
    """

    def __init__(self, prefix: str, root: ModuleType) -> None:
        self._prefix = prefix
        self._root = root

    def find_spec(self, path: str, search: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Return how the module of this path is imported; None where it is none of this face.

        Raises:
            ModuleNotFoundError: it is one that the face does not have.
        """
        if not path.startswith(f"{self._prefix}."):
            return None
        found: Any = self._root
        for name in path.removeprefix(f"{self._prefix}.").split("."):
            found = getattr(found, name, None)
            if not isinstance(found, ModuleType):
                raise no_such_module(path, path.removeprefix(f"{self._prefix}."))
        # a spec is of one path: what the module has is that of its own
        return ModuleSpec(path, _Found(found), is_package=True)  # type: ignore[arg-type]


class _Found:
    """Loads a module that is there."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Give it back what the import system wrote over."""
        module.__spec__ = self._spec


def install(prefix: str) -> None:
    """Let the modules of a face be imported below `prefix`, where it is in sys.modules."""
    if not any(isinstance(finder, AttributesAsModules) and finder._prefix == prefix for finder in sys.meta_path):
        sys.meta_path.insert(0, AttributesAsModules(prefix, sys.modules[prefix]))
