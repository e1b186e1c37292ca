"""Functions that bring the rule of their gradient with them.

Source: tensorflow/python/ops/custom_gradient.py (TF 1.15).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ..errors import gradients as errors
from ..graph import Operation, Recorder, Tensor, current
from ..graph.conversion import as_tensor

__all__ = ["custom_gradient"]


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function one whose gradient is what it says itself.

        >>> @tf.custom_gradient
        ... def clipped(x):
        ...     return x, lambda d: tf.clip_by_value(d, -1.0, 1.0)

    Args:
        f: callable(*tensors) -> (result, rule). The result is a tensor or a list; the rule takes the gradient of each
            and returns those of the tensors. If `f` uses variables, it takes `variables=`, a list, and returns their
            gradients, a list, as a second result.

    Where everything is computed at once, the rule is not used.
    """

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return f(*args, **kwargs)[0]
        if kwargs:
            raise errors.custom_gradient_keywords(list(kwargs))
        inputs = [as_tensor(arg, recorder, name=recorder.claim("Const")) for arg in args]
        first = len(recorder.operations)
        result, rule = f(*inputs)
        listed = isinstance(result, (list, tuple))
        results = [as_tensor(one, recorder) for one in (result if listed else [result])]
        used = _variables_since(recorder, first)
        takes_variables = "variables" in inspect.signature(rule).parameters
        if used and not takes_variables:
            raise errors.custom_gradient_variables([variable.name for variable in used])
        made = _written(recorder, results, [*inputs, *used.values()], functools.partial(_back, rule, list(used)))
        return type(result)(made) if listed else made[0]

    return decorated


def _variables_since(recorder: Recorder, first: int) -> dict[Any, Tensor]:
    """Return the variables that operations from number `first` on read, with what they read."""
    used = {tensor for operation in recorder.operations[first:] for tensor in operation.inputs}
    return {variable: tensor for variable, tensor in recorder.reads.items() if tensor in used}


def _written(
    recorder: Recorder, results: list[Tensor], inputs: list[Tensor], gradient: Callable[..., Any]
) -> list[Tensor]:
    """Write down an operation that passes the results on, and has this gradient to the inputs."""
    tensors = [*results, *inputs]
    outputs = [(tensor.dims, tensor.dtype.base_dtype) for tensor in tensors]
    back = functools.partial(gradient, len(results))
    name = recorder.claim("IdentityN")
    operation = recorder.add("IdentityN", name, _all, tuple(tensors), tensors, outputs, gradient=back, is_list=True)
    return operation.outputs[: len(results)]


def _all(*values: Any) -> list[Any]:
    return list(values)


def _back(rule: Callable[..., Any], variables: list[Any], count: int, op: Operation, *received: Any) -> list[Any]:
    """Return no gradients for the results, and those that the rule says for the inputs and variables."""
    if variables:
        found, of_variables = rule(*received[:count], variables=variables)
    else:
        found, of_variables = rule(*received[:count]), []
    listed = list(found) if isinstance(found, (list, tuple)) else [found]
    wanted = len(op.inputs) - count - len(variables)
    if len(listed) != wanted:
        raise errors.gradients_count(op.name, wanted, len(listed))
    return [None] * count + listed + list(of_variables)
