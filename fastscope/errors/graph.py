"""Messages about tensors and operations of a graph."""

from __future__ import annotations

from typing import Any


def no_tensor_by_that_name(name: str, operation: str, outputs: int | None) -> KeyError:
    """get_tensor_by_name of what is not there."""
    there = "does not exist in the graph." if outputs is None else f"exists but only has {outputs} outputs."
    return KeyError(f"The name {name!r} refers to a Tensor which does not exist. The operation, {operation!r}, {there}")


def bad_tensor_name(name: str) -> ValueError:
    """A name with a colon and no number behind it."""
    return ValueError(f"The name {name!r} looks a tensor name, but is not one. Write '<op_name>:<output_index>'.")


def no_operation_by_that_name(name: str) -> KeyError:
    """get_operation_by_name of what is not there."""
    return KeyError(f"The name {name!r} refers to an Operation not in the graph.")


def names_an_operation(name: str, exists: bool) -> ValueError:
    """A tensor is asked for by the name of an operation."""
    if not exists:
        return ValueError(
            f"The name {name!r} looks like an (invalid) Operation name, not a Tensor. Tensor names must be of the form "
            '"<op_name>:<output_index>".'
        )
    return ValueError(
        f"The name {name!r} refers to an Operation, not a Tensor. Tensor names must be of the form "
        '"<op_name>:<output_index>".'
    )


def names_a_tensor(name: str) -> ValueError:
    """An operation is asked for by the name of a tensor."""
    return ValueError(f"Name {name!r} appears to refer to a Tensor, not a Operation.")


def name_not_str(kind: str, got: Any) -> TypeError:
    """A name that is no string."""
    return TypeError(f"{kind} names are strings (or similar), not {type(got).__name__}.")


def not_an_element(got: Any, kinds: str) -> TypeError:
    """Something that is neither tensor nor operation, nor the name of one."""
    return TypeError(f"Can not convert a {type(got).__name__} into a {kinds}.")


def element_of_other_graph(element: Any) -> ValueError:
    """A tensor or operation of another graph."""
    return ValueError(f"{element} is not an element of this graph.")
