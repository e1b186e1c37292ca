"""tf.gradients: from what depends on `xs` back to them, one rule after the other.

Operations are numbered as they are written, so the way back is that of falling numbers: when an operation's turn comes,
all gradients of its outputs are there.

Source: tensorflow/python/ops/gradients_util.py (TF 1.15); the rules are Griewank and Walther's reverse mode.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum, IntEnum
from typing import Any

import numpy as np

from .. import ops as _ops
from ..arrays import as_array
from ..arrays.dtypes import FLOW
from ..errors import gradients as errors
from ..graph import Operation, Recorder, Tensor, current, inside, name_scope
from ..graph.conversion import as_tensor, brought_in, constant_tensor, switched
from ..graph.indexed_slices import IndexedSlices
from ..ops.choosing import merged
from ..ops.tensor_array import no_parts, sum_of_parts
from .registry import ZERO, rule_of

__all__ = ["AggregationMethod", "UnconnectedGradients", "gradients", "zeros_for"]

ops: Any = _ops  # whose functions return tensors here


class UnconnectedGradients(Enum):
    """What stands for the gradient of an x that no y depends on: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


_OWN = __package__ + "."  # rules of programs take rows as they come, as in TensorFlow
_PASS_ROWS = frozenset(["Identity", "Enter", "Exit", "NextIteration"])  # types through which rows stay rows


class AggregationMethod(IntEnum):
    """How gradients are added up in TensorFlow; here there is one way."""

    ADD_N = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2
    DEFAULT = 0


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = "none",
) -> list[Any]:
    """Return the gradients of the sum of all elements of `ys`, one for each of `xs`.

    Args:
        ys: a tensor or a list of tensors.
        xs: a tensor or variable, or a list of them.
        grad_ys: gradients of `ys` to begin with, a list; None, or None in it, for ones.
        name: of the name scope of all that is written down.
        colocate_gradients_with_ops: kept for TF's sake.
        gate_gradients: name the gradients as TensorFlow does where those of one operation wait for each other. A run
            has one order in any case.
        aggregation_method: one of AggregationMethod; all come to the same here.
        stop_gradients: tensors that are taken for constants.
        unconnected_gradients: one of UnconnectedGradients, "none" or "zero": what stands for an x that no y depends on.

    Returns:
        A list: a tensor; IndexedSlices where x is only looked up by rows; None where nothing connects.

    Raises:
        AttributeError: there is a None among `ys` or `xs`.
        LookupError: an operation on the way has no gradient.
        RuntimeError: nothing is recorded here.
        ValueError: an argument says nothing, or a rule gives too few gradients.
    """
    recorder = current()
    if recorder is None:
        raise errors.gradients_need_recording()
    if any(value is None for value in (*_listed(ys), *_listed(xs))):
        raise errors.nothing_to_differentiate()
    tops = [as_tensor(y, recorder) for y in _listed(ys)]
    are_inside = all(top.op.recorder is recorder for top in tops)
    wanted = [_target(x, recorder, are_inside) for x in _listed(xs)]
    given = [None] * len(tops) if grad_ys is None else _listed(grad_ys)
    unconnected = _choice("unconnected_gradients", unconnected_gradients, UnconnectedGradients)
    if aggregation_method is not None:
        _choice("aggregation_method", aggregation_method, AggregationMethod)
    stops = {as_tensor(t, recorder) for t in _listed(stop_gradients)} if stop_gradients is not None else set()
    with name_scope(name):
        if len(given) != len(tops):
            raise errors.grad_ys_count(len(tops), len(given))
        sums = _Sums()
        for number, (y, gradient) in enumerate(zip(tops, given, strict=True)):
            sums.add(y, _seed(y, gradient, number))
        targets = {tensor for tensor in wanted if tensor is not None}
        _walk(tops, targets, stops, sums, targets if gate_gradients else set())
        found = [None if tensor is None else sums.get(tensor) for tensor in wanted]
        found = [zeros_for(x) if x is not None and g is ZERO else g for g, x in zip(found, wanted, strict=True)]
        if unconnected is UnconnectedGradients.ZERO:
            found = [zeros_for(x) if g is None and x is not None else g for g, x in zip(found, wanted, strict=True)]
    return found


def _listed(values: Any) -> list[Any]:
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _choice(argument: str, value: Any, choices: type[Enum]) -> Any:
    """Return the one of `choices` that an argument means.

    Raises:
        ValueError: none of them.
    """
    try:
        return choices(value)
    except ValueError:
        raise errors.unknown_choice(argument, value, choices) from None


def _target(x: Any, recorder: Recorder, is_inside: bool) -> Tensor | None:
    """Return the tensor whose gradient is asked for; None for what is no tensor of floats.

    Args:
        x: what is asked for.
        recorder: where the gradient is written down.
        is_inside: whether that of which it is the gradient was made there, too, so that what stands there for a tensor
            from outside is meant.
    """
    if not isinstance(x, Tensor) and not hasattr(x, "_recorded"):
        if not isinstance(x, IndexedSlices):
            as_array(x)  # raises, of what is no array, as the values of a dict
        return None
    tensor = as_tensor(x, recorder)
    if tensor.dtype.name.endswith("_ref"):  # "v:0" itself: what reads it stands for it
        tensor = recorder.reads.get(tensor.op.attributes.get("variable"), tensor)
    outer = recorder.outer
    while is_inside and outer is not None and tensor.op.recorder is not recorder:
        if tensor.op.recorder is outer:
            tensor = recorder.capture(tensor)
        outer = outer.outer
    return tensor if _has_gradient(tensor) else None


def _has_gradient(tensor: Tensor) -> bool:
    return tensor.dtype.base_dtype.is_floating or tensor.dtype.base_dtype.is_complex


def _seed(y: Tensor, gradient: Any, number: int) -> Any:
    if not _has_gradient(y):
        return None
    if gradient is None and y.dims == ():
        recorder = y.op.recorder
        one = np.ones((), y.dtype.base_dtype.as_numpy_dtype)
        return brought_in(constant_tensor(recorder, one, recorder.claim("Fill")), recorder)
    if gradient is None:
        if y.dtype.base_dtype.is_complex:
            raise errors.complex_needs_grad_ys(y)
        return ops.fill(ops.shape(y), y.dtype.base_dtype.as_numpy_dtype(1))
    if isinstance(gradient, (IndexedSlices, Tensor)):
        return gradient
    return as_tensor(gradient, y.op.recorder, name=y.op.recorder.claim(f"grad_ys_{number}"))


def _walk(tops: Sequence[Tensor], targets: set[Tensor], stops: set[Tensor], sums: _Sums, gated: set[Tensor]) -> None:
    # what a y of integers depends on has no gradient, but that there is no rule is told, as in TensorFlow
    integers = {y.op for y in tops if not _has_gradient(y) and y.op.type not in ("Switch", "Merge")}
    between = _between(tops, targets, stops)
    missing = Counter(tensor for operation in between for tensor in operation.inputs if tensor in targets)
    for operation in reversed(between):
        received = [sums.get(tensor) for tensor in operation.outputs]
        if any(gradient is ZERO for gradient in received):
            received = _without_zeros(operation, received, sums)
        if any(gradient is not None for gradient in received):
            for tensor, gradient in zip(operation.inputs, _back(operation, received, gated), strict=True):
                if gradient is not None and _has_gradient(tensor):
                    sums.add(tensor, gradient)
        elif operation in integers:
            rule_of(operation)
        for tensor in operation.inputs:
            missing[tensor] -= 1
            if not missing[tensor]:  # added up now, so that sums are numbered in the order of the way back
                sums.get(tensor)


def _without_zeros(operation: Operation, received: list[Any], sums: _Sums) -> list[Any]:
    """Return the gradients of outputs that are no ZERO; where all others are missing, the inputs have it."""
    others = [None if gradient is ZERO else gradient for gradient in received]
    through = operation.type in ("Switch", "Merge") or rule_of(operation) is not None
    for tensor in operation.inputs if through and all(gradient is None for gradient in others) else ():
        if _has_gradient(tensor):
            sums.add(tensor, ZERO)
    return others


def _between(tops: Sequence[Tensor], targets: set[Tensor], stops: set[Tensor]) -> list[Operation]:
    """Return the operations on the ways from the targets to the tops, in their order."""
    found: dict[int, Operation] = {}
    waiting = [tensor.op for tensor in tops]
    while waiting:
        operation = waiting.pop()
        if operation.number not in found:
            found[operation.number] = operation
            waiting += (tensor.op for tensor in operation.inputs if tensor not in stops)
    stopped = {tensor.op for tensor in stops}
    depend: set[Operation] = set()
    for number in sorted(found):
        operation = found[number]
        inputs = operation.inputs
        reached = (tensor in targets or (tensor.op in depend and tensor not in stops) for tensor in inputs)
        if operation not in stopped and any(reached):
            depend.add(operation)
    return [found[number] for number in sorted(found) if found[number] in depend]


def _back(operation: Operation, received: list[Any], gated: set[Tensor]) -> Sequence[Any]:
    """Return the gradients of an operation's inputs; those of `gated` by the names that a gate gives them."""
    if operation.type == "Switch":
        return [_out_of_branch(operation, received[0])]
    if operation.type == "Merge":
        return _into_branches(operation, received[0])
    function = rule_of(operation)
    if function is None:
        return [None] * len(operation.inputs)
    made = len(operation.recorder.operations)
    with inside(operation.branch), name_scope(f"{operation.name}_grad"):
        if operation.type not in _PASS_ROWS and str(getattr(function, "__module__", "")).startswith(_OWN):
            received = [_whole(gradient) for gradient in received]
        found = function(operation, *received)
        listed = list(found) if isinstance(found, (list, tuple)) else [found]
        if len(listed) > len(operation.inputs):
            raise errors.gradients_count(operation.name, len(operation.inputs), len(listed))
        if len(listed) > 1 and not gated.isdisjoint(operation.inputs):
            listed = _behind_gate(operation, listed, gated)
    for part in operation.recorder.operations[made:]:
        part.way_back_of = operation
    return listed + [None] * (len(operation.inputs) - len(listed))


def _whole(gradient: Any) -> Any:
    """Return rows that were looked up (IndexedSlices) as an array, zero elsewhere; rules take tensors."""
    return ops.convert_to_tensor(gradient) if isinstance(gradient, IndexedSlices) else gradient


def _behind_gate(operation: Operation, gradients: list[Any], gated: set[Tensor]) -> list[Any]:
    """Give the gradients that are asked for the names that TensorFlow gives to gradients that wait for each other."""
    if sum(gradient is not None for gradient in gradients) < 2:
        return gradients
    found = []
    with name_scope("tuple"):
        for tensor, gradient in zip(operation.inputs, gradients, strict=False):
            name = None if gradient is None else operation.recorder.claim("control_dependency")
            asked = tensor in gated and isinstance(gradient, Tensor)
            found.append(ops.identity(gradient, name=f"{name}/") if asked else gradient)
    return found


def _out_of_branch(operation: Operation, gradient: Any) -> Any:
    """Return the gradient of what went into a branch: zeros where the branch is not taken."""
    source, branch = operation.inputs[0], operation.branch
    assert branch is not None
    with name_scope(f"{operation.name}_grad"):
        with inside(branch):  # rows of a look-up are put in their places where they were made
            inner = as_tensor(gradient, source.op.recorder)
        with inside(branch.outer):
            return merged(branch, inner, zeros_for(source), "cond_grad")


def zeros_for(tensor: Tensor) -> Any:
    """Return the gradient of a tensor on which nothing depends."""
    return no_parts() if tensor.dtype is FLOW else ops.zeros_like(tensor)


def _into_branches(operation: Operation, gradient: Any) -> list[Any]:
    found, gradient = [], _whole(gradient)
    for tensor in operation.inputs[:2]:
        branch = tensor.op.branch
        found.append(gradient if branch is None else switched(gradient, branch))
    return [*found, None]


class _Sums:
    """The gradients that have come for each tensor, added up when they are asked for."""

    def __init__(self) -> None:
        self._parts: dict[Tensor, list[Any]] = {}

    def add(self, tensor: Tensor, gradient: Any) -> None:
        if gradient is not None:
            self._parts.setdefault(tensor, []).append(gradient)

    def get(self, tensor: Tensor) -> Any:
        parts = self._parts.get(tensor)
        if parts is None:
            return None
        if len(parts) > 1:
            self._parts[tensor] = parts = [part for part in parts if part is not ZERO] or [ZERO]
        if len(parts) > 1:
            with inside(tensor.op.branch):
                self._parts[tensor] = parts = [_sum(parts[::-1])]  # in the order of the program
        return parts[0]


def _sum(parts: list[Any]) -> Any:
    recorder = current()
    assert recorder is not None
    if getattr(parts[0], "dtype", None) is FLOW:
        return sum_of_parts(parts)
    if all(isinstance(part, IndexedSlices) for part in parts):
        values = ops.concat([part.values for part in parts], 0)
        indices = [part.indices for part in parts]
        if len({each.dtype.base_dtype for each in indices}) > 1:  # looked up by ids, and by an argmax's
            indices = [ops.cast(each, "int64") for each in indices]
        return IndexedSlices(values, ops.concat(indices, 0), parts[0].dense_shape)
    return ops.add_n([brought_in(as_tensor(part, recorder), recorder) for part in parts])
