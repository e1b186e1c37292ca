"""Functions of elements, recorded once: what `Dataset.map` and its kin run for each element."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import data as errors
from ..graph import Recorder, Tensor, current, get_default_graph
from ..graph.conversion import as_tensor
from ..graph.plan import Plan
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from ..ops.bodies import Body
from .sparse_elements import opened, stored
from .structure import DatasetSpec, SparseSpec, Spec, flat, mapped, packed

__all__ = ["ElementFunction", "Values"]

Values = Mapping[Any, Any]
"""The values of the graph's tensors that a dataset uses."""


class ElementFunction:
    """A function of an element.

    Args:
        function: callable; a tuple is given to it as several arguments.
        structure: of specs: the element.
        what: the method that takes it, for messages.
        nested: callable(spec, tensor) -> the dataset that stands in an element, where one does.

    Attributes:
        inputs: tensors of the graph whose values it needs.
        structure: of specs: what it returns; None where that is a dataset.
        dataset: the dataset that it returns, or None.
    """

    def __init__(
        self, function: Callable[..., Any], structure: Any, what: str, nested: Callable[[Any, Any], Any]
    ) -> None:
        self._function, self._given, self._what, self._nested = function, structure, what, nested
        self.structure: Any = None
        self.dataset: Any = None
        recorder = current()
        # where everything is computed at once, a recorder of its own
        body = Body(
            recorder or Recorder(get_default_graph()), self._outputs, [leaf.as_tensor for leaf in flat(structure)]
        )
        self.inputs: list[Tensor] = list(body.captured)
        self._plan = Plan(body.outputs, [*body.inputs, *body.captured.values()])
        self._used = body.outputs

    def _outputs(self, *arguments: Tensor) -> list[Tensor]:
        """Call the function with tensors, and return the tensors that it makes, or that its dataset uses."""
        element = packed(
            self._given, [self._argument(*pair) for pair in zip(flat(self._given), arguments, strict=True)]
        )
        result = self._function(*element) if isinstance(element, tuple) else self._function(element)
        if isinstance(result, list):  # what an operation with several outputs returns: not one to be stacked
            result = tuple(result)
        if hasattr(result, "element_inputs"):
            self.dataset = result
            inputs: list[Tensor] = result.element_inputs
            return inputs
        if result is None:
            raise errors.no_result(self._what)
        recorder = current()
        assert recorder is not None
        made = mapped(lambda value: _made(value, recorder), result)
        self.structure = mapped(_spec, made)
        return [stored(each, False) if isinstance(each, SparseTensor) else each for each in flat(made)]

    def _argument(self, spec: Any, tensor: Tensor) -> Any:
        if isinstance(spec, SparseSpec):
            return opened(tensor, *spec)
        return self._nested(spec, tensor) if isinstance(spec, DatasetSpec) else tensor

    def __call__(self, element: Sequence[Any], values: Values) -> Sequence[Any]:
        """Return the flat values of what the function makes of a flat element."""
        return self._plan.run([*element, *(values[tensor] for tensor in self.inputs)])

    def dataset_values(self, element: Sequence[Any], values: Values) -> Values:
        """Return the values of the tensors that the dataset uses which the function makes of a flat element."""
        assert self.dataset is not None
        return dict(zip(self.dataset.element_inputs, self(element, values), strict=True))


def _made(value: Any, recorder: Recorder) -> Any:
    if isinstance(value, (SparseTensor, SparseTensorValue)):
        return SparseTensor.from_value(value)
    return as_tensor(value, recorder)


def _spec(made: Any) -> Any:
    if isinstance(made, SparseTensor):
        return SparseSpec(made.get_shape().sizes, made.dtype.base_dtype)
    return Spec(made.dims, made.dtype.base_dtype)
