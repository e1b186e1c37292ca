"""What the cells of tf.contrib.rnn are made of: a product with a bias, layer normalization, weights in shards.

All of it is functions of `ops` and operators, so that what records those records the cells.

Shapes: N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import ops
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..scoping.initializers import Constant
from .base import LayerRNNCell, RNNCell


class Product(NamedTuple):
    """The weights of a product: kernel `[rows, columns]`, and bias `[columns]` or None."""

    kernel: Any
    bias: Any

    def of(self, *parts: Any) -> Array:
        """Return the parts `[N, ...]`, put beside each other, times kernel, plus bias."""
        x = ops.concat(list(parts), 1) if len(parts) > 1 else parts[0]
        product = ops.matmul(x, self.kernel)
        return product if self.bias is None else ops.bias_add(product, self.bias)


def make_product(
    cell: RNNCell, rows: int, columns: int, prefix: str = "", initializer: Any = None, has_bias: bool = True
) -> Product:
    """Make the variables of a product in the cell's scope, "<prefix>kernel" and "<prefix>bias"."""
    kernel = cell.add_variable(f"{prefix}kernel", [rows, columns], initializer=initializer)
    bias = cell.add_variable(f"{prefix}bias", [columns], initializer=Constant(0.0)) if has_bias else None
    return Product(kernel, bias)


class Norm(NamedTuple):
    """The weights of a layer normalization: gamma and beta `[H]`."""

    gamma: Any
    beta: Any

    def of(self, x: Array) -> Array:
        """Return x `[N, H]` with each row's mean at beta and its deviation at gamma.

        Source: TF 1.15 contrib/layers/python/layers/layers.py, layer_norm; Ba et al., arXiv:1607.06450.
        """
        centred = ops.subtract(x, ops.reduce_mean(x, 1, keepdims=True))
        variance = ops.reduce_mean(ops.square(centred), 1, keepdims=True)
        epsilon = 1e-3 if x.dtype == "float16" else 1e-12
        scaled = ops.divide(centred, ops.sqrt(ops.add(variance, epsilon)))
        return ops.add(ops.multiply(scaled, self.gamma), self.beta)


def make_norm(cell: RNNCell, name: str, units: int, gain: float, shift: float) -> Norm:
    """Make the variables of a normalization in the cell's scope, "<name>/gamma" and "<name>/beta"."""
    gamma = cell.add_variable(f"{name}/gamma", [units], initializer=Constant(gain))
    return Norm(gamma, cell.add_variable(f"{name}/beta", [units], initializer=Constant(shift)))


def make_shards(cell: RNNCell, name: str, rows: int, columns: int, count: int, initializer: Any) -> list[Any]:
    """Make a matrix in `count` variables, "<name>_0" and so on, that lie below each other.

    Raises:
        ValueError: more of them than rows.
    """
    if not 1 <= count <= rows:
        raise errors.too_many_shards([rows, columns], count)
    lengths = [rows // count + (k < rows % count) for k in range(count)]
    return [
        cell.add_variable(f"{name}_{k}", [length, columns], initializer=initializer) for k, length in enumerate(lengths)
    ]


def whole(shards: list[Any]) -> Any:
    """Return the matrix that `make_shards` made."""
    return shards[0] if len(shards) == 1 else ops.concat(shards, 0)


def mixed(gate: Array, x: Any, y: Any) -> Array:
    """Return gate * x + (1 - gate) * y."""
    return ops.add(ops.multiply(gate, x), ops.multiply(ops.subtract(1.0, gate), y))


class OneState(LayerRNNCell):
    """Base of cells whose state and output are `[N, H]` each."""

    _num_units: int

    @property
    def state_size(self) -> int:
        """H."""
        return self._num_units

    @property
    def output_size(self) -> int:
        """H."""
        return self._num_units
