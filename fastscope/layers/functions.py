"""The functions of layers: each makes a layer, and calls it once. Others are a function with some arguments fixed.

Source: tensorflow/python/layers/convolutional.py, pooling.py (TF 1.15).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

from ..errors.places import in_one_frame
from .base import Layer

__all__ = ["fixed", "function_of"]


def function_of(
    kind: type[Layer], name: str, shares: bool = True, call: Sequence[Parameter] = (), last: str | None = None
) -> Callable[..., Any]:
    """Return the function `name` of a kind of layer: its arguments are the inputs and those of the constructor.

    Args:
        kind: class of the layer.
        name: of the function.
        shares: whether it has weights, and an argument `reuse`.
        call: arguments of the layer's call besides the inputs.
        last: the first of the constructor's arguments that come after `trainable`, `name` and `reuse`; None = none do.
    """
    _, *own = inspect.signature(kind.__init__).parameters.values()
    own = [one for one in own if one.kind is not Parameter.VAR_KEYWORD]
    place = len(own) if last is None else [one.name for one in own].index(last)
    common = [one for one in own[place:] if one.name in ("trainable", "name")]
    rest = [one for one in own[place:] if one not in common]
    reuse = [Parameter("reuse", Parameter.POSITIONAL_OR_KEYWORD, default=None)] if shares else []
    first = Parameter("inputs", Parameter.POSITIONAL_OR_KEYWORD)
    signature = Signature([first, *own[:place], *call, *common, *reuse, *rest])

    def function(*args: Any, **kwargs: Any) -> Any:
        values = signature.bind(*args, **kwargs).arguments
        inputs, reuse = values.pop("inputs"), values.pop("reuse", None)
        called = {one.name: values.pop(one.name) for one in call if one.name in values}
        return kind(**values, _reuse=reuse, _scope=values.get("name"))(inputs, **called)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Make a `{kind.__name__}` and call it.

    Args:
        inputs: what the layer is called with.
        name: of its variable scope, taken as it is; None = `{name}` made unique.
        {"reuse: as in variable_scope." if shares else "others: those of the constructor."}
    """
    function.__signature__ = signature  # type: ignore[attr-defined]
    return in_one_frame(function)


def fixed(function: Callable[..., Any], name: str, doc: str | None = None, **given: Any) -> Callable[..., Any]:
    """Return a function under another name, whose arguments `given` are fixed and not in its signature."""
    every = inspect.signature(function).parameters
    signature = Signature([one for one in every.values() if one.name not in given])
    keywords = next((one.name for one in every.values() if one.kind is Parameter.VAR_KEYWORD), None)

    def of_the_rest(*args: Any, **kwargs: Any) -> Any:
        values = signature.bind(*args, **kwargs).arguments
        further = values.pop(keywords, {}) if keywords else {}
        return function(**values, **further, **given)

    of_the_rest.__name__ = name
    of_the_rest.__qualname__ = f"{function.__qualname__.rpartition('.')[0]}.{name}".lstrip(".")
    of_the_rest.__module__, of_the_rest.__doc__ = function.__module__, doc or function.__doc__
    of_the_rest.__signature__ = signature  # type: ignore[attr-defined]
    return of_the_rest
