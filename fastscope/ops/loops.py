"""while_loop: one operation that runs a recorded condition and a recorded body.

Source: tensorflow/python/ops/control_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arrays import dtypes, nest, unwrap
from ..arrays.dtypes import DType
from ..arrays.shapes import TensorShape, as_shape
from ..errors import flow as errors
from ..graph import Operation, Recorder, StaticShape, Tensor, current
from ..graph.conversion import as_tensor, brought_in, same
from ..graph.seeds import leave_out
from .bodies import Body, BodyPlan
from .branching import condition_of
from .composites import holds_composite, put_together, spread, spread_shapes
from .creation import convert_to_tensor
from .math import logical_and
from .scoped import within
from .tensor_array import TensorArray, flow_of, with_flows

__all__ = ["Loop", "leave_loop", "record_loop", "while_loop"]


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """Run `body` as long as `cond` says so.

        >>> i, product = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), [0, 1.0])

    In a recorded program both functions are called once, when this line is written.

    Args:
        cond: callable(*loop_vars) -> a bool without dimensions.
        body: callable(*loop_vars) -> their next values, in the same structure.
        loop_vars: list or tuple of values to begin with, or of structures of them.
        shape_invariants: what stays of their shapes, in the same structure; None = all of them.
        parallel_iterations, swap_memory: kept for TF's sake.
        back_prop: whether gradients go through.
        name: of its name scope, "while" by default.
        maximum_iterations: stop after so many, whatever `cond` says; None = never.
        return_same_structure: of one loop variable, whether a list of it comes out in place of the value.

    Returns:
        The values after the last iteration, in the structure that `body` returns.

    Raises:
        ValueError: no loop variables; a shape that changes; another structure after an iteration.
        TypeError: a function is none, or `cond` gives no bool.
    """
    with within(name, "while"):
        if not loop_vars:
            raise errors.no_loop_variables()
        for which, function in (("cond", cond), ("body", body)):
            if not callable(function):
                raise errors.not_callable(which)
        if parallel_iterations < 1:
            raise errors.parallel_iterations()
        alone = len(loop_vars) == 1 and not return_same_structure
        if maximum_iterations is not None:
            cond, body, loop_vars = _counted(cond, body, loop_vars, maximum_iterations, alone)
            shape_invariants = None if shape_invariants is None else (TensorShape([]), shape_invariants)
        recorder = current()
        if recorder is None:
            result = _run(cond, body, loop_vars)
        elif holds_composite(loop_vars):
            shapes = spread_shapes(loop_vars, shape_invariants)
            functions = _of_parts(cond), _of_parts(body, spreads=True)
            result = put_together(_record(recorder, *functions, spread(loop_vars), shapes, back_prop))
        else:
            result = _record(recorder, cond, body, loop_vars, shape_invariants, back_prop)
    if maximum_iterations is not None:
        return result[1]
    return result[0] if alone else result


def _counted(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum: Any, alone: bool
) -> tuple[Callable[..., Any], Callable[..., Any], Any]:
    """Return a loop that counts its iterations as well, and stops at the `maximum`."""
    limit: Any = convert_to_tensor(maximum, name="maximum_iterations")
    if len(limit.shape):
        raise errors.maximum_iterations(limit.shape)
    start = convert_to_tensor(0, dtype=limit.dtype, name="iteration_counter")
    if alone:
        first = (start, loop_vars[0])
        return lambda i, v: logical_and(i < limit, cond(v)), lambda i, v: (i + 1, body(v)), first
    return lambda i, v: logical_and(i < limit, cond(*v)), lambda i, v: (i + 1, body(*v)), (start, loop_vars)


def _of_parts(function: Callable[..., Any], spreads: bool = False) -> Callable[..., Any]:
    """Return a loop's function as one of the parts of SparseTensors and IndexedSlices."""

    def of_parts(*values: Any) -> Any:
        result = function(*map(put_together, values))
        return spread(_listed(result)) if spreads else result

    return of_parts


def _run(cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any) -> Any:
    """Run a loop at once."""
    values = loop_vars
    while unwrap(cond(*values)):
        after = _listed(body(*values))
        nest.check_same(list(loop_vars), list(after))
        values = after
    return nest.mapped(lambda value: value if isinstance(value, TensorArray) else convert_to_tensor(value), values)


def _listed(result: Any) -> Any:
    return result if nest.is_structure(result) else [result]


class Loop:
    """A loop's condition and body, and the plans that run them.

    Args:
        condition: `(*variables)` -> whether to go on.
        body: `(*variables)` -> the next variables.
        refused: what is raised when it runs, None in a loop that is sound.

    Attributes:
        condition, body: the same.
        count: of loop variables.
        kept: the tensors of the body that a way back asked for.
    """

    def __init__(self, condition: Body, body: Body, refused: Exception | None) -> None:
        self.condition, self.body = condition, body
        self.count = len(body.inputs)
        self.kept: list[Tensor] = []
        self._refused = refused
        self._captures = len(condition.captured)
        self._test = BodyPlan(condition.outputs, [*condition.inputs, *condition.captured.values()])
        self._steps: dict[int, BodyPlan] = {}

    def places_of(self, tensors: Sequence[Tensor]) -> list[int]:
        """Return the places on the tape that `tensors` of the body have; from now on they are kept."""
        self.kept += [tensor for tensor in tensors if tensor not in self.kept]
        return [self.kept.index(tensor) for tensor in tensors]

    def _step(self, kept: int) -> BodyPlan:
        """Return the plan of the body, which also gives the first `kept` of what is kept."""
        found = self._steps.get(kept)
        if found is None:
            body = self.body
            fetched = [*body.outputs, *self.kept[:kept]]
            found = self._steps[kept] = BodyPlan(fetched, [*body.inputs, *body.captured.values()])
        return found

    def run(self, *values: Any, keep: bool) -> list[Any]:
        """Return the variables after the last iteration, and the tape: what was kept of each iteration, if `keep`.

        Args:
            values: the variables to begin with, then what condition and body use from outside.
        """
        if self._refused is not None:
            raise self._refused
        count = self.count
        states: Sequence[Any] = values[:count]
        for_test, for_body = values[count : count + self._captures], values[count + self._captures :]
        test, step = self._test.ready(), self._step(len(self.kept) if keep else 0).ready()
        tape = []
        while test(*states, *for_test)[0]:
            found = step(*states, *for_body)
            states = found[:count]
            if keep:
                tape.append(found[count:])
        return [*states, tape]


def _record(
    recorder: Recorder, cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, invariants: Any, back: bool
) -> Any:
    given = nest.flattened(loop_vars)
    initial = [brought_in(as_tensor(flow_of(value), recorder), recorder) for value in given]
    shapes = _shapes(initial, loop_vars, invariants)
    specs = _specs(initial, shapes)

    def named(name: str) -> list[str]:
        return [recorder.claim(name) for _ in initial]

    def arranged(states: Sequence[Tensor]) -> Any:
        return nest.packed(loop_vars, with_flows(given, states))

    def test(*states: Tensor) -> list[Tensor]:
        inner = _current()
        return [condition_of(inner, cond(*arranged(states)), "input", "LoopCond", f"{_scope()}LoopCond")]

    returned: list[Any] = []

    def step(*states: Tensor) -> list[Tensor]:
        before = arranged(states)
        after = _listed(body(*before))
        nest.check_same(list(before), list(after))
        returned.append(after)
        return [as_tensor(flow_of(value), _current()) for value in nest.flattened(after)]

    condition = Body(recorder, test, specs, named("Merge"))
    stepping = Body(recorder, step, specs, named("Identity"))
    refused = _checked(initial, shapes, stepping.outputs)
    name = recorder.claim("While")
    operation = record_loop(recorder, name, initial, shapes, condition, stepping, refused, back)
    leave_out(recorder, 3 * len(initial) - 1)  # a loop of TensorFlow has six for each variable
    made = [leave_loop(recorder, tensor, recorder.claim("Exit")) for tensor in operation.outputs[:-1]]
    return nest.packed(returned[0], with_flows(nest.flattened(returned[0]), made))


def record_loop(
    recorder: Recorder,
    name: str,
    initial: Sequence[Tensor],
    shapes: Sequence[StaticShape],
    condition: Body,
    body: Body,
    refused: Exception | None,
    back: bool = True,
) -> Operation:
    """Write down the operation that runs a loop; its last output is the tape.

    Args:
        name: of the operation, as it is.
        initial: the variables to begin with.
        shapes: what stays of their shapes.
        condition, body, refused: see `Loop`.
        back: whether gradients go through.
    """
    loop = Loop(condition, body, refused)
    outside = [*condition.captured, *body.captured]
    inputs = (*initial, *(brought_in(tensor, recorder) for tensor in outside))
    specs = _specs(initial, shapes)
    operation = recorder.add(
        "While", name, loop.run, inputs, inputs, [*specs, (None, dtypes.string)], {"loop": loop},
        gradient=None if back else _no_gradient, is_list=True, optional=len(specs),
    )  # fmt: skip
    for inner in (condition, body):
        inner.run_by(operation)
    return operation


def leave_loop(recorder: Recorder, tensor: Tensor, name: str) -> Tensor:
    """Write down what leaves a loop, under a name that is taken as it is."""
    spec = (tensor.dims, tensor.dtype)
    return recorder.add("Exit", name, same, (tensor,), (tensor,), [spec]).outputs[0]


def _specs(initial: Sequence[Tensor], shapes: Sequence[StaticShape]) -> list[tuple[StaticShape, DType]]:
    return [(dims, tensor.dtype.base_dtype) for dims, tensor in zip(shapes, initial, strict=True)]


def _current() -> Recorder:
    recorder = current()
    assert recorder is not None
    return recorder


def _scope() -> str:
    name = _current().graph.get_name_scope()
    return f"{name}/" if name else ""


def _no_gradient(operation: Any, *gradients: Any) -> list[None]:
    return [None] * len(operation.inputs)


def _shapes(initial: list[Tensor], loop_vars: Any, invariants: Any) -> list[StaticShape]:
    """Return what stays of the shape of each loop variable."""
    if invariants is None:
        return [tensor.dims for tensor in initial]
    nest.check_same(list(loop_vars), list(invariants))
    shapes = [as_shape(shape) for shape in nest.flattened(invariants)]
    for tensor, shape in zip(initial, shapes, strict=True):
        if not _is_within(tensor.dims, shape.sizes):
            raise errors.invariant_differs(tensor.name, tensor.shape, shape)
    return [shape.sizes for shape in shapes]


def _is_within(dims: StaticShape, wider: StaticShape) -> bool:
    """Return whether every shape that `dims` stands for is one of those of `wider`."""
    if wider is None:
        return True
    if dims is None or len(dims) != len(wider):
        return False
    return all(size is None or size == own for own, size in zip(dims, wider, strict=True))


def _checked(initial: list[Tensor], shapes: list[StaticShape], after: list[Tensor]) -> Exception | None:
    """Check what an iteration makes of each variable; return what is to be raised when the loop runs."""
    scope = _scope()
    for number, (before, dims, tensor) in enumerate(zip(initial, shapes, after, strict=True)):
        if not _is_within(tensor.dims, dims):
            raise errors.loop_shape_differs(before.name, before.shape, tensor.shape)
        if tensor.dtype.base_dtype is not before.dtype.base_dtype:
            suffix = f"_{number}" if number else ""
            names = (f"{scope}Merge{suffix}", f"{scope}NextIteration{suffix}:0")
            dtype, wanted = errors.short_name(tensor.dtype), errors.short_name(before.dtype)
            return errors.loop_type_differs(names[0], dtype, names[1], wanted)
    return None
