"""Variables that belong to a variable, called after it: an optimizer's slots, a moving average.

Source: TF 1.15 python/training/slot_creator.py.
"""

from __future__ import annotations

from typing import Any

from ..graph import device, name_scope
from ..scoping.scopes import get_variable_scope
from ..scoping.variables import Variable

__all__ = ["slot_of"]


def slot_of(primary: Any, initial_value: Any, name: str) -> Variable:
    """Make a variable called `<primary>/<name>`, of the shape, dtype and device of `primary`, a variable or tensor.

    It goes below the current variable scope, as in TF, but not through get_variable: a scope that reuses would look
    for it and not find it.
    """
    scope = get_variable_scope().name
    full = f"{primary.op.name}/{name}"
    with name_scope(f"{scope}/" if scope else None), device(primary.device or None):
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
