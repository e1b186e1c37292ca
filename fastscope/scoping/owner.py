"""What has weights of its own, as a cell or a layer: their lists, losses, updates, values and configuration.

Source: TF 1.15 python/keras/engine/base_layer.py and python/layers/base.py, what is not about calling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..arrays.dtypes import DType
from ..errors import owners as errors
from ..graph import Graph, GraphKeys, add_to_collection, get_collection, get_default_graph
from .variables import PartitionedVariable, Variable

__all__ = ["WeightOwner"]


class WeightOwner:
    """Base of what makes variables when it is first used, and keeps them.

    Attributes:
        built: whether it has made them.
        trainable: whether they join TRAINABLE_VARIABLES.
    """

    # Here for classes of the user's that do not call a constructor.
    built = False
    trainable = True
    _name: str | None = None
    _dtype: Any = None
    _own_weights: tuple[Variable, ...] = ()
    _own_losses: tuple[tuple[Any, bool], ...] = ()  # with whether it depends on inputs
    _own_updates: tuple[tuple[Any, bool], ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        raise NotImplementedError

    @property
    def dtype(self) -> DType | None:
        """Of its weights; None before it knows."""
        found: DType | None = self._dtype
        return found

    @property
    def graph(self) -> Graph:
        """The default graph."""
        return get_default_graph()

    # ---- weights

    @property
    def _weights(self) -> Sequence[Variable]:
        return self._own_weights

    def _remember(self, variable: Any) -> None:
        parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
        known = {id(v) for v in self._own_weights}
        new = tuple(v for v in parts if isinstance(v, Variable) and id(v) not in known)
        if new:
            self._own_weights += new

    @property
    def trainable_weights(self) -> list[Variable]:
        """Trainable weights in the order of their creation; none before the first use."""
        return [v for v in self._weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other weights."""
        return [v for v in self._weights if not v.trainable]

    @property
    def weights(self) -> list[Variable]:
        """All weights, the trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """`trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """`non_trainable_weights`."""
        return self.non_trainable_weights

    @property
    def variables(self) -> list[Variable]:
        """`weights`."""
        return self.weights

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Return the values of `weights`, copied to the host."""
        return [v.numpy().copy() for v in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Write values in the order of `weights`.

        Raises:
            ValueError: not as many values as weights, or a value of another shape. Nothing was written then.
        """
        values = [np.asarray(value) for value in weights]
        expected = [v.shape.as_list() for v in self.weights]
        shapes = [list(value.shape) for value in values]
        if shapes != expected:
            raise errors.weights_differ(self.name, expected, shapes)
        for variable, value in zip(self.weights, values, strict=True):
            variable.assign(value.astype(variable.dtype.base_dtype.dtype))

    def count_params(self) -> int:
        """Return how many numbers the weights hold.

        Raises:
            ValueError: they are not made yet.
        """
        if not self.built and not self._weights:
            raise errors.not_built(self.name)
        return sum(v.shape.num_elements() or 0 for v in self._weights)

    # ---- losses and updates

    @property
    def losses(self) -> list[Any]:
        """Regularization losses of the weights, and what `add_loss` was given; each stands for its value now."""
        return [loss for loss, depends in self._own_losses if depends] + self.get_losses_for(None)

    @property
    def updates(self) -> list[Any]:
        """What `add_update` was given."""
        return [update for update, _ in self._own_updates]

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Add to `losses`, and to the collection of regularization losses, a loss or a list of them.

        Args:
            losses: arrays, or callables without arguments that return one. In a loop give a callable once.
            inputs: what the losses depend on; None = nothing, so that they belong to the weights.
        """
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            self._own_losses += ((loss, inputs is not None),)
            add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Add to `updates` and the collection UPDATE_OPS an operation or a list of them; `inputs` as in add_loss."""
        for update in updates if isinstance(updates, (list, tuple)) else [updates]:
            self._own_updates += ((update, inputs is not None),)
            add_to_collection(GraphKeys.UPDATE_OPS, update)

    def get_losses_for(self, inputs: Any) -> list[Any]:
        """Return the losses that depend on inputs or, with inputs=None, those of the weights."""
        if inputs is not None:
            return [loss for loss, depends in self._own_losses if depends]
        own = {id(v) for v in self._weights}
        collected = get_collection(GraphKeys.REGULARIZATION_LOSSES)
        of_weights = [loss for loss in collected if id(getattr(loss, "_variable", None)) in own]
        return [loss for loss, depends in self._own_losses if not depends] + of_weights

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """Return the updates that depend on inputs or, with inputs=None, the others."""
        return [update for update, depends in self._own_updates if depends is (inputs is not None)]

    # ---- configuration

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON takes them; a class with more of its own adds them."""
        dtype = None if self._dtype is None else self._dtype.name
        return {"name": self.name, "trainable": self.trainable, "dtype": dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the one that `get_config` described, without its weights."""
        return cls(**config)
