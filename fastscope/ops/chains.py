"""Chains of tags, in which each has a score, and each step from one to the next: sums and the best over all paths.

Legend: N batch_size, T steps, C tags. alphas and betas are the logarithms of sums over all paths up to and from a step.

Source: Lafferty et al., Conditional random fields, 2001; tensorflow/contrib/crf/python/ops/crf.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..arrays import array_module
from ..arrays.dtypes import int32
from .function import op
from .operands import float_operand, operand

__all__ = ["best_path", "log_norm", "marginals"]


def _log_sum(x: Any, axis: int) -> Any:
    xp = array_module(x)
    largest = x.max(axis=axis, keepdims=True)
    return xp.log(xp.exp(x - largest).sum(axis=axis)) + largest.squeeze(axis)


def _alphas(x: Any, lengths: Any, transitions: Any) -> list[Any]:
    """Return one `[N, C]` a step; behind the end of a sequence its last one stays."""
    xp, found = array_module(x), [x[:, 0]]
    for t in range(1, x.shape[1]):
        after = _log_sum(found[-1][:, :, None] + transitions, 1) + x[:, t]
        found.append(xp.where((t < lengths)[:, None], after, found[-1]))
    return found


def _rows(inputs: Any, *others: Any) -> Any:
    return None if inputs is None else (inputs[0],)


@op("CrfLogNorm", "inputs | lengths | transitions", shape=_rows)
def log_norm(inputs: Any, lengths: Any, transitions: Any) -> Any:
    """Return the logarithm of the sum over all paths of exp(score), `[N]`; 0 for a sequence of no steps.

    Args:
        inputs: scores `[N, T, C]`.
        lengths: steps of each sequence, integers `[N]`.
        transitions: scores of the steps, `[C, C]`: from the row to the column.
    """
    x, n = float_operand("crf_log_norm", inputs), operand(lengths)
    whole = _log_sum(_alphas(x, n, operand(transitions))[-1], 1)
    return array_module(x).where(n <= 0, x.dtype.type(0), whole)


def _marginal_shapes(inputs: Any, *others: Any) -> Any:
    return [inputs, None if inputs is None else (inputs[0], inputs[2], inputs[2])]


@op("CrfMarginals", "inputs | lengths | transitions", shape=_marginal_shapes)
def marginals(inputs: Any, lengths: Any, transitions: Any) -> Any:
    """Return how probable each tag is, `[N, T, C]`, and how often each transition is taken, `[N, C, C]`."""
    x, n, transitions = operand(inputs), operand(lengths), operand(transitions)
    xp = array_module(x)
    alphas = _alphas(x, n, transitions)
    whole = _log_sum(alphas[-1], 1)[:, None]
    tags, steps = xp.zeros_like(x), xp.zeros((len(x), x.shape[2], x.shape[2]), x.dtype)
    beta = xp.zeros_like(x[:, 0])
    for t in range(x.shape[1] - 1, -1, -1):
        inside = (t < n)[:, None]
        tags[:, t] = xp.where(inside, xp.exp(alphas[t] + beta - whole), 0)
        if t:
            ahead = (x[:, t] + beta)[:, None, :] + transitions
            taken = xp.exp(alphas[t - 1][:, :, None] + ahead - whole[:, :, None])
            steps += xp.where(inside[:, :, None], taken, 0)
            beta = xp.where(inside, _log_sum(ahead, 2), beta)
    return [tags, steps]


def _path_shapes(inputs: Any, *others: Any) -> Any:
    return [None if inputs is None else inputs[:2], _rows(inputs)]


def _path_types(values: dict[str, Any]) -> Any:
    return [int32, values["inputs"].dtype.base_dtype]


@op("CrfBestPath", "inputs | lengths | transitions", shape=_path_shapes, dtype=_path_types)
def best_path(inputs: Any, lengths: Any, transitions: Any) -> Any:
    """Return the path of the highest score, tags `[N, T]` with 0 behind the end of a sequence, and its score `[N]`."""
    x, n, transitions = operand(inputs), operand(lengths), operand(transitions)
    xp = array_module(x)
    best, came_from = x[:, 0], []
    for t in range(1, x.shape[1]):
        over = best[:, :, None] + transitions
        came_from.append(over.argmax(axis=1))
        best = xp.where((t < n)[:, None], over.max(axis=1) + x[:, t], best)
    tag = best.argmax(axis=1)
    tags = xp.zeros(x.shape[:2], "int32")
    rows = xp.arange(len(x))
    for t in range(x.shape[1] - 1, -1, -1):
        tags[:, t] = xp.where(t < n, tag, 0)
        if t:
            tag = xp.where(t < n, came_from[t - 1][rows, tag], tag)
    return [tags, best.max(axis=1)]
