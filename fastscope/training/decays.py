"""Learning rates that change with the step: one formula each, for numbers and for tensors.

In a graph a decay is a tensor. Where everything is computed at once it is a function without arguments that every
optimizer takes in place of a number, and that reads the step whenever it is called.

Source: TF 1.15 python/training/learning_rate_decay.py, keras/optimizer_v2/learning_rate_schedule.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import ops
from ..arrays import as_array
from ..arrays.dtypes import as_dtype
from ..errors import training as errors
from ..graph import current, device, name_scope
from ..graph.conversion import as_tensor
from ..ops.function import op
from .optimizers.base import value_of

__all__ = [
    "cosine_decay",
    "cosine_decay_restarts",
    "exponential_decay",
    "inverse_time_decay",
    "linear_cosine_decay",
    "natural_exp_decay",
    "piecewise_constant",
    "piecewise_constant_decay",
    "polynomial_decay",
]

Formula = Callable[..., Any]
"""From rate, step, further numbers and the name of the result to the rate now."""


def _decayed(formula: Formula, default: str, name: str | None, rate: Any, global_step: Any, *numbers: Any) -> Any:
    """Return `formula` of numbers of the rate's dtype: a tensor, or a function of no arguments."""
    if global_step is None:
        raise errors.decay_without_step(default)
    recorder = current()
    if recorder is None:
        given = (rate, global_step, *numbers)
        return lambda: _number(formula, given)
    with name_scope(name or default) as scope:
        rate = as_tensor(rate, recorder, name=recorder.claim("initial_learning_rate"))
        return formula(*(ops.cast(number, rate.dtype.base_dtype) for number in (rate, global_step, *numbers)), scope)


def _number(formula: Formula, given: tuple[Any, ...]) -> float:
    """Return the rate now, computed on the host: it is a number that optimizers take there."""
    with device("/cpu:0"):
        return float(formula(*(np.asarray(value_of(number)) for number in given), None))


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Any:
    """Return a learning rate that falls with the step: learning_rate * decay_rate^(step / decay_steps).

    Args:
        learning_rate: at step 0.
        global_step: a Variable or tensor; it is read and not counted up.
        decay_steps: steps in which it falls by `decay_rate`.
        decay_rate: the factor.
        staircase: let it fall in whole decays only.
        name: of the tensor.
    """

    def formula(rate: Any, step: Any, steps: Any, factor: Any, scope: str | None) -> Any:
        return ops.multiply(rate, ops.pow(factor, _done(step, steps, staircase)), name=scope)

    return _decayed(formula, "ExponentialDecay", name, learning_rate, global_step, decay_steps, decay_rate)


def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Any:
    """Return learning_rate * e^(-decay_rate * step / decay_steps); see `exponential_decay`."""

    def formula(rate: Any, step: Any, steps: Any, fall: Any, scope: str | None) -> Any:
        factor = ops.exp(ops.negative(fall))
        return ops.multiply(rate, ops.pow(factor, _done(step, steps, staircase)), name=scope)

    return _decayed(formula, "ExponentialDecay", name, learning_rate, global_step, decay_steps, decay_rate)


def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Any:
    """Return learning_rate / (1 + decay_rate * step / decay_steps); see `exponential_decay`."""

    def formula(rate: Any, step: Any, steps: Any, fall: Any, scope: str | None) -> Any:
        return ops.divide(rate, 1.0 + fall * _done(step, steps, staircase), name=scope)

    return _decayed(formula, "InverseTimeDecay", name, learning_rate, global_step, decay_steps, decay_rate)


def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Any:
    """Return (learning_rate - end_learning_rate) * (1 - step / decay_steps)^power + end_learning_rate.

    Args:
        learning_rate, global_step, name: see `exponential_decay`.
        decay_steps: after so many steps it is `end_learning_rate`, and stays there.
        end_learning_rate: the last rate.
        power: of the polynomial.
        cycle: go up again instead: `decay_steps` grows to the next of its multiples.
    """

    def formula(rate: Any, step: Any, steps: Any, end: Any, power: Any, scope: str | None) -> Any:
        if cycle:
            steps = steps * ops.maximum(ops.ceil(step / steps), 1.0)
        else:
            step = ops.minimum(step, steps)
        return ops.add((rate - end) * ops.pow(1.0 - step / steps, power), end, name=scope)

    numbers = decay_steps, end_learning_rate, power
    return _decayed(formula, "PolynomialDecay", name, learning_rate, global_step, *numbers)


def cosine_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, alpha: float = 0.0, name: str | None = None
) -> Any:
    """Return a rate that falls as half a cosine does, in `decay_steps` steps, to `alpha * learning_rate`.

    Source: Loshchilov and Hutter, arXiv:1608.03983.
    """

    def formula(rate: Any, step: Any, steps: Any, scope: str | None) -> Any:
        wave: Any = 0.5 * (1.0 + ops.cos(math.pi * (ops.minimum(step, steps) / steps)))
        return ops.multiply(rate, (1.0 - alpha) * wave + alpha)

    return _decayed(formula, "CosineDecay", name, learning_rate, global_step, decay_steps)


def cosine_decay_restarts(
    learning_rate: Any,
    global_step: Any,
    first_decay_steps: Any,
    t_mul: float = 2.0,
    m_mul: float = 1.0,
    alpha: float = 0.0,
    name: str | None = None,
) -> Any:
    """Return `cosine_decay` that starts again each time that it has come down.

    Args:
        learning_rate, global_step, name: see `exponential_decay`.
        first_decay_steps: steps of the first fall.
        t_mul: how much longer each fall is than the one before, a number.
        m_mul: how high it starts, of the one before.
        alpha: the lowest rate, as a fraction.
    """

    def formula(rate: Any, step: Any, steps: Any, scope: str | None) -> Any:
        done = step / steps
        if t_mul == 1.0:
            restart = ops.floor(done)
            done = done - restart
        else:
            restart = ops.floor(ops.log(1.0 - done * (1.0 - t_mul)) / math.log(t_mul))
            length = ops.pow(ops.ones_like(restart) * t_mul, restart)
            done = (done - (1.0 - length) / (1.0 - t_mul)) / length
        height = 0.5 * ops.pow(ops.ones_like(restart) * m_mul, restart)
        wave: Any = height * (1.0 + ops.cos(math.pi * done))
        return ops.multiply(rate, (1.0 - alpha) * wave + alpha, name=scope)

    return _decayed(formula, "SGDRDecay", name, learning_rate, global_step, first_decay_steps)


def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: float = 0.5,
    alpha: float = 0.0,
    beta: float = 0.001,
    name: str | None = None,
) -> Any:
    """Return learning_rate * ((alpha + 1 - s) * (1 + cos(2 pi num_periods s)) / 2 + beta), s = step / decay_steps.

    Source: Bello et al., arXiv:1709.07417.
    """

    def formula(rate: Any, step: Any, steps: Any, scope: str | None) -> Any:
        step = ops.minimum(step, steps)
        wave: Any = 0.5 * (1.0 + ops.cos(math.pi * (2.0 * num_periods * (step / steps))))
        return ops.multiply(rate, (alpha + (steps - step) / steps) * wave + beta, name=scope)

    return _decayed(formula, "LinearCosineDecay", name, learning_rate, global_step, decay_steps)


def _done(step: Any, steps: Any, staircase: bool) -> Any:
    return ops.floor(step / steps) if staircase else step / steps


def piecewise_constant(x: Any, boundaries: Sequence[Any], values: Sequence[Any], name: str | None = None) -> Any:
    """Return `values[k]` where k boundaries lie below `x`: values[0] up to and with boundaries[0].

    Args:
        x: the step, a Variable or tensor; it is read and not counted up.
        boundaries: numbers of `x`'s dtype that rise.
        values: one more, of one dtype.
        name: of the scope of the tensor.

    Returns:
        A tensor; where everything is computed at once a function without arguments.

    Raises:
        ValueError: the lengths or dtypes do not fit.
    """
    if len(boundaries) != len(values) - 1:
        raise errors.piecewise_lengths(len(boundaries), len(values))
    kinds = [as_dtype(getattr(value, "dtype", None) or as_array(value).dtype).base_dtype for value in values]
    for kind in kinds:
        if kind is not kinds[0]:
            raise errors.piecewise_values(kinds[0], kind)
    if current() is None:
        return lambda: value_of(_piece(np.asarray(value_of(x)), list(map(value_of, boundaries)), list(values)))
    kind = as_dtype(x.dtype).base_dtype
    ends = [as_array(boundary) if isinstance(boundary, (int, float)) else boundary for boundary in boundaries]
    for end in ends:
        if (found := as_dtype(end.dtype).base_dtype) is not kind and (found.name, kind.name) != ("int32", "int64"):
            raise errors.piecewise_boundaries(found, kind)
    return _piecewise(x, [ops.cast(end, kind) for end in ends], list(values), name=name)


piecewise_constant_decay = piecewise_constant


def _piece(x: Any, boundaries: list[Any], values: list[Any]) -> Any:
    return values[sum(bool(boundary < x) for boundary in boundaries)]


def _scalar(*shapes: Any) -> tuple[int, ...]:
    return ()


def _value_dtype(values: dict[str, Any]) -> Any:
    return values["values"][0].dtype.base_dtype


@op(
    "PiecewiseConstant",
    "x boundaries* | values*",
    name="PiecewiseConstant",
    inner="case/cond/Merge",
    shape=_scalar,
    dtype=_value_dtype,
    kernel=_piece,
)
def _piecewise(x: Any, boundaries: list[Any], values: list[Any], name: str | None = None) -> Any:
    return _piece(x, boundaries, values)
