"""Beam search: the decoder that keeps the best few beginnings of a sequence.

Legend: N batch_size, W beam_width, V symbols, T steps.

Source: tensorflow/contrib/seq2seq/python/ops/beam_search_decoder.py, kernels/beam_search_ops.cc (TF 1.15); Wu et al.,
arXiv:1609.08144, for the penalty of lengths.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..arrays import array_module, nest
from ..arrays.dtypes import as_dtype, int32, int64
from ..arrays.shapes import TensorShape
from ..errors import seq2seq as errors
from ..graph import Tensor, name_scope
from ..ops.function import op
from ..ops.operands import operand
from ..ops.tensor_array import TensorArray
from ..ops.weights import static_shape
from .attention import AttentionWrapperState
from .decoding import Decoder

__all__ = [
    "BeamSearchDecoder",
    "BeamSearchDecoderOutput",
    "BeamSearchDecoderState",
    "FinalBeamSearchDecoderOutput",
    "gather_tree",
    "tile_batch",
]


def tile_batch(t: Any, multiplier: int, name: str | None = None) -> Any:
    """Return each example `multiplier` times in a row, of an array `[N, ...]` or a structure of them."""
    with name_scope(name, "tile_batch"):
        return nest.mapped(lambda x: _tiled(ops.convert_to_tensor(x), multiplier), t)


def _tiled(x: Any, count: int) -> Any:
    shape = static_shape(x)
    if not shape.rank:
        raise errors.no_batch()
    sizes, dynamic = shape.as_list(), ops.shape(x)
    tiled = ops.tile(ops.expand_dims(x, 1), [1, count, *[1] * (len(sizes) - 1)])
    result: Any = ops.reshape(tiled, ops.concat([[dynamic[0] * count], dynamic[1:]], 0))
    if isinstance(result, Tensor):
        result.set_shape([None if sizes[0] is None else sizes[0] * count, *sizes[1:]])
    return result


def _like_first(step_ids: Any, *others: Any) -> Any:
    return step_ids


@op("GatherTree", "step_ids | parent_ids | max_sequence_lengths | end_token", shape=_like_first)
def gather_tree(
    step_ids: Any, parent_ids: Any, max_sequence_lengths: Any, end_token: Any, name: str | None = None
) -> Any:
    """Return whole sequences, followed back from the last step of each beam; the end behind them.

    Args:
        step_ids, parent_ids: what was said in each step, and by which beam before, `[T, N, W]`.
        max_sequence_lengths: `[N]`.
        end_token: the id that ends a sequence.
    """
    ids, parents = operand(step_ids), operand(parent_ids)
    xp = array_module(ids)
    lengths, end = operand(max_sequence_lengths), int(operand(end_token))
    steps, count, width = ids.shape
    result = xp.full(ids.shape, end, ids.dtype)
    rows, beam = xp.arange(count)[:, None], xp.broadcast_to(xp.arange(width), (count, width))
    for t in range(steps - 1, -1, -1):
        inside = (t < lengths)[:, None]
        result[t] = xp.where(inside, ids[t][rows, beam], end)
        above = parents[t][rows, beam]
        if xp is np and t and (wrong := inside & ((above < 0) | (above >= width))).any():
            n, w = np.argwhere(wrong)[0]
            raise errors.bad_parent(int(above[n, w]), int(n), t - 1, int(beam[n, w]))
        beam = xp.where(inside, above, beam)
    ended = xp.zeros((count, width), bool)
    for t in range(steps):
        result[t][ended] = end
        ended |= result[t] == end
    return result


class BeamSearchDecoderState(NamedTuple):
    """State of a search: the cell's, and of each beam its probability, whether it has ended, and its length."""

    cell_state: Any
    log_probs: Any
    finished: Any
    lengths: Any
    accumulated_attention_probs: Any = ()


class BeamSearchDecoderOutput(NamedTuple):
    """What a step puts out: of each beam its score, what it said, and which beam said what was before."""

    scores: Any
    predicted_ids: Any
    parent_ids: Any


class FinalBeamSearchDecoderOutput(NamedTuple):
    """Result of a search: the sequences `[N, T, W]`, the best beam first, and the outputs of the steps."""

    predicted_ids: Any
    beam_search_decoder_output: Any


class BeamSearchDecoder(Decoder):
    """A decoder that keeps, in each step, the W best of all beginnings.

    Args:
        cell: an RNNCell.
        embedding: `[V, D]`, or callable(ids) -> rows.
        start_tokens: ids `[N]`.
        end_token: the id that ends a sequence.
        initial_state: of the cell, for `N * W` examples: `tile_batch(state, W)`.
        beam_width: W.
        output_layer: a layer of the cell's outputs, to V logits.
        length_penalty_weight: scores are divided by ((5 + length) / 6) to this power.
        coverage_penalty_weight: what a step of a memory that was looked at less than once takes off the score of a
            beam that has ended, times the logarithm of how much it was.
        reorder_tensor_arrays: whether TensorArrays in the cell's state, which hold something for each step, come out as
            tensors `[T, N * W, ...]`, each beam's steps followed back.

    Raises:
        ValueError: the start is no vector, or the end no number; a coverage penalty, and no cell that attends.
    """

    def __init__(
        self,
        cell: Any,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        initial_state: Any,
        beam_width: int,
        output_layer: Any = None,
        length_penalty_weight: float = 0.0,
        coverage_penalty_weight: float = 0.0,
        reorder_tensor_arrays: bool = True,
    ) -> None:
        self._cell, self._layer, self._width = cell, output_layer, beam_width
        self._penalty, self._coverage = length_penalty_weight, coverage_penalty_weight
        self._reorders = reorder_tensor_arrays
        self._embed = embedding if callable(embedding) else lambda ids: ops.embedding_lookup(embedding, ids)
        self._start = ops.cast(ops.convert_to_tensor(start_tokens), int32)
        self._end = ops.cast(ops.convert_to_tensor(end_token), int32)
        if static_shape(self._start).rank != 1:
            raise errors.start_is_no_vector()
        if static_shape(self._end).rank != 0:
            raise errors.end_is_no_scalar()
        size = static_shape(self._start).as_list()[0]
        self._batch_size = ops.size(self._start) if size is None else size
        self._state = nest.mapped(self._split, initial_state)

    # ---- examples and beams: [N * W, ...] is [N, W, ...]

    def _split(self, x: Any) -> Any:
        if isinstance(x, TensorArray) or static_shape(x).rank == 0:
            return x
        return ops.reshape(x, [self._batch_size, self._width, *_rest(x, 1)])

    def _merged(self, x: Any) -> Any:
        if isinstance(x, TensorArray) or static_shape(x).rank == 0:
            return x
        return ops.reshape(x, [-1, *_rest(x, 2)])

    @property
    def batch_size(self) -> Any:
        """N."""
        return self._batch_size

    @property
    def tracks_own_finished(self) -> bool:
        """True: beams take each other's place."""
        return True

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """W each."""
        width = TensorShape([self._width])
        return BeamSearchDecoderOutput(width, width, width)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """Their dtypes."""
        return BeamSearchDecoderOutput(self._dtype, int32, int32)

    @property
    def _dtype(self) -> Any:
        return as_dtype(nest.flattened(self._state)[0].dtype).base_dtype

    def initialize(self, name: str | None = None) -> tuple[Any, Any, BeamSearchDecoderState]:
        """Return the beginning: one beam of each example counts."""
        first = ops.equal(ops.range(self._width), 0)
        every = ops.zeros([self._batch_size, self._width], int32)
        begins = ops.logical_and(ops.equal(every, 0), first)
        inputs = self._embed(every + ops.expand_dims(self._start, 1))
        zeros = ops.zeros([self._batch_size, self._width], self._dtype)
        none = ops.fill(ops.shape(zeros), self._dtype.as_numpy_dtype(-np.inf))
        state = BeamSearchDecoderState(
            cell_state=self._state,
            log_probs=ops.where(begins, zeros, none),
            finished=ops.logical_not(begins),
            lengths=ops.zeros([self._batch_size, self._width], int64),
            accumulated_attention_probs=self._seen(self._state) if self._coverage else (),
        )
        return ops.logical_not(begins), inputs, state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        """Run the cell for all beams, and keep the best of what they say."""
        with name_scope(name, "BeamSearchDecoderStep"):
            outputs, after = self._cell(self._merged(inputs), nest.mapped(self._merged, state.cell_state))
            outputs = outputs if self._layer is None else self._layer(outputs)
            output, following = self._best(self._split(outputs), nest.mapped(self._split, after), state)
            return output, following, self._embed(output.predicted_ids), following.finished

    def _best(self, logits: Any, cell_state: Any, state: Any) -> tuple[BeamSearchDecoderOutput, BeamSearchDecoderState]:
        count: Any = static_shape(logits).as_list()[-1] or ops.shape(logits)[-1]
        going = ops.logical_not(state.finished)
        end_row = ops.equal(ops.range(count), self._end)
        dtype = as_dtype(logits.dtype).base_dtype
        lowest = ops.constant(dtype.min, dtype)
        ended = ops.where(end_row, ops.zeros_like(ops.cast(end_row, dtype)), ops.fill(ops.shape(end_row), lowest))
        said = ops.log_softmax(logits)
        mask: Any = ops.expand_dims(ops.cast(state.finished, dtype), 2)
        full: Any = ops.where(ops.greater(mask + ops.zeros_like(said), 0.5), ended + ops.zeros_like(said), said)
        with np.errstate(over="ignore"):  # what has ended goes on with the lowest number there is
            totals: Any = ops.expand_dims(state.log_probs, 2) + full
        longer = ops.expand_dims(ops.cast(going, int64), 2) * ops.cast(ops.logical_not(end_row), int64)
        lengths: Any = ops.expand_dims(state.lengths, 2) + longer
        scores: Any = totals / self._length_penalty(lengths, dtype) if self._penalty else totals
        seen: Any = ()
        if self._coverage:
            seen = state.accumulated_attention_probs + self._seen(cell_state) * ops.expand_dims(
                ops.cast(going, dtype), 2
            )
            scores = scores + ops.expand_dims(self._coverage_penalty(seen, state.finished), 2)
        flat = ops.reshape(scores, [self._batch_size, -1])
        best, places = ops.top_k(flat, k=self._width)
        parents = ops.cast(ops.floordiv(places, count), int32)
        words = ops.cast(ops.floormod(places, count), int32)
        had_ended = ops.batch_gather(state.finished, parents)
        following = BeamSearchDecoderState(
            cell_state=nest.mapped(lambda x: self._of_parents(x, parents), cell_state),
            log_probs=ops.batch_gather(ops.reshape(totals, [self._batch_size, -1]), places),
            finished=ops.logical_or(had_ended, ops.equal(words, self._end)),
            lengths=ops.batch_gather(state.lengths, parents) + ops.cast(ops.logical_not(had_ended), int64),
            accumulated_attention_probs=ops.batch_gather(seen, parents) if self._coverage else (),
        )
        return BeamSearchDecoderOutput(best, words, parents), following

    def _length_penalty(self, lengths: Any, dtype: Any) -> Any:
        return ops.pow((5.0 + ops.cast(lengths, dtype)) / 6.0, self._penalty)

    def _seen(self, cell_state: Any) -> Any:
        """Return how much of each step of the memory is looked at, `[N, W, L]`, the mean of all mechanisms."""
        states = cell_state if type(cell_state) in (tuple, list) else [cell_state]
        found: list[Any] = []
        for each in states:
            if isinstance(each, AttentionWrapperState):
                shares = list(each.alignments) if isinstance(each.alignments, tuple) else [each.alignments]
                found.append(ops.add_n(shares) / float(len(shares)))
        if not found:
            raise errors.nothing_is_covered()
        return ops.add_n(found) / float(len(found))

    def _coverage_penalty(self, seen: Any, finished: Any) -> Any:
        """Return what is added to the scores of beams that have ended, `[N, W]`."""
        whole = ops.ones_like(seen)
        there = ops.where(ops.equal(seen, 0.0), whole, seen)  # what lies behind a memory's end is never seen
        missed = ops.reduce_sum(ops.log(ops.minimum(there, whole)), 2)
        return missed * ops.cast(finished, missed.dtype) * self._coverage

    def _of_parents(self, x: Any, parents: Any) -> Any:
        return x if isinstance(x, TensorArray) or static_shape(x).rank == 0 else ops.batch_gather(x, parents)

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> tuple[Any, Any]:
        """Return the sequences, followed back from the last beams."""
        longest = ops.cast(ops.reduce_max(final_state.lengths, axis=1), int32)
        found = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end)
        if isinstance(found, Tensor):
            known = self._batch_size if isinstance(self._batch_size, int) else None
            found.set_shape([None, known, self._width])
        if self._reorders:
            in_order = nest.mapped(lambda x: self._followed(x, outputs.parent_ids, final_state.lengths), final_state[0])
            final_state = final_state._replace(cell_state=in_order)
        return FinalBeamSearchDecoderOutput(found, outputs), final_state

    def _is_followed(self, sizes: list[int | None]) -> bool:
        """Return whether TensorFlow follows elements of these sizes back: where all is known, `[N, W, ...]` alone."""
        count = self._batch_size if isinstance(self._batch_size, int) else None
        if count is None or sizes[0] is None:
            return True
        if sizes[0] != count * self._width:
            return False
        return len(sizes) < 2 or sizes[1] is None or (sizes[0], sizes[1]) == (count, self._width)

    def _followed(self, x: Any, parents: Any, lengths: Any) -> Any:
        """Return what a TensorArray has for each step, with the steps of each beam that came out at its place."""
        if not isinstance(x, TensorArray) or not x.element_shape.rank:
            return x
        if isinstance(parents, Tensor) and not self._is_followed(x.element_shape.as_list()):
            return x
        whole: Any = x.stack()
        steps, sizes = ops.shape(parents)[0], ops.shape(whole)
        own: Any = ops.zeros_like(parents) + ops.range(self._width)
        longest = ops.cast(ops.reduce_max(lengths, axis=1), int32)
        beams = gather_tree(own, parents, longest, self._width + 1)
        inside = ops.transpose(ops.sequence_mask(lengths, steps), [2, 0, 1])
        beams = ops.where(inside, beams, own)
        rows = ops.reshape(whole, [steps, self._batch_size, self._width, -1])
        return ops.reshape(_rows_of(rows, beams), sizes)


def _rows_of(x: Any, beams: Any) -> Any:
    """Return x `[T, N, W, D]` with the rows of other beams `[T, N, W]`."""
    sizes = ops.shape(x)
    width = sizes[2]
    first: Any = ops.reshape(ops.range(sizes[0] * sizes[1]) * width, [sizes[0], sizes[1], 1])
    return ops.reshape(ops.gather(ops.reshape(x, [-1, sizes[3]]), ops.reshape(beams + first, [-1])), sizes)


def _rest(x: Any, first: int) -> list[Any]:
    """Return the sizes from dimension `first` on, numbers where they are known."""
    sizes, dynamic = static_shape(x).as_list()[first:], None
    found: list[Any] = []
    for k, size in enumerate(sizes):
        if size is None and dynamic is None:
            dynamic = ops.shape(x)
        found.append(dynamic[first + k] if size is None else size)  # type: ignore[index]
    return found
