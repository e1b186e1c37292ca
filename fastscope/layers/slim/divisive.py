"""Generalized divisive normalization: each channel divided by a length that all of them make.

Source: tensorflow/contrib/layers/python/layers/layers.py (TF 1.15); Ballé, Laparra and Simoncelli, Density modeling of
images using a generalized normalization transformation, 2015.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import ops
from ...arrays.shapes import TensorShape
from ...errors import layers as errors
from ...gradients import custom_gradient
from ..arguments import data_format_of
from ..base import InputSpec, Layer, static_sizes
from ..functions import function_of

__all__ = ["GDN", "gdn"]


class GDN(Layer):
    """`x[i] / sqrt(beta[i] + sum_j(gamma[j, i] * x[j] ** 2))` of the channels x of each place.

    Args:
        inverse: whether it multiplies instead: one step towards the inverse.
        beta_min: the least beta.
        gamma_init: gamma begins as the identity times it.
        reparam_offset: added to both before their roots are kept as weights, so that those at 0 still have gradients.
        data_format: "channels_last", `[N, *spatial, C]`, or "channels_first", `[N, C, *spatial]`.
        activity_regularizer: callable(result) -> loss, which is collected; in a graph only.
        trainable: whether the variables are in the trainable collection.
        name: of the scope; None for the name of the class.

    Attributes:
        beta: `[C]`, not below `beta_min`.
        gamma: `[C, C]`, not below 0.
    """

    _roots: tuple[Any, Any] | None = None

    def __init__(
        self,
        inverse: bool = False,
        beta_min: float = 1e-6,
        gamma_init: float = 0.1,
        reparam_offset: float = 2**-18,
        data_format: str = "channels_last",
        activity_regularizer: Callable[[Any], Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self.inverse, self.data_format = inverse, data_format_of(data_format)
        self._beta_min, self._gamma_init, self._offset = beta_min, gamma_init, reparam_offset
        self.input_spec = InputSpec(min_ndim=3, max_ndim=5)

    def build(self, input_shape: Any) -> None:
        """Make the roots of beta and gamma."""
        sizes = TensorShape(input_shape).as_list()
        axis = -1 if self.data_format == "channels_last" else 1
        depth = sizes[axis]
        if depth is None:
            problem = "The channel dimension of the inputs to `GDN` must be defined."
            raise errors.depth_unknown(problem, str(TensorShape(sizes)))
        self.input_spec = InputSpec(ndim=len(sizes), axes={axis: depth})
        square = self._offset**2

        def of_beta(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            return ops.sqrt(ops.add(ops.ones(shape, dtype), square))

        def of_gamma(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            return ops.sqrt(ops.add(ops.multiply(ops.eye(int(shape[0]), dtype=dtype), self._gamma_init), square))

        self._roots = (
            self.add_weight("reparam_beta", [depth], initializer=of_beta),
            self.add_weight("reparam_gamma", [depth, depth], initializer=of_gamma),
        )
        self.built = True

    @property
    def beta(self) -> Any:
        """What is added, `[C]`; None before the first call."""
        return None if self._roots is None else self._squared(self._roots[0], (self._beta_min + self._offset**2) ** 0.5)

    @property
    def gamma(self) -> Any:
        """The share of each channel in each, `[C, C]`; None before the first call."""
        return None if self._roots is None else self._squared(self._roots[1], self._offset)

    def _squared(self, root: Any, least: float) -> Any:
        return ops.subtract(ops.square(_not_below(least)(ops.identity(root))), self._offset**2)

    def call(self, inputs: Any) -> Any:
        """Return an array of the shape of the inputs."""
        rank, is_first = len(static_sizes(inputs) or ()), self.data_format == "channels_first"
        squares: Any = ops.square(inputs)
        if is_first:
            squares = ops.transpose(squares, [0, *range(2, rank), 1])
        lengths: Any = ops.sqrt(ops.add(ops.tensordot(squares, self.gamma, 1), self.beta))
        if is_first:
            lengths = ops.transpose(lengths, [0, rank - 1, *range(1, rank - 1)])
        return inputs * lengths if self.inverse else inputs / lengths

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return `input_shape`."""
        return TensorShape(input_shape)


def _not_below(least: float) -> Callable[[Any], Any]:
    """Return the function of what is not below a number; gradients that lift what is below go through."""

    def limited(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        def grad(dy: Any) -> Any:
            goes: Any = ops.logical_or(ops.greater_equal(x, least), ops.less(dy, 0.0))
            return ops.cast(goes, dy.dtype) * dy

        return ops.maximum(x, least), grad

    return custom_gradient(limited)


gdn = function_of(GDN, "gdn")
