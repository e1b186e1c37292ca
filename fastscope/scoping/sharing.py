"""What get_variable answers of a name that is there, and of one that is not."""

from __future__ import annotations

import sys
from typing import Any

from .. import _store
from .._store import AUTO_REUSE, VariableScope, variable_scope
from ..arrays.dtypes import DType, as_dtype
from ..arrays.shapes import TensorShape
from ..errors import scoping as errors
from ..errors.places import Place, file_of
from ..errors.scoping import Caller
from ..graph import PACKAGE_FOLDER, Graph

__all__ = ["missing", "own_scope", "share"]


class own_scope(variable_scope):
    """A variable scope that a function of the library opens: messages name the one that the user opened around it."""

    __slots__ = ()


def share(
    found: Any,
    name: str,
    shape: TensorShape,
    dtype: DType,
    reuse: Any,
    *,
    dtype_given: bool = True,
    partitioned: bool = False,
) -> Any:
    """Return `found`, the variable that is called `name`.

    Raises:
        ValueError: it may not be shared, or has another shape or dtype than asked for.
    """
    where = getattr(found, "_defined_at", None)  # what a variable creator returned need not know
    if reuse is not True and reuse is not AUTO_REUSE:
        raise errors.already_exists(name, where, partitioned, caller())
    if not shape.is_compatible_with(found.shape):
        raise errors.shape_differs(name, shape, found.shape, where, partitioned, caller())
    if as_dtype(found.dtype) != dtype:
        raise errors.dtype_differs(name, dtype.name, found.dtype.name, where, dtype_given, partitioned, caller())
    return found


def missing(graph: Graph, name: str, partitioned: bool = False) -> ValueError:
    """Return the error of sharing `name`, which get_variable did not make."""
    wholes = graph.partitioned_variables
    singles = [key for key, _ in graph.items() if key.rpartition("/part_")[0] not in wholes]
    apart = next((v for v in graph.variables() if not v._shared and v._full_name == name), None)
    return errors.does_not_exist(name, [*wholes, *singles], apart, partitioned, caller())


def caller() -> Caller:
    """Return what a message says of the code that called into the library: the scope that is open there."""
    scopes = _store.open_scopes()
    own = [k for k, (scope, _) in enumerate(scopes) if isinstance(scope, own_scope)]
    scope, asked = scopes[own[-1] + 1][0] if own else scopes[0][0], scopes[own[-1]][1] if own else None
    if isinstance(asked, VariableScope):
        scope = asked  # handed over, and the library went into it
    return Caller(scope.name, scope.reuse is True, bool(own), _is_called_back(), _place())


def _place() -> Place:
    """Return the program's line that called in."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE_FOLDER):
        frame = frame.f_back
    return file_of(frame.f_code), frame.f_lineno, frame.f_code.co_name


def _is_called_back() -> bool:
    """Whether the code that called in is itself called by the library: the function of a template, a cell's `call`."""
    frame, folders = sys._getframe(1), list[bool]()
    while frame is not None:
        if frame.f_code.co_name == "_get_variable":  # what custom getters and creators did is between it and here
            folders.clear()
        folders.append(frame.f_code.co_filename.startswith(PACKAGE_FOLDER))
        frame = frame.f_back  # type: ignore[assignment]
    return True in folders[folders.index(False) :] if False in folders else False
