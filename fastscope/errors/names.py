"""What a module answers when it is asked for a name that it does not have."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Sequence

from ..later import HOMES, bring
from .instead import IN_A_GRAPH, INSTEAD
from .mode import in_a_graph
from .reprs import nearest, never_raises

__all__ = ["face", "no_such_module", "no_such_name", "what_to_write"]

_WHAT = (
    "fastscope is TF1's variable scopes over NumPy and CuPy arrays, computed at once or, with `import "
    "fastscope.compat.v1 as tf`, by sessions; docs/porting.md lists what there is."
)
_MODULES = ("", "nn", "nn.rnn_cell", "train", "layers", "losses", "initializers", "contrib.layers", "contrib.framework")


def what_to_write(path: str) -> str | None:
    """Return what to write in place of `path`, "nn.conv2d" for tf.nn.conv2d; None where nothing is known.

    Where operations are written down it is what works with tensors.
    """
    parts = path.split(".")
    table = INSTEAD | IN_A_GRAPH if in_a_graph() else INSTEAD
    return next((table[name] for k in range(len(parts), 0, -1) if (name := ".".join(parts[:k])) in table), None)


def no_such_name(name: str, known: Sequence[str], module: str = "") -> AttributeError:
    """tf.something that fastscope does not have.

    Args:
        name: what was asked for.
        known: what the module has.
        module: its path below fastscope, "nn.rnn_cell".
    """
    full = f"fastscope.{module}" if module else "fastscope"
    below = module.removeprefix("compat.v1")
    what = "" if module == "compat.v1" else f" {_WHAT}"
    return AttributeError(f"module {full!r} has no attribute {name!r}.{_hint(name, known, below)}{what}")


def no_such_module(path: str, below: str) -> ModuleNotFoundError:
    """An import of a module that fastscope does not have.

    Args:
        path: of the module, as it was written.
        below: the same below `tf`, "contrib.slim.nets".
    """
    instead = what_to_write(below)
    hint = f" Write {instead}." if instead is not None else ""
    return ModuleNotFoundError(f"No module named {path!r}.{hint} {_WHAT}", name=path)


def _hint(name: str, known: Sequence[str], module: str) -> str:
    instead = what_to_write(f"{module}.{name}" if module else name)
    if instead is not None:
        return f" Write {instead}."
    elsewhere = next((path for path, names in _faces() if name in names and path != module), None)
    if elsewhere is not None:
        return f" Did you mean tf.{elsewhere}.{name}?" if elsewhere else f" Did you mean tf.{name}?"
    near = nearest(name, known, 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _faces() -> Iterator[tuple[str, Sequence[str]]]:
    """The modules of the face, with what they have."""
    for path in _MODULES:
        module = sys.modules.get("fastscope")
        for part in filter(None, path.split(".")):
            module = getattr(module, part, None) if module is not None else None
        if module is not None:
            yield path, vars(module).get("__all__", ())


class _Unread:
    """A message that is put together when somebody reads it.

    Most who ask for a name that is not there only try: Python's own import does, and Matplotlib for each number drawn.

    Args:
        make: callable() -> the exception that has the message.
    """

    def __init__(self, make: Callable[[], AttributeError]) -> None:
        self._make = make

    def __str__(self) -> str:
        return str(self._make())

    @never_raises
    def __repr__(self) -> str:
        return repr(str(self))


def face(module: str, names: Sequence[str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a module that has these names and no others.

    A name that `later` knows is imported when it is first asked for.

    Args:
        module: its path below fastscope, "nn.rnn_cell"; "" for fastscope itself.
        names: its `__all__`.
    """
    below = module.removeprefix("compat.v1").removeprefix(".")
    package = __package__.partition(".")[0]

    def find(name: str) -> object:
        paths = (f"{module}.{name}", f"{below}.{name}" if below else name)
        path = next((path for path in paths if path in HOMES), None) if name in names else None
        if path is None:
            raise AttributeError(_Unread(functools.partial(no_such_name, name, names, module)))
        home = HOMES[path]
        found: object = bring(home)
        if home != path and (not home.endswith(f".{name}") or name in vars(found)):
            found = getattr(found, name)
        face_itself = sys.modules.get(f"{package}.{module}" if module else package)
        if face_itself is not None:
            setattr(face_itself, name, found)
        return found

    return find, lambda: list(names)
