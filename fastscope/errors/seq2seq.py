"""The messages of decoders and of losses of sequences: expected, got, where, the way out.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from . import InvalidArgumentError


def no_decoder_inputs() -> ValueError:
    """A decoder without a step."""
    return ValueError("Must provide at least 1 input to attention decoder. It takes a list of [batch_size, depth].")


def no_heads() -> ValueError:
    """Attention that does not look."""
    return ValueError("With less than 1 heads, use a non-attention decoder. rnn_decoder is one.")


def attention_size_unknown(shape: str) -> ValueError:
    """States of a size that is not known."""
    return ValueError(f"Shape[2] of attention_states must be known: {shape}. tensor.set_shape says it.")


def input_size_unknown(name: str) -> ValueError:
    """An input of a size that is not known."""
    return ValueError(f"Could not infer input size from input: {name}. tensor.set_shape says it.")


def decoders_differ(cells: list[str], inputs: list[str]) -> ValueError:
    """Cells and inputs under other names."""
    return ValueError(
        f"keys of dec_cells_dict != keys of decodre_inputs_dict: {cells} and {inputs}. Each decoder "
        "has a cell and inputs."
    )


def lengths_differ(logits: int, weights: int, targets: int) -> ValueError:
    """Lists of other lengths."""
    return ValueError(
        f"Lengths of logits, weights, and targets must be the same {logits}, {weights}, {targets}. Each has one array "
        "a step."
    )


def too_short_for_bucket(argument: str, count: int, needed: int) -> ValueError:
    """A list that is shorter than a bucket."""
    return ValueError(
        f"Length of {argument} ({count}) must be at least that of last bucket ({needed}). Make the bucket shorter."
    )


def sequence_rank(argument: str, shape: str) -> ValueError:
    """A loss of sequences is given other numbers of dimensions."""
    return ValueError(f"{argument} must be a {shape} tensor. legacy_seq2seq.sequence_loss takes lists.")


def tags_unknown(shape: str) -> ValueError:
    """Scores of which the number of tags is not known."""
    return ValueError(
        f"The number of tags, inputs' last dimension, must be known, got shape {shape}. tensor.set_shape says it."
    )


def not_initialized() -> ValueError:
    """A helper is asked for its batch before it is asked to begin."""
    return ValueError("batch_size accessed before initialize was called. dynamic_decode calls it first.")


def lengths_are_no_vector(shape: str) -> ValueError:
    """Lengths that are no vector."""
    return ValueError(f"Expected sequence_length to be a vector, but received shape: {shape}. One number an example.")


def start_is_no_vector() -> ValueError:
    """Start tokens that are no vector."""
    return ValueError("start_tokens must be a vector. tf.fill([batch_size], token) is one.")


def end_is_no_scalar() -> ValueError:
    """An end token that is no number."""
    return ValueError("end_token must be a scalar. It is the same for all examples.")


def no_helper(got: object) -> TypeError:
    """A decoder is given something else for a helper."""
    return TypeError(
        f"helper must be a Helper, received: {type(got)}. TrainingHelper and GreedyEmbeddingHelper are some."
    )


def no_output_layer(got: object) -> TypeError:
    """A decoder is given something else for a layer."""
    return TypeError(f"output_layer must be a Layer, received: {type(got)}. tf.layers.Dense(symbols) is one.")


def no_decoder(got: object) -> TypeError:
    """Something else than a decoder is to be run."""
    return TypeError(f"Expected decoder to be type Decoder, but saw: {type(got)}. BasicDecoder is one.")


def memory_depth_unknown(shape: str) -> ValueError:
    """A memory of a depth that is not known."""
    return ValueError(
        f"Expected memory to have fully defined inner dims, but saw shape: {shape}. tensor.set_shape says it."
    )


def query_differs(depth: object, units: object) -> ValueError:
    """A query that does not fit the keys."""
    return ValueError(
        "Incompatible or unknown inner dimensions between query and keys.  Query has units: "
        f"{depth}. Keys have units: {units}. Make num_units the size of the cell's output, {depth}."
    )


def no_mechanism(got: object) -> TypeError:
    """Something else for an attention mechanism."""
    return TypeError(
        "attention_mechanism must be an AttentionMechanism or list of multiple AttentionMechanism instances, saw type: "
        f"{type(got).__name__}. LuongAttention(num_units, memory) is one."
    )


def size_and_layer() -> ValueError:
    """Both a size and a layer."""
    return ValueError("Only one of attention_layer_size and attention_layer should be set. A layer has its size.")


def layers_differ(layers: int, mechanisms: int) -> ValueError:
    """Not one layer for each mechanism."""
    return ValueError(
        "If provided, attention_layer_size must contain exactly one integer per attention_mechanism, saw: "
        f"{layers} vs {mechanisms}. Write a list of {mechanisms}."
    )


def no_attention_state(got: object) -> TypeError:
    """Another state than an AttentionWrapper's."""
    return TypeError(
        f"Expected state to be instance of AttentionWrapperState. Received type {type(got)} instead. "
        "cell.zero_state(batch_size, dtype).clone(cell_state=state) is one."
    )


def no_batch() -> ValueError:
    """Numbers without a batch are to be repeated."""
    return ValueError("t must have statically known rank, of 1 or more: its first dimension is the batch.")


def unknown_mode(mode: object) -> ValueError:
    """Another way to compute monotonic attention than those that are there."""
    return ValueError(f"mode must be 'recursive', 'parallel', or 'hard', got {mode!r}.")


def sampling_probability_rank(shape: str) -> ValueError:
    """A probability that is neither a number nor one for each example."""
    return ValueError(
        f"sampling_probability must be either a scalar or a vector. saw shape: {shape}. A number is for all examples."
    )


def bad_parent(parent: int, batch: int, time: int, beam: int) -> InvalidArgumentError:
    """A beam that comes from none of the beams before."""
    return InvalidArgumentError(
        f"Saw parent id {parent} at (batch, time, beam) == ({batch}, {time}, {beam}): parent ids are numbers of beams, "
        "from 0."
    )


def nothing_is_covered() -> ValueError:
    """A penalty for what was not looked at, and nothing looks."""
    return ValueError(
        "coverage_penalty_weight must be 0.0 if no cell is attentional. Give the decoder an AttentionWrapper, or leave "
        "the penalty out."
    )
