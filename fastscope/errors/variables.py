"""Messages about a variable used as an array."""

from __future__ import annotations

from typing import Any


def implicit_host_copy(name: str) -> TypeError:
    """NumPy asks for an array that is on a GPU."""
    return TypeError(
        f"variable {name} lives on a GPU, and NumPy asks for it: nothing is copied to the host unasked. Write "
        "variable.numpy() for a copy, or use cupy on variable.array."
    )


def copy_needed(name: str, dtype: Any) -> ValueError:
    """np.asarray(v, dtype=..., copy=False)."""
    return ValueError(f"variable {name} cannot be had as {dtype} without a copy; leave copy=False out.")


def not_iterable(name: str) -> TypeError:
    """list(variable)."""
    return TypeError(
        f"Iterating over variable {name} is not allowed, as in TF1. Iterate over variable.array, or over "
        "tf.unstack(variable)."
    )
