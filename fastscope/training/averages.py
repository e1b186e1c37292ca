"""Moving averages of variables: what a model is tested with may be the average of what it was in training.

Source: TF 1.15 python/training/moving_averages.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import ops
from ..arrays.dtypes import as_dtype
from ..errors import training as errors
from ..graph import (
    GraphKeys,
    Operation,
    Tensor,
    add_to_collection,
    get_collection,
    get_default_graph,
    name_scope,
    without_controls,
)
from ..scoping.initializers import Constant
from ..scoping.scopes import get_variable, variable_scope
from ..scoping.variables import Variable
from .slots import slot_of

__all__ = ["ExponentialMovingAverage", "assign_moving_average", "weighted_moving_average"]


class ExponentialMovingAverage:
    """Keeps averages: average = decay * average + (1 - decay) * value, each time that `apply` runs.

        >>> w = tf.Variable([1.0, 2.0], name="w")
        >>> averages = tf.train.ExponentialMovingAverage(0.9)
        >>> run = averages.apply([w])
        >>> averages.average(w).name
        'w/ExponentialMovingAverage:0'

    Args:
        decay: how much of the average stays, near 1.
        num_updates: a count n that makes averages follow faster at the beginning: the decay is at most
            (1 + n) / (10 + n).
        zero_debias: whether averages of tensors, which start at 0, are divided by what is missing of their weights.
        name: last part of the averages' names.
    """

    def __init__(
        self, decay: Any, num_updates: Any = None, zero_debias: bool = False, name: str = "ExponentialMovingAverage"
    ) -> None:
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[Any, Variable] = {}

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    def apply(self, var_list: Iterable[Any] | None = None) -> Operation:
        """Update the averages: in a graph whenever the operation runs that it returns, else now.

        Args:
            var_list: variables, whose averages start at their first values, or tensors, whose start at 0; None = the
                trainable variables.

        Raises:
            TypeError: one holds no floats; nothing was made then.
        """
        listed = list(get_collection(GraphKeys.TRAINABLE_VARIABLES) if var_list is None else var_list)
        for each in listed:
            if not as_dtype(each.dtype).base_dtype.is_floating:
                raise errors.average_of_no_floats(each.name)
        for each in listed:
            if each not in self._averages:
                with without_controls():
                    self._averages[each] = self._made(each)
        with name_scope(self._name) as scope:
            decay = self._decay
            if self._num_updates is not None:
                count = ops.cast(self._num_updates, np.float32, name="num_updates")
                decay = ops.minimum(np.float32(decay), (1.0 + count) / (10.0 + count))
            updates = []
            for each in listed:
                debias = self._zero_debias and isinstance(each, Tensor)
                updates.append(assign_moving_average(self._averages[each], each, decay, debias))
            return ops.group(*updates, name=scope)

    def _made(self, of: Any) -> Variable:
        if isinstance(of, Tensor):
            return slot_of(of, Constant(0.0), self._name)
        average = slot_of(of, of, self._name)
        add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, of)
        return average

    def average(self, var: Any) -> Variable | None:
        """Return the average of a variable or tensor, or None if `apply` did not get it."""
        return self._averages.get(var)

    def average_name(self, var: Any) -> str:
        """Return the name of the average of `var`, whether it was made or not."""
        average = self._averages.get(var)
        if average is not None:
            return average._full_name
        return get_default_graph().unique_name(f"{var.op.name}/{self._name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables: Iterable[Variable] | None = None) -> dict[str, Variable]:
        """Return what a Saver takes to give variables the values of their averages, {name in the checkpoint: variable}.

        Args:
            moving_avg_variables: those with averages; None = the trainable ones and those that `apply` got. All other
                variables are there under their own names.
        """
        if moving_avg_variables is None:
            keys = GraphKeys.TRAINABLE_VARIABLES, GraphKeys.MOVING_AVERAGE_VARIABLES
            moving_avg_variables = [variable for key in keys for variable in get_collection(key)]
        averaged = list(dict.fromkeys(moving_avg_variables))
        found = {self.average_name(variable): variable for variable in averaged}
        for variable in get_collection(GraphKeys.GLOBAL_VARIABLES):
            if variable not in averaged:
                found.setdefault(variable._full_name, variable)
        return found


def assign_moving_average(
    variable: Variable, value: Any, decay: Any, zero_debias: bool = True, name: str | None = None
) -> Any:
    """Write down, or do, variable -= (1 - decay) * (variable - value).

    Args:
        variable: the average.
        value: of its shape and dtype.
        decay: how much of it stays.
        zero_debias: divide by the sum of the weights so far, where the average started at 0; two more variables,
            <variable>/biased and <variable>/local_step, hold what that needs.
        name: of the operation.

    Returns:
        The new average.
    """
    with name_scope(name, "AssignMovingAvg") as scope:
        fresh = ops.cast(1.0 - decay, variable.dtype.base_dtype)
        if not zero_debias:
            return variable.assign_sub((variable - value) * fresh, name=scope)
        biased, steps = _debiasing(variable)
        total = biased.assign_sub((biased - value) * fresh)
        weight: Any = 1.0 - ops.pow(1.0 - fresh, steps.assign_add(1.0))
        return variable.assign(total / weight, name=scope)


def _debiasing(variable: Variable) -> tuple[Variable, Variable]:
    """Make the variables that hold what an average misses, in the scope of its name below the current one."""
    kinds = {"biased": variable.shape, "local_step": []}
    dtype = variable.dtype.base_dtype
    with without_controls(), variable_scope(variable._full_name, values=[variable]) as scope:
        taken = set() if scope.reuse else {each._full_name for each in scope.global_variables()}
        found = []
        for kind, shape in kinds.items():
            names = (kind, *(f"{kind}_{k}" for k in range(1, len(taken) + 2)))
            name = next(name for name in names if f"{scope.name}/{name}" not in taken)
            found.append(get_variable(name, shape, dtype, Constant(0.0), trainable=False))
    return found[0], found[1]


def weighted_moving_average(
    value: Any, decay: Any, weight: Any, truediv: bool = True, collections: Any = None, name: str | None = None
) -> Any:
    """Return the moving average of `value * weight` divided by that of `weight`, both moved on by it.

    Args:
        value, weight: tensors that can be multiplied.
        decay: how much of the averages stays.
        truediv: whether the division has fractions.
        collections: which the two variables join; None = GLOBAL_VARIABLES.
        name: of their variable scope; None = "WeightedMovingAvg".
    """
    keys = collections or [GraphKeys.GLOBAL_VARIABLES]
    with variable_scope(name, "WeightedMovingAvg", [value, weight, decay]):
        moved = []
        for kind, each in (("value_x_weight", value * weight), ("weight", weight)):
            kept = get_variable(kind, each.shape, each.dtype, Constant(0.0), trainable=False, collections=keys)
            moved.append(assign_moving_average(kept, each, decay, zero_debias=False))
        return (ops.truediv if truediv else ops.div)(*moved)
