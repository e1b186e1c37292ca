"""Operations that give variables their first values, and questions about who has one.

Source: tensorflow/python/ops/variables.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.dtypes import bool as bool_
from ..arrays.dtypes import int32, string
from ..arrays.typing import Array
from ..errors import session as errors
from ..graph import Action, GraphKeys, Operation, Tensor, current, get_collection, get_default_graph
from ..graph.conversion import constant_tensor
from ..ops import group
from ..scoping.variables import PartitionedVariable, Variable

__all__ = [
    "all_variables",
    "assert_variables_initialized",
    "global_variables",
    "global_variables_initializer",
    "initialize_all_tables",
    "initialize_all_variables",
    "initialize_local_variables",
    "initialize_variables",
    "is_variable_initialized",
    "local_variables",
    "local_variables_initializer",
    "model_variables",
    "moving_average_variables",
    "report_uninitialized_variables",
    "tables_initializer",
    "trainable_variables",
    "variables_initializer",
]


def global_variables(scope: str | None = None) -> list[Variable]:
    """Return the global variables; `scope`: a regular expression that their names begin with."""
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Variable]:
    """Return the variables that optimizers change."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Variable]:
    """Return the variables that are neither trained nor saved."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Variable]:
    """Return the collection MODEL_VARIABLES."""
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Variable]:
    """Return the collection MOVING_AVERAGE_VARIABLES."""
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def variables_initializer(var_list: Iterable[Variable], name: str = "init") -> Operation:
    """Return the operation that gives each variable its first value, again if it has one."""
    variables = _single(var_list)

    if current() is not None:
        parts = [part for v in variables for part in (v if isinstance(v, PartitionedVariable) else (v,))]
        return group(*(part.initializer for part in parts), name=name)

    def run() -> None:
        for variable in variables:
            variable._initialize()

    return Action(get_default_graph().unique_name(name), run)


def global_variables_initializer() -> Operation:
    """Return `variables_initializer` of the global variables there are now."""
    return variables_initializer(global_variables())


def local_variables_initializer() -> Operation:
    """Return `variables_initializer` of the local variables there are now."""
    return variables_initializer(local_variables())


def tables_initializer(name: str = "init_all_tables") -> Operation:
    """Return the operation that fills the look-up tables of the graph; computed at once, they are full already."""
    return group(*get_collection(GraphKeys.TABLE_INITIALIZERS), name=name)


def is_variable_initialized(variable: Any) -> np.bool_:
    """Return whether the variable has a value."""
    recorder = variable.op.recorder if isinstance(variable, Tensor) else current()
    if isinstance(variable, Tensor):  # that stands for one, or is read of it
        held = variable.op.inputs[0].op if variable.op.inputs else variable.op
        variable = held.attributes["variable"]
    if recorder is not None:
        name = recorder.claim("IsVariableInitialized")
        asked = recorder.add(
            "IsVariableInitialized", name, lambda: np.array(variable._initialized), (), (), [((), bool_)]
        )
        return asked.outputs[0]  # type: ignore[return-value]
    return np.bool_(variable._initialized)


def report_uninitialized_variables(
    var_list: Iterable[Variable] | None = None, name: str = "report_uninitialized_variables"
) -> Array:
    """Return the names of the variables that have no value yet, an object array of bytes `[n]`.

    Args:
        var_list: None = the global and the local ones.
    """
    asked = _asked(var_list)

    def missing() -> Array:
        return np.array([v._full_name.encode() for v in asked if not v._initialized], dtype=object)

    recorder = current()
    if recorder is None:
        return missing()
    if not asked:
        return constant_tensor(recorder, missing(), recorder.claim(name))  # type: ignore[return-value]
    full_name = f"{recorder.claim(name)}/boolean_mask/GatherV2"
    found = recorder.add("GatherV2", full_name, missing, (), (), [((None,), string)])
    return found.outputs[0]  # type: ignore[return-value]


def assert_variables_initialized(var_list: Iterable[Variable] | None = None) -> Tensor | None:
    """Check that all variables have a value.

    Raises:
        FailedPreconditionError: one has none.
    """
    asked = _asked(var_list)

    def check() -> Array:
        for variable in asked:
            if not variable._initialized:
                raise errors.uninitialized(variable._full_name)
        return np.array(len(asked), np.int32)

    recorder = current()
    if recorder is not None:
        return recorder.add("Rank", recorder.claim("Rank"), check, (), (), [((), int32)]).outputs[0]
    check()
    return None


def _asked(var_list: Iterable[Variable] | None) -> list[Variable]:
    return _single([*global_variables(), *local_variables()] if var_list is None else var_list)


def _single(variables: Iterable[Any]) -> list[Variable]:
    single = []
    for variable in variables:
        single += list(variable) if isinstance(variable, PartitionedVariable) else [variable]
    return single


all_variables = global_variables
initialize_all_variables = global_variables_initializer
initialize_variables = variables_initializer
initialize_local_variables = local_variables_initializer
initialize_all_tables = tables_initializer
