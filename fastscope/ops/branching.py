"""cond: both sides are recorded, the one that is taken runs.

Source: tensorflow/python/ops/control_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import dtypes, nest, unwrap
from ..errors import flow as errors
from ..graph import Branch, Operation, Recorder, Tensor, current, environment, inside, name_scope
from ..graph.blocks import after
from ..graph.conversion import as_tensor, brought_in
from ..graph.seeds import leave_out
from .choosing import merged
from .composites import put_together, spread
from .tensor_array import flow_of, with_flows

__all__ = ["cond", "condition_of", "truth_of"]

Function = Callable[[], Any]


def cond(
    pred: Any,
    true_fn: Function | None = None,
    false_fn: Function | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Function | None = None,
    fn2: Function | None = None,
) -> Any:
    """Return what one of two functions returns.

        >>> y = tf.cond(tf.constant(True), lambda: tf.sqrt(4.0), lambda: tf.zeros([]))

    In a recorded program both functions are called once, when this line is written. Only operations made inside of
    them wait for the condition: what they use from outside is computed anyway.

    Args:
        pred: a bool without dimensions.
        true_fn, false_fn: callable() -> a structure of tensors, the same and of the same dtypes for both; an operation
            in it is run, and stands for a bool.
        strict: leave a list of one thing as it is; else the thing comes out.
        name: of the name scope of both sides, "cond" by default.
        fn1, fn2: old names of `true_fn` and `false_fn`.

    Raises:
        TypeError: `pred` is no bool tensor, or a function is none.
        ValueError: `pred` has dimensions, or the functions return different things.
    """
    sides = [_given("true_fn", true_fn, "fn1", fn1), _given("false_fn", false_fn, "fn2", fn2)]
    for which, side in zip(("true_fn", "false_fn"), sides, strict=True):
        if not callable(side):
            raise errors.not_callable(which)
    recorder = current()
    if recorder is not None:
        return _record(recorder, pred, sides[0], sides[1], strict, name)
    if np.shape(unwrap(pred)):
        raise errors.condition_has_dimensions(np.shape(unwrap(pred)))
    result = (sides[0] if unwrap(pred) else sides[1])()
    return result if strict else _alone(result)


def _given(name: str, function: Any, old_name: str, old: Any) -> Any:
    if old is not None and function is not None:
        raise errors.branch_given_twice(name, old_name)
    if old is None and function is None:
        raise errors.branch_missing(name)
    return old if function is None else function


def _alone(result: Any) -> Any:
    """Return the thing in a list of one."""
    return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result


def _record(
    recorder: Recorder, pred: Any, true_fn: Function, false_fn: Function, strict: bool, name: str | None
) -> Any:
    with name_scope(name, "cond") as scope:
        if isinstance(pred, bool):
            raise errors.pred_is_python_bool()
        condition = condition_of(recorder, pred, "pred", "Switch", f"{scope}Switch")
        around = environment().branch
        yes, no = Branch(condition, True, around), Branch(condition, False, around)
        (shown, flat), (other, others) = (
            _recorded_side(recorder, branch, function, which, strict)
            for branch, function, which in ((yes, true_fn, "true_fn"), (no, false_fn, "false_fn"))
        )
        nest.check_same(shown, other)
        for a, b in zip(flat, others, strict=True):
            if a.dtype.base_dtype is not b.dtype.base_dtype:
                raise errors.branch_types_differ(a.dtype.base_dtype, b.dtype.base_dtype)
        tensors = [merged(yes, a, b) for a, b in zip(flat, others, strict=True)]
        result = put_together(nest.packed(shown, with_flows(nest.flattened(shown), tensors)))
    return result if strict else _alone(result)


def condition_of(recorder: Recorder, value: Any, argument: str, type: str, name: str) -> Tensor:
    """Return a condition as a tensor that keeps its value, whatever is assigned to a variable that it reads.

    Args:
        argument, type, name: of TF's operation that takes it, for messages.

    Raises:
        TypeError: it is no bool.
        ValueError: it has dimensions.
    """
    tensor = brought_in(as_tensor(value, recorder), recorder)
    if tensor.dtype.base_dtype is not dtypes.bool:
        raise errors.condition_dtype(argument, type, tensor.dtype.base_dtype)
    if tensor.dims:
        shapes = [tensor.dims] * (2 if type == "Switch" else 1)
        raise errors.condition_rank(name, type, shapes)
    if type == "Switch":
        leave_out(recorder, 3)  # the switch of the condition and its two pivots
    return truth_of(recorder, tensor, recorder.claim("pred_id" if type == "Switch" else type))


def truth_of(recorder: Recorder, tensor: Tensor, full_name: str) -> Tensor:
    """Write down what a plan asks for a condition: whether a tensor is true."""
    tensor = brought_in(tensor, recorder)
    spec = [((), dtypes.bool)]
    return recorder.add("Identity", full_name, _truth, (tensor,), (tensor,), spec, steering=(0,)).outputs[0]


def _truth(value: Any) -> Any:
    return np.bool_(bool(value))


def _recorded_side(
    recorder: Recorder, branch: Branch, function: Function, which: str, strict: bool
) -> tuple[Any, list[Tensor]]:
    """Record one side; return what it returned, and a tensor for each thing in it."""
    with inside(branch):
        original = function()
        if original is None:
            raise errors.branch_returns_nothing(which)
        result = spread(original if strict else _alone(original))
        return result, [_result(recorder, branch, flow_of(value)) for value in nest.flattened(result)]


def _result(recorder: Recorder, branch: Branch, value: Any) -> Tensor:
    if isinstance(value, Operation):
        with after([value]):
            pred = brought_in(branch.pred, recorder)
            name = recorder.claim("control_dependency")
            return recorder.add("Identity", name, _truth, (pred,), (pred,), [((), dtypes.bool)], steering=(0,)).outputs[
                0
            ]
    return brought_in(as_tensor(value, recorder), recorder)
