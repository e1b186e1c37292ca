"""The functions of layers: each makes a layer, and calls it once.

Source: tensorflow/python/layers/convolutional.py, pooling.py (TF 1.15).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from ..errors.places import in_one_frame
from .base import Layer

__all__ = ["function_of"]


def function_of(kind: type[Layer], name: str, shares: bool = True) -> Callable[..., Any]:
    """Return the function `name` of a kind of layer: its arguments are the inputs and those of the constructor.

    Args:
        kind: class of the layer.
        name: of the function.
        shares: whether it has weights, and an argument `reuse`.
    """
    first = Parameter("inputs", Parameter.POSITIONAL_OR_KEYWORD)
    _, *own = inspect.signature(kind.__init__).parameters.values()
    last = [Parameter("reuse", Parameter.POSITIONAL_OR_KEYWORD, default=None)] if shares else []
    signature = Signature([first, *[one for one in own if one.kind is not Parameter.VAR_KEYWORD], *last])

    def function(*args: Any, **kwargs: Any) -> Any:
        values = signature.bind(*args, **kwargs).arguments
        inputs, reuse = values.pop("inputs"), values.pop("reuse", None)
        return kind(**values, _reuse=reuse, _scope=values.get("name"))(inputs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Make a `{kind.__name__}` and call it.

    Args:
        inputs: what the layer is called with.
        name: of its variable scope, taken as it is; None = `{name}` made unique.
        {"reuse: as in variable_scope." if shares else "others: those of the constructor."}
    """
    function.__signature__ = signature  # type: ignore[attr-defined]
    return in_one_frame(function)
