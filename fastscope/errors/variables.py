"""Messages about a variable used as an array."""

from __future__ import annotations

from typing import Any

from .mode import in_a_graph


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
    parts = "tf.unstack(variable)" if in_a_graph() else "variable.array, or over tf.unstack(variable)"
    return TypeError(f"'Variable' object is not iterable. {name} is read as a whole, as in TF1: iterate over {parts}.")


_WRITES = {"+": "assign_add(...)", "-": "assign_sub(...)"}


def in_place_operator(name: str, symbol: str) -> TypeError:
    """variable += value."""
    write = _WRITES.get(symbol, f"assign(v {symbol} ...)")
    return TypeError(
        f"`v {symbol}= ...` on variable {name} would make an array called v and leave the variable as it is. Write "
        f"v.{write} to change the variable, or v = v {symbol} ... for an array of that name."
    )


def item_assignment(name: str) -> TypeError:
    """variable[0] = 5."""
    part = "v[index].assign(value)" if in_a_graph() else "v.array[index] = value, which writes into its buffer"
    return TypeError(
        f"variable {name} is not written by its items, which are copies: write v.assign(value) for the whole of it, or "
        f"{part}."
    )


def writes_in_place(variable: Any, attribute: str) -> AttributeError:
    """variable.fill(0)."""
    array = "" if in_a_graph() else f"v.array.{attribute} is its array's, and "
    return AttributeError(
        f"variable {variable.name} has no attribute {attribute!r}, which leads into its memory: {array}v.assign(value) "
        "writes the whole of it."
    )
