"""Gradients of sums over all paths of a chain: how probable each part of it is.

Source: Lafferty et al., Conditional random fields, 2001.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..graph import Operation
from ..ops.chains import marginals
from .registry import no_gradient, rule

no_gradient("CrfMarginals", "CrfBestPath")


@rule("CrfLogNorm")
def log_norm(op: Operation, d: Any) -> Any:
    inputs, lengths, transitions = op.inputs
    tags, steps = marginals(inputs, lengths, transitions)
    share = ops.reshape(d, [-1, 1, 1])
    return share * tags, None, ops.reduce_sum(share * steps, 0)
