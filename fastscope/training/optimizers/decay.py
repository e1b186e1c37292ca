"""Learning rates that change with the step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .base import value_of


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Callable[[], float]:
    """Return a learning rate that falls with the step: learning_rate * decay_rate^(step / decay_steps).

    Args:
        learning_rate: at step 0.
        global_step: a Variable, read whenever the rate is asked for.
        decay_steps: steps in which it falls by `decay_rate`.
        decay_rate: the factor.
        staircase: let it fall in whole decays only.
        name: kept for TF's sake.

    Returns:
        callable() -> the rate now, which every optimizer takes in place of a number.

    Source: TF 1.15 python/training/learning_rate_decay.py, exponential_decay.
    """

    def rate() -> float:
        decays = value_of(global_step) / value_of(decay_steps)
        power = math.floor(decays) if staircase else decays
        return value_of(learning_rate) * float(value_of(decay_rate) ** power)

    return rate
