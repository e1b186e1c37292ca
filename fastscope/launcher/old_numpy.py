"""Names that NumPy had when programs for TensorFlow 1 were written, as `np.float`, for the programs that ask."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

__all__ = ["install"]

# name -> what it was; those that a NumPy still has are never looked up here
_OLD: dict[str, str] = {
    "bool": "bool",
    "complex": "complex",
    "float": "float",
    "int": "int",
    "long": "int",
    "object": "object",
    "str": "str",
    "unicode": "str",
    "complex_": "np.complex128",
    "float_": "np.float64",
    "string_": "np.bytes_",
    "unicode_": "np.str_",
    "Inf": "np.inf",
    "Infinity": "np.inf",
    "NAN": "np.nan",
    "NINF": "-np.inf",
    "NaN": "np.nan",
    "PINF": "np.inf",
    "infty": "np.inf",
    "alltrue": "np.all",
    "asscalar": "np.ndarray.item",
    "cumproduct": "np.cumprod",
    "in1d": "np.isin",
    "mat": "np.asmatrix",
    "product": "np.prod",
    "round_": "np.round",
    "row_stack": "np.vstack",
    "sometrue": "np.any",
    "trapz": "np.trapezoid",
}


def install() -> None:
    """Let NumPy answer to its old names in this process; standard error says so, once a name.

    Libraries that are installed get NumPy's own answer: they ask to find out which NumPy there is.
    """
    inner, told = np.__getattr__, set[str]()

    def find(name: str) -> Any:
        asks = sys._getframe(1).f_code.co_filename
        if name not in _OLD or "site-packages" in asks or asks.startswith("<frozen"):
            return inner(name)
        if name not in told:
            told.add(name)
            print(f"fastscope: np.{name} is gone from NumPy; {_OLD[name]} stands for it", file=sys.stderr)
        return eval(_OLD[name], {"np": np})

    vars(np)["__getattr__"] = find
