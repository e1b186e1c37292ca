"""The messages of cells and of what runs them: expected, got, where, the way out.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import InvalidArgumentError


def _kind(cell: Any) -> str:
    return type(cell).__name__


# ---- inputs and states


def depth_differs(cell: Any, inputs: tuple[int, ...], state: int, kernel: tuple[int, ...], name: str) -> ValueError:
    """Inputs and state that are together not as wide as the kernel has rows."""
    return ValueError(
        f"Dimensions must be equal, but are {inputs[-1] + state} and {kernel[0]}: {_kind(cell)} multiplies "
        f"inputs of depth {inputs[-1]} beside a state of {state} with {name} of shape {list(kernel)}, which was "
        f"made for inputs of depth {kernel[0] - state}. A cell keeps the depth of its first inputs: make one cell for "
        "each depth, for instance [make_cell() for _ in range(layers)] and not [cell] * layers."
    )


def depth_of_another(cell: Any, inputs: Sequence[Any], depth: int) -> ValueError:
    """Inputs of a graph, of another depth than those that the cell's weights were made for."""
    return ValueError(
        f"Dimensions must be equal, but are {inputs[-1]} and {depth}: {_kind(cell)} got inputs {list(inputs)}: "
        f"its weights were made for depth {depth}. A cell keeps the depth of its first inputs: make one cell "
        "for each depth, for instance [make_cell() for _ in range(layers)] and not [cell] * layers."
    )


def inputs_rank(cell: Any, got: tuple[int, ...]) -> ValueError:
    """Inputs of a step that are no matrix."""
    return ValueError(
        f"{_kind(cell)} takes the inputs of one step, [batch_size, depth], got shape {list(got)}. "
        "For a whole sequence use tf.nn.dynamic_rnn(cell, inputs)."
    )


def not_floating(dtype: Any) -> ValueError:
    """Inputs of integers."""
    return ValueError(
        f"RNN cell only supports floating point inputs, but received dtype: {dtype}. "
        "Write tf.cast(inputs, tf.float32), or look the ids up in an embedding."
    )


def dtype_differs(cell: Any, what: str, got: Any, expected: Any) -> TypeError:
    """Inputs or a state of another dtype than the weights."""
    return TypeError(
        f"{_kind(cell)} has weights of {expected} and got {what} of {got}: "
        f"write tf.cast({what}, tf.{expected}), or make the first inputs {got}."
    )


def step_dtypes(cell: Any, inputs: Any, state: list[Any], weights: Any) -> TypeError:
    """Inputs and a state of different dtypes in a first step."""
    types = ", ".join(map(str, [inputs, *state]))
    wanted = state[0] if weights is None and state else weights.name
    return TypeError(
        f"Tensors in list passed to 'values' of 'ConcatV2' Op have types [{types}] that don't all match: {_kind(cell)} "
        f"puts inputs and state beside each other. Write tf.cast(inputs, tf.{wanted}), and states of {wanted}."
    )


def device_differs(cell: Any, inputs: str, weights: str) -> ValueError:
    """Inputs on a GPU and weights on the host."""
    return ValueError(
        f"{_kind(cell)} has its weights on {weights} and got inputs on {inputs}. Make the cell inside "
        f"tf.device({inputs!r}), or copy the inputs to the host with inputs.get()."
    )


def state_structure(cell: Any, expected: Any, got: Any) -> ValueError:
    """A state that nests in another way than the cell's."""
    how = f"to be a tuple of length {len(expected)}, to" if isinstance(expected, tuple) else "to"
    return ValueError(
        f"Expected state of {_kind(cell)} {how} nest as its state_size {expected}, but received: "
        f"{type(got).__name__} {got!r:.100}. Start from cell.zero_state(batch_size, dtype)."
    )


def state_shape(cell: Any, expected: Sequence[Any], got: Sequence[Any]) -> ValueError:
    """A part of a state of another shape."""
    return ValueError(
        f"the state of {_kind(cell)} has to have shape {list(expected)}, [batch_size, units], got {list(got)}. "
        "Start from cell.zero_state(batch_size, dtype)."
    )


def id_out_of_range(bad: int, rows: int, embedded: bool) -> InvalidArgumentError:
    """An id that no row of the embedding, or no column of the one-hot vector, answers to."""
    what = "rows of the embedding" if embedded else "columns of the one-hot input"
    return InvalidArgumentError(
        f"an id is out of range: expected 0 <= id < {rows}, the {what}, got {bad}. "
        "Look for a character or word that the vocabulary was not built from."
    )


def ids_dtype(dtype: Any) -> TypeError:
    """Ids that are no integers."""
    return TypeError(f"ids must be integers, got {dtype}. Convert them: tf.cast(ids, tf.int64).")


def ids_rank(got: tuple[int, ...]) -> ValueError:
    """Ids that are no vector."""
    return ValueError(
        f"ids must be a vector, one for each row of the batch, got shape {list(got)}. For a whole sequence use "
        "tf.nn.dynamic_rnn over tf.nn.embedding_lookup(embedding, ids)."
    )


def ids_need_table() -> ValueError:
    """Ids without what turns them into inputs, or with two of it."""
    return ValueError(
        "step_ids needs either depth=, the width of the one-hot inputs, or embedding=, a table "
        "[vocabulary, depth]; not both."
    )


# ---- constructors


def not_a_cell(argument: str, cell: Any, missing: list[str]) -> TypeError:
    """Something in a cell's place that lacks what a cell has."""
    return TypeError(f"The argument {argument!r} ({cell}) is not an RNNCell: {', '.join(missing)}.")


def unknown_argument(cell: Any, names: list[str]) -> TypeError:
    """Keywords that no cell takes."""
    return TypeError(
        f"{_kind(cell)} got unknown arguments {names}. Every cell takes reuse, name, dtype and trainable "
        "besides its own."
    )


def units_not_integer(argument: str, got: Any) -> TypeError:
    """A number of units that is no integer."""
    return TypeError(
        f"{argument} must be an integer, the number of units, got {got!r}. Divide with //, or write int(...)."
    )


def negative_units(argument: str, got: int) -> ValueError:
    """Fewer units than none."""
    return ValueError(f"{argument} must be 0 or more, the number of units, got {got}.")


def no_initial_state(batch_size: Any, dtype: Any) -> ValueError:
    """An initial state whose size or dtype nothing tells."""
    return ValueError(
        "batch_size and dtype cannot be None while constructing initial state: "
        f"batch_size={batch_size}, dtype={dtype}. Give inputs, or both."
    )


def unknown_class(got: str, known: list[str]) -> ValueError:
    """A configuration of what is not known."""
    return ValueError(f"Unknown class {got!r} in the configuration of a cell: expected one of {known}.")


def no_cells() -> ValueError:
    """A stack of nothing."""
    return ValueError("Must specify at least one cell for MultiRNNCell: MultiRNNCell([cell, ...]).")


def cells_not_list(got: Any) -> TypeError:
    """A stack made of something else than a list."""
    return TypeError(f"cells must be a list or tuple, but received: {got}. Write MultiRNNCell([cell]).")


def flat_stack(sizes: list[Any]) -> ValueError:
    """state_is_tuple=False over cells whose states are tuples."""
    return ValueError(
        "Some cells return tuples of states, but the flag state_is_tuple is not set. "
        f"State sizes are: {sizes}. Leave state_is_tuple out, or give it to the cells as well."
    )


def keep_prob(argument: str, got: Any) -> ValueError:
    """A probability that is none."""
    return ValueError(
        f"Parameter {argument} must be between 0 and 1. Received {got}. It is the share that is kept: 1 - rate."
    )


def nothing_kept(argument: str, got: float) -> ValueError:
    """A share that is kept of nothing, when it is used."""
    return ValueError(
        f"rate must be a scalar tensor or a float in the range [0, 1), got {1 - got:g}: {argument}={got:g} of "
        "DropoutWrapper keeps nothing. It is the share that is kept, 1 - rate, and more than 0; 1.0 keeps all."
    )


def filter_not_callable(got: Any) -> TypeError:
    """A filter of state dropout that cannot be called."""
    return TypeError(
        f"dropout_state_filter_visitor must be callable. Received: {got!r}. It takes a state and returns True where "
        "dropout may fall."
    )


def variational_dtype() -> ValueError:
    """Variational dropout without a dtype."""
    return ValueError("When variational_recurrent=True, dtype must be provided: dtype=tf.float32.")


def variational_size() -> ValueError:
    """Variational dropout of inputs without their depth."""
    return ValueError(
        "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided: "
        "input_size=depth."
    )


def residual_shapes(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> ValueError:
    """A residual connection between different shapes."""
    inputs, outputs = (tuple(None if n is None else int(n) for n in shape) for shape in (inputs, outputs))
    return ValueError(
        f"Shapes {inputs} and {outputs} are incompatible: ResidualWrapper adds the inputs to the outputs, so the cell "
        f"needs {inputs[-1]} units for inputs of depth {inputs[-1]}, or a residual_fn."
    )


# ---- weights in bfloat16


def pack_dtype(cell: Any, got: str) -> ValueError:
    """A dtype that no packing is made of."""
    return ValueError(
        f"{_kind(cell)}.pack takes 'bfloat16', or None for the weights as they are; got {got!r}. "
        "The dtype of the weights themselves is the cell's argument dtype."
    )


def cannot_pack(cell: Any) -> ValueError:
    """A cell without compiled steps, or one around others."""
    return ValueError(
        f"{_kind(cell)} has no weights that can be packed: BasicLSTMCell and LSTMCell have, with the activation tanh "
        "and without peepholes, clips and a projection. Of cells that are wrapped or stacked pack each one, "
        "for instance for cell in cells: cell.pack('bfloat16')."
    )


def packed_elsewhere(cell: Any, dtype: Any, on_host: bool) -> ValueError:
    """Weights that are read as they are, and were to be packed."""
    return ValueError(
        f"{_kind(cell)}.pack('bfloat16') is for float32 weights on the CPU, got {dtype} on the "
        f"{'CPU' if on_host else 'GPU'}. Call cell.pack(None), or make the cell with dtype=tf.float32 "
        "inside of tf.device('/cpu:0')."
    )


def packed_backward(cell: Any) -> ValueError:
    """A gradient, where weights are rounded."""
    return ValueError(
        f"{_kind(cell)} computes with weights in bfloat16, which is for inference and has no way back: "
        "call cell.pack(None) before training, and cell.pack('bfloat16') after it."
    )


# ---- static_rnn, dynamic_rnn and the bidirectional ones


def needs_dtype() -> ValueError:
    """No initial state, and no dtype to make one."""
    return ValueError("If no initial_state is provided, argument `dtype` must be specified: dtype=tf.float32.")


def sequence_rank(got: tuple[int, ...]) -> ValueError:
    """Inputs without a time or a batch."""
    return ValueError(
        f"Input tensor should have rank >= 2. Received input of shape {list(got)}: expected "
        "[batch_size, max_time, depth], or [max_time, batch_size, depth] with time_major=True."
    )


def unknown_depth(got: tuple[int, ...]) -> ValueError:
    """Inputs without a depth."""
    return ValueError(
        "Input size (depth of inputs) must be accessible via shape inference, but saw value None for "
        f"inputs of shape {list(got)}: expected a third dimension, the depth."
    )


def lengths_rank(got: Any, batch: int) -> ValueError:
    """Lengths that are no vector, or not one for each row."""
    return ValueError(
        f"Argument sequence_length must be a vector of length batch_size. Received sequence_length="
        f"{got!r:.80} of shape: {tuple(got.shape)}; the batch_size is {batch}."
    )


def lengths_dtype(got: Any) -> TypeError:
    """Lengths that are no integers."""
    return TypeError(f"Argument sequence_length has to hold integers, one number of steps for each row, got {got}.")


def not_a_sequence(got: Any) -> TypeError:
    """static_rnn over one array."""
    shape = list(got.shape) if hasattr(got, "shape") else ""
    return TypeError(
        f"Argument `inputs` must be a sequence. Received: {type(got).__name__} {shape}. static_rnn takes a list of "
        "[batch_size, depth], one a step: tf.unstack(inputs, axis=1), or use tf.nn.dynamic_rnn."
    )


def no_inputs() -> ValueError:
    """static_rnn over no steps."""
    return ValueError("Argument `inputs` must not be empty. A list of no steps has no depth.")


def uneven_inputs(first: tuple[int, ...], step: int, got: tuple[int, ...]) -> ValueError:
    """Steps of static_rnn of different shapes."""
    return ValueError(
        f"all steps of `inputs` must have one shape: step 0 has {list(first)}, step {step} has {list(got)}."
    )


# ---- the cells of tf.contrib.rnn


def intersection_depth(depth: int, units: int) -> ValueError:
    """Inputs that pass by an IntersectionRNNCell and are not as wide as it."""
    return ValueError(
        "Must have input size == output size for Intersection RNN. To fix, num_in_proj should be set to num_units at "
        f"cell init: the inputs are {depth} deep and num_units is {units}."
    )


def highway_depth(depth: int, units: int) -> ValueError:
    """Inputs that pass by a cell of another number of units."""
    return ValueError(
        f"Shapes are incompatible: HighwayWrapper mixes inputs of depth {depth} with outputs of depth {units}. The "
        f"cell needs {depth} units."
    )


def uneven_groups(what: str, size: int, groups: int) -> ValueError:
    """Groups of a GLSTMCell that do not come out even."""
    return ValueError(
        f"{what} must be divisible by number_of_groups, got {size} and {groups} groups. Take a number of groups that "
        "divides num_units, num_proj and the inputs' depth."
    )


def too_many_shards(shape: list[int], shards: int) -> ValueError:
    """A matrix in more parts than it has rows."""
    return ValueError(f"Too many shards: shape={shape}, num_shards={shards}. Expected 1 to {shape[0]} of them.")


def fused_needs_dtype() -> ValueError:
    """A fused cell without an initial state, and without a dtype to make one."""
    return ValueError("Either initial_state or dtype needs to be specified: dtype=tf.float32.")


def one_of_two_sizes() -> ValueError:
    """A number of units by both of its names, or by neither."""
    return ValueError("Exactly one of num_units or cell_size must be provided. Write num_units.")


def embedding_sizes(classes: int, size: int) -> ValueError:
    """An embedding without rows or columns."""
    return ValueError(f"Both embedding_classes and embedding_size must be > 0: {classes}, {size}.")


def attention_length(got: int) -> ValueError:
    """Attention to no steps."""
    return ValueError(f"attn_length should be greater than zero, got {got}: it is how many outputs it looks back at.")


def attention_flat(size: Any) -> ValueError:
    """state_is_tuple=False over a cell whose state is a tuple."""
    return ValueError(
        f"Cell returns tuple of states, but the flag state_is_tuple is not set. State size is: {size}. Leave "
        "state_is_tuple out."
    )


def depth_unknown(shape: str) -> ValueError:
    """The depth of a tensor is needed for the weights' shapes and not known."""
    return ValueError(
        f"Input size (depth of inputs) must be accessible via shape inference, but saw value None. Got shape {shape}: "
        "give the placeholder its last dimension."
    )


def lengths_count(name: str, batch: int, found: int) -> InvalidArgumentError:
    """Lengths that are not one for each row, found while a graph runs."""
    return InvalidArgumentError(
        f"assertion failed: [Expected shape for Tensor {name}:0 is ] [{batch}] [ but saw shape: ] [{found}]. Feed a "
        "length for each row."
    )


def lengths_rank_static(shape: Any) -> ValueError:
    """Lengths that are no vector."""
    return ValueError(f"sequence_length must be a vector of length batch_size, but saw shape: {shape}")


def no_layers(argument: str, got: Any) -> ValueError:
    """A stack of bidirectional layers without a list of cells."""
    return ValueError(f"Must specify at least one {argument[-2:]} cell for BidirectionalRNN: {argument}={got!r:.80}.")


def uneven_layers(forward: int, backward: int) -> ValueError:
    """Another number of layers forward than backward."""
    return ValueError(f"Forward and Backward cells must have the same depth, got {forward} and {backward} of them.")


def states_of_layers(argument: str, got: Any, layers: int) -> ValueError:
    """Initial states that are not one for each layer."""
    return ValueError(
        f"{argument} must be a list of state tensors (one per layer): expected {layers} of them, got {got!r:.80}."
    )


def loop_fn_not_callable(loop_fn: Any) -> TypeError:
    """raw_rnn is given no function."""
    return TypeError(
        f"loop_fn must be a callable, got {type(loop_fn).__name__}: a function of (time, cell_output, cell_state, "
        "loop_state) that returns (finished, next_input, next_state, emit_output, next_loop_state)."
    )


def state_names_differ(names: Any, sizes: Any) -> ValueError:
    """Names of a kept state in another structure than its sizes."""
    return ValueError(
        f"state_name should be the same type as cell.state_size: state_name = {names!r}, cell.state_size = {sizes!r}. "
        "Give a name for each size."
    )


def needs_feature_size(cell: Any) -> ValueError:
    """A cell over frequencies that is not told how they are cut."""
    return ValueError(
        f"{type(cell).__name__} needs feature_size, the features in a window, and frequency_skip, by how many a window "
        "lies behind the one before. feature_size=4, frequency_skip=2 is an example."
    )


def needs_frequency_blocks() -> ValueError:
    """A grid that is not told how many windows it has."""
    return ValueError("Must specify num_frequency_blocks, a list: [5] is one block of five windows.")


def frequency_blocks_differ(blocks: int, starts: int, ends: int) -> ValueError:
    """Lists of another number of blocks."""
    return ValueError(
        f"Length of num_frequency_blocks, {blocks}, of start_freqindex_list, {starts}, and of end_freqindex_list, "
        f"{ends}, differ. Each has one number for each block."
    )


def frequency_windows_differ(expected: int, found: int, width: int, size: int, skip: int) -> ValueError:
    """Another number of windows than there are."""
    return ValueError(
        f"Invalid num_frequency_blocks, requires {expected} but gets {found}: {width} features in windows of {size}, "
        f"{skip} apart, are {found}. Write {found} in num_frequency_blocks."
    )


def picture_rank(shape: list[Any], count: int) -> ValueError:
    """A ConvLSTMCell for pictures of another number of dimensions."""
    return ValueError(
        f"Invalid input_shape {shape} for conv_ndims={count}. It is {count} sizes, 1 to 3, and the channels: the batch "
        "is left out."
    )


def not_timed(inputs: Any) -> ValueError:
    """A PhasedLSTMCell without its clock."""
    return ValueError(
        f"PhasedLSTMCell takes a pair (time, inputs), got {type(inputs).__name__}. Write dynamic_rnn(cell, (times, "
        "inputs)), with times [batch_size, max_time, 1]."
    )


def linear_of_nothing() -> ValueError:
    """A product of nothing."""
    return ValueError("`args` must be specified: an array [batch_size, depth], or a list of them.")


def linear_of_others(shapes: list[str]) -> ValueError:
    """A product of something else than matrices of known depths."""
    return ValueError(f"linear is expecting 2D arguments with known shape[1], got {shapes}. tensor.set_shape says it.")


def cudnn_choice(what: str, value: Any, known: Sequence[str]) -> ValueError:
    """A direction or input mode that there is not."""
    return ValueError(f"Invalid {what} {value!r}: it is one of {', '.join(map(repr, known))}.")


def cudnn_dtype(dtype: Any) -> ValueError:
    """Weights that are no floats."""
    return ValueError(f"Only support float16, float32, float64, provided {dtype}.")


def cudnn_not_built(layer: Any) -> ValueError:
    """The depth of inputs is asked for before there were any."""
    return ValueError(
        f"'input_size' of {type(layer).__name__} is unknown since layer has not been built: call it, or "
        "build([None, None, depth])."
    )


def cudnn_inputs(sizes: list[Any]) -> ValueError:
    """Inputs of another rank, or of a depth that is not known."""
    return ValueError(
        f"Expecting input_shape with 3 dims, [max_time, batch_size, depth], the depth known, got {sizes}. "
        "tensor.set_shape says it."
    )


def cudnn_skips_input(mode: str) -> NotImplementedError:
    """A first layer without weights for its inputs."""
    return NotImplementedError(
        f"input_mode={mode!r} leaves the first layer's weights for its inputs out, which is not supported. Write "
        "'linear_input'."
    )


def cudnn_state(state: Any) -> TypeError:
    """A state that is no tuple."""
    return TypeError(
        f"Invalid initial_state type: {type(state).__name__}, expecting tuple: (h, c) of an LSTM, (h,) of the others."
    )
