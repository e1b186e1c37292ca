"""The messages of what has weights of its own, cells and layers: expected, got, where, the way out.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from typing import Any


def not_built(name: str) -> ValueError:
    """A count of weights that are not there yet."""
    return ValueError(
        f"You tried to call `count_params` on {name}, but the layer isn't built. Its weights are made when it is first "
        f"called; or make them now: {name}.build([None, depth])."
    )


def weights_differ(name: str, expected: list[Any], got: list[Any]) -> ValueError:
    """Values that do not go into the weights, one by one."""
    return ValueError(
        f"set_weights of {name}: expected {len(expected)} values of shapes {expected}, in the order of its weights, "
        f"got {len(got)} of shapes {got}. They are there after the first call: get_weights() shows what it takes."
    )


def unknown_activation(got: Any, known: list[str]) -> ValueError:
    """An activation's name that is not known."""
    return ValueError(f"Unknown activation function:{got}. Expected one of {known}, or a callable(array) -> array.")


def activation_not_callable(got: Any) -> TypeError:
    """An activation that is neither a name nor a function."""
    return TypeError(
        f"Could not interpret activation function identifier: {got!r:.80}. Expected a name such as 'relu', a callable, "
        "or None."
    )
