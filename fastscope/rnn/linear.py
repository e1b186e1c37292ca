"""What TensorFlow's own cells are made of, which programs of their time import: _Linear and _linear.

Source: TF 1.15 contrib/rnn/python/ops/core_rnn_cell.py.
Shapes: N batch_size.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import rnn as errors
from ..ops.weights import static_shape
from ..scoping.initializers import Constant
from ..scoping.scopes import get_variable

__all__ = ["Linear", "linear"]


class Linear:
    """A product with weights of the current variable scope, "kernel" and "bias".

    Args:
        args: `[N, D]`, or a list of such: what it is called with is like them.
        output_size: columns of the kernel.
        build_bias: whether there is a bias.
        bias_initializer: None = zeros.
        kernel_initializer: None = the scope's.

    Raises:
        ValueError: nothing, or something else than matrices of known depths.
    """

    def __init__(
        self,
        args: Any,
        output_size: int,
        build_bias: bool,
        bias_initializer: Any = None,
        kernel_initializer: Any = None,
    ) -> None:
        given = list(args) if isinstance(args, (list, tuple)) else [args]
        if args is None or not given:
            raise errors.linear_of_nothing()
        shapes = [static_shape(x) for x in given]
        if any(shape.rank != 2 or shape.as_list()[1] is None for shape in shapes):
            raise errors.linear_of_others([str(shape) for shape in shapes])
        dtype = ops.convert_to_tensor(given[0]).dtype
        rows = sum(shape.as_list()[1] for shape in shapes)  # type: ignore[misc]
        self._kernel = get_variable("kernel", [rows, output_size], dtype, kernel_initializer)
        first = Constant(0.0) if bias_initializer is None else bias_initializer
        self._bias = get_variable("bias", [output_size], dtype, first) if build_bias else None

    def __call__(self, args: Any) -> Any:
        """Return the product of what is given, `[N, output_size]`."""
        given = list(args) if isinstance(args, (list, tuple)) else [args]
        product = ops.matmul(given[0] if len(given) == 1 else ops.concat(given, 1), self._kernel)
        return product if self._bias is None else ops.bias_add(product, self._bias)


def linear(
    args: Any, output_size: int, bias: bool, bias_initializer: Any = None, kernel_initializer: Any = None
) -> Any:
    """Return what a `Linear` does of `args`, with the weights made or shared in the current variable scope."""
    return Linear(args, output_size, bias, bias_initializer, kernel_initializer)(args)
