"""The branches of `cond`: operations inside run only where the branch is taken.

A tensor from outside goes into a branch through a Switch, once for each branch: an operation of the branch, so that
nothing of an untaken branch is computed, and a gradient finds the border that it has to cross.

Source: tensorflow/python/ops/control_flow_ops.py, CondContext.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from .. import _store
from .blocks import Environment
from .tensor import Tensor

__all__ = ["Branch", "inside"]


class Branch:
    """One of the two sides of a `cond`.

    Attributes:
        pred: the condition, a tensor outside.
        taken: the value of `pred` for which this side runs.
        outer: the branch around the `cond`, or None.
        switches: the tensor inside for each one from outside.
    """

    __slots__ = ("outer", "pred", "switches", "taken")

    def __init__(self, pred: Tensor, taken: bool, outer: Branch | None) -> None:
        self.pred = pred
        self.taken = taken
        self.outer = outer
        self.switches: dict[Tensor, Tensor] = {}

    def holds(self, branch: Branch | None) -> bool:
        """Return whether `branch` is this one or inside it."""
        while branch is not None and branch is not self:
            branch = branch.outer
        return branch is self


def inside(branch: Branch | None) -> AbstractContextManager[None]:
    """Return a block whose operations are in `branch`; None = in no branch."""
    return _store.SettingScope(lambda old: (old or Environment())._replace(branch=branch))
