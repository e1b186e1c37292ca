"""Variables that belong to a variable, called after it: an optimizer's slots, a moving average.

Source: TF 1.15 python/training/slot_creator.py.
"""

from __future__ import annotations

from typing import Any

from .._store import get_variable, variable_scope
from ..graph import current, device, name_scope
from ..scoping.scopes import get_variable_scope, no_regularizer
from ..scoping.variables import Variable

__all__ = ["slot_of"]


def slot_of(primary: Any, initial_value: Any, name: str) -> Variable:
    """Make a variable called `<primary>/<name>`, of the shape, dtype and device of `primary`, a variable or tensor.

    It goes below the current variable scope, in a graph by get_variable: a scope that is opened again and reuses gives
    the slot that was made in it, as in TF. Where everything is computed at once the first gradients make it, wherever
    that is: a scope that reuses would look for it and not find it.
    """
    scope = get_variable_scope().name
    full = f"{primary.op.name}/{name}"
    with device(primary.device or None):
        if current() is not None:
            slot = _shared_slot(primary, initial_value, full, scope)
        else:
            with name_scope(f"{scope}/" if scope else None):
                slot = Variable(
                    initial_value,
                    name=full,
                    shape=primary.shape,
                    dtype=primary.dtype.base_dtype,
                    trainable=False,
                )
    part = getattr(primary, "_save_slice_info", None)
    if part is not None:  # a checkpoint has one tensor for the slots of all parts, "w/Adam"
        below = f"{scope}/" if scope else ""
        own = slot._full_name.removeprefix(f"{below}{full.removesuffix(name)}")  # "Adam_1" where that is the second
        slot._set_save_slice_info(part._replace(full_name=f"{below}{part.full_name}/{own}"))
    return slot


def _shared_slot(primary: Any, initial_value: Any, full: str, scope: str) -> Variable:
    with variable_scope(
        None, full, auxiliary_name_scope=False
    ) as inside:  # numbers the name where the scope has it already
        own = inside.name.removeprefix(f"{scope}/")
    if isinstance(initial_value, Variable):
        initial_value = initial_value.initialized_value()
    around = get_variable_scope()
    partitioner = around.partitioner
    around.set_partitioner(None)
    try:
        slot: Variable = get_variable(
            own,
            primary.shape if callable(initial_value) else None,
            primary.dtype.base_dtype,
            initializer=initial_value,
            regularizer=no_regularizer,
            trainable=False,
            use_resource=(isinstance(primary, Variable) and primary.dtype is primary.dtype.base_dtype) or None,
        )
    finally:
        around.set_partitioner(partitioner)
    return slot
