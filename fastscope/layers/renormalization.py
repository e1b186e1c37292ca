"""Batch renormalization: training uses the batch's moments corrected towards their averages.

What is normalized is multiplied by r = deviation of the batch / average deviation, and moved by d = (mean of the batch
- average mean) / average deviation: as if it were normalized by the averages, while gradients go through the batch.

Source: Ioffe, Batch renormalization, 2017; tensorflow/python/keras/layers/normalization.py (TF 1.15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..errors import layers as errors
from ..graph import control_dependencies, name_scope
from .arguments import smart_cond

if TYPE_CHECKING:
    from .normalization import BatchNormalization

__all__ = ["Renormalization", "composed"]

_LIMITS = ("rmax", "rmin", "dmax")


def composed(first: tuple[Any, Any], then: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return gain and offset of `x * gain + offset` done twice; those of the second may be None."""
    (gain, offset), (then_gain, then_offset) = first, then
    if then_gain is not None:
        gain, offset = gain * then_gain, offset * then_gain
    return gain, offset if then_offset is None else offset + then_offset


class Renormalization:
    """What a BatchNormalization with renorm=True has besides.

    Args:
        layer: the layer.
        clipping: limits by "rmin", "rmax" and "dmax".
        momentum: of the averages that are corrected towards.

    Raises:
        ValueError: another limit.
    """

    def __init__(self, layer: BatchNormalization, clipping: dict[str, Any], momentum: float) -> None:
        if set(clipping) - set(_LIMITS):
            raise errors.unknown_limit(clipping, _LIMITS)
        self._layer, self._clipping, self._momentum = layer, clipping, momentum

    def build(self, shape: Any, dtype: Any) -> None:
        """Make the averages."""
        layer = self._layer
        of_variance: Any = layer.moving_variance_initializer

        def of_deviation(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            make = of_variance() if isinstance(of_variance, type) else of_variance
            return ops.sqrt(ops.convert_to_tensor(make(shape, dtype=dtype)))

        starts = {
            "moving_stddev": of_deviation,
            "renorm_mean": layer.moving_mean_initializer,
            "renorm_stddev": of_deviation,
        }
        for name, initializer in starts.items():
            setattr(self, name, layer.add_weight(name, shape, dtype, initializer, trainable=False))

    def corrected(self, mean: Any, variance: Any, training: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """Return gain r and offset d, and the batch's moments once the averages have moved by them."""
        known: Any = self
        deviation: Any = ops.sqrt(variance + self._layer.epsilon)
        usual: Any = ops.maximum(known.renorm_stddev, ops.sqrt(ops.convert_to_tensor(self._layer.epsilon)))
        r: Any = deviation / usual
        d: Any = (mean - known.renorm_mean) / usual
        with control_dependencies([r, d]):
            mean, deviation = ops.identity(mean), ops.identity(deviation)
        lowest, highest, furthest = (self._clipping.get(key) for key in ("rmin", "rmax", "dmax"))
        r = r if lowest is None else ops.maximum(r, lowest)
        r = r if highest is None else ops.minimum(r, highest)
        d = d if furthest is None else ops.minimum(ops.maximum(d, -furthest), furthest)
        r = smart_cond(training, lambda: r, lambda: ops.ones_like(r))
        d = smart_cond(training, lambda: d, lambda: ops.zeros_like(d))
        moved = [
            self._moved(known.renorm_mean, mean, training),
            self._moved(known.renorm_stddev, deviation, training),
        ]
        with control_dependencies(moved):
            moments = ops.identity(mean), ops.identity(variance)
        return (ops.stop_gradient(r, name="renorm_r"), ops.stop_gradient(d, name="renorm_d")), moments

    def _moved(self, average: Any, value: Any, training: Any) -> Any:
        move = self._layer.move
        return smart_cond(training, lambda: move(average, value, self._momentum), lambda: ops.identity(average))

    def move_variance(self, variance: Any, momentum: Any) -> Any:
        """Move the average of the deviation, and set that of the variance by it."""
        known: Any = self
        layer = self._layer
        moved: Any = layer.move(known.moving_stddev, ops.sqrt(variance + layer.epsilon), momentum)
        square: Any = ops.multiply(moved, moved)
        new = ops.relu(square - layer.epsilon)
        with name_scope("AssignNewValue") as scope:
            return layer.moving_variance.assign(new, name=scope)
