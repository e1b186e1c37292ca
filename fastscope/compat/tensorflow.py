"""`import tensorflow` as fastscope: an import hook that looks names up on the face of TensorFlow 1.

Public modules, `tensorflow.contrib.rnn`, are modules of the face under one more path. TensorFlow's inner ones,
`tensorflow.python.ops.array_ops`, have no counterpart: homes.py says where what they are asked for is looked up.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ..errors import launcher as errors
from ..later import bring
from .homes import CALLED, ELSEWHERE, ENDINGS, FACE, NAME, SAME, found_in, has_inner_modules, is_inner, is_inner_module
from .modules import AttributesAsModules
from .modules import install as install_below
from .protobuf import install_text_format

__all__ = ["Inner", "install"]


def install() -> None:
    """Let `import tensorflow` give fastscope's face of TensorFlow 1, in this process from now on.

    A TensorFlow that is installed stays untouched, and is not imported.

    >>> fs.compat.install()
    >>> import tensorflow as tf
    >>> tf.__name__
    'fastscope.compat.v1'

    Raises:
        RuntimeError: TensorFlow itself was imported before.
    """
    face = import_module(FACE)
    present = sys.modules.get(NAME)
    if present is not None and present is not face:
        raise errors.tensorflow_is_imported(getattr(present, "__file__", None))
    if not any(isinstance(finder, _TensorFlow) for finder in sys.meta_path):
        sys.meta_path.insert(0, _TensorFlow(NAME, face))
    sys.modules[NAME] = face
    install_text_format()
    sys.modules.setdefault("horovod", _Horovod())
    if isinstance(sys.modules["horovod"], _Horovod):
        install_below("horovod")


class _Horovod(ModuleType):
    """`import horovod.tensorflow` gives fastscope.distributed, when it is asked for."""

    def __init__(self) -> None:
        super().__init__("horovod")
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name == "tensorflow":
            return import_module("fastscope.distributed")
        raise AttributeError(name)


class _TensorFlow(AttributesAsModules):
    """Finds modules below `tensorflow`."""

    def find_spec(self, path: str, search: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Return how the module of this path is imported; None where it is none of TensorFlow's."""
        if path in SAME:
            return super().find_spec(f"{NAME}.{SAME[path]}")
        if path.startswith(f"{NAME}.") and is_inner(path):
            if not is_inner_module(path):
                return None
            return ModuleSpec(path, _Loader(), is_package=True)  # type: ignore[arg-type]
        return super().find_spec(path, search, target)


class _Loader:
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Inner(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__path__"] = []


class Inner(ModuleType):
    """A module of TensorFlow's that has no counterpart; its names are those of the public ones."""

    def __getattr__(self, name: str) -> Any:
        """Return what the face has under this name, wherever.

        Raises:
            AttributeError: nothing of that name is there.
        """
        if name.startswith("__"):
            raise AttributeError(name)
        if has_inner_modules(self.__name__) and is_inner_module(f"{self.__name__}.{name}"):
            covering = _taken_up(self.__name__, name)
            if covering is not None:
                return covering
            return import_module(f"{self.__name__}.{name}")  # a package, "tensorflow.python.ops": it has modules
        bare = name.lstrip("_") if ".gen_" in self.__name__ else name  # what they hid, until TensorFlow 1.8
        public = CALLED.get(f"{self.__name__}.{name}", CALLED.get(bare, bare))
        for module in found_in(self.__name__):
            if public in getattr(module, "__all__", ()):
                return getattr(module, public)
        path = f"{self.__name__}.{name}"
        if name.endswith(ENDINGS) and is_inner_module(path):  # "tensorflow.python.data.ops" has dataset_ops
            return import_module(path)
        if name in ELSEWHERE:
            return bring(*ELSEWHERE[name].rsplit(".", 1))
        inner = bring("compat.inner")
        if name in inner.__all__:
            return getattr(inner, name)
        raise errors.no_inner_name(self.__name__, name)


def _taken_up(path: str, name: str) -> Any:
    """Return the function by which a package below `contrib` covers a module of this name, as arg_scope does."""
    parts = path.split(".")
    if "python" not in parts:
        return None
    home = ".".join(parts[1 : parts.index("python")])
    face: Any = next((module for module in found_in(path) if module.__name__.endswith(home)), None) if home else None
    found = getattr(face, name) if name in getattr(face, "__all__", ()) else None
    return None if isinstance(found, ModuleType) else found
