"""case: conditions one after the other, and a function for each.

Source: tensorflow/python/ops/control_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..arrays import dtypes
from ..errors import flow as errors
from ..graph import Tensor, control_dependencies, current
from .asserting import Assert
from .branching import cond
from .creation import cast
from .math import less_equal
from .reductions import reduce_sum
from .scoped import inner, within
from .shaping import stack

__all__ = ["case"]

Function = Callable[[], Any]


def case(
    pred_fn_pairs: Any,
    default: Function | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str | None = None,
) -> Any:
    """Return what the function beside the first condition that is true returns.

        >>> y = tf.case([(x < 1, lambda: 10), (x < 2, lambda: 20)], default=lambda: 30)

    Args:
        pred_fn_pairs: list or dict of pairs: a bool tensor without dimensions, and callable() -> structure of tensors.
        default: the function where no condition is true; None = one of them has to be.
        exclusive: whether only one condition may be true.
        strict: leave a list of one thing as it is, as in `cond`.
        name: of its name scope, "case" by default.

    Raises:
        TypeError: a pair is none.
        ValueError: there are no pairs.
        InvalidArgumentError: when it runs: no condition is true, or several are and must not.
    """
    pairs = _pairs(pred_fn_pairs)
    with within(name, "case"):
        preds = [pred for pred, _ in pairs]
        function = default
        if function is None:
            *pairs, last = pairs
            function = partial(_only_one_left, preds, last[1])
        for pred, action in reversed(pairs):
            function = partial(cond, pred, action, function, strict)
        if not exclusive:
            return function()
        with control_dependencies([_at_most_one(preds)]):
            return function()


def _pairs(given: Any) -> list[tuple[Any, Function]]:
    if not isinstance(given, (list, tuple, Mapping)):
        raise errors.pairs_are_no_list()
    pairs = list(given.items() if isinstance(given, Mapping) else given)
    if not pairs:
        raise errors.no_pairs()
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise errors.no_pair()
        pred, function = pair
        if current() is not None and not isinstance(pred, Tensor):
            raise errors.case_condition(pred)
        if isinstance(pred, Tensor) and pred.dtype.base_dtype is not dtypes.bool:
            raise errors.case_condition_dtype(pred.name)
        if not callable(function):
            raise errors.case_function(str(getattr(pred, "name", pred)))
    return pairs


def _only_one_left(preds: list[Any], action: Function) -> Any:
    """Call the last function, which stands for the default one: its condition has to be true."""
    data = ["Input error: None of conditions evaluated as True:", stack(preds, name=inner("preds_c"))]
    with control_dependencies([Assert(preds[-1], data)]):
        return action()


def _at_most_one(preds: list[Any]) -> Any:
    """Return an operation that fails where more than one condition is true."""
    listed = stack(preds, name=inner("preds_c"))
    count = reduce_sum(cast(listed, dtypes.int32), name=inner("num_true_conds"))
    names = ", ".join(getattr(pred, "name", "?") for pred in preds)
    told = f"Input error: exclusive=True: more than 1 conditions ({names}) evaluated as True:"
    return Assert(less_equal(count, 1), [told, listed], summarize=len(preds))
