"""optimize_loss: an optimizer, its rate, clipped gradients and summaries as one operation.

Source: tensorflow/contrib/layers/python/layers/optimizers.py (TF 1.15); adaptive clipping: Chan et al., Listen, attend
and spell, 2015 (arXiv 1508.01211), section 3.2.1 of arXiv 1412.1602.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import ops
from ..arrays.dtypes import float32
from ..arrays.shapes import TensorShape
from ..errors import fitting as errors
from ..events.summaries import histogram, scalar
from ..graph import GraphKeys, Tensor, get_collection
from ..graph.indexed_slices import IndexedSlices
from ..ops.asserting import assert_scalar
from ..ops.grouping import with_dependencies
from ..scoping.initializers import Zeros, constant_initializer
from ..scoping.scopes import get_variable, variable_scope
from ..scoping.variables import Variable
from ..training.averages import assign_moving_average
from ..training.clipping import clip_by_global_norm, global_norm
from ..training.global_step import get_global_step
from ..training.optimizers import (
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    Optimizer,
    RMSPropOptimizer,
)
from .gradients import Pairs, times, values_of

__all__ = [
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "adaptive_clipping_fn",
    "assert_global_step",
    "assert_or_get_global_step",
    "optimize_loss",
]

OPTIMIZER_CLS_NAMES: dict[str, Callable[..., Optimizer]] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "Momentum": lambda learning_rate: MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}

OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: Mapping[Any, float] | None = None,
    clip_gradients: float | Callable[[Pairs], Pairs] | None = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Sequence[Any] | None = None,
    name: str | None = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Any:
    """Return a tensor that does one step of training when it runs, and is the loss before it.

    In a graph::

        step = tf.train.get_or_create_global_step()
        train = tf.contrib.layers.optimize_loss(loss, step, 0.1, "SGD", clip_gradients=1.0)
        loss_before = session.run(train)

    Args:
        loss: a scalar.
        global_step: a variable that one is added to; None = the graph's, if it has one.
        learning_rate: a float, which becomes a variable "learning_rate", or a scalar tensor; None if the optimizer has
            one.
        optimizer: a name of OPTIMIZER_CLS_NAMES, a class, an Optimizer, or callable(learning_rate) -> Optimizer, which
            takes nothing if the rate is None.
        gradient_noise_scale: normal noise, cut off at two standard deviations, times this is added to gradients.
        gradient_multipliers: factors of gradients by variables or their names.
        clip_gradients: the largest global norm, a float; or callable([(gradient, variable), ...]) -> the same, changed.
        learning_rate_decay_fn: callable(learning_rate, global_step) -> tensor.
        update_ops: what runs before the loss; None = the collection UPDATE_OPS.
        variables: those that are trained; None = the trainable ones.
        name: of the variable scope; None = "OptimizeLoss".
        summaries: some of OPTIMIZER_SUMMARIES; None = "loss", "learning_rate" and "global_gradient_norm".
        colocate_gradients_with_ops: kept for TF's sake.
        increment_global_step: whether one is added to it.

    Raises:
        ValueError: an argument is none of these.
        TypeError: the global step does not count.
    """
    loss = ops.convert_to_tensor(loss)
    assert_scalar(loss)
    if global_step is None:
        global_step = get_global_step()
    else:
        assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        updates = list(dict.fromkeys(get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else update_ops))
        if updates:
            loss = with_dependencies(updates, loss)
        rate = _rate(learning_rate)
        shown = _shown(summaries)
        if rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise errors.decay_without_step()
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in shown:
                scalar("learning_rate", rate)
        made = _optimizer(optimizer, rate)
        trained = list(get_collection(GraphKeys.TRAINABLE_VARIABLES) if variables is None else variables)
        pairs = made.compute_gradients(loss, trained, colocate_gradients_with_ops=colocate_gradients_with_ops)
        if gradient_noise_scale is not None:
            pairs = [(None if g is None else _noisy(g, gradient_noise_scale), v) for g, v in pairs]
        if gradient_multipliers is not None:
            pairs = _multiplied(pairs, gradient_multipliers)
        norms = "global_gradient_norm" in shown or "gradient_norm" in shown
        if norms:
            scalar("global_norm/gradient_norm", global_norm([g for g, _ in pairs]))
        pairs = _clipped(pairs, clip_gradients)
        _summarize(loss, pairs, shown)
        if clip_gradients is not None and norms:
            scalar("global_norm/clipped_gradient_norm", global_norm([g for g, _ in pairs]))
        applied = made.apply_gradients(pairs, global_step if increment_global_step else None, name="train")
        return with_dependencies([applied], loss)


def assert_global_step(global_step_tensor: Any) -> None:
    """Check that something counts steps: a variable or tensor, an integer without dimensions.

    Raises:
        TypeError: it does not.
    """
    step = global_step_tensor
    if not isinstance(step, (Variable, Tensor)):
        raise errors.no_global_step(step, "must be a Variable or Tensor")
    if not step.dtype.base_dtype.is_integer:
        raise errors.no_global_step(step.dtype, "does not have integer type")
    shape = TensorShape(step.shape)
    if shape.rank != 0 and shape.is_fully_defined():
        raise errors.no_global_step(shape, "is not scalar")


def assert_or_get_global_step(graph: Any = None, global_step_tensor: Any = None) -> Any:
    """Return what counts steps after a check; None = the graph's."""
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


def _rate(given: Any) -> Any:
    """Return the learning rate, a variable if a number is given; None = the optimizer has one."""
    if given is None or (isinstance(given, (Tensor, Variable)) and TensorShape(given.shape).rank == 0):
        return given
    if not isinstance(given, float):
        raise errors.no_rate(given)
    if given < 0.0:
        raise errors.negative_rate(given)
    return get_variable("learning_rate", [], trainable=False, initializer=constant_initializer(given))


def _shown(summaries: Sequence[str] | None) -> Sequence[str]:
    if summaries is None:
        return ["loss", "learning_rate", "global_gradient_norm"]
    for each in summaries:
        if each not in OPTIMIZER_SUMMARIES:
            raise errors.unknown_summary(OPTIMIZER_SUMMARIES, each)
    return summaries


def _optimizer(given: Any, rate: Any) -> Optimizer:
    if isinstance(given, str):
        if rate is None:
            raise errors.rate_is_missing("string", given)
        if given not in OPTIMIZER_CLS_NAMES:
            raise errors.unknown_optimizer_name(OPTIMIZER_CLS_NAMES, given)
        return OPTIMIZER_CLS_NAMES[given](learning_rate=rate)
    if isinstance(given, type) and issubclass(given, Optimizer):
        if rate is None:
            raise errors.rate_is_missing("class", given)
        made: Any = given
        optimizer: Optimizer = made(learning_rate=rate)
        return optimizer
    if isinstance(given, Optimizer):
        return given
    if not callable(given):
        raise errors.unrecognized_optimizer(given)
    found = given() if rate is None else given(rate)
    if not isinstance(found, Optimizer):
        raise errors.function_made_no_optimizer(found)
    return found


def _noisy(gradient: Any, scale: float) -> Any:
    shape = gradient.dense_shape if isinstance(gradient, IndexedSlices) else gradient.shape
    noise: Any = ops.truncated_normal(shape) * scale
    return gradient + noise


def _multiplied(pairs: Pairs, factors: Mapping[Any, float]) -> Pairs:
    found = []
    for gradient, variable in pairs:
        key = next((key for key in (variable, variable.name) if key in factors), None)
        found.append((gradient if gradient is None or key is None else times(gradient, factors[key]), variable))
    if not found:
        raise errors.nothing_to_multiply()
    return found


def _clipped(pairs: Pairs, how: Any) -> Pairs:
    if how is None:
        return pairs
    if isinstance(how, float):
        gradients, _ = clip_by_global_norm([g for g, _ in pairs], how)
        return [(g, v) for g, (_, v) in zip(gradients, pairs, strict=True)]
    if not callable(how):
        raise errors.unknown_clipping(how)
    clipped: Pairs = how(pairs)
    return clipped


def _summarize(loss: Any, pairs: Pairs, shown: Sequence[str]) -> None:
    if "loss" in shown:
        scalar("loss", loss)
    for gradient, variable in pairs:
        if gradient is not None:
            name = variable.name.replace(":", "_")
            if "gradients" in shown:
                histogram(f"gradients/{name}", values_of(gradient))
            if "gradient_norm" in shown:
                scalar(f"gradient_norm/{name}", global_norm([values_of(gradient)]))


# ---- adaptive clipping


def adaptive_clipping_fn(
    std_factor: Any = 2.0,
    decay: Any = 0.95,
    static_max_norm: Any = None,
    global_step: Any = None,
    report_summary: bool = False,
    epsilon: float = 1e-8,
    name: str | None = None,
) -> Callable[[Pairs], Pairs]:
    """Return a function that clips gradients whose global norm is unusual, for `clip_gradients` of `optimize_loss`.

    Averages of the norm's logarithm are kept. Gradients with a norm above `exp(mean + std_factor * deviation)` are
    scaled to the norm `exp(mean)`.

    Args:
        std_factor: how many standard deviations are usual.
        decay: how much of the averages stays.
        static_max_norm: a norm that is never exceeded; None for none.
        global_step: a count n by which the averages follow faster at the beginning: the decay is at most n / (n + 1).
        report_summary: whether the largest usual norm is summarized.
        epsilon: the least variance.
        name: of the variable scope; None = "AdaptiveMaxNorm".
    """

    def clip(grads_and_vars: Pairs) -> Pairs:
        gradients = [g for g, _ in grads_and_vars]
        norm: Any = global_norm(gradients)
        largest, log_mean = _usual_norm(norm, std_factor, decay, global_step, epsilon, name)
        if report_summary:
            scalar("global_norm/adaptive_max_gradient_norm", largest)
        factor: Any = ops.where(norm < largest, ops.ones_like(norm), ops.exp(log_mean) / norm)
        if static_max_norm is not None:
            factor = ops.minimum(static_max_norm / norm, factor)
        return [(None if g is None else times(g, factor), v) for g, v in grads_and_vars]

    return clip


def _usual_norm(
    norm: Any, std_factor: Any, decay: Any, global_step: Any, epsilon: float, name: str | None
) -> tuple[Any, Any]:
    """Return the largest usual norm, and the mean of its logarithm."""
    with variable_scope(name, "AdaptiveMaxNorm", [norm]):
        log_norm: Any = ops.log(norm + epsilon)
        if global_step is not None:
            n: Any = ops.cast(global_step, float32)
            decay = ops.minimum(decay, n / (n + 1.0))
        mean = _average("mean", log_norm, decay)
        mean_square = _average("sq_mean", ops.square(log_norm), decay)
        deviation: Any = ops.sqrt(ops.maximum(epsilon, mean_square - ops.square(mean)))
        return ops.exp(mean + std_factor * deviation), mean


def _average(name: str, value: Any, decay: Any) -> Any:
    kept = get_variable(name, value.shape, value.dtype, Zeros, trainable=False)
    return assign_moving_average(kept, value, decay, zero_debias=False)
