"""Functions that are recorded once and then run as plans: `value_and_grad`, and `function` without the gradient.

    step = fs.value_and_grad(loss_of)
    loss, grads = step(ids, targets)
    optimizer.apply_gradients(grads)

Source: the interface is that of JAX (jax.value_and_grad) and of TF's function (python/eager/def_function.py).
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from .._store import AUTO_REUSE, VariableScope
from ..arrays import Device, array_module, device_of
from ..arrays.dtypes import as_dtype
from ..arrays.ownership import is_own
from ..errors import gradients as errors
from ..gradients import gradients
from ..graph import Graph, Operation, Recorder, Tensor, current, environment, get_default_graph
from ..graph.conversion import as_tensor
from ..graph.kept import Kept
from ..graph.placement import FREE
from ..graph.plan import Plan
from ..ops.operands import current_device
from ..scoping.scopes import get_variable_scope
from ..scoping.sharing import own_scope
from ..scoping.undo import all_or_nothing
from ..scoping.variables import Variable
from .gradient_store import Gradients

__all__ = ["function", "value_and_grad"]

_PLANS = 64  # signatures whose plans a function keeps at least: lengths of a batch's sentences, say
_EFFECTS = ("Assign", "Scatter", "Print", "Assert", "PyFunc")


def function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, recorded once for each signature of its arguments and run as a plan from then on.

    Args:
        function: callable(*args, **kwargs) -> arrays, in any structure. It gets tensors in place of arrays, computes
            with fastscope's functions, and finds its variables where it reads them.

    Returns:
        A callable with the same arguments: arrays may change their values, while their shapes and dtypes, and all
        other arguments, decide what is recorded. Give a number that changes as np.float32(x). What is no argument, an
        array of the module's for instance, stays what it was when it was recorded.

    The first recording makes the variables, and the later ones find them again. A call that fails the first time that
    it is recorded leaves none behind.

    Raises:
        TypeError: the function asks for a value that is not there yet, as `if tensor:` does.
        ValueError: a later recording makes variables.
    """
    return functools.wraps(function)(_Recorded(function, differentiated=False, has_aux=False))


def value_and_grad(function: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that gives what `function` returns, a loss, and its gradients by the variables it reads.

        >>> step = fs.value_and_grad(lambda x: fs.reduce_mean(fs.square(x @ fs.get_variable("w", [3, 2]))))

    Args:
        function: as in `function`; it returns a scalar, or (scalar, anything) if `has_aux`.
        has_aux: whether it returns more than the loss, a state for instance.

    Returns:
        A callable that returns (loss, Gradients) or ((loss, aux), Gradients). The gradients are of the trainable
        variables, and what `apply_gradients` takes.

    Raises:
        TypeError: see `function`. ValueError: the loss is no scalar.
    """
    return functools.wraps(function)(_Recorded(function, differentiated=True, has_aux=has_aux))


class _Recorded:
    """A function and its plans."""

    def __init__(self, function: Callable[..., Any], differentiated: bool, has_aux: bool) -> None:
        self._function = function
        self._differentiated = differentiated
        self._has_aux = has_aux
        self._plans = Kept(_PLANS)
        self._scope: VariableScope | None = None  # that the first recording was made in
        self._graph: Callable[[], Graph | None] = lambda: None
        self._lock = threading.RLock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        arrays: list[Any] = []
        key = environment().device, _signature((args, kwargs), arrays)
        if current() is not None:
            raise errors.recorded_in_a_graph()
        plan = self._plans.get(key)
        if plan is None:
            with self._lock:
                plan = self._plans.get(key)
                if plan is None:
                    return self._first_call(key, args, kwargs, arrays)
        return plan(arrays)

    def _first_call(self, key: Hashable, args: Any, kwargs: Any, arrays: list[Any]) -> Any:
        """Record a signature and run it; if that fails it is as if it had never been called."""
        graph = get_default_graph()
        is_first = self._scope is None or self._graph() is not graph
        with all_or_nothing():
            with nullcontext() if is_first else self._sharing():
                places = list(map(_place_of, arrays))
                plan = _Plan(self._function, args, kwargs, places, self._differentiated, self._has_aux)
            result = plan(arrays)
        if is_first:
            self._scope, self._graph = get_variable_scope(), weakref.ref(graph)
        self._plans.put(key, plan)
        return result

    @contextmanager
    def _sharing(self) -> Iterator[None]:
        """Open a block in which the function's variables are found again.

        Raises:
            ValueError: others were made.
        """
        graph = get_default_graph()
        before = set(map(id, graph.variables()))
        with own_scope(self._scope, reuse=AUTO_REUSE, auxiliary_name_scope=False):
            yield
        made = [variable.name for variable in graph.variables() if id(variable) not in before]
        if made:
            raise errors.variables_in_a_later_recording(made)


def _signature(value: Any, arrays: list[Any]) -> Hashable:
    """Return what decides the plan of a call, and list the arrays in its arguments."""
    if _is_array(value):
        arrays.append(value)
        return tuple(value.shape), value.dtype, array_module(value).__name__
    if isinstance(value, Mapping):
        return type(value), tuple((key, _signature(value[key], arrays)) for key in value)
    if isinstance(value, (list, tuple)):
        return type(value), tuple(_signature(item, arrays) for item in value)
    return type(value), value


def _place_of(array: Any) -> Device:
    """Return where an argument is; integers of the host go wherever they are wanted, as those that a session is fed."""
    return FREE if array_module(array) is np and array.dtype.kind in "iub" else device_of(array)


def _is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic)) or array_module(value) is not np


class _Plan:
    """One signature of a function: recorded, differentiated and compiled."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        places: Sequence[Device],
        differentiated: bool,
        has_aux: bool,
    ) -> None:
        recorder = Recorder(get_default_graph())
        self._inputs: list[Tensor] = []
        with recorder.recording():
            result = function(*_tensors(args, recorder, self._inputs), **_tensors(kwargs, recorder, self._inputs))
            self._variables: list[Variable] = []
            slopes: list[Tensor] = []
            if differentiated:
                slopes = self._slopes(recorder, as_tensor(_loss_of(result, has_aux), recorder))
            self._elements: list[Tensor] = []
            self._build = _builder(result, self._elements, recorder)
        fetched = [*self._elements, *slopes, *_effects(recorder)]
        self._differentiated = differentiated
        self._plan = Plan(fetched, self._inputs, places=places, device=current_device(), settled=True)

    def _slopes(self, recorder: Recorder, loss: Tensor) -> list[Tensor]:
        if loss.dims != ():
            raise errors.loss_is_no_scalar(loss)
        variables = [variable for variable in recorder.reads if variable.trainable]
        found = gradients(loss, variables)
        pairs = [(v, as_tensor(d, recorder)) for v, d in zip(variables, found, strict=True) if d is not None]
        self._variables = [variable for variable, _ in pairs]
        return [slope for _, slope in pairs]

    def __call__(self, arrays: list[Any]) -> Any:
        values = self._plan.run(arrays)
        count = len(self._elements)
        result = self._build([_owned(values, place) for place in range(count)])
        if not self._differentiated:
            return result
        grads = Gradients()
        for variable, value in zip(self._variables, values[count:], strict=False):
            grads.add(variable, value)
        return result, grads


def _loss_of(result: Any, has_aux: bool) -> Any:
    """Return the loss in what a function returned.

    Raises:
        TypeError: there is more or less than was said.
    """
    if has_aux:
        if not isinstance(result, (list, tuple)) or len(result) != 2:
            raise errors.aux_is_missing(result)
        return result[0]
    if result is None or isinstance(result, (list, tuple, Mapping)):
        raise errors.loss_is_a_structure(result)
    return result


def _tensors(value: Any, recorder: Recorder, inputs: list[Tensor]) -> Any:
    """Return arguments with a tensor in place of each array, and list those."""
    if _is_array(value):
        spec = tuple(value.shape), as_dtype(value.dtype)
        tensor = recorder.add("Placeholder", f"Argument_{len(inputs)}", None, (), (), [spec]).outputs[0]
        inputs.append(tensor)
        return tensor
    if isinstance(value, Mapping):
        return {key: _tensors(item, recorder, inputs) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [_tensors(item, recorder, inputs) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value


def _builder(value: Any, elements: list[Tensor], recorder: Recorder) -> Callable[[Sequence[Any]], Any]:
    """Return how a result of the values of `elements` is put together in the structure of `value`."""
    if isinstance(value, Mapping):
        inner = {key: _builder(item, elements, recorder) for key, item in value.items()}
        return lambda values: {key: build(values) for key, build in inner.items()}
    if isinstance(value, (list, tuple)):
        builds = [_builder(item, elements, recorder) for item in value]
        make = type(value)._make if hasattr(value, "_fields") else type(value)  # type: ignore[union-attr]
        return lambda values: make([build(values) for build in builds])
    if not isinstance(value, Tensor) and not hasattr(value, "_recorded"):
        return lambda values: value
    place = len(elements)
    elements.append(as_tensor(value, recorder))
    return lambda values: values[place]


def _effects(recorder: Recorder) -> Iterator[Operation]:
    """Yield the operations that are run for what they do."""
    return (op for op in recorder.operations if op.type.startswith(_EFFECTS) and not op.name.endswith("/Assign"))


def _owned(values: tuple[Any, ...], place: int) -> Any:
    """Return a result that is nobody else's memory."""
    if not hasattr(values[place], "flags") or is_own(values, place):
        return values[place]
    return values[place].copy()
