"""Decoders, and the loop that runs one until all its sequences have ended.

Legend: N batch_size, T steps.

Source: tensorflow/contrib/seq2seq/python/ops/decoder.py, basic_decoder.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import ops
from ..arrays import nest
from ..arrays.dtypes import as_dtype, int32
from ..arrays.shapes import TensorShape
from ..errors import seq2seq as errors
from ..graph import Tensor, name_scope
from ..ops.folding import constant_value
from ..ops.loops import while_loop
from ..ops.tensor_array import TensorArray
from ..ops.weights import static_shape
from ..scoping.scopes import variable_scope
from .helpers import Helper

__all__ = ["BasicDecoder", "BasicDecoderOutput", "Decoder", "dynamic_decode"]


class Decoder:
    """What `dynamic_decode` runs; a decoder of the user's defines all of it but `finalize`."""

    @property
    def batch_size(self) -> Any:
        """N."""
        raise NotImplementedError

    @property
    def output_size(self) -> Any:
        """Sizes of one example's outputs: a structure of numbers and TensorShapes."""
        raise NotImplementedError

    @property
    def output_dtype(self) -> Any:
        """Their dtypes, in the same structure."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self) -> bool:
        """Whether a step says which sequences have ended altogether; else which end now."""
        return False

    def initialize(self, name: str | None = None) -> tuple[Any, Any, Any]:
        """Return which examples have ended, `[N]`, the first inputs, and the first state."""
        raise NotImplementedError

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        """Return outputs, next state, next inputs, and which examples have ended."""
        raise NotImplementedError

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> tuple[Any, Any]:
        """Return what `dynamic_decode` does of the outputs `[T, N, ...]` and the state."""
        raise NotImplementedError


class BasicDecoderOutput(NamedTuple):
    """What BasicDecoder puts out: the cell's outputs, or the layer's behind it, and samples of them."""

    rnn_output: Any
    sample_id: Any


class BasicDecoder(Decoder):
    """A cell, and a helper that says what the cell is given.

    Args:
        cell: an RNNCell.
        helper: a Helper.
        initial_state: of the cell.
        output_layer: a layer of the cell's outputs, tf.layers.Dense say; None for none.

    Raises:
        TypeError: `helper` is no Helper, or the layer none.
    """

    def __init__(self, cell: Any, helper: Helper, initial_state: Any, output_layer: Any = None) -> None:
        if not isinstance(helper, Helper):
            raise errors.no_helper(helper)
        if output_layer is not None and not hasattr(output_layer, "compute_output_shape"):
            raise errors.no_output_layer(output_layer)
        self._cell, self._helper = cell, helper
        self._state, self._layer = initial_state, output_layer

    @property
    def batch_size(self) -> Any:
        """N."""
        return self._helper.batch_size

    def _size(self) -> Any:
        size = self._cell.output_size
        if self._layer is None:
            return size
        return self._layer.compute_output_shape(TensorShape([None]).concatenate(TensorShape([size])))[1:]

    @property
    def output_size(self) -> BasicDecoderOutput:
        """Sizes of one example's outputs."""
        return BasicDecoderOutput(self._size(), self._helper.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """Their dtypes."""
        dtype = as_dtype(nest.flattened(self._state)[0].dtype).base_dtype
        return BasicDecoderOutput(dtype, self._helper.sample_ids_dtype)

    def initialize(self, name: str | None = None) -> tuple[Any, Any, Any]:
        """Return the helper's beginning, and the first state."""
        finished, inputs = self._helper.initialize()
        return finished, inputs, self._state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        """Run the cell and the layer once."""
        with name_scope(name, "BasicDecoderStep"):
            outputs, after = self._cell(inputs, state)
            outputs = outputs if self._layer is None else self._layer(outputs)
            samples = self._helper.sample(time=time, outputs=outputs, state=after)
            finished, following, after = self._helper.next_inputs(
                time=time, outputs=outputs, state=after, sample_ids=samples
            )
        return BasicDecoderOutput(outputs, samples), after, following, finished


def dynamic_decode(
    decoder: Decoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: Any = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Run a decoder until all sequences have ended.

    Args:
        decoder: a Decoder.
        output_time_major: whether the outputs are `[T, N, ...]`, else `[N, T, ...]`.
        impute_finished: whether a sequence that has ended puts out zeros and keeps its state; else it goes on.
        maximum_iterations: T at most.
        parallel_iterations, swap_memory: accepted; steps follow each other.
        scope: of the variables; None = "decoder".

    Returns:
        The outputs, the last state, and how many steps each sequence has, int32 `[N]`.

    Raises:
        TypeError: it is no Decoder.
    """
    if not isinstance(decoder, Decoder):
        raise errors.no_decoder(decoder)
    with variable_scope(scope, "decoder"):
        finished, inputs, state = decoder.initialize()
        if maximum_iterations is not None:
            maximum_iterations = ops.convert_to_tensor(maximum_iterations, int32)
            finished = ops.logical_or(finished, ops.greater_equal(0, maximum_iterations))
        sizes, dtypes, count = decoder.output_size, decoder.output_dtype, decoder.batch_size
        zeros = _each(lambda size, dtype: ops.zeros(_full(count, size), dtype), sizes, dtypes)
        arrays = _each(lambda size, dtype: TensorArray(dtype, 0, True), sizes, dtypes)

        def goes_on(time: Any, arrays: Any, state: Any, inputs: Any, finished: Any, lengths: Any) -> Any:
            return ops.logical_not(ops.reduce_all(finished))

        def step(time: Any, arrays: Any, state: Any, inputs: Any, finished: Any, lengths: Any) -> Any:
            outputs, after, following, ended = decoder.step(time, inputs, state)
            ended = ended if decoder.tracks_own_finished else ops.logical_or(ended, finished)
            lengths = ops.where(finished, lengths, ops.fill(ops.shape(lengths), time + 1))
            if impute_finished:
                outputs = _each(lambda out, zero: ops.where(finished, zero, out), outputs, zeros)
                after = _each(lambda new, old: _kept(finished, old, new), after, state)
            arrays = _each(lambda array, out: array.write(time, out), arrays, outputs)
            return time + 1, arrays, after, following, ended, lengths

        lengths = ops.cast(ops.zeros_like(ops.cast(finished, int32)), int32)
        time = ops.constant(0, int32)
        _, arrays, state, _, _, lengths = while_loop(
            goes_on, step, (time, arrays, state, inputs, finished, lengths), maximum_iterations=maximum_iterations
        )
        outputs = _each(lambda array: array.stack(), arrays)
        outputs = _each(lambda out, size: _shaped(out, count, size), outputs, sizes)
        if type(decoder).finalize is not Decoder.finalize:
            outputs, state = decoder.finalize(outputs, state, lengths)
        if not output_time_major:
            outputs = _each(_batch_first, outputs)
    return outputs, state, lengths


def _each(function: Any, first: Any, *others: Any) -> Any:
    """Return `function` of the things in one place of several structures, in the structure of the first."""
    columns = [nest.flattened(structure) for structure in (first, *others)]
    return nest.packed(first, [function(*items) for items in zip(*columns, strict=True)])


def _full(count: Any, size: Any) -> Any:
    sizes = TensorShape([size]).as_list() if isinstance(size, int) else TensorShape(size).as_list()
    return [count, *sizes]


def _kept(finished: Any, old: Any, new: Any) -> Any:
    """Return the old state where a sequence has ended; what has no batch goes on."""
    if isinstance(old, TensorArray) or static_shape(new).rank == 0:
        return new
    return ops.where(finished, old, new)


def _shaped(outputs: Any, count: Any, size: Any) -> Any:
    if isinstance(outputs, Tensor):
        known = count if isinstance(count, int) else _known(count)
        outputs.set_shape([None, known, *_full(0, size)[1:]])
    return outputs


def _known(count: Any) -> int | None:
    """Return a number that is known, else None."""
    found = constant_value(count)
    return None if found is None else int(found)


def _batch_first(x: Any) -> Any:
    rank = static_shape(x).rank
    return x if rank is None or rank < 2 else ops.transpose(x, [1, 0, *range(2, rank)])
