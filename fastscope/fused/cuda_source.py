"""The CUDA sources as NVRTC gets them: one text a file, with the headers' text in it.

CuPy's cache of compiled kernels is keyed on the source text and not on headers found by a path: with
an `-I` an edited header would run the old kernel.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

# --fmad=false: a * b + c stays two operations, as on the CPU. The headers' own fma are not affected.
OPTIONS: Final = ("--std=c++17", "--fmad=false")

FORWARD: Final = "lstm_forward"
BACKWARD: Final = "lstm_backward"
COLUMN_SUM: Final = "lstm_column_sum"
JOIN: Final = "lstm_join"
PERSIST: Final = "lstm_persist"

# Which file has which kernels, and whether their second template argument is a width.
KERNELS: Final[dict[str, dict[str, bool]]] = {
    "lstm.cu": {FORWARD: True, BACKWARD: True, COLUMN_SUM: False, JOIN: False},
    "lstm_persist.cu": {PERSIST: False},
    "updates.cu": dict.fromkeys(("sgd_update", "momentum_update", "rmsprop_update", "adam_update"), False),
}
_FILE_OF: Final = {name: file for file, names in KERNELS.items() for name in names}

_INCLUDE: Final = re.compile(r'^#include "(\w+\.h)"$', re.MULTILINE)


@functools.cache
def source(file: str) -> str:
    """Return the text of `file` with that of the headers beside it in place of their includes."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda match: source(match[1]), text)


def source_of(kernel: str) -> str:
    """Return the text to compile for a kernel, one of the names in `KERNELS`."""
    return source(_FILE_OF[kernel])


def expression(kernel: str, itemsize: int, width: int = 1) -> str:
    """Return the C++ name of a kernel for reals of `itemsize` bytes, `width` of them a thread.

    >>> expression("lstm_forward", 4, 4), expression("lstm_join", 8)
    ('lstm_forward<float, 4>', 'lstm_join<double>')
    """
    real = {4: "float", 8: "double"}[itemsize]
    return f"{kernel}<{real}, {width}>" if KERNELS[_FILE_OF[kernel]][kernel] else f"{kernel}<{real}>"


def full_width(itemsize: int) -> int:
    """Return how many reals of `itemsize` bytes an access of 128 bits moves."""
    return 16 // itemsize
