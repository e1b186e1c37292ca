"""lstm_gates.h carried out by NumPy, with an exact fused multiply-add: what its formulas say, on paper.

The header's statements are all of the form `const FS_REAL n = FS_SUB(shifted, FS_SHIFT);`, which after
a little cutting is Python. So the formulas and constants are read from the header itself, and every
operation in them is done here, rounded as IEEE 754 says.
"""

from __future__ import annotations

import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np


def fma(a: Any, b: Any, c: Any) -> Any:
    """Return a * b + c rounded once."""
    if a.dtype == np.float32:
        return _fma_float32(*(np.asarray(v, np.float64) for v in (a, b, c)))
    return np.asarray(_fma_float64(a, b, c), np.float64)[()]


def _fma_float32(a: Any, b: Any, c: Any) -> Any:
    product = a * b  # exact: 24 + 24 bits fit in 53
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    # Round to odd, so that the rounding to float32 that follows is the only one that counts.
    bits = np.asarray(total).view(np.int64)
    inexact_and_even = np.isfinite(total) & (error != 0) & (bits & 1 == 0)
    step = np.where((error > 0) == (total > 0), 1, -1)
    return np.where(inexact_and_even, bits + step, bits).view(np.float64).astype(np.float32)[()]


def _fma_of_numbers(a: float, b: float, c: float) -> float:
    if not np.isfinite([a, b, c]).all():
        return float(a * b + c)
    total = Fraction(a) * Fraction(b) + Fraction(c)
    return float(total) if total else float(a * b + c)  # which zero


_fma_float64 = np.frompyfunc(_fma_of_numbers, 3, 1)


def read(header: str, dtype: Any) -> dict[str, Any]:
    """Return the functions of lstm_gates.h for arrays of `dtype`: fs_forward, fs_backward, ..."""
    text = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL).replace("\\\n", " ")
    space: dict[str, Any] = _operations(np.dtype(dtype))
    code = _preprocess(text, {"FS_BITS": 8 * np.dtype(dtype).itemsize, "FS_LANES": 1}, space)
    code = re.sub(r"FS_NAME\((\w+)\)", r"\1", code)
    pattern = r"FS_FUNCTION \w+\s+(\w+)\(([^)]*)\) \{(.*?)\n\}"
    for name, parameters, body in re.findall(pattern, code, re.DOTALL):
        if name not in space:
            arguments = ", ".join(p.split()[-1] for p in parameters.split(","))
            exec(f"def {name}({arguments}):\n{_statements(body)}", space)
    return space


def _statements(body: str) -> str:
    lines = []
    for raw in body.split(";"):
        statement = re.sub(r"^const \w+ ", "", " ".join(raw.split()))
        declared = re.fullmatch(r"fs_\w+ (\w+)", statement)
        lines.append(f"{declared[1]} = Struct()" if declared else statement)
    return "".join(f"    {line}\n" for line in lines if line)


def _preprocess(text: str, macros: dict[str, int], space: dict[str, Any]) -> str:
    """Return the lines that #if leaves, with `#define NAME expression` evaluated into `space`."""
    kept, stack = [], [(True, True)]  # (this branch is on, a branch was taken)
    for line in text.splitlines():
        directive = re.match(r"#\s*(\w+)\s*(.*)", line)
        on = all(branch for branch, _ in stack)
        if directive is None:
            kept.append(line if on else "")
            continue
        word, rest = directive.groups()
        if word == "if":
            stack.append((_condition(rest, macros),) * 2)
        elif word in ("elif", "else"):
            _, taken = stack.pop()
            here = not taken and (word == "else" or _condition(rest, macros))
            stack.append((here, taken or here))
        elif word == "endif":
            stack.pop()
        elif word == "define" and on and (found := re.fullmatch(r"(FS_\w+) (FS_C\(.*\))", rest)):
            space[found[1]] = eval(found[2], space)
    return "\n".join(kept)


def _condition(text: str, macros: dict[str, int]) -> bool:
    text = re.sub(r"defined\((\w+)\)", lambda m: str(m[1] in macros), text)
    text = text.replace("&&", " and ").replace("||", " or ")
    return bool(eval(re.sub(r"!(?!=)", " not ", text), dict(macros)))


def _operations(dtype: Any) -> dict[str, Any]:
    real = dtype.type
    whole = np.dtype(f"u{dtype.itemsize}").type

    def power_of_two(shifted: Any) -> Any:
        bits = np.asarray(shifted).view(whole)
        return (bits << whole(23 if dtype == np.float32 else 52)).view(dtype)[()]

    return {
        "FS_C": lambda literal: real(literal),
        "FS_ADD": np.add,
        "FS_SUB": np.subtract,
        "FS_MUL": np.multiply,
        "FS_DIV": np.divide,
        "FS_FMA": lambda a, b, c: fma(*np.broadcast_arrays(a, b, c)),
        "FS_FNMA": lambda a, b, c: fma(*np.broadcast_arrays(np.negative(a), b, c)),
        "FS_MIN": lambda a, b: np.where(a < b, a, b),
        "FS_MAX": lambda a, b: np.where(a > b, a, b),
        "Struct": SimpleNamespace,
        "fs_power_of_two": power_of_two,
    }
