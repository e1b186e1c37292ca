"""CudnnLSTM, CudnnGRU, CudnnRNNTanh, CudnnRNNRelu: stacks of layers over whole sequences, as cuDNN computes them.

They run on the library's own code, on CPUs as well. TensorFlow keeps all weights of such a stack in one array whose
layout is cuDNN's, and saves them under the names of cells; here they are variables of these names, so that checkpoints
of both fit each other.

Shapes: T max_time, N batch_size, D input_depth, H num_units, L layers times directions.

Source: TF 1.15 contrib/cudnn_rnn/python/layers/cudnn_rnn.py, python/ops/cudnn_rnn_ops.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, ClassVar

import numpy as np

from .. import ops
from ..arrays import nest
from ..arrays.dtypes import as_dtype, float32
from ..errors import rnn as errors
from ..fused import LSTMStateTuple
from ..graph import get_default_graph
from ..ops.weights import static_shape
from ..scoping.initializers import GlorotUniform, Zeros
from ..scoping.scoped_owner import ScopedOwner, count_name
from ..scoping.sharing import own_scope
from .base import named_like, units_of
from .cudnn import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from .dynamic import bidirectional_dynamic_rnn, dynamic_rnn
from .simple import BasicRNNCell

__all__ = ["CudnnGRU", "CudnnLSTM", "CudnnRNNRelu", "CudnnRNNTanh"]

_DIRECTIONS = ("unidirectional", "bidirectional")
_INPUT_MODES = ("linear_input", "skip_input", "auto_select")


class _CudnnRNN(ScopedOwner):
    """A stack of layers; its arguments are those of CudnnLSTM."""

    rnn_mode: ClassVar[str]
    _gates: ClassVar[int]

    def __init__(
        self,
        num_layers: int,
        num_units: int,
        input_mode: str = "linear_input",
        direction: str = "unidirectional",
        dropout: float = 0.0,
        seed: int | None = None,
        dtype: Any = float32,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
    ) -> None:
        for what, value, known in (("direction", direction, _DIRECTIONS), ("input_mode", input_mode, _INPUT_MODES)):
            if value not in known:
                raise errors.cudnn_choice(what, value, known)
        self._dtype = as_dtype(dtype)
        if not self._dtype.is_floating:
            raise errors.cudnn_dtype(self._dtype)
        self._name = name
        if name is None and get_default_graph().recorder is not None:
            self._counted: str | None = count_name(self._base_name)
        else:
            self._counted = None
        self.num_layers, self.num_units = units_of("num_layers", num_layers), units_of("num_units", num_units)
        self.input_mode, self.direction = input_mode, direction
        self._dropout, self._seed = dropout, seed
        self._kernel_initializer = GlorotUniform(seed) if kernel_initializer is None else kernel_initializer
        self._bias_initializer = Zeros() if bias_initializer is None else bias_initializer
        self._input_size: int | None = None
        self._cells: list[list[Any]] = [[self._cell() for _ in range(self.num_dirs)] for _ in range(self.num_layers)]

    def _cell(self) -> Any:
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The name given, or the class name as cudnn_lstm; in a graph with a number, as cudnn_lstm_1."""
        return self._counted or self._base_name

    # ---- sizes

    @property
    def num_dirs(self) -> int:
        """1 or 2."""
        return 1 + _DIRECTIONS.index(self.direction)

    @property
    def input_size(self) -> int:
        """D.

        Raises:
            ValueError: it is not known before the weights are made.
        """
        if self._input_size is None:
            raise errors.cudnn_not_built(self)
        return self._input_size

    @property
    def canonical_weight_shapes(self) -> list[tuple[int, int]]:
        """Shapes of the matrices that cuDNN has for each layer, direction and gate."""
        units, shapes = self.num_units, []
        for layer in range(self.num_layers):
            depth = self.input_size if layer == 0 else self.num_dirs * units
            shapes += ([(units, depth)] * self._gates + [(units, units)] * self._gates) * self.num_dirs
        return shapes

    @property
    def canonical_bias_shapes(self) -> list[list[int]]:
        """Shapes of the biases that cuDNN has, two for each layer, direction and gate."""
        return [[self.num_units]] * (2 * self._gates * self.num_dirs * self.num_layers)

    def state_shape(self, batch_size: Any) -> Any:
        """Return the shapes of the states, `[L, N, H]` each."""
        return ([self.num_layers * self.num_dirs, batch_size, self.num_units],)

    # ---- weights

    def build(self, input_shape: Any) -> None:
        """Make the weights, for inputs `[T, N, D]`.

        Raises:
            ValueError: another number of dimensions, or a D that is not known.
        """
        if self.built:
            return
        sizes = list(input_shape.as_list() if hasattr(input_shape, "as_list") else input_shape)
        if len(sizes) != 3 or sizes[-1] is None:
            raise errors.cudnn_inputs(sizes)
        self._input_size = int(sizes[-1])
        if self.input_mode == "skip_input" or (self.input_mode == "auto_select" and self._input_size == self.num_units):
            raise errors.cudnn_skips_input(self.input_mode)
        with self._scoped(custom_getter=self._first_values):
            for layer, cells in enumerate(self._cells):
                depth = self._input_size if layer == 0 else self.num_dirs * self.num_units
                for cell, path in zip(cells, self._paths(layer), strict=True):
                    with ExitStack() as stack:
                        for part in path.split("/"):
                            stack.enter_context(own_scope(part))
                        cell.build_for(np.zeros([1, depth], self._dtype.dtype))
                    for weight in cell.weights:
                        self._remember(weight)
        self.built = True

    def _paths(self, layer: int) -> list[str]:
        """Return the scopes around the cells of a layer, as TensorFlow saves them."""
        if self.num_dirs == 1:
            return [f"rnn/multi_rnn_cell/cell_{layer}"]
        return [f"stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn/{way}" for way in ("fw", "bw")]

    def _first_values(self, getter: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        """Make a variable whose first values are those of cuDNN's matrices, one for each gate."""
        if name.endswith("kernel"):
            apart = not name.endswith("_projection/kernel")
            kwargs["initializer"] = lambda shape, dtype=None, partition_info=None: self._of_gates(shape, dtype, apart)
        else:
            kwargs["initializer"] = self._bias_initializer
        return getter(name, *args, **kwargs)

    def _of_gates(self, shape: Any, dtype: Any, apart: bool) -> Any:
        """Return first values for all gates beside each other; of inputs and state `apart`, below each other."""
        rows, columns = (int(size) for size in shape)
        depths = [rows - self.num_units, self.num_units] if apart else [rows]
        gates = range(columns // self.num_units)
        parts = [
            [ops.transpose(self._kernel_initializer([self.num_units, depth], dtype)) for _ in gates] for depth in depths
        ]
        return ops.concat([ops.concat(part, 1) for part in parts], 0)

    # ---- running

    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        sequence_lengths: Any = None,
        time_major: bool = True,
        training: Any = True,
        scope: Any = None,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Run the stack.

        Args:
            inputs: `[T, N, D]`, or `[N, T, D]` unless `time_major`.
            initial_state: a tuple of `[L, N, H]`, h, and for an LSTM c as well; `[N, L, H]` unless `time_major`; None =
                zeros. A layer's two directions follow each other.
            sequence_lengths: int `[N]`: past it a row's outputs are zero and its state stays.
            time_major: see `inputs`.
            training: whether there is dropout; a bool, or a tensor of one.
            scope: variable scope of the weights, at the first call; None = one of its name.

        Returns:
            The outputs `[T, N, H]`, or `[T, N, 2H]` of both directions, and the final states, each as they come in.

        Raises:
            TypeError: `initial_state` is no tuple.
            ValueError: inputs of another rank.
        """
        if initial_state is not None and not isinstance(initial_state, tuple):
            raise errors.cudnn_state(initial_state)
        x = ops.convert_to_tensor(inputs, self._dtype)
        if not self.built:
            self._find_scope(scope)
            self.build(static_shape(x))
        states = None if initial_state is None else [ops.convert_to_tensor(part) for part in initial_state]
        if not time_major:
            x = ops.transpose(x, [1, 0, 2])
            states = None if states is None else [ops.transpose(part, [1, 0, 2]) for part in states]
        finals: list[Any] = []
        for layer in range(self.num_layers):
            if layer and self._dropout:
                x = self._dropped(x, training)
            x, after = self._layer(layer, x, states, sequence_lengths)
            finals += after
        ends = tuple(ops.stack([final[k] for final in finals]) for k in range(len(finals[0])))
        if not time_major:
            x, ends = ops.transpose(x, [1, 0, 2]), tuple(ops.transpose(part, [1, 0, 2]) for part in ends)
        return x, ends

    def _dropped(self, x: Any, training: Any) -> Any:
        if isinstance(training, bool):
            return ops.dropout(x, rate=self._dropout, seed=self._seed) if training else x
        rate: Any = ops.cast(ops.cast(training, "bool"), x.dtype) * self._dropout
        return ops.dropout(x, rate=rate, seed=self._seed)

    def _layer(self, layer: int, x: Any, states: Any, lengths: Any) -> tuple[Any, list[Any]]:
        """Run a layer; return its outputs, and for each direction the final h, and c."""
        cells, ways = self._cells[layer], range(layer * self.num_dirs, (layer + 1) * self.num_dirs)
        begins = [None if states is None else self._begin([part[way] for part in states]) for way in ways]
        dtype = self._dtype
        around = self._paths(layer)[0].rpartition("/")[0]
        with self._scoped() as found, named_like(found), own_scope(around):
            if len(cells) == 1:
                outputs, final = dynamic_rnn(cells[0], x, lengths, begins[0], dtype, time_major=True)
                return outputs, [self._end(final)]
            fw, bw = begins
            both, ends = bidirectional_dynamic_rnn(cells[0], cells[1], x, lengths, fw, bw, dtype, time_major=True)
        return ops.concat(list(both), 2), [self._end(end) for end in ends]

    def _begin(self, parts: Sequence[Any]) -> Any:
        return parts[0]

    def _end(self, state: Any) -> list[Any]:
        return nest.flattened(state)


class CudnnLSTM(_CudnnRNN):
    """A stack of LSTMs, whose state is a pair (h, c), `[L, N, H]` each.

        >>> lstm = tf.contrib.cudnn_rnn.CudnnLSTM(2, 128, direction="bidirectional")
        >>> outputs, (h, c) = lstm(inputs)

    Args:
        num_layers: how many layers lie on each other.
        num_units: H.
        input_mode: "linear_input", or "auto_select" where D is not H; cuDNN's "skip_input" is not supported.
        direction: "unidirectional", or "bidirectional".
        dropout: share of a layer's outputs that is dropped before the next layer, in training.
        seed: of the dropout and the first values.
        dtype: of the weights.
        kernel_initializer: of each gate's matrix `[H, D]` or `[H, H]`; None = glorot_uniform_initializer.
        bias_initializer: None = zeros.
        name: of the variable scope; None = the class name as cudnn_lstm.

    Raises:
        ValueError: another direction or input mode, or a dtype that is no float.
        NotImplementedError: "skip_input".
    """

    rnn_mode = "lstm"
    _gates = 4

    def _cell(self) -> Any:
        return CudnnCompatibleLSTMCell(self.num_units, dtype=self._dtype)

    def state_shape(self, batch_size: Any) -> Any:
        """Return the shapes of h and c, `[L, N, H]` each."""
        return super().state_shape(batch_size) * 2

    def _begin(self, parts: Sequence[Any]) -> Any:
        h, c = parts
        return LSTMStateTuple(c, h)

    def _end(self, state: Any) -> list[Any]:
        return [state.h, state.c]


class CudnnGRU(_CudnnRNN):
    """A stack of GRUs, whose state is a tuple (h,); its arguments are those of CudnnLSTM."""

    rnn_mode = "gru"
    _gates = 3

    def _cell(self) -> Any:
        return CudnnCompatibleGRUCell(self.num_units, dtype=self._dtype)


class CudnnRNNTanh(_CudnnRNN):
    """A stack of plain layers with tanh, whose state is a tuple (h,); its arguments are those of CudnnLSTM."""

    rnn_mode = "rnn_tanh"
    _gates = 1

    def _cell(self) -> Any:
        return BasicRNNCell(self.num_units, "tanh", dtype=self._dtype)


class CudnnRNNRelu(_CudnnRNN):
    """A stack of plain layers with relu, whose state is a tuple (h,); its arguments are those of CudnnLSTM."""

    rnn_mode = "rnn_relu"
    _gates = 1

    def _cell(self) -> Any:
        return BasicRNNCell(self.num_units, "relu", dtype=self._dtype)
