"""The messages of the fused implementations: expected, got, where, the way out.

Cells and `dynamic_rnn` check what they are given; these are met by who calls `fused` directly.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import InvalidArgumentError
from .rnn import id_out_of_range, ids_dtype

__all__ = [
    "id_out_of_range",
    "ids_dtype",
    "length_out_of_range",
    "not_in_place",
    "threads_not_integer",
    "threads_out_of_range",
    "wrong_dtype",
    "wrong_shape",
]


def window_outside(size: int, whole: int) -> InvalidArgumentError:
    """A window that reaches beyond its array."""
    return InvalidArgumentError(
        f"fused windows: one of {size} elements in a row lies outside an array of {whole}: pad the array first."
    )


def wrong_shape(name: str, expected: Sequence[Any], got: tuple[int, ...]) -> InvalidArgumentError:
    """An argument of a fused function whose shape does not go with the others'."""
    wanted = ", ".join(str(size) for size in expected)
    return InvalidArgumentError(
        f"fused LSTM: expected {name} of shape ({wanted}), got {got}. "
        "x is [T, N, D], c and h [N, H], kernel [D + H, 4H], bias [4H]."
    )


def wrong_dtype(name: str, got: Any) -> TypeError:
    """An argument of a fused function whose dtype is not the others'."""
    return TypeError(
        f"fused LSTM: expected float32 or float64, one dtype throughout, got {got} for {name}. "
        "Convert it with astype, or call fastscope.fused.reference, which takes every dtype."
    )


def length_out_of_range(bad: int, steps: int) -> InvalidArgumentError:
    """A row that is longer than the sequence, or shorter than nothing."""
    return InvalidArgumentError(f"fused LSTM: expected lengths of 0 to {steps} time steps, got {bad}. Clip them.")


def not_in_place(name: str) -> ValueError:
    """An array to be written whose elements do not lie one after the other."""
    return ValueError(f"fused LSTM: expected a contiguous array to write {name} to, got a strided one")


def threads_out_of_range(got: int) -> ValueError:
    """A number of threads below one."""
    return ValueError(f"expected at least 1 thread, got {got}")


def bad_threads_variable(name: str, got: str) -> ValueError:
    """FASTSCOPE_NUM_THREADS=abc."""
    return ValueError(
        f"the environment variable {name} is {got!r}, and has to be a number of threads, 1 or more. "
        f"Write {name}=4, say, or unset it to take all processors."
    )


def threads_not_integer(got: object) -> TypeError:
    """A number of threads that is no integer."""
    return TypeError(
        f"expected a whole number of threads, got {got!r} of type {type(got).__name__}. Write int(...) around it."
    )
