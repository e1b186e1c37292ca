"""BatchNormalization: mean and variance of each channel taken out, with running averages for the time after training.

Source: tensorflow/python/layers/normalization.py, python/keras/layers/normalization.py (TF 1.15); Ioffe and Szegedy,
Batch normalization, 2015.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .. import ops
from ..arrays.dtypes import DType, float32
from ..arrays.shapes import TensorShape
from ..errors import layers as errors
from ..errors.places import in_one_frame
from ..graph import GraphKeys, Tensor, add_to_collections, control_dependencies, get_default_graph, name_scope
from ..scoping.initializers import Ones, Zeros
from .arguments import smart_cond, smart_constant
from .base import InputSpec, Layer, static_sizes

__all__ = ["BatchNormalization", "batch_normalization"]


class BatchNormalization(Layer):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, the moments being the batch's in training.

    In a graph a call in training leaves the operations that move the averages in UPDATE_OPS, and nothing else runs
    them; where it computes at once, it moves them.

    Args:
        axis: dimension of the channels.
        momentum: of the averages: `average -= (1 - momentum) * (average - of the batch)`.
        epsilon: added to the variance.
        center, scale: whether there are beta and gamma.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: of the variables.
        beta_regularizer, gamma_regularizer: their losses are collected.
        beta_constraint, gamma_constraint: kept with the variables.
        renorm, renorm_clipping, renorm_momentum, virtual_batch_size, adjustment: not supported; the defaults only.
        fused: None or True computes images by the operation made for them, whose average variance is the unbiased one,
            as TensorFlow does; False by others.
        trainable: whether gamma and beta are in the trainable collection.
        name: of the scope; None for "batch_normalization".

    Attributes:
        gamma, beta, moving_mean, moving_variance: the variables `[C]`; the first two are None if left out.

    Raises:
        UnimplementedError: an option that is not supported.
    """

    gamma: Any = None
    beta: Any = None
    order: tuple[str, str] = ("gamma", "beta")  # in which they are made
    update_keys: Any = GraphKeys.UPDATE_OPS  # collections of what moves the averages; None keeps it in `pending`
    pending: tuple[Any, ...] = ()

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
        given = {"renorm": renorm, "virtual_batch_size": virtual_batch_size, "adjustment": adjustment}
        for option, value in given.items():
            if value:
                raise errors.unknown_option("BatchNormalization", option)
        if isinstance(axis, (list, tuple)):
            if len(axis) != 1:
                raise errors.unknown_option("BatchNormalization", "more than one axis")
            (axis,) = axis
        self.axis, self.momentum, self.epsilon, self.fused = int(axis), momentum, epsilon, fused
        self.center, self.scale = center, scale
        self.beta_initializer, self.gamma_initializer = beta_initializer, gamma_initializer
        self.moving_mean_initializer = moving_mean_initializer
        self.moving_variance_initializer = moving_variance_initializer
        self.beta_regularizer, self.gamma_regularizer = beta_regularizer, gamma_regularizer
        self.beta_constraint, self.gamma_constraint = beta_constraint, gamma_constraint

    @property
    def _weight_dtype(self) -> DType | None:
        dtype = self.dtype
        return float32 if dtype is not None and dtype.name in ("float16", "bfloat16") else dtype

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the averages."""
        sizes = TensorShape(input_shape).as_list()
        rank = len(sizes)
        if not -rank <= self.axis < rank:
            raise errors.axis_outside(self.axis, rank)
        self.axis %= rank
        depth = sizes[self.axis]
        if depth is None:
            raise errors.depth_unknown("Input has undefined `axis` dimension.", str(TensorShape(sizes)))
        self.fused = self.fused is not False and rank == 4 and self.axis in (1, 3)
        self.input_spec = InputSpec(ndim=rank, axes={self.axis: depth})
        vectors = {
            "gamma": (self.scale, self.gamma_initializer, self.gamma_regularizer, self.gamma_constraint),
            "beta": (self.center, self.beta_initializer, self.beta_regularizer, self.beta_constraint),
        }
        for name in self.order:
            wanted, *facts = vectors[name]
            if wanted:
                setattr(self, name, self._vector(name, depth, *facts))
        self.moving_mean = self._average("moving_mean", depth, self.moving_mean_initializer)
        self.moving_variance = self._average("moving_variance", depth, self.moving_variance_initializer)
        self.built = True

    def _vector(self, name: str, depth: int, initializer: Any, regularizer: Any, constraint: Any) -> Any:
        return self.add_weight(name, [depth], self._weight_dtype, initializer, regularizer, constraint=constraint)

    def _average(self, name: str, depth: int, initializer: Any) -> Any:
        return self.add_weight(name, [depth], self._weight_dtype, initializer, trainable=False)

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Return an array of the shape of the inputs.

        Args:
            inputs: of the rank of the first ones.
            training: whether the moments are the batch's; a bool, or in a graph a tensor.
        """
        return self._by_one(inputs, training) if self.fused else self._by_several(inputs, training)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return `input_shape`."""
        return TensorShape(input_shape)

    # ---- images, by one operation

    def _by_one(self, inputs: Any, training: Any) -> Any:
        data_format = "NCHW" if self.axis == 1 else "NHWC"
        depth = static_sizes(inputs)[self.axis]  # type: ignore[index]
        dtype = self._weight_dtype
        gamma = ops.ones([depth], dtype) if self.gamma is None else self.gamma
        beta = ops.zeros([depth], dtype) if self.beta is None else self.beta

        def normed(mean: Any = None, variance: Any = None) -> list[Any]:
            learns = mean is None
            return list(
                ops.fused_batch_norm(inputs, gamma, beta, mean, variance, self.epsilon, data_format, is_training=learns)
            )

        y, mean, variance = smart_cond(training, normed, lambda: normed(self.moving_mean, self.moving_variance))
        known = smart_constant(training)
        if known is not False:
            momentum = self.momentum if known else smart_cond(training, lambda: self.momentum, lambda: 1.0)
            self._update(lambda: self._move(self.moving_mean, mean, momentum))
            self._update(lambda: self._move(self.moving_variance, variance, momentum))
        return self._waiting(y, training)

    # ---- others

    def _by_several(self, inputs: Any, training: Any) -> Any:
        sizes: Any = static_sizes(inputs)
        axes = [axis for axis in range(len(sizes)) if axis != self.axis]
        known = smart_constant(training)
        if known is False:
            mean, variance = self.moving_mean, self.moving_variance
        else:
            of_batch = ops.moments(ops.cast(inputs, self._weight_dtype), axes)
            mean, variance = of_batch
            if known is None:
                mean = smart_cond(training, lambda: of_batch[0], lambda: ops.convert_to_tensor(self.moving_mean))
                variance = smart_cond(
                    training, lambda: of_batch[1], lambda: ops.convert_to_tensor(self.moving_variance)
                )
            for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
                self._update(partial(self._moved_in_training, average, value, training))

        def column(vector: Any) -> Any:
            if vector is None or self.axis == len(sizes) - 1:
                return vector
            return ops.reshape(vector, [-1 if axis == self.axis else 1 for axis in range(len(sizes))])

        def as_inputs(vector: Any) -> Any:
            return None if vector is None else ops.cast(vector, self.dtype)

        moments = (column(as_inputs(mean)), column(as_inputs(variance)))
        result: Any = ops.batch_normalization(
            inputs, *moments, column(as_inputs(self.beta)), column(as_inputs(self.gamma)), self.epsilon
        )
        if isinstance(result, Tensor):
            result.set_shape(sizes)
        return self._waiting(result, training)

    # ---- the averages

    def _moved_in_training(self, average: Any, value: Any, training: Any) -> Any:
        return smart_cond(training, lambda: self._move(average, value, self.momentum), lambda: average)

    def _move(self, average: Any, value: Any, momentum: Any) -> Any:
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


@in_one_frame
def batch_normalization(
    inputs: Any,
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
    training: Any = False,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_momentum: float = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Callable[[Any], Any] | None = None,
) -> Any:
    """Make a `BatchNormalization` and call it.

    Args:
        inputs: what the layer is called with.
        training: whether the moments are the batch's; a bool, or in a graph a tensor.
        name: of its variable scope, taken as it is; None = `batch_normalization` made unique.
        reuse: as in variable_scope.
        others: those of the constructor.
    """
    layer = BatchNormalization(
        axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint, renorm,
        renorm_clipping, renorm_momentum, fused, trainable, virtual_batch_size, adjustment, name, _reuse=reuse,
        _scope=name,
    )  # fmt: skip
    return layer(inputs, training=training)
