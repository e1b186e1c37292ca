"""tf.contrib.legacy_seq2seq: encoders and decoders over lists, one step an operation.

Legend: N batch_size, D depth of the inputs, L how many states attention looks at, S their depth.

Arguments that many have: `cell`, an RNNCell; `feed_previous`, whether the decoder is given what it said in the step
before, its `decoder_inputs` but the first being left aside: a bool, or in a graph a tensor; `output_projection`, a pair
(weights `[output_size, symbols]`, biases) that makes symbols of outputs; `scope`, of the variables.

Source: tensorflow/contrib/legacy_seq2seq/python/ops/seq2seq.py (TF 1.15); Bahdanau et al., arXiv:1409.0473; Vinyals et
al., arXiv:1412.7449.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .. import ops
from ..arrays import nest
from ..arrays.dtypes import as_dtype, float32
from ..errors import seq2seq as errors
from ..ops.branching import cond
from ..ops.weights import static_shape
from ..rnn import EmbeddingWrapper, OutputProjectionWrapper, RNNCell
from ..rnn.dynamic import static_rnn
from ..scoping.initializers import Zeros
from ..scoping.scopes import get_variable, get_variable_scope, variable_scope

__all__ = [
    "attention_decoder",
    "basic_rnn_seq2seq",
    "embedding_attention_decoder",
    "embedding_attention_seq2seq",
    "embedding_rnn_decoder",
    "embedding_rnn_seq2seq",
    "embedding_tied_rnn_seq2seq",
    "one2many_rnn_seq2seq",
    "rnn_decoder",
    "tied_rnn_seq2seq",
]

Loop = Callable[[Any, int], Any] | None


def _linear(parts: Sequence[Any], size: int) -> Any:
    """Return the parts `[N, ...]`, put beside each other, times "kernel", plus "bias", of the scope that is open."""
    depth = sum(_depth_of(part) for part in parts)
    x = ops.concat(list(parts), 1) if len(parts) > 1 else parts[0]
    dtype = as_dtype(x.dtype).base_dtype
    product = ops.matmul(x, get_variable("kernel", [depth, size], dtype))
    return ops.bias_add(product, get_variable("bias", [size], dtype, Zeros))


def _depth_of(x: Any) -> int:
    size = static_shape(x).as_list()[1]
    if size is None:
        raise errors.input_size_unknown(str(getattr(x, "name", x.shape)))
    return size


def _said_before(embedding: Any, projection: Any, trains: bool) -> Any:
    """Return the function that makes an input of the output before: the row of the symbol that it is most."""

    def loop_function(previous: Any, step: int) -> Any:
        if projection is not None:
            previous = ops.xw_plus_b(previous, projection[0], projection[1])
        row = ops.embedding_lookup(embedding, ops.argmax(previous, 1))
        return row if trains else ops.stop_gradient(row)

    return loop_function


def rnn_decoder(
    decoder_inputs: Iterable[Any], initial_state: Any, cell: RNNCell, loop_function: Loop = None, scope: Any = None
) -> tuple[list[Any], Any]:
    """Run a cell over a list of inputs.

    Args:
        decoder_inputs: `[N, D]` each.
        initial_state: of the cell.
        loop_function: callable(output before, step) -> input of a step, in place of all inputs but the first.
        scope: of the cell's variables; None = "rnn_decoder".

    Returns:
        The list of outputs `[N, output_size]`, and the last state.
    """
    with variable_scope(scope or "rnn_decoder"):
        state, outputs = initial_state, list[Any]()
        for step, x in enumerate(decoder_inputs):
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    x = loop_function(outputs[-1], step)
            if step > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(x, state)
            outputs.append(output)
    return outputs, state


def _encoded(cell: RNNCell, ids: Sequence[Any], dtype: Any) -> tuple[list[Any], Any]:
    """Run a cell over numbers of symbols `[N]`, in the scope "rnn" as static_rnn does."""
    return rnn_decoder(ids, cell.zero_state(ops.shape(ids[0])[0], dtype), cell, scope="rnn")


def basic_rnn_seq2seq(
    encoder_inputs: Sequence[Any], decoder_inputs: Sequence[Any], cell: RNNCell, dtype: Any = float32, scope: Any = None
) -> tuple[list[Any], Any]:
    """Run a copy of a cell over the first list, and the cell on from there over the second; see `rnn_decoder`."""
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(copy.deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: RNNCell,
    loop_function: Loop = None,
    dtype: Any = float32,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Run one cell, with one set of variables, over the first list and on over the second; see `rnn_decoder`."""
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function, scope)


def embedding_rnn_decoder(
    decoder_inputs: Iterable[Any],
    initial_state: Any,
    cell: RNNCell,
    num_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Do `rnn_decoder` over numbers of symbols `[N]`, looked up in a variable "embedding".

    Args:
        update_embedding_for_previous: whether the embedding learns from what the decoder is given of its own.
    """
    with variable_scope(scope or "embedding_rnn_decoder"):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop = _said_before(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        rows = (ops.embedding_lookup(embedding, ids) for ids in decoder_inputs)
        return rnn_decoder(rows, initial_state, cell, loop)


def _by_flag(
    feed_previous: Any, like: Any, decoder: Callable[[bool], tuple[list[Any], Any]], count: int
) -> tuple[list[Any], Any]:
    """Return outputs and state of a decoder; of both kinds, by `cond`, if a session will tell which.

    Args:
        like: the state that it starts with.
        decoder: callable(feed_previous) -> outputs and state.
        count: of outputs.
    """
    if isinstance(feed_previous, bool):
        return decoder(feed_previous)

    def flat(flag: bool) -> list[Any]:
        with variable_scope(get_variable_scope(), reuse=None if flag else True):
            outputs, state = decoder(flag)
            return [*outputs, *nest.flattened(state)]

    found = cond(feed_previous, lambda: flat(True), lambda: flat(False))
    return list(found[:count]), nest.packed(like, list(found[count:]))


def embedding_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: RNNCell,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Do `basic_rnn_seq2seq` over numbers of symbols `[N]`, with an embedding for each list.

    Without an `output_projection` the outputs are logits `[N, num_decoder_symbols]`.
    """
    with variable_scope(scope or "embedding_rnn_seq2seq", dtype=dtype) as found:
        dtype = found.dtype
        encoder = EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        _, state = _encoded(encoder, encoder_inputs, dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decoder(flag: bool) -> tuple[list[Any], Any]:
            learns = isinstance(feed_previous, bool)
            return embedding_rnn_decoder(
                decoder_inputs, state, cell, num_decoder_symbols, embedding_size, output_projection, flag, learns
            )

        return _by_flag(feed_previous, state, decoder, len(decoder_inputs))


def embedding_tied_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: RNNCell,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Do `tied_rnn_seq2seq` over numbers of symbols `[N]`, with one embedding."""
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as found:
        dtype = found.dtype
        embedding = get_variable("embedding", [num_symbols, embedding_size], dtype)
        heard = [ops.embedding_lookup(embedding, ids) for ids in encoder_inputs]
        given = [ops.embedding_lookup(embedding, ids) for ids in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols or num_symbols)

        def decoder(flag: bool) -> tuple[list[Any], Any]:
            learns = isinstance(feed_previous, bool)
            loop = _said_before(embedding, output_projection, learns) if flag else None
            return tied_rnn_seq2seq(heard, given, cell, loop, dtype)

        like = cell.zero_state(ops.shape(encoder_inputs[0])[0], dtype) if not isinstance(feed_previous, bool) else None
        return _by_flag(feed_previous, like, decoder, len(decoder_inputs))


def attention_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    attention_states: Any,
    cell: RNNCell,
    output_size: int | None = None,
    num_heads: int = 1,
    loop_function: Loop = None,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """Do `rnn_decoder` with a cell that looks, in each step, at states by how well they fit its own.

    Args:
        attention_states: `[N, L, S]`.
        output_size: of the outputs; None = that of the cell.
        num_heads: how many times it looks in a step.
        initial_state_attention: whether it looks before the first step as well; else it sees zeros there.

    Raises:
        ValueError: there are no inputs or heads, or S is not known.
    """
    if not decoder_inputs:
        raise errors.no_decoder_inputs()
    if num_heads < 1:
        raise errors.no_heads()
    attention_states = ops.convert_to_tensor(attention_states)
    shape = static_shape(attention_states).as_list()
    if shape[2] is None:
        raise errors.attention_size_unknown(str(static_shape(attention_states)))
    size: int = shape[2]
    with variable_scope(scope or "attention_decoder", dtype=dtype) as found:
        dtype = found.dtype
        look = _Looker(attention_states, num_heads, size, dtype)
        state, outputs = initial_state, list[Any]()
        count = ops.shape(decoder_inputs[0])[0]
        seen = [ops.zeros(ops.stack([count, size]), dtype) for _ in range(num_heads)]
        for part in seen:
            if hasattr(part, "set_shape"):
                part.set_shape([None, size])
        if initial_state_attention:
            seen = look(initial_state)
        for step, x in enumerate(decoder_inputs):
            if step > 0:
                get_variable_scope().reuse_variables()
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    x = loop_function(outputs[-1], step)
            x = ops.convert_to_tensor(x)
            merged = _linear([x, *seen], _depth_of(x))
            output, state = cell(merged, state)
            with variable_scope(get_variable_scope(), reuse=True if step == 0 and initial_state_attention else None):
                seen = look(state)
            with variable_scope("AttnOutputProjection"):
                outputs.append(_linear([output, *seen], cell.output_size if output_size is None else output_size))
    return outputs, state


class _Looker:
    """What looks at states `[N, L, S]`: for each head their sum, weighted by how well each fits a query."""

    def __init__(self, states: Any, heads: int, size: int, dtype: Any) -> None:
        self.size, self.heads = size, heads
        length = static_shape(states).as_list()[1]
        self.length = ops.shape(states)[1] if length is None else length
        self.states = ops.reshape(states, [-1, self.length, 1, size])
        self.features, self.vectors = list[Any](), list[Any]()
        for head in range(heads):
            k = get_variable(f"AttnW_{head}", [1, 1, size, size], dtype)
            self.features.append(ops.conv2d(self.states, k, [1, 1, 1, 1], "SAME"))
            self.vectors.append(get_variable(f"AttnV_{head}", [size], dtype))

    def __call__(self, query: Any) -> list[Any]:
        """Return what each head sees, `[N, S]`; `query`: a cell's state."""
        parts = nest.flattened(query)
        whole = ops.concat(parts, 1) if len(parts) > 1 else parts[0]
        found = []
        for head in range(self.heads):
            with variable_scope(f"Attention_{head}"):
                y = ops.reshape(_linear([whole], self.size), [-1, 1, 1, self.size])
                score = ops.reduce_sum(self.vectors[head] * ops.tanh(self.features[head] + y), [2, 3])
                share: Any = ops.reshape(ops.softmax(score), [-1, self.length, 1, 1])
                found.append(ops.reshape(ops.reduce_sum(share * self.states, [1, 2]), [-1, self.size]))
        return found


def embedding_attention_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    attention_states: Any,
    cell: RNNCell,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: int | None = None,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """Do `attention_decoder` over numbers of symbols `[N]`, looked up in a variable "embedding"."""
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop = _said_before(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        rows = [ops.embedding_lookup(embedding, ids) for ids in decoder_inputs]
        return attention_decoder(
            rows, initial_state, attention_states, cell, output_size, num_heads, loop,
            initial_state_attention=initial_state_attention,
        )  # fmt: skip


def embedding_attention_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: RNNCell,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """Do `embedding_rnn_seq2seq` with a decoder that looks at the encoder's outputs."""
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as found:
        dtype = found.dtype
        encoder = EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        heard, state = _encoded(encoder, encoder_inputs, dtype)
        states = ops.concat([ops.reshape(output, [-1, 1, cell.output_size]) for output in heard], 1)
        output_size = None
        if output_projection is None:
            cell, output_size = OutputProjectionWrapper(cell, num_decoder_symbols), num_decoder_symbols

        def decoder(flag: bool) -> tuple[list[Any], Any]:
            learns = isinstance(feed_previous, bool)
            return embedding_attention_decoder(
                decoder_inputs, state, states, cell, num_decoder_symbols, embedding_size, num_heads, output_size,
                output_projection, flag, learns, initial_state_attention=initial_state_attention,
            )  # fmt: skip

        return _by_flag(feed_previous, state, decoder, len(decoder_inputs))


def one2many_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs_dict: Mapping[str, Sequence[Any]],
    enc_cell: RNNCell,
    dec_cells_dict: Mapping[str, RNNCell],
    num_encoder_symbols: int,
    num_decoder_symbols_dict: Mapping[str, int],
    embedding_size: int,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Do `embedding_rnn_seq2seq` with one encoder and several decoders; their arguments and results are dicts.

    Raises:
        ValueError: the dicts have other keys.
    """
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise errors.decoders_differ(sorted(dec_cells_dict), sorted(decoder_inputs_dict))
    outputs, states = {}, {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as found:
        encoder = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, state = _encoded(encoder, encoder_inputs, found.dtype)
        for name, inputs in decoder_inputs_dict.items():
            symbols = num_decoder_symbols_dict[name]
            with variable_scope(f"one2many_decoder_{name}"):
                cell = OutputProjectionWrapper(dec_cells_dict[name], symbols)

                def decoder(flag: bool, given: Any = inputs, cell: Any = cell, count: int = symbols) -> Any:
                    return embedding_rnn_decoder(given, state, cell, count, embedding_size, feed_previous=flag)

                outputs[name], states[name] = _by_flag(feed_previous, state, decoder, len(inputs))
    return outputs, states
