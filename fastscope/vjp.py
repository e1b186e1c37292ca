"""Gradients by explicit pullbacks: each function returns its result and the way back.

    outputs, pullback = vjp.dynamic_rnn(cell, inputs, dtype=tf.float32)
    logits, pull_logits = vjp.dense(outputs, softmax_w, softmax_b)
    loss, pull_loss = vjp.softmax_cross_entropy(logits, labels)

    grads = vjp.Gradients()
    pullback(pull_logits(pull_loss(), into=grads), into=grads)
    optimizer.apply_gradients(grads)

A pullback takes the gradient of what its function returned, returns that of the inputs, and adds
those of the variables to `into`. It is called once. There is no tape: what is not pulled back has
no gradient. A pullback looks at the arrays that its function read and returned: write to none of
them before it has run. (A variable that was written in between is noticed.)

Shapes: T max_time, N batch_size, D depth, V vocabulary or classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .arrays import array_module, device_of
from .arrays.structure import beside
from .arrays.typing import Array
from .errors import rnn as rnn_errors
from .errors import training as errors
from .errors.names import face as _face
from .fused import implementation, sum_of_rows
from .ops.nn import row_of_whole
from .ops.operands import operand, snapshot
from .ops.shaping import integer_operand
from .rnn.masks import Masks, mask_of
from .rnn.sequences import check_cell, prepare, run_vjp
from .scoping.sharing import own_scope
from .training.gradient_store import Gradients
from .training.pullbacks import Pullback, RNNPullback

__all__ = [
    "Gradients",
    "Pullback",
    "RNNPullback",
    "dense",
    "dropout",
    "dynamic_rnn",
    "embedding_lookup",
    "l2",
    "softmax_cross_entropy",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("vjp", __all__)


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Array, RNNPullback]:
    """Run a cell over a sequence as `tf.nn.dynamic_rnn` does, and keep the way back.

    Args:
        cell: an RNNCell; one of the user's needs a `call_vjp`, see `RNNCell.call_vjp`. The rest as in
            `tf.nn.dynamic_rnn`.

    Returns:
        The outputs and their pullback(d_outputs, d_state=None, into=grads) -> d_inputs, which also
        holds `final_state` and, once called, `d_initial_state`.

    Raises:
        NotImplementedError: the cell has no pullback.
        ValueError, TypeError: see `tf.nn.dynamic_rnn`.
    """
    check_cell("cell", cell)
    with own_scope("rnn" if scope is None else scope):
        ready = prepare(cell, inputs, sequence_length, initial_state, dtype, time_major)
        outputs, state, pull_major = run_vjp(cell, *ready)

    def pull(gradients: tuple[Array, Any, bool], into: Any) -> tuple[Array | None, Any]:
        d_outputs, d_state, want_inputs = gradients
        major = d_outputs if time_major else d_outputs.swapaxes(0, 1)
        d_inputs, d_before = pull_major(major, d_state, into, want_inputs=want_inputs)
        if not want_inputs:
            return None, d_before
        return (d_inputs if time_major else d_inputs.swapaxes(0, 1)), d_before

    outputs = outputs if time_major else outputs.swapaxes(0, 1)
    return outputs, RNNPullback(outputs, state, cell.weights, pull)


def embedding_lookup(params: Any, ids: Any, partition_strategy: str = "mod") -> tuple[Array, Pullback]:
    """Look rows up, as `tf.nn.embedding_lookup` does.

    The gradient is dense, of the table's shape, with the rows of equal ids added up: what TF's
    GradientDescent, Adagrad and Adam make of a sparse one. TF's Momentum and RMSProp leave the
    slots of rows that were not looked up as they are; here they decay.

    Args:
        params: a Variable or PartitionedVariable `[V, D]`.
        ids: integers of any shape, 0 <= id < V.
        partition_strategy: how the rows lie in several parts, as in `tf.nn.embedding_lookup`.

    Returns:
        Rows `[*ids.shape, D]`, and a pullback(d_rows, into=grads) -> None: ids have no gradient.

    Raises:
        ValueError: an id out of range; on a GPU, where looking would wait for it, its row is zeros.
        TypeError: the ids are no integers.
    """
    table, ids = operand(params), integer_operand("embedding_lookup", "ids", ids)
    ids, valid = _in_range(ids, len(table), table, partial(rnn_errors.id_out_of_range, embedded=True))
    places = row_of_whole(params, ids, partition_strategy)
    rows = table[places]
    if valid is not None:
        rows *= valid[..., None]

    def pull(d_rows: Array, into: Any) -> None:
        into.add(params, sum_of_rows(d_rows.reshape(-1, table.shape[1]), places.ravel(), len(table)))

    return rows, Pullback("embedding_lookup", rows, [params], pull)


def _in_range(
    ids: Array, count: int, like: Array, wrong: Callable[[int, int], Exception]
) -> tuple[Array, Array | None]:
    """Return ids where `like` is; and, unless they were checked on the host, which of them are valid.

    Those that are not come back as 0.
    """
    if device_of(ids).kind == "cpu":
        if ids.size and (ids.min() < 0 or ids.max() >= count):
            raise wrong(int(ids[(ids < 0) | (ids >= count)][0]), count)
        return beside(like, ids)[0], None
    valid = (ids >= 0) & (ids < count)
    return ids * valid, valid


def dense(inputs: Any, weights: Any, biases: Any = None) -> tuple[Array, Pullback]:
    """Multiply with weights and add biases, as `tf.nn.xw_plus_b` does, over any leading axes.

    Args:
        inputs: `[..., D]`.
        weights: a Variable `[D, V]`. biases: a Variable `[V]`, or None.

    Returns:
        `[..., V]`, and a pullback(d_outputs, into=grads) -> d_inputs.

    Raises:
        ValueError: D differs, or V.
    """
    x, w = operand(inputs), operand(weights)
    if w.ndim != 2 or x.ndim < 1 or x.shape[-1] != w.shape[0]:
        raise errors.dense_depth(x.shape, w.shape)
    flat = x.reshape(-1, w.shape[0])
    product = implementation(flat, w).product
    y = product(flat, w)
    if biases is not None:
        bias = operand(biases)
        if bias.shape != w.shape[1:]:
            raise errors.dense_bias(w.shape, bias.shape)
        y += bias
    outputs = y.reshape(*x.shape[:-1], w.shape[1])

    def pull(d_outputs: Array, into: Any) -> Array:
        d_flat = d_outputs.reshape(-1, w.shape[1])
        into.outer(weights, flat, d_flat)
        if biases is not None:
            into.add(biases, d_flat.sum(axis=0))
        d_inputs: Array = product(d_flat, w.T).reshape(x.shape)
        return d_inputs

    variables = [weights] if biases is None else [weights, biases]
    return outputs, Pullback("dense", outputs, variables, pull)


def dropout(inputs: Any, keep_prob: float, seed: int | None = None) -> tuple[Array, Pullback]:
    """Set inputs to zero at random and scale up the rest, as `tf.nn.dropout` does.

    Args:
        inputs: an array.
        keep_prob: the share that is kept, 0 to 1.
        seed: None = the graph's.

    Returns:
        The same shape, and a pullback(d_outputs) -> d_inputs.

    Raises:
        ValueError: `keep_prob` is none.
    """
    share = float(keep_prob)
    if not 0 <= share <= 1:
        raise rnn_errors.keep_prob("keep_prob", share)
    if share == 1:
        x = snapshot(inputs)
        return x, Pullback("dropout", x, [], lambda d_outputs, into: d_outputs)
    x = operand(inputs)
    mask = mask_of(Masks(seed).uniform(array_module(x), x.shape), share, x.dtype)
    outputs = x * mask
    return outputs, Pullback("dropout", outputs, [], lambda d_outputs, into: d_outputs * mask)


def softmax_cross_entropy(
    logits: Any, labels: Any, weights: Any = None, reduction: str = "mean"
) -> tuple[Array, Pullback]:
    """Return -log(softmax(logits)[label]), averaged or summed.

    Args:
        logits: `[..., V]`.
        labels: integers `[...]`, 0 <= label < V.
        weights: `[...]`, what each row counts, for instance 0 past a sequence's end; None = 1. A mean
            divides by their sum; where that is 0, the loss is.
        reduction: "mean" or "sum".

    Returns:
        A scalar on the device, in nats, and a pullback(d_loss=1) -> d_logits.

    Raises:
        TypeError: labels that are no integers.
        ValueError: shapes that differ, a label out of range, another reduction. On a GPU, where
            looking would wait for it, a label out of range makes the loss NaN.
    """
    if reduction not in ("mean", "sum"):
        raise errors.bad_reduction(reduction)
    x, wanted = operand(logits), integer_operand("softmax_cross_entropy", "labels", labels)
    xp, classes = array_module(x), x.shape[-1]
    if wanted.shape != x.shape[:-1]:
        raise errors.labels_shape(tuple(x.shape), tuple(wanted.shape))
    wanted, valid = _in_range(wanted, classes, x, errors.labels_out_of_range)
    flat, wanted = x.reshape(-1, classes), wanted.ravel()
    counts = None if weights is None else _row_weights(weights, x)
    scale = 1 if reduction == "sum" else len(flat) if counts is None else _divisor(counts)
    losses, gradient = implementation(flat).softmax_losses(flat, wanted)
    if valid is not None:
        losses = xp.where(valid.ravel(), losses, xp.nan)
    loss = (losses if counts is None else losses * counts).sum() / scale

    def pull(d_loss: Any, into: Any) -> Array:
        d_logits = gradient  # nobody else's, and called once
        d_logits *= d_loss / scale if counts is None else (counts * (d_loss / scale))[:, None]
        return d_logits.reshape(x.shape)

    return loss, Pullback("softmax_cross_entropy", loss, [], pull)


def _row_weights(weights: Any, logits: Array) -> Array:
    (given,) = beside(logits, operand(weights))
    if given.shape != logits.shape[:-1]:
        raise errors.labels_shape(tuple(logits.shape), tuple(given.shape))
    return given.astype(logits.dtype).ravel()


def _divisor(counts: Array) -> Array:
    total = counts.sum()
    return array_module(counts).where(total == 0, 1, total).astype(counts.dtype)


def l2(variables: Sequence[Any], scale: float = 1.0) -> tuple[Array, Pullback]:
    """Return scale * sum(v ** 2) / 2 over variables, as `tf.nn.l2_loss` counts.

    Returns:
        A scalar on the device, and a pullback(d_loss=1, into=grads) -> None.
    """
    arrays = [operand(v) for v in variables]
    xp = array_module(*arrays)
    flat = [a.ravel() for a in arrays]
    loss = xp.asarray(sum(a.dot(a) for a in flat)) * (scale / 2)

    def pull(d_loss: Any, into: Any) -> None:
        for variable, array in zip(variables, arrays, strict=True):
            into.add(variable, array * (scale * d_loss))

    return loss, Pullback("l2", loss, variables, pull)
