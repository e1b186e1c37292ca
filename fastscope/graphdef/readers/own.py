"""What TensorFlow has no operation for, read from what `writing` wrote; see `encoding`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.draws import Source
from ...arrays.streams import tensorflows
from ...graph import Tensor
from ...scoping import initializers
from ...scoping.initializers import Initializer
from ...training import optimizers
from ..encoding import decoded
from ..node import Node, NotHereError, reads
from .state import optimizer_of, update_of

__all__: list[str] = []


@reads("Fastscope")
def _own(n: Node, encoding: dict[str, Any], tensor_of: Callable[[str], Tensor]) -> Any:
    if "update" in encoding:
        return _update(n, encoding["update"])
    if "initializer" in encoding:
        return _first_value(n, encoding)
    raise NotHereError("it was written by another version of the library.")


def _update(n: Node, facts: dict[str, Any]) -> Any:
    kind = getattr(optimizers, facts["optimizer"], None)
    if kind is None or not issubclass(kind, optimizers.Optimizer):
        raise NotHereError(f"the optimizer '{facts['optimizer']}' is not here.")
    word = n.type.removeprefix("Fastscope")
    is_sparse = word.startswith("Sparse")
    name = word.removeprefix("Sparse").removeprefix("Apply")
    parts = 2 if is_sparse else 1
    count = facts["written"]
    written, gradient = n.inputs[:count], n.inputs[-parts:]
    counts = 2 if name == "Adam" else 0
    held, numbers = n.inputs[count : count + counts], n.inputs[count + counts : -parts]
    optimizer = optimizer_of(kind, name, facts["flags"]["use_nesterov"])
    return update_of(n, optimizer, written, gradient, [*numbers, *held], is_sparse)


def _first_value(n: Node, facts: dict[str, Any]) -> Any:
    kind = getattr(initializers, facts["initializer"], None)
    if not isinstance(kind, type) or not issubclass(kind, Initializer):
        raise NotHereError(f"the initializer '{facts['initializer']}' is not here.")

    def nothing(name: str) -> Tensor:
        raise NotHereError(name)

    values = {key: decoded(value, nothing) for key, value in facts.items() if key not in ("initializer", "config")}
    config = {key: decoded(value, nothing) for key, value in facts["config"].items()}
    initializer, shape, dtype = kind.from_config(config), values["shape"], values["dtype"]
    root = n.recorder.graph.recorder
    assert root is not None
    root.draws = True
    source = Source(*(values["seeds"] or (0, 0)))

    def draw() -> Any:
        with source.generator() as philox, tensorflows(philox):
            return initializer.draw(shape, dtype=dtype)

    return n.kernel(draw, [(tuple(shape), dtype)], ())
