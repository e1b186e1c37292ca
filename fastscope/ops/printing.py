"""Print and print: values on the standard error stream while a program runs.

Source: tensorflow/python/ops/logging_ops.py (TF 1.15).
"""

from __future__ import annotations

import logging
import pprint
import sys
from collections.abc import Callable
from typing import Any

from ..arrays import nest, unwrap
from ..errors import flow as errors
from ..errors.reprs import never_raises
from ..graph import Operation, Tensor, current
from ..graph.conversion import as_tensor, brought_in, holds_tensor
from .summaries import listed, shown_whole

__all__ = ["Print", "print"]


def Print(
    input_: Any,
    data: Any,
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Any:
    """Return `input_`, and write `data` to the standard error stream each time that it is computed.

    Args:
        input_: a tensor.
        data: list of tensors.
        message: what stands before them.
        first_n: write so many times at most; None = always.
        summarize: how many elements of each tensor; None = 3.
        name: of the operation, "Print" by default.
    """
    recorder = current()
    write = Writer(message or "", first_n, summarize)
    if recorder is None:
        return write(unwrap(input_), *map(unwrap, data))
    full_name = recorder.claim(name or "Print")
    tensors = [brought_in(as_tensor(value, recorder), recorder, full_name) for value in (input_, *data)]
    spec = (tensors[0].dims, tensors[0].dtype.base_dtype)
    shown = range(1, len(tensors))
    attributes = {"message": message or "", "first_n": -1 if first_n is None else first_n, "summarize": summarize or 3}
    return recorder.add("Print", full_name, write, tuple(tensors), tensors, [spec], attributes, steering=shown).outputs[
        0
    ]


class Writer:
    """What writes the line of one Print."""

    def __init__(self, message: str, first_n: int | None, summarize: int | None) -> None:
        self._message = message
        self._left = -1 if first_n is None else first_n
        self._summarize = summarize

    def __call__(self, value: Any, *data: Any) -> Any:
        if self._left:
            self._left -= 1
            line = self._message + "".join(listed(item, self._summarize) for item in data)
            _to_stream(sys.stderr, line + "\n")
        return value


def print(*inputs: Any, **kwargs: Any) -> Operation | None:
    """Write values to a stream; in a recorded program the operation that is returned does so when it runs.

        >>> tf.print("loss:", tf.constant(0.5))

    Args:
        inputs: tensors, or any other values, also structures of them.
        output_stream: sys.stderr (the default), sys.stdout, a function of `logging`, or "file://path", which is
            appended to.
        summarize: how many elements stand at both ends of each axis, 3 by default; -1 = all.
        sep, end: as for Python's own.
        name: of the operation, "PrintV2" by default.

    Raises:
        ValueError: another argument, or another stream.
    """
    stream, summarize = kwargs.pop("output_stream", sys.stderr), kwargs.pop("summarize", 3)
    sep, end, name = kwargs.pop("sep", " "), kwargs.pop("end", "\n"), kwargs.pop("name", None)
    if kwargs:
        raise errors.print_arguments(kwargs)
    write = _stream_writer(stream)

    def emit(*values: Any) -> None:
        given = iter(values)
        alone = len(inputs) == 1
        write(sep.join(_text(item, given, 3 if summarize is None else summarize, alone) for item in inputs) + end)

    recorder = current()
    if recorder is None:
        emit(*(unwrap(value) for item in inputs for value in nest.flattened(item) if _is_shown(value)))
        return None
    full_name = recorder.claim(name or "PrintV2")
    found = [value for item in inputs for value in nest.flattened(item) if _is_shown(value)]
    tensors = [brought_in(as_tensor(value, recorder), recorder, full_name) for value in found]
    return recorder.add("PrintV2", full_name, emit, tuple(tensors), tensors, (), steering=range(len(tensors)))


def _is_shown(value: Any) -> bool:
    """Return whether a value is one whose elements are shown: a tensor, a variable, an array."""
    return type(value) is Tensor or holds_tensor(value) or (hasattr(value, "dtype") and hasattr(value, "shape"))


class _Shown:
    """A value in a structure that stands there as it is shown."""

    def __init__(self, text: str) -> None:
        self._text = text

    @never_raises
    def __repr__(self) -> str:
        return self._text


def _text(item: Any, given: Any, summarize: int, alone: bool) -> str:
    """Return one of the things to print; `given` has the values of what is shown by its elements."""
    if not nest.is_structure(item):
        return shown_whole(next(given), summarize, quotes=not alone) if _is_shown(item) else str(item)
    return pprint.pformat(
        nest.mapped(lambda value: _Shown(shown_whole(next(given), summarize)) if _is_shown(value) else value, item)
    )


def _stream_writer(stream: Any) -> Callable[[str], None]:
    """Return what writes a text to a stream.

    Raises:
        ValueError: it is none that there is.
    """
    if stream is sys.stderr or stream is sys.stdout:
        which = "stderr" if stream is sys.stderr else "stdout"
        return lambda text: _to_stream(getattr(sys, which), text)
    if isinstance(stream, str) and stream.startswith("file://"):
        return lambda text: _append(stream.removeprefix("file://"), text)
    if callable(stream) and getattr(stream, "__module__", "") == logging.__name__:
        return lambda text: stream(text.removesuffix("\n"))
    raise errors.print_stream(stream)


def _to_stream(stream: Any, text: str) -> None:
    stream.write(text)
    stream.flush()


def _append(path: str, text: str) -> None:
    with open(path, "a") as file:
        file.write(text)
