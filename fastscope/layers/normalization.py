"""BatchNormalization: mean and variance of each channel taken out, with running averages for the time after training.

Source: tensorflow/python/layers/normalization.py, python/keras/layers/normalization.py (TF 1.15); Ioffe and Szegedy,
Batch normalization, 2015.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import Parameter
from typing import Any

from .. import ops
from ..arrays.dtypes import DType, float32
from ..arrays.shapes import TensorShape
from ..errors import layers as errors
from ..graph import GraphKeys, Tensor, add_to_collections, control_dependencies, get_default_graph, name_scope
from ..scoping.initializers import Ones, Zeros
from .arguments import smart_cond, smart_constant
from .base import InputSpec, Layer, static_sizes
from .functions import function_of
from .renormalization import Renormalization, composed

__all__ = ["BatchNormalization", "batch_normalization"]


class BatchNormalization(Layer):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, the moments being the batch's in training.

    In a graph a call in training leaves the operations that move the averages in UPDATE_OPS, and nothing else runs
    them; where it computes at once, it moves them.

    Args:
        axis: dimension of the channels, or a list of dimensions that have moments of their own.
        momentum: of the averages: `average -= (1 - momentum) * (average - of the batch)`.
        epsilon: added to the variance.
        center, scale: whether there are beta and gamma.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: of the variables.
        beta_regularizer, gamma_regularizer: their losses are collected.
        beta_constraint, gamma_constraint: kept with the variables.
        renorm: whether training corrects the batch's moments towards their averages; see `Renormalization`.
        renorm_clipping: limits of the corrections, by "rmin", "rmax" and "dmax".
        renorm_momentum: of the averages that training corrects towards.
        fused: None or True computes images by the operation made for them, whose average variance is the unbiased one,
            as TensorFlow does; False by others.
        trainable: whether gamma and beta are in the trainable collection.
        virtual_batch_size: how many rows are normalized together; None = the whole batch.
        adjustment: callable(shape of the inputs) -> (scale, offset), applied to what is normalized in training.
        name: of the scope; None for "batch_normalization".

    Attributes:
        gamma, beta, moving_mean, moving_variance: the variables `[C]`, with several axes or virtual batches of the rank
            of the inputs; the first two are None if left out.

    Raises:
        TypeError: the axis is neither an int nor a list.
        ValueError: an unknown key of `renorm_clipping`.
    """

    gamma: Any = None
    beta: Any = None
    moving_mean: Any = None
    moving_variance: Any = None
    moving_variance_initializer: Any  # as those of the others
    moving_mean_initializer: Any
    order: tuple[str, str] = ("gamma", "beta")  # in which they are made
    update_keys: Any = GraphKeys.UPDATE_OPS  # collections of what moves the averages; None keeps it in `pending`
    pending: tuple[Any, ...] = ()
    _bessels_correction_test_only = True  # False: the fused operation's variance is kept as the other way's is

    def __init__(
        self,
        axis: Any = -1,
        momentum: Any = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = Zeros,
        gamma_initializer: Any = Ones,
        moving_mean_initializer: Any = Zeros,
        moving_variance_initializer: Any = Ones,
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Callable[[Any], Any] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, **kwargs)
        if not isinstance(axis, (int, list, tuple)):
            raise errors.axis_type(axis)
        self.axis: Any = axis if isinstance(axis, int) else list(axis)
        self.momentum, self.epsilon, self.fused = momentum, epsilon, fused
        self.center, self.scale = center, scale
        self.describe("beta", beta_initializer, beta_regularizer, beta_constraint)
        self.describe("gamma", gamma_initializer, gamma_regularizer, gamma_constraint)
        self.describe("moving_mean", moving_mean_initializer)
        self.describe("moving_variance", moving_variance_initializer)
        self.virtual_batch_size, self.adjustment = virtual_batch_size, adjustment
        self.renorm = Renormalization(self, renorm_clipping or {}, renorm_momentum) if renorm else None

    @property
    def _weight_dtype(self) -> DType | None:
        dtype = self.dtype
        return float32 if dtype is not None and dtype.name in ("float16", "bfloat16") else dtype

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the averages."""
        sizes = TensorShape(input_shape).as_list()
        axes = self._axes(len(sizes))
        self._check_virtual(axes)
        alone = len(axes) == 1 and self.virtual_batch_size is None
        plain = alone and self.adjustment is None and self.renorm is None
        self.fused = self.fused is not False and len(sizes) == 4 and plain and axes[0] in (1, 3)
        depths = {axis: sizes[axis] for axis in axes}
        if None in depths.values():
            raise errors.depth_unknown("Input has undefined `axis` dimension.", str(TensorShape(sizes)))
        self.input_spec = InputSpec(ndim=len(sizes), axes=depths)
        shape: list[Any] = [depths[axes[0]]] if alone else [depths.get(k, 1) for k in range(len(sizes))]
        if self.virtual_batch_size is not None:
            shape.insert(1, 1)
            axes = [axis + 1 for axis in axes]  # after the dimension that virtual batches have
        self.axis = axes
        for name in self.order:
            if self.scale if name == "gamma" else self.center:
                setattr(self, name, self.make(name, shape, self._weight_dtype))
        with self._unpartitioned():
            for name in ("moving_mean", "moving_variance"):
                setattr(self, name, self.make(name, shape, self._weight_dtype, trainable=False))
            if self.renorm is not None:
                self.renorm.build(shape, self._weight_dtype)
        self.built = True

    def _axes(self, rank: int) -> list[int]:
        given = [self.axis] if isinstance(self.axis, int) else self.axis
        for axis in given:
            if not -rank <= axis < rank:
                raise errors.axis_outside(axis, rank)
        axes = [axis % rank for axis in given]
        if len(set(axes)) < len(axes):
            raise errors.axis_twice(axes)
        return axes

    def _check_virtual(self, axes: list[int]) -> None:
        if self.virtual_batch_size is None:
            return
        if self.virtual_batch_size <= 0:
            raise errors.virtual_batch_size(self.virtual_batch_size)
        if 0 in axes:
            raise errors.virtual_batch_axis()
        if self.adjustment is not None:
            raise errors.virtual_batch_adjusted()

    @contextmanager
    def _unpartitioned(self) -> Iterator[None]:
        """Open a block in which weights are made whole: averages are moved whole."""
        scope: Any = self._scope
        partitioner = scope.partitioner
        scope.set_partitioner(None)
        try:
            yield
        finally:
            scope.set_partitioner(partitioner)

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Return an array of the shape of the inputs.

        Args:
            inputs: of the rank of the first ones.
            training: whether the moments are the batch's; a bool, or in a graph a tensor.
        """
        if self.fused:
            return self.by_one(inputs, training, "NCHW" if self.axis == [1] else "NHWC")
        if self.virtual_batch_size is None:
            return self._by_several(inputs, training)
        sizes: Any = static_sizes(inputs)
        rows = ops.reshape(inputs, [self.virtual_batch_size, -1, *sizes[1:]])
        return ops.reshape(self._by_several(rows, training), [-1, *sizes[1:]])

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return `input_shape`."""
        return TensorShape(input_shape)

    # ---- images, by one operation

    def by_one(self, inputs: Any, training: Any, data_format: str) -> Any:
        """Return images normalized, by the operation that does it at once."""
        depth = static_sizes(inputs)[1 if data_format == "NCHW" else 3]  # type: ignore[index]
        dtype = self._weight_dtype
        gamma = ops.ones([depth], dtype) if self.gamma is None else self.gamma
        beta = ops.zeros([depth], dtype) if self.beta is None else self.beta

        def normed(mean: Any = None, variance: Any = None) -> list[Any]:
            learns = mean is None
            return list(
                ops.fused_batch_norm(inputs, gamma, beta, mean, variance, self.epsilon, data_format, is_training=learns)
            )

        y, mean, variance = smart_cond(training, normed, lambda: normed(self.moving_mean, self.moving_variance))
        if not self._bessels_correction_test_only:
            rows: Any = ops.cast(ops.size(inputs) // ops.size(variance), dtype)
            variance = ops.multiply(variance, (rows - 1) / rows)
        known = smart_constant(training)
        if known is not False:
            momentum = self.momentum if known else smart_cond(training, lambda: self.momentum, lambda: 1.0)
            self._update(lambda: self.move_mean(mean, momentum))
            self._update(lambda: self.move(self.moving_variance, variance, momentum))
        return self._waiting(y, training)

    # ---- others

    def _by_several(self, inputs: Any, training: Any) -> Any:
        sizes: Any = static_sizes(inputs)
        gain, offset = self._column(self.gamma, sizes), self._column(self.beta, sizes)
        known = smart_constant(training)
        mean, variance = self.moving_mean, self.moving_variance
        if known is not False:
            if self.adjustment is not None:
                first = self._adjusted(inputs, training)
                gain, offset = composed(first, (gain, offset))
            mean, variance = self._moments(inputs, training, known)
            new_mean, new_variance = mean, variance
            if self.virtual_batch_size is not None:
                new_mean, new_variance = (ops.reduce_mean(each, 1, keepdims=True) for each in (mean, variance))
            if self.renorm is not None:
                first, (new_mean, new_variance) = self.renorm.corrected(new_mean, new_variance, training)
                gain, offset = composed(tuple(self._column(each, sizes) for each in first), (gain, offset))
            self._update(lambda: self._in_training(training, self.moving_mean, self.move_mean, new_mean))
            self._update(lambda: self._in_training(training, self.moving_variance, self._move_variance, new_variance))
        facts = [self._column(each, sizes) for each in (mean, variance)]
        facts += [offset, gain]
        mean, variance, offset, gain = (None if each is None else ops.cast(each, self.dtype) for each in facts)
        result: Any = ops.batch_normalization(inputs, mean, variance, offset, gain, self.epsilon)
        if isinstance(result, Tensor):
            result.set_shape(sizes)
        return self._waiting(result, training)

    def _column(self, vector: Any, sizes: list[Any]) -> Any:
        """Return a vector of the channels in a shape that goes with the inputs'."""
        rank = len(sizes)
        if vector is None or len(vector.shape) == rank or self.axis == [rank - 1]:
            return vector
        return ops.reshape(vector, [-1 if axis == self.axis[0] else 1 for axis in range(rank)])

    def _moments(self, inputs: Any, training: Any, known: bool | None) -> tuple[Any, Any]:
        axes = [axis for axis in range(len(static_sizes(inputs) or ())) if axis not in self.axis]
        if self.virtual_batch_size is not None:
            del axes[1]
        keep = self.virtual_batch_size is not None or len(self.axis) > 1
        mean, variance = self.batch_moments(ops.cast(inputs, self._weight_dtype), axes, keep)
        if known is None:
            of_batch = mean, variance
            mean = smart_cond(training, lambda: of_batch[0], lambda: ops.convert_to_tensor(self.moving_mean))
            variance = smart_cond(training, lambda: of_batch[1], lambda: ops.convert_to_tensor(self.moving_variance))
        return mean, variance

    def batch_moments(self, inputs: Any, axes: list[int], keep: bool) -> tuple[Any, Any]:
        """Return mean and variance of a batch."""
        mean, variance = ops.moments(inputs, axes, keep_dims=keep)
        return mean, variance

    def _adjusted(self, inputs: Any, training: Any) -> tuple[Any, Any]:
        gain, offset = self.adjustment(ops.shape(inputs))  # type: ignore[misc]
        return (
            smart_cond(training, lambda: gain, lambda: ops.ones_like(gain)),
            smart_cond(training, lambda: offset, lambda: ops.zeros_like(offset)),
        )

    # ---- the averages

    def _in_training(self, training: Any, average: Any, move: Callable[[Any, Any], Any], value: Any) -> Any:
        return smart_cond(training, lambda: move(value, self.momentum), lambda: average)

    def move_mean(self, value: Any, momentum: Any) -> Any:
        """Move the average of the mean."""
        return self.move(self.moving_mean, value, momentum)

    def _move_variance(self, value: Any, momentum: Any) -> Any:
        if self.renorm is not None:
            return self.renorm.move_variance(value, momentum)
        return self.move(self.moving_variance, value, momentum)

    def move(self, average: Any, value: Any, momentum: Any) -> Any:
        """Write down, or do, `average -= (1 - momentum) * (average - value)`."""
        with name_scope("AssignMovingAvg") as scope:
            decay = ops.cast(ops.convert_to_tensor(1.0 - momentum, name="decay"), average.dtype.base_dtype)
            change = ops.multiply(ops.subtract(average, ops.cast(value, average.dtype.base_dtype)), decay)
            return average.assign_sub(change, name=scope)

    def _waiting(self, result: Any, training: Any) -> Any:
        """Return a result that waits for the averages, where no collection takes what moves them."""
        pending, self.pending = self.pending, ()

        def after() -> Any:
            with control_dependencies(list(pending)):
                return ops.identity(result)

        return smart_cond(training, after, lambda: result) if pending else result

    def _update(self, move: Callable[[], Any]) -> None:
        moved = move()
        if get_default_graph().recorder is None:
            return  # it is done
        if self.update_keys == GraphKeys.UPDATE_OPS:
            self.add_update(getattr(moved, "op", moved), inputs=True)
        elif self.update_keys is None:
            self.pending += (moved,)
        else:
            add_to_collections(self.update_keys, moved)


batch_normalization = function_of(
    BatchNormalization,
    "batch_normalization",
    call=[Parameter("training", Parameter.POSITIONAL_OR_KEYWORD, default=False)],
    last="renorm",
)
