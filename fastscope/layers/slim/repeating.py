"""tf.contrib.layers' layers that are several of one kind in a row.

Source: tensorflow/contrib/layers/python/layers/layers.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...scoping.arg_scopes import add_arg_scope
from ...scoping.scopes import variable_scope
from .common import Function, as_tensor

__all__ = ["repeat", "stack"]


@add_arg_scope
def repeat(inputs: Any, repetitions: int, layer: Function, *args: Any, **kwargs: Any) -> Any:
    """Apply a layer several times in a row, in the scopes "conv_1", "conv_2" and so on.

    Args:
        inputs: of the first.
        repetitions: how often.
        layer: function of the inputs, `args` and `kwargs`, and a scope.
        scope: the scope around, and the name of the layers in it.
    """
    return _one_after_another(inputs, layer, [args] * repetitions, "Repeat", "repeat", kwargs)


def stack(inputs: Any, layer: Function, stack_args: Sequence[Any], **kwargs: Any) -> Any:
    """Apply a layer once for each of `stack_args`, its arguments, in the scopes "conv_1", "conv_2" and so on."""
    each = [tuple(given) if isinstance(given, (list, tuple)) else (given,) for given in stack_args]
    return _one_after_another(inputs, layer, each, "Stack", "stack", kwargs)


def _one_after_another(
    inputs: Any, layer: Function, arguments: Sequence[Any], default: str, word: str, kwargs: dict[str, Any]
) -> Any:
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, default, [inputs]):
        result = as_tensor(inputs)
        name = scope or getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", word)
        for k, given in enumerate(arguments, 1):
            result = layer(result, *given, scope=f"{name}_{k}", **kwargs)
        return result
