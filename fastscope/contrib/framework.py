"""tf.contrib.framework: checkpoints and the global step, by the names of their time."""

from typing import TYPE_CHECKING

from ..checkpoint import list_variables, load_checkpoint, load_variable
from ..checkpoint.init_from import init_from_checkpoint
from ..errors.names import face as _face
from ..graph.graph import get_name_scope
from ..ops import argsort, is_tensor, sort
from ..training.global_step import create_global_step, get_global_step, get_or_create_global_step
from . import nest

if TYPE_CHECKING:  # `later` says where else they come from
    from ..fitting.assigning import (
        assign_from_checkpoint,
        assign_from_checkpoint_fn,
        assign_from_values,
        assign_from_values_fn,
    )
    from ..fitting.optimizing import assert_global_step, assert_or_get_global_step
    from ..ops.asserting import assert_scalar
    from ..ops.expected import (
        assert_scalar_int,
        get_graph_from_inputs,
        get_placeholders,
        reduce_sum_n,
        remove_squeezable_dimensions,
        with_same_shape,
        with_shape,
    )
    from ..ops.structured_calls import py_func
    from ..scoping.arg_scopes import add_arg_scope, arg_scope, arg_scoped_arguments, current_arg_scope, has_arg_scope
    from ..scoping.variable_lists import (
        add_model_variable,
        filter_variables,
        get_local_variables,
        get_model_variables,
        get_trainable_variables,
        get_unique_variable,
        get_variable_full_name,
        get_variables,
        get_variables_by_name,
        get_variables_by_suffix,
        get_variables_to_restore,
        global_variable,
        local_variable,
        model_variable,
        variable,
    )

__all__ = [
    "add_arg_scope",
    "add_model_variable",
    "arg_scope",
    "arg_scoped_arguments",
    "argsort",
    "assert_global_step",
    "assert_or_get_global_step",
    "assert_scalar",
    "assert_scalar_int",
    "assign_from_checkpoint",
    "assign_from_checkpoint_fn",
    "assign_from_values",
    "assign_from_values_fn",
    "create_global_step",
    "current_arg_scope",
    "filter_variables",
    "get_global_step",
    "get_graph_from_inputs",
    "get_local_variables",
    "get_model_variables",
    "get_name_scope",
    "get_or_create_global_step",
    "get_placeholders",
    "get_trainable_variables",
    "get_unique_variable",
    "get_variable_full_name",
    "get_variables",
    "get_variables_by_name",
    "get_variables_by_suffix",
    "get_variables_to_restore",
    "global_variable",
    "has_arg_scope",
    "init_from_checkpoint",
    "is_tensor",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "local_variable",
    "model_variable",
    "nest",
    "py_func",
    "reduce_sum_n",
    "remove_squeezable_dimensions",
    "sort",
    "variable",
    "with_same_shape",
    "with_shape",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.framework", __all__)
