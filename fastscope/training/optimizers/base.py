"""What every optimizer does: check gradients, make slots, apply, count.

Source: TF 1.15 python/training/optimizer.py, slot_creator.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...arrays import array_module, native, to_numpy
from ...arrays.typing import Array
from ...errors import training as errors
from ...errors.reprs import never_raises
from ...graph import Action, Operation, device, name_scope
from ...scoping.initializers import Constant
from ...scoping.scopes import get_variable_scope
from ...scoping.variables import Variable
from ..gradient_store import Gradients


def value_of(hyperparameter: Any) -> float:
    """Return a hyperparameter as a number: given as one, as a scalar Variable, or as callable() -> one.

    Raises:
        TypeError: it comes down to no number.
    """
    value = hyperparameter() if callable(hyperparameter) else hyperparameter
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return float(to_numpy(value))
    except (TypeError, ValueError):
        raise errors.rate_not_a_number(hyperparameter) from None


class Optimizer:
    """Base of the optimizers: slots, names, and the loop over gradients.

    Args:
        use_locking: kept for TF's sake.
        name: of the operation and, in most, of the slots.
    """

    def __init__(self, use_locking: bool, name: str) -> None:
        self._name = name
        self._slots: dict[str, dict[Variable, Variable]] = {}
        self._others: dict[str, Variable] = {}

    _learning_rate: Any = None  # of what a program derives without one

    @never_raises
    def __repr__(self) -> str:
        made = {variable.name for slots in self._slots.values() for variable in slots}
        return (
            f"<fastscope.{type(self).__name__} {self._name!r} learning_rate={self._learning_rate!r:.80} slots of "
            f"{len(made)} variables>"
        )

    def get_name(self) -> str:
        """Return the name."""
        return self._name

    # ---- applying

    def apply_gradients(
        self,
        grads_and_vars: Gradients | Iterable[tuple[Any, Any]],
        global_step: Variable | None = None,
        name: str | None = None,
    ) -> Operation:
        """Apply gradients now, in place.

        It runs when it is called, not later: call it in each step with that step's gradients. The
        operation that it returns has run. Running it once more, as `sess.run(opt.apply_gradients(...))`
        does, changes nothing; running it again after that is an error, since it would not train.

        Args:
            grads_and_vars: `vjp.Gradients`, or [(gradient, variable), ...]; None as a gradient skips one.
            global_step: a variable that one is added to.
            name: of the operation; None = the optimizer's.

        Raises:
            ValueError: no pair, no gradient, a gradient of another shape than its variable.
            TypeError: something else than pairs, another dtype, a hyperparameter that is no number. Nothing was made
                or written then.
        """
        pairs = _checked(grads_and_vars)
        if global_step is not None and not isinstance(global_step, Variable):
            raise errors.step_not_a_variable(global_step)
        self._prepare()
        self.create_slots(variable for _, variable in pairs)
        self._begin()
        for gradient, variable in pairs:
            try:
                self._apply(variable, variable._read(), gradient)
            finally:  # Ctrl-C comes at any moment
                variable._touch()
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable._read()))
        self._finish()
        if global_step is not None:
            global_step.assign_add(1)
        return _Applied(name or self._name)

    def create_slots(self, var_list: Iterable[Variable]) -> None:
        """Make the slots of variables before their first gradients.

        TF1 makes them while it builds the graph. Here the first apply_gradients would: call this
        before a Saver is made that shall restore them.
        """
        variables = list(var_list)
        self._create_others(variables)
        self._create_slots(variables)

    def minimize(self, *args: Any, **kwargs: Any) -> Operation:
        """Raise an error that shows the way without a graph.

        Raises:
            NotImplementedError: always.
        """
        raise errors.minimize_needs_graph(type(self).__name__, "minimize")

    def compute_gradients(self, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Raise an error that shows the way without a graph.

        Raises:
            NotImplementedError: always.
        """
        raise errors.minimize_needs_graph(type(self).__name__, "compute_gradients")

    # ---- what an optimizer defines

    def _create_others(self, variables: list[Variable]) -> None:
        """Make the variables that belong to no variable."""

    def _create_slots(self, variables: list[Variable]) -> None:
        """Make the slots that are missing."""

    def _prepare(self) -> None:
        """Read the hyperparameters, once a step, before anything is made."""

    def _begin(self) -> None:
        """Read the variables that belong to no variable, once a step."""

    def _apply(self, variable: Variable, w: Array, g: Array) -> None:
        """Write the new value into `w`, the array of `variable`."""
        raise NotImplementedError

    def _finish(self) -> None:
        """Write the variables that belong to no variable, once a step."""

    # ---- slots

    def get_slot(self, var: Variable, name: str) -> Variable | None:
        """Return the slot of a variable; None before the first gradient, or without such a slot."""
        return self._slots.get(name, {}).get(var)

    def get_slot_names(self) -> list[str]:
        """Return the names of the slots, for `get_slot`; none before the first gradient."""
        return sorted(self._slots)

    def variables(self) -> list[Variable]:
        """Return all variables of the optimizer, by name."""
        slots = [slot for slots in self._slots.values() for slot in slots.values()]
        return sorted([*self._others.values(), *slots], key=lambda v: str(v.name))

    def _slot(self, variable: Variable, slot_name: str, start: float, name: str) -> None:
        slots = self._slots.setdefault(slot_name, {})
        if variable in slots:
            return
        # Below the current variable scope, as in TF, but not through get_variable: a scope that
        # reuses would look for the slot and not find it.
        scope = get_variable_scope().name
        full = f"{variable.op.name}/{name}"
        with name_scope(f"{scope}/" if scope else None), device(variable.device or None):
            slot = slots[variable] = Variable(
                Constant(start),
                name=full,
                shape=variable.shape,
                dtype=variable.dtype,
                trainable=False,
            )
        part = variable._save_slice_info
        if part is not None:  # a checkpoint has one tensor for the slots of all parts, "w/Adam"
            below = f"{scope}/" if scope else ""
            own = slot.op.name.removeprefix(f"{below}{variable.op.name}/")  # "Adam_1" where that is the second
            slot._set_save_slice_info(part._replace(full_name=f"{below}{part.full_name}/{own}"))

    def _other(self, name: str, start: float) -> None:
        if name not in self._others:
            # On the host: each step reads it, and reading it from a GPU would wait for the GPU.
            with device("/cpu:0"):
                self._others[name] = Variable(start, name=name, trainable=False, dtype="float32")

    def _slot_array(self, name: str, variable: Variable) -> Array:
        slot = self._slots[name][variable]
        array = slot._read()
        slot._touch()
        return array


class _Applied(Action):
    """What apply_gradients returns: it has run."""

    __slots__ = ("_runs",)

    def __init__(self, name: str) -> None:
        super().__init__(name, self._again)
        self._runs = 0

    def _again(self) -> None:
        if self._runs:
            raise errors.applied_before(self.name)
        self._runs = 1


def _checked(grads_and_vars: Any) -> list[tuple[Array, Variable]]:
    if isinstance(grads_and_vars, Gradients):
        grads_and_vars = grads_and_vars.pairs()
    pairs = list(grads_and_vars)
    if not pairs:
        raise errors.no_pairs()
    found = []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[1], Variable):
            raise errors.not_a_pair(pair)
        gradient, variable = pair
        if gradient is None:
            continue
        w = variable._read()
        gradient = native(array_module(w).asarray(gradient))
        Gradients.check(variable, gradient)
        found.append((gradient, variable))
    if not found:
        raise errors.no_gradients([variable.name for _, variable in pairs])
    return found
