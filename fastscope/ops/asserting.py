"""Assert, the assert_ functions, and checks for what is no finite number.

What is known to be false when the line is written raises there.

Source: tensorflow/python/ops/check_ops.py, control_flow_ops.py, numerics.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module, dtypes, unwrap
from ..arrays.dtypes import FLOW, as_dtype
from ..arrays.shapes import TensorShape
from ..errors import flow as errors
from ..graph import Operation, Tensor, control_dependencies, current, get_default_graph
from ..graph.conversion import as_tensor, brought_in, holds_tensor
from . import math as functions
from . import shape_rules as rules
from .creation import convert_to_tensor, group, no_op
from .folding import constant_value
from .function import op
from .grouping import with_dependencies
from .operands import operand
from .reductions import reduce_all
from .scoped import inner, within
from .shaping import rank as rank_of
from .shaping import shape
from .summaries import listed

__all__ = [
    "Assert",
    "add_check_numerics_ops",
    "assert_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_integer",
    "assert_less",
    "assert_less_equal",
    "assert_near",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_none_equal",
    "assert_positive",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_scalar",
    "assert_type",
    "check_numerics",
    "verify_tensor_all_finite",
]


def Assert(condition: Any, data: Any, summarize: int | None = None, name: str | None = None) -> Operation | None:
    """Raise where a condition is not true; in a recorded program the operation that is returned does so.

        >>> with tf.control_dependencies([tf.Assert(n > 0, [n])]):
        ...     y = x / n

    Args:
        condition: a bool without dimensions.
        data: list of tensors and text: what the message shows.
        summarize: how many elements of each; None = 3.
        name: of its name scope, "Assert" by default.

    Raises:
        InvalidArgumentError: it is not true; in a recorded program when it runs.
    """

    def check(holds: Any, *values: Any) -> None:
        if not holds:
            raise errors.assertion_failed([listed(value, summarize) for value in values])

    recorder = current()
    if recorder is None:
        check(unwrap(condition), *map(unwrap, data))
        return None
    with within(name, "Assert") as scope:
        full_name = recorder.claim("Assert")
        holds = brought_in(as_tensor(condition, recorder), recorder, full_name)
        if holds.dims:
            raise errors.condition_rank(f"{scope}AssertGuard/Switch", "Switch", [holds.dims] * 2)
        shown = [as_tensor(value, recorder) if holds_tensor(value) else value for value in data]
        shown = [brought_in(v, recorder, full_name) if isinstance(v, Tensor) else v for v in shown]
        inputs = [holds, *(value for value in shown if isinstance(value, Tensor))]
        return recorder.add("Assert", full_name, check, (holds, *shown), inputs, (), steering=range(1 + len(shown)))


def _held(holds: Any, data: list[Any], summarize: int | None) -> Operation | None:
    """Assert that all elements of `holds` are true, now if they are known."""
    known = constant_value(holds) if isinstance(holds, Tensor) else holds
    if known is not None and not known.all():
        raise errors.assertion_is_false([_static_text(value) for value in data])
    return None if current() is None else Assert(reduce_all(holds, name=inner("All")), data, summarize)


def _static_text(value: Any) -> str:
    known = constant_value(value) if isinstance(value, Tensor) else value
    return str(value if known is None else known)


def _named(value: Any) -> str:
    """Return the name of a tensor, for messages; of an array its shape."""
    return str(value.name) if isinstance(value, Tensor) else f"shape {tuple(value.shape)}"


def _compared(
    symbol: str, scope: str, function: Callable[..., Any], x: Any, y: Any, data: Any, summarize: int | None,
    message: str | None, name: str | None,
) -> Operation | None:  # fmt: skip
    with within(name, scope):
        a: Any = convert_to_tensor(x, name=inner("x"))
        b: Any = convert_to_tensor(y, name=inner("y"))
        told = f"Condition x {symbol} y did not hold element-wise:"
        shown = [told, f"x ({_named(a)}) = ", a, f"y ({_named(b)}) = ", b] if data is None else list(data)
        return _held(function(a, b), shown if message is None else [message, *shown], summarize)


def _beside_zero(
    symbol: str, scope: str, function: Callable[..., Any], x: Any, data: Any, summarize: int | None,
    message: str | None, name: str | None,
) -> Operation | None:  # fmt: skip
    with within(name, scope):
        a: Any = convert_to_tensor(x, name=inner("x"))
        told = [message or "", f"Condition x {symbol} 0 did not hold element-wise:", f"x ({_named(a)}) = ", a]
        return _held(function(a, as_dtype(a.dtype).as_numpy_dtype(0)), told if data is None else list(data), summarize)


def assert_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x == y in all elements.

    Args:
        data: list of what the message shows; None = both.
        summarize: how many elements of each; None = 3.
        message: what the message begins with.

    Raises:
        InvalidArgumentError: it is not so; in a recorded program when it runs, or now if both are known.
    """
    with within(name, "assert_equal"):  # TensorFlow opens this scope twice
        pass
    return _compared("==", "assert_equal", functions.equal, x, y, data, summarize, message, name)


def assert_none_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x != y in all elements; see `assert_equal`."""
    return _compared("!=", "assert_none_equal", functions.not_equal, x, y, data, summarize, message, name)


def assert_less(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x < y in all elements; see `assert_equal`."""
    return _compared("<", "assert_less", functions.less, x, y, data, summarize, message, name)


def assert_less_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x <= y in all elements; see `assert_equal`."""
    return _compared("<=", "assert_less_equal", functions.less_equal, x, y, data, summarize, message, name)


def assert_greater(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x > y in all elements; see `assert_equal`."""
    return _compared(">", "assert_greater", functions.greater, x, y, data, summarize, message, name)


def assert_greater_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x >= y in all elements; see `assert_equal`."""
    return _compared(">=", "assert_greater_equal", functions.greater_equal, x, y, data, summarize, message, name)


def assert_positive(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x > 0 in all elements; see `assert_equal`."""
    return _beside_zero(">", "assert_positive", functions.greater, x, data, summarize, message, name)


def assert_negative(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x < 0 in all elements; see `assert_equal`."""
    return _beside_zero("<", "assert_negative", functions.less, x, data, summarize, message, name)


def assert_non_negative(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x >= 0 in all elements; see `assert_equal`."""
    return _beside_zero(">=", "assert_non_negative", functions.greater_equal, x, data, summarize, message, name)


def assert_non_positive(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation | None:
    """Assert that x <= 0 in all elements; see `assert_equal`."""
    return _beside_zero("<=", "assert_non_positive", functions.less_equal, x, data, summarize, message, name)


def assert_near(
    x: Any, y: Any, rtol: Any = None, atol: Any = None, data: Any = None, summarize: int | None = None,
    message: str | None = None, name: str | None = None,
) -> Operation | None:  # fmt: skip
    """Assert that |x - y| < atol + rtol * |y| in all elements; None for ten times the smallest step of the dtype.

    Raises:
        InvalidArgumentError: it is not so; in a recorded program when it runs.
    """
    with within(name, "assert_near"):
        a: Any = convert_to_tensor(x, name=inner("x"))
        b: Any = convert_to_tensor(y, name=inner("y"), dtype=a.dtype)
        step = 10 * float(np.finfo(as_dtype(a.dtype).dtype).eps)
        relative, absolute = step if rtol is None else rtol, step if atol is None else atol
        near = functions.less(functions.abs(a - b), absolute + relative * functions.abs(b))
        told = f"x and y not equal to tolerance rtol = {relative}, atol = {absolute}"
        shown = [message or "", told, f"x ({_named(a)}) = ", a, f"y ({_named(b)}) = ", b]
        return Assert(reduce_all(near), shown if data is None else list(data), summarize)


# ---- ranks and dtypes


def assert_rank(
    x: Any, rank: Any, data: Any = None, summarize: int | None = None, message: str | None = None,
    name: str | None = None,
) -> Operation | None:  # fmt: skip
    """Assert that x has so many dimensions.

    Raises:
        ValueError: it has not.
        InvalidArgumentError: the same, when a recorded program runs that did not know.
    """
    return _ranked("assert_rank", ("", rank), lambda n: n == rank, x, data, summarize, message, name)


def assert_rank_at_least(
    x: Any, rank: Any, data: Any = None, summarize: int | None = None, message: str | None = None,
    name: str | None = None,
) -> Operation | None:  # fmt: skip
    """Assert that x has so many dimensions or more; see `assert_rank`."""
    return _ranked("assert_rank_at_least", (" at least", rank), lambda n: n >= rank, x, data, summarize, message, name)


def assert_rank_in(
    x: Any, ranks: Any, data: Any = None, summarize: int | None = None, message: str | None = None,
    name: str | None = None,
) -> Operation | None:  # fmt: skip
    """Assert that x has one of these numbers of dimensions; see `assert_rank`."""
    numbers = tuple(int(rank) for rank in ranks)
    return _ranked("assert_rank_in", (" in", numbers), lambda n: n in numbers, x, data, summarize, message, name)


def _ranked(
    scope: str, wanted: tuple[str, Any], holds: Callable[[int], bool], x: Any, data: Any, summarize: int | None,
    message: str | None, name: str | None,
) -> Operation | None:  # fmt: skip
    with within(name, scope):
        a: Any = convert_to_tensor(x, name=inner("x"))
        dims = TensorShape(a.shape)
        words, rank = wanted
        if dims.rank is None:
            told = [message or "", f"Tensor {_named(a)} must have rank{words}", rank, "Received shape: ", shape(a)]
            return Assert(_has_rank(holds, a), told if data is None else list(data), summarize)
        if not holds(dims.rank):
            raise errors.wrong_rank(message or "", _named(a), f"{words} {rank}", dims)
        return _known_to_hold("static_checks_determined_all_ok")


def _known_to_hold(name: str) -> Operation | None:
    return None if current() is None else no_op(name=name)


def _has_rank(holds: Callable[[int], bool], a: Any) -> Tensor:
    recorder = current()
    assert recorder is not None
    rank: Any = rank_of(a)
    full_name = recorder.claim("HasRank")
    spec = ((), dtypes.bool)
    return recorder.add(
        "HasRank", full_name, lambda n: np.bool_(holds(int(n))), (rank,), (rank,), [spec], steering=(0,)
    ).outputs[0]


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> Operation | None:
    """Assert that a tensor has a dtype.

    Raises:
        TypeError: it has not.
    """
    with within(name, "assert_type"):
        found: Any = convert_to_tensor(tensor, name=inner("tensor"))
        if as_dtype(found.dtype) != as_dtype(tf_type):
            raise errors.wrong_dtype(message or "", _named(found), as_dtype(tf_type))
        return _known_to_hold("statically_determined_correct_type")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Operation | None:
    """Assert that a tensor is one of integers.

    Raises:
        TypeError: it is none.
    """
    with within(name, "assert_integer"):
        found: Any = convert_to_tensor(x, name=inner("x"))
        if not as_dtype(found.dtype).is_integer:
            raise errors.not_integer(message or "", _named(found), as_dtype(found.dtype))
        return _known_to_hold("statically_determined_was_integer")


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Any:
    """Return `tensor`, which has no dimensions.

    Raises:
        ValueError: it has some.
    """
    with within(name, "assert_scalar"):
        found: Any = convert_to_tensor(tensor, name=inner("tensor"))
        if TensorShape(found.shape).rank != 0:
            raise errors.not_scalar(message or "", _named(found), TensorShape(found.shape))
        return found


# ---- finite numbers


@op("CheckNumerics", "tensor", shape=rules.same)
def check_numerics(tensor: Any, message: str, name: str | None = None) -> Any:
    """Return `tensor`, whose elements are finite.

    Args:
        message: what the message begins with.

    Raises:
        InvalidArgumentError: one is NaN or infinite; in a recorded program when it runs.
    """
    array = operand(tensor)
    xp = array_module(array)
    if not xp.isfinite(array).all():
        kinds = ["Inf"] * bool(xp.isinf(array).any()) + ["NaN"] * bool(xp.isnan(array).any())
        raise errors.not_finite(message, " and ".join(kinds))
    return array


def verify_tensor_all_finite(
    t: Any = None, msg: Any = None, name: str | None = None, x: Any = None, message: str | None = None
) -> Any:
    """Return a tensor, whose elements are finite; see `check_numerics`.

    Args:
        t, msg: old names of `x` and `message`.
    """
    with within(name, "VerifyFinite"):
        tensor = convert_to_tensor(t if x is None else x)
        checked = check_numerics(tensor, msg if message is None else message)
        return checked if current() is None else with_dependencies([checked], tensor)


def add_check_numerics_ops() -> Any:
    """Return an operation that checks every tensor of floats that was made so far.

    Raises:
        ValueError: there are branches or loops in the graph.
    """
    checks: list[Any] = []
    for operation in get_default_graph().get_operations():
        for number, tensor in enumerate(operation.outputs):
            if tensor.dtype.base_dtype.is_floating and tensor.dtype is not FLOW:
                if operation.branch is not None or operation.type == "While":
                    raise errors.checks_and_control_flow()
                with control_dependencies(checks[-1:]):
                    checks.append(check_numerics(tensor, f"{operation.name}:{number}"))
    return group(*checks)
