"""A warning where AUTO_REUSE shares nothing: a function of layers without names, called twice in one opened scope.

The second call's layers are called "dense_1" and so on, so that AUTO_REUSE makes new weights for them. A second layer
in one network looks much the same. What tells them apart:

- The same line asked for both, and a line further out did not: the function that holds it was called from two places.
- What comes in is not computed from what the first layer gave: no stack of layers.
- The inputs come from placeholders, random numbers and constants of which none is the same: no two heads of a network.

An array does not tell where it comes from. So the warning is for operations that are written down.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

from .._store import AUTO_REUSE
from ..arrays import nest
from ..errors import layers as errors
from ..graph import PACKAGE_FOLDER, Graph, Operation, Recorder, Tensor, line_of

__all__ = ["note_layer"]

_MOST = 20  # frames that are compared

_RANDOM = ("Random", "TruncatedNormal", "ParameterizedTruncatedNormal", "Stateless", "Multinomial")

Line = tuple[CodeType, int]


class _Asked(NamedTuple):
    """A layer that got its name by counting: where it was asked for, innermost line first; its tensors."""

    scope: str
    lines: tuple[Line, ...]
    inputs: list[ref[Tensor]]
    result: ref[Tensor]


_asked: WeakKeyDictionary[Recorder, dict[tuple[Any, ...], dict[str, _Asked]]] = WeakKeyDictionary()
"""For each scope, line and signature of a graph or a recorded function, the layers by their scopes."""

_warned: WeakKeyDictionary[Graph, set[str]] = WeakKeyDictionary()
"""The scopes of which a graph has been told."""


def note_layer(recorder: Recorder, scope: Any, weights: Sequence[Any], inputs: Any, result: Any) -> None:
    """Take note of a layer whose name was counted, and warn if it was probably meant to share.

    Args:
        recorder: what writes it down.
        scope: its variable scope.
        weights: its variables.
        inputs, result: its tensors, or structures of them.
    """
    results = _tensors(result)
    if scope.reuse is not AUTO_REUSE or not weights or not results:
        return
    parent = scope.name.rpartition("/")[0]
    warned = _warned.setdefault(recorder.graph, set())
    lines = tuple(_lines_of_the_program())
    asked = _Asked(scope.name, lines, [ref(x) for x in _tensors(inputs)], ref(results[0]))
    signature = tuple((str(v.shape), v.dtype.base_dtype.name) for v in weights)
    alike = _asked.setdefault(recorder, {}).setdefault((parent, lines[:1], signature), {})
    if scope.name not in alike and parent not in warned:
        twin = _meant(asked, list(alike.values()))
        if twin is not None:
            warned.add(parent)
            _warn(twin, asked)
    alike[scope.name] = asked


def _meant(asked: _Asked, earlier: list[_Asked]) -> _Asked | None:
    """Return the earlier layer whose weights were probably meant; None where there is no reason to think so."""
    called_elsewhere = [one for one in earlier if one.lines != asked.lines]
    if not called_elsewhere:
        return None
    before = {tensor.op for one in earlier if (tensor := one.result()) is not None}
    sources = _sources(asked, before)
    for one in called_elsewhere if sources else []:
        theirs = _sources(one, set())
        if theirs and not theirs & sources:
            return one
    return None


def _sources(asked: _Asked, stops: set[Operation]) -> set[Operation]:
    """Return the operations that bring in the data of a layer; none if one of `stops` is on the way."""
    waiting = [tensor.op for one in asked.inputs if (tensor := one()) is not None]
    seen, found = set(waiting), set[Operation]()
    while waiting:
        operation = waiting.pop()
        if operation in stops:
            return set()
        if _is_source(operation):
            found.add(operation)
        for tensor in operation.inputs if operation.type != "Shape" else ():
            if tensor.op not in seen:
                seen.add(tensor.op)
                waiting.append(tensor.op)
    return found


def _is_source(operation: Operation) -> bool:
    """Whether an operation brings in data: no weights, no axis or shape, no rate."""
    if operation.type.startswith(_RANDOM):
        return True
    if operation.inputs or not operation.outputs or operation.type.startswith(("Variable", "VarHandle")):
        return False
    tensor = operation.outputs[0]
    return tensor.dims != () and (operation.type != "Const" or tensor.dtype.is_floating)


def _tensors(structure: Any) -> list[Tensor]:
    return [x for x in nest.flattened(structure) if isinstance(x, Tensor)]


def _lines_of_the_program() -> Iterator[Line]:
    frame, count = sys._getframe(1), 0
    while frame is not None and count < _MOST:
        if not frame.f_code.co_filename.startswith(PACKAGE_FOLDER):
            yield frame.f_code, frame.f_lasti
            count += 1
        frame = frame.f_back  # type: ignore[assignment]


def _warn(first: _Asked, second: _Asked) -> None:
    line = line_of(second.lines[0])
    pair = next(((a, b) for a, b in zip(first.lines, second.lines, strict=False) if a != b), None)
    places = [line_of(one) for one in pair or (first.lines[-1], second.lines[-1])]
    message = errors.not_shared(first.scope, second.scope, line, places[0], places[1])
    warnings.warn_explicit(message, None, places[1][0], places[1][1])
