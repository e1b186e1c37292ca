"""What every optimizer does: check gradients, make slots, apply, count.

An optimizer is a table and a formula: what its hyperparameters and slots are called, and `_update`, a pass over arrays.
Where everything is computed at once `apply_gradients` calls it; in a graph `recorded` writes down operations that do.

Source: TF 1.15 python/training/optimizer.py, slot_creator.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...arrays import array_module, native, to_numpy
from ...arrays.recordable import recordable
from ...arrays.typing import Array
from ...errors import training as errors
from ...errors.reprs import never_raises
from ...fused import sum_of_rows
from ...graph import Action, Graph, Operation, current, device, get_default_graph
from ...ops import group
from ...scoping.initializers import Constant
from ...scoping.variables import Variable
from ..gradient_store import Gradients
from ..slots import slot_of
from . import recorded


def value_of(hyperparameter: Any) -> float:
    """Return a hyperparameter as a number: given as one, as a scalar Variable, or as callable() -> one.

    Raises:
        TypeError: it comes down to no number.
    """
    value = hyperparameter() if callable(hyperparameter) else hyperparameter
    if isinstance(value, (int, float)):
        return float(value)
    try:
        if isinstance(value, (str, bytes)):
            raise TypeError
        return float(to_numpy(value))
    except (TypeError, ValueError):
        raise errors.rate_not_a_number(hyperparameter) from None


class Optimizer:
    """Base of the optimizers: slots, names, and the loop over gradients.

    A program's own optimizer defines, as in TF, `_apply_dense(grad, var)` and `_apply_sparse(grad, var)`, which return
    operations, and what it needs of `_create_slots(var_list)`, `_prepare()` and `_finish(update_ops, name_scope)`.

    Args:
        use_locking: kept for TF's sake.
        name: of the operation and, in most, of the slots.

    Raises:
        ValueError: the name is empty.
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    _type = ""  # TF's name of the update: "Adam" for ApplyAdam
    _hyper: tuple[str, ...] = ()  # TF's names of the hyperparameters, as `_given` has them
    _given: tuple[Any, ...] = ()
    _learning_rate: Any = None  # of what a program derives without one

    def __init__(self, use_locking: bool, name: str) -> None:
        if not name:
            raise errors.optimizer_without_name()
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Variable, Variable]] = {}
        self._others: dict[str, Variable] = {}

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

    # ---- training

    def minimize(
        self,
        loss: Any,
        global_step: Variable | None = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Operation:
        """Return the operation that does one step: `compute_gradients` and `apply_gradients`.

        Args:
            loss: the tensor that is made smaller.
            global_step: a variable that one is added to.
            var_list: the variables that are changed; None = the trainable ones.
            gate_gradients, aggregation_method, colocate_gradients_with_ops: kept for TF's sake.
            name: of the operation; None = the optimizer's.
            grad_loss: the gradient of `loss` to begin with; None = ones.

        Raises:
            ValueError: no variable, or none that the loss depends on.
            TypeError: the loss is no float.
            NotImplementedError: everything is computed at once here.
        """
        if current() is None:
            raise errors.minimize_needs_graph(type(self).__name__, "minimize")
        pairs = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if all(gradient is None for gradient, _ in pairs):
            raise errors.loss_without_gradients([variable for _, variable in pairs], loss)
        return self.apply_gradients(pairs, global_step, name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """Return [(gradient, variable), ...], None as the gradient where the loss does not depend on a variable.

        Args, Raises: see `minimize`.
        """
        if current() is None:
            raise errors.minimize_needs_graph(type(self).__name__, "compute_gradients")
        return recorded.compute_gradients(loss, var_list, gate_gradients, grad_loss)

    def apply_gradients(
        self,
        grads_and_vars: Gradients | Iterable[tuple[Any, Any]],
        global_step: Variable | None = None,
        name: str | None = None,
    ) -> Operation:
        """Apply gradients, in place: in a graph whenever the operation runs that it returns, else now.

        Where everything is computed at once: call it in each step with that step's gradients. The operation that it
        returns has run. Running it once more, as `sess.run(opt.apply_gradients(...))` does, changes nothing; running it
        again after that is an error, since it would not train.

        Args:
            grads_and_vars: `vjp.Gradients`, or [(gradient, variable), ...]; None as a gradient skips one.
            global_step: a variable that one is added to.
            name: of the operation; None = the optimizer's.

        Raises:
            ValueError: no pair, no gradient, a gradient of another shape than its variable.
            TypeError: something else than pairs, another dtype, a hyperparameter that is no number. Nothing was made
                or written then.
        """
        if recordable.on and current() is not None:
            return recorded.apply_gradients(self, grads_and_vars, global_step, name)
        pairs = _checked(grads_and_vars)
        if global_step is not None and not isinstance(global_step, Variable):
            raise errors.step_not_a_variable(global_step)
        given = tuple(map(value_of, self._given))
        self.create_slots(variable for _, variable in pairs)
        numbers = self._numbers(*given, *map(value_of, self._counts()))
        for gradient, variable in pairs:
            written = self._written(variable)
            try:
                w, *slots = (each._read() for each in written)
                self._update(w, slots, gradient, *numbers)
            finally:  # Ctrl-C comes at any moment
                for each in written:
                    each._touch()
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable._read()))
        self._count(*given)
        if global_step is not None:
            global_step.assign_add(1)
        return _Applied(name or self._name)

    def create_slots(self, var_list: Iterable[Variable]) -> None:
        """Make the slots of variables before their first gradients.

        TF1 makes them while it builds the graph, as it is done here in a graph. Else the first apply_gradients would:
        call this before a Saver is made that shall restore them.
        """
        self._create_slots(list(var_list))

    # ---- what an optimizer defines

    def _slot_starts(self) -> dict[str, float]:
        """Return the slots' names and what they start at."""
        return {}

    def _create_slots(self, var_list: list[Variable]) -> None:
        """Make the variables of the optimizer that are missing."""
        for variable in var_list:
            for name, start in self._slot_starts().items():
                self._slot(variable, name, Constant(start), self._slot_scope(name))

    def _slot_scope(self, name: str) -> str:
        """Return the last part of a slot's variable name."""
        return self._name

    def _counts(self) -> list[Variable]:
        """Return the variables that belong to no variable."""
        return []

    def _numbers(self, *given: float) -> tuple[float, ...]:
        """Return the numbers that `_update` takes; `given`: hyperparameters and counts, read once a step."""
        return given

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        """Write the new values into `w`, the array of a variable, and its slots, whose order is that of their names."""
        raise NotImplementedError

    def _update_rows(self, w: Array, slots: list[Array], rows: Array, ids: Array, *numbers: float) -> None:
        """Do the same to some rows alone; `rows` `[n, ...]` with equal `ids` `[n]` add up first."""
        places, sums = _added_up(array_module(w), rows, ids, len(w))
        parts = [array[places] for array in (w, *slots)]
        self._update(parts[0], parts[1:], sums, *numbers)
        for array, part in zip((w, *slots), parts, strict=True):
            array[places] = part

    def _count(self, *given: float) -> None:
        """Write the counts, once a step."""

    # ---- in a graph

    def _prepare(self) -> None:
        """Make tensors of the hyperparameters."""
        self._tensors = recorded.hyperparameters(self._hyper, self._given)

    def _apply_dense(self, grad: Any, var: Variable) -> Operation:
        """Return the operation that updates a variable by a gradient."""
        return recorded.update(self, grad, var)

    def _apply_sparse(self, grad: Any, var: Variable) -> Operation:
        """Return the operation that updates a variable by IndexedSlices, equal indices among which add up."""
        return recorded.update(self, grad, var)

    def _finish(self, update_ops: list[Any], name_scope: str) -> Operation:
        """Return the operation that does all updates, called `name_scope`."""
        return group(*update_ops, name=name_scope)

    def _call_if_callable(self, param: Any) -> Any:
        return param() if callable(param) else param

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

    def _written(self, variable: Variable) -> tuple[Variable, ...]:
        """Return a variable and its slots, in the order of `_slot_starts`."""
        return variable, *(self._slots[name][variable] for name in self._slot_starts())

    def _slot(self, variable: Variable, slot_name: str, initializer: Any, name: str) -> Variable:
        slots = self._slots.setdefault(slot_name, {})
        if variable not in slots:
            slots[variable] = slot_of(variable, initializer, name)
        return slots[variable]

    def _zeros_slot(self, var: Variable, slot_name: str, op_name: str) -> Variable:
        """Return a slot that starts at 0, made if need be; for optimizers of a program's own, as the next ones."""
        return self._slot(var, slot_name, Constant(0.0), op_name)

    def _get_or_make_slot(self, var: Variable, val: Any, slot_name: str, op_name: str) -> Variable:
        """Return a slot that starts at `val`, made if need be."""
        return self._slot(var, slot_name, val, op_name)

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Any = None) -> Variable:
        """Return a variable of the optimizer that belongs to no variable, made if need be."""
        found = self._others.get(name)
        if found is None or (current() is not None and found.graph is not get_default_graph()):
            # On the host: each step reads it, and reading it from a GPU would wait for the GPU.
            with device("/cpu:0"):
                found = self._others[name] = Variable(initial_value, name=name, trainable=False)
        return found

    def _get_non_slot_variable(self, name: str, graph: Graph | None = None) -> Variable | None:
        """Return it, or None where there is none yet."""
        return self._others.get(name)


def _added_up(xp: Any, rows: Array, ids: Array, count: int) -> tuple[Array, Array]:
    """Return rows with equal ids below `count` added up, and whose they are.

    On a GPU each sum is there as often as its id: how many there are without that, only the GPU would know.
    """
    if xp is np:
        places, where = np.unique(ids, return_inverse=True)
        return places, sum_of_rows(rows, where.ravel(), len(places))
    one = xp.empty(count, ids.dtype)
    one[ids] = xp.arange(len(ids), dtype=ids.dtype)  # whichever of those with an id is written last
    where = one[ids]
    return ids, sum_of_rows(rows, where, len(ids))[where]


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
        raise errors.no_gradients([variable for _, variable in pairs])
    return found
