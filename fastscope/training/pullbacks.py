"""What the functions of `vjp` return beside their results: the way back, checked and taken once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module, device_of, move
from ..arrays.structure import leaves, map_structure
from ..arrays.typing import Array
from ..errors import training as errors
from ..ops.operands import operand
from ..scoping.variables import PartitionedVariable, Variable
from .gradient_store import Deferred, Gradients


class Pullback:
    """The way back of one call of one function of this module; it can be called once.

    Args:
        name: of the function.
        result: what the function returned.
        variables: those whose gradients it gives.
        function: callable(d_result, into) -> the gradient of the inputs.
    """

    def __init__(
        self,
        name: str,
        result: Array,
        variables: Sequence[Any],
        function: Callable[[Any, Any], Any],
    ) -> None:
        self._name = name
        self._shape, self._dtype, self._device = tuple(result.shape), result.dtype, device_of(result)
        self._needs_store = bool(variables)
        parts = [part for v in variables for part in _parts(v)]
        self._versions = [(part, part.version) for part in parts]
        self._function: Callable[[Any, Any], Any] | None = function

    def __call__(self, d_result: Any = None, *, into: Gradients | None = None) -> Any:
        """Pull a gradient back.

        Args:
            d_result: gradient of the result, of its shape and dtype; may be left out for a loss: 1.
            into: where the variables' gradients are added; needed if there are variables.

        Returns:
            The gradient of the inputs; None where they have none.

        Raises:
            FailedPreconditionError: it was called before, or a variable was written since.
            ValueError: another shape than the result's.
            TypeError: another dtype, or no `into`. It can be called again after an error.
        """
        return self._pull(self._gradient("d_outputs", d_result, self._shape), into)

    def _gradient(self, argument: str, gradient: Any, shape: tuple[int, ...]) -> Any:
        if gradient is None and shape == ():
            return 1.0
        if isinstance(gradient, (int, float)) and shape == ():
            return gradient
        array = operand(gradient)
        if tuple(array.shape) != shape:
            raise errors.pullback_shape(self._name, argument, shape, tuple(array.shape))
        if array.dtype != self._dtype:
            raise errors.pullback_dtype(self._name, argument, self._dtype, array.dtype)
        return move(array, self._device) if isinstance(array, np.ndarray) else array

    def _pull(self, gradient: Any, into: Gradients | None) -> Any:
        if self._function is None:
            raise errors.pulled_twice(self._name)
        if self._needs_store and not isinstance(into, (Gradients, Deferred)):
            raise errors.store_needed(self._name, into)
        for variable, version in self._versions:
            if variable.version != version:
                raise errors.written_since(self._name, variable.name)
        function, self._function = self._function, None
        return function(gradient, into)


class RNNPullback(Pullback):
    """The way back of `dynamic_rnn`.

    Attributes:
        final_state: the state after the last step, as `tf.nn.dynamic_rnn` returns it.
        d_initial_state: the gradient of the initial state, once it was called; before that None.
    """

    def __init__(
        self,
        outputs: Array,
        final_state: Any,
        variables: Sequence[Any],
        function: Callable[[Any, Any], Any],
    ) -> None:
        super().__init__("dynamic_rnn", outputs, variables, function)
        self.final_state = final_state
        self.d_initial_state: Any = None

    def __call__(
        self,
        d_outputs: Any = None,
        d_state: Any = None,
        *,
        into: Gradients | None = None,
        want_inputs: bool = True,
    ) -> Any:
        """Pull gradients back through the whole sequence.

        Args:
            d_outputs: of the outputs, of their shape and dtype.
            d_state: of the final state, in its structure; None = zeros.
            into: where the weights' gradients are added.
            want_inputs: False where the inputs are data: what their gradient costs is saved.

        Returns:
            The gradient of the inputs, of their shape, or None if it is not wanted. That of the initial state
            is in `d_initial_state`.

        Raises:
            FailedPreconditionError, ValueError, TypeError: see `Pullback`.
        """
        gradient = self._gradient("d_outputs", d_outputs, self._shape)
        if d_state is None:
            state = map_structure(lambda s: array_module(s).zeros_like(s), self.final_state)
        else:
            state = _same_structure(self.final_state, d_state, self._gradient)
        d_inputs, self.d_initial_state = self._pull((gradient, state, want_inputs), into)
        return d_inputs


def _same_structure(like: Any, given: Any, check: Callable[..., Any]) -> Any:
    flat_like, flat = list(leaves(like)), list(leaves(given))
    if len(flat_like) != len(flat):
        raise errors.gradient_structure(like, given)
    checked = iter([check("d_state", d, tuple(s.shape)) for s, d in zip(flat_like, flat, strict=True)])
    return map_structure(lambda _: next(checked), like)


def _parts(variable: Any) -> list[Variable]:
    if isinstance(variable, PartitionedVariable):
        return list(variable)
    return [variable] if isinstance(variable, Variable) else []
