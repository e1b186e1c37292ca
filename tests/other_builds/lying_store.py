"""A plugin of pytest: `fastscope._store` is the one in the file that $LYING_STORE names."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from typing import Any


class Finder:
    """Finds that one module."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        return spec_from_file_location(name, os.environ["LYING_STORE"]) if name == "fastscope._store" else None


sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]
