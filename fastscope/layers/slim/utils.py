"""slim.utils: names of results by their scopes, conditions that are known, sizes that must be known.

Source: tensorflow/contrib/layers/python/layers/utils.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...arrays.shapes import TensorShape
from ...errors import arg_scopes as errors
from ...graph import Tensor, add_to_collections, get_collection, get_collection_ref
from ...ops.branching import cond
from ...ops.folding import constant_value as value_of_tensor
from ...scoping.variables import Variable

__all__ = [
    "append_tensor_alias",
    "channel_dimension",
    "collect_named_outputs",
    "constant_value",
    "convert_collection_to_dict",
    "gather_tensors_aliases",
    "get_tensor_aliases",
    "get_variable_collections",
    "last_dimension",
    "n_positive_integers",
    "smart_cond",
    "static_cond",
    "two_element_tuple",
]

Function = Callable[[], Any]

# ---- names of results


def append_tensor_alias(tensor: Any, alias: str) -> Any:
    """Give a tensor one more name, and return it."""
    tensor.aliases = [*getattr(tensor, "aliases", []), alias.removesuffix("/")]
    return tensor


def collect_named_outputs(collections: Any, alias: str, outputs: Any) -> Any:
    """Give a result a name and put it into collections, if there are any; return it."""
    if collections:
        append_tensor_alias(outputs, alias)
        add_to_collections(collections, outputs)
    return outputs


def get_tensor_aliases(tensor: Any) -> list[str]:
    """Return the names that a tensor was given; its own without ":0" if there are none."""
    return list(getattr(tensor, "aliases", [tensor.name.removesuffix(":0")]))


def gather_tensors_aliases(tensors: Iterable[Any]) -> list[str]:
    """Return the names that tensors were given."""
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


def convert_collection_to_dict(collection: str, clear_collection: bool = False) -> dict[str, Any]:
    """Return the results in a collection that `outputs_collections` named: scope -> tensor.

    Args:
        collection: its name.
        clear_collection: empty it.
    """
    found = {alias: tensor for tensor in get_collection(collection) for alias in get_tensor_aliases(tensor)}
    if clear_collection:
        get_collection_ref(collection).clear()
    return found


def get_variable_collections(variables_collections: Any, name: str) -> Any:
    """Return what a dict of collections has for variables of this name; what is no dict is for all."""
    return variables_collections.get(name) if isinstance(variables_collections, dict) else variables_collections


# ---- conditions


def constant_value(value_or_tensor_or_var: Any, dtype: Any = None) -> Any:
    """Return what is known of a value now; None of a variable, and of a tensor that a session computes.

    Raises:
        ValueError: there is none, or a tensor of another dtype.
    """
    value = value_or_tensor_or_var
    if value is None:
        raise errors.no_value()
    if not isinstance(value, (Tensor, Variable)):
        return value
    if dtype is not None and value.dtype != dtype:
        raise errors.wrong_type(value.dtype, dtype)
    return None if isinstance(value, Variable) else value_of_tensor(value)


def static_cond(pred: Any, fn1: Function, fn2: Function) -> Any:
    """Return `fn1()` if `pred` is true, else `fn2()`.

    Raises:
        TypeError: one of them is no function.
    """
    for name, function in (("fn1", fn1), ("fn2", fn2)):
        if not callable(function):
            raise errors.not_callable(name, function)
    return fn1() if pred else fn2()


def smart_cond(pred: Any, fn1: Function, fn2: Function, name: str | None = None) -> Any:
    """Return `static_cond` if `pred` is known now, else `tf.cond`."""
    known = constant_value(pred)
    return cond(pred, fn1, fn2, name=name) if known is None else static_cond(known, fn1, fn2)


# ---- sizes


def _dimension(shape: TensorShape, place: int, min_rank: int) -> int:
    if shape.rank is None:
        raise errors.size_unknown("dims of shape must be known but is None")
    if shape.rank < min_rank:
        raise errors.size_unknown(f"rank of shape must be at least {min_rank} not: {shape.rank}")
    size = shape.as_list()[place]
    if size is None:
        raise errors.size_unknown(f"dimension {place} of shape must be known but is None: {shape}")
    return size


def channel_dimension(shape: TensorShape, data_format: str, min_rank: int = 1) -> int:
    """Return how many channels a shape has, by "channels_first" or "channels_last".

    Raises:
        ValueError: it is not known, or there are less than `min_rank` dimensions.
    """
    return _dimension(shape, 1 if data_format == "channels_first" else -1, min_rank)


def last_dimension(shape: TensorShape, min_rank: int = 1) -> int:
    """Return the last size of a shape; raises as `channel_dimension` does."""
    return _dimension(shape, -1, min_rank)


def two_element_tuple(int_or_tuple: Any) -> tuple[Any, Any]:
    """Return two numbers, of one or two.

    Raises:
        ValueError: there are others.
    """
    if isinstance(int_or_tuple, int):
        return int_or_tuple, int_or_tuple
    if isinstance(int_or_tuple, (list, tuple)):
        if len(int_or_tuple) != 2:
            raise errors.not_two(int_or_tuple)
        return int(int_or_tuple[0]), int(int_or_tuple[1])
    if isinstance(int_or_tuple, TensorShape) and int_or_tuple.rank == 2:
        return int_or_tuple[0], int_or_tuple[1]
    raise errors.not_a_pair(int_or_tuple)


def n_positive_integers(n: Any, value: Any) -> tuple[int, ...]:
    """Return `n` positive integers, of one or as many.

    Raises:
        ValueError: there are others.
    """
    count = int(n)
    if count < 1 or count != n:
        raise errors.not_a_count(n)
    try:
        values = (int(value),) * count
    except (TypeError, ValueError):
        if len(value) != count:
            raise errors.not_n_integers(count, value) from None
        try:
            values = tuple(map(int, value))
        except (TypeError, ValueError):
            raise errors.not_n_integers(count, value) from None
    for each in values:
        if each < 1:
            raise errors.not_positive(each)
    return values
