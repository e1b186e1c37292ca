"""LSTMs over frequencies as well as time: TimeFreqLSTMCell, GridLSTMCell, BidirectionalGridLSTMCell.

The inputs of a step are cut into windows of `feature_size` features, `frequency_skip` apart, and a second recurrence
runs over the windows of each step.

Shapes: N batch_size, D input_depth, H num_units, W windows, F feature_size.

Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py; Kalchbrenner et al., arXiv:1507.01526; Sainath and Li, Modeling
Time-Frequency Patterns with LSTM vs. Convolutional Architectures for LVCSR Tasks, 2016.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from .. import ops
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..scoping.initializers import Zeros
from .base import LayerRNNCell, units_of
from .pieces import Product, make_shards, whole

__all__ = ["BidirectionalGridLSTMCell", "GridLSTMCell", "TimeFreqLSTMCell"]


class _OverFrequencies(LayerRNNCell):
    """What they share: arguments, a kernel in shards with its bias, clipping."""

    _num_units: int
    _num_unit_shards: int
    _cell_clip: float | None

    def _shared_weights(self, kernel: str, bias: str, rows: int, columns: int) -> Product:
        shards = make_shards(self, kernel, rows, columns, self._num_unit_shards, None)
        return Product(whole(shards), self.add_variable(bias, [columns], initializer=Zeros()))

    def _diagonal(self, name: str) -> Any:
        return self.add_variable(name, [self._num_units])

    def _clipped(self, c: Any) -> Any:
        if self._cell_clip is None:
            return c
        return ops.minimum(ops.maximum(c, -self._cell_clip), self._cell_clip)


def _windows_in(depth: int, size: int, skip: int) -> int:
    return int((depth - size) / skip) + 1


class TimeFreqLSTMCell(_OverFrequencies):
    """An LSTM whose input in each window is, besides, its own output in the window before.

    Args:
        num_units: H.
        use_peepholes: let the gates see the cell.
        cell_clip: bound on the cell's absolute values.
        initializer: kept for TF's sake: the scope's is used.
        num_unit_shards: number of variables that the kernel lies in.
        forget_bias: added to the forget gate before its sigmoid.
        feature_size: F.
        frequency_skip: by how many features a window lies behind the one before.
        reuse: True shares the weights that are there.

    The state of a step is `[N, 2HW]`: c and output of each window.

    Raises:
        ValueError: more shards than rows.
    """

    _arguments = ("num_units", "use_peepholes", "cell_clip", "initializer", "num_unit_shards", "forget_bias",
                  "feature_size", "frequency_skip", "reuse")  # fmt: skip

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int = 1,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._use_peepholes = units_of("num_units", num_units), use_peepholes
        self._cell_clip, self._initializer, self._num_unit_shards = cell_clip, initializer, num_unit_shards
        if feature_size is None:
            raise errors.needs_feature_size(self)
        self._forget_bias, self._feature_size, self._frequency_skip = float(forget_bias), feature_size, frequency_skip

    @property
    def state_size(self) -> int:
        """2H, as TF has it: the size for one window."""
        return 2 * self._num_units

    @property
    def output_size(self) -> int:
        """H, as TF has it: the size for one window."""
        return self._num_units

    def build(self, inputs_shape: Any) -> None:
        """Make W_0, W_1 and so on, `[F + 2H, 4H]` together, B `[4H]`, and W_F_diag, W_I_diag, W_O_diag `[H]`."""
        units = self._num_units
        rows = min(self._feature_size, int(inputs_shape[-1])) + 2 * units
        self._gates = self._shared_weights("W", "B", rows, 4 * units)
        self._diagonals = [self._diagonal(f"W_{gate}_diag") for gate in "FIO"] if self._use_peepholes else []

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step; the state has as many windows as the inputs."""
        depth, size, skip, units = int(inputs.shape[-1]), self._feature_size, self._frequency_skip, self._num_units
        outputs: list[Any] = []
        states: list[Any] = []
        for k in range(_windows_in(depth, size, skip)):
            c, before = (ops.slice(state, [0, place * units], [-1, units]) for place in (2 * k, 2 * k + 1))
            beside = outputs[-1] if outputs else ops.zeros_like(c)
            i, j, f, o = ops.split(self._gates.of(inputs[:, k * skip : k * skip + size], before, beside), 4, 1)
            i, f = self._seeing(1, i, c), self._seeing(0, ops.add(f, self._forget_bias), c)
            c = self._clipped(ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(j))
            outputs.append(ops.sigmoid(self._seeing(2, o, c)) * ops.tanh(c))
            states += [c, outputs[-1]]
        return ops.concat(outputs, 1), ops.concat(states, 1)

    def _seeing(self, which: int, gate: Any, c: Any) -> Any:
        return gate + self._diagonals[which] * c if self._diagonals else gate


class _Axis(NamedTuple):
    """Weights of one recurrence, over frequencies or over time.

    Args:
        gates: of i, j, f and o, or i, j and o.
        peepholes: gate -> its weights for the two cells, `[H]` each; {} for none.
    """

    gates: Product
    peepholes: dict[str, tuple[Any, Any]]

    def seeing(self, which: str, gate: Any, c_freq: Any, c_time: Any) -> Any:
        """Return sigmoid of a gate that sees both cells, where there are peepholes."""
        if self.peepholes:
            of_freq, of_time = self.peepholes[which]
            gate = gate + of_freq * c_freq + of_time * c_time
        return ops.sigmoid(gate)


class GridLSTMCell(_OverFrequencies):
    """Two LSTMs at once, one over the windows of a step and one over time, which see each other.

        >>> cell = tf.contrib.rnn.GridLSTMCell(8, feature_size=4, frequency_skip=2, num_frequency_blocks=[3])

    Args:
        num_units: H.
        use_peepholes: let the gates see both cells.
        share_time_frequency_weights: one set of weights for both.
        cell_clip: bound on the cells' absolute values.
        initializer: kept for TF's sake: the scope's is used.
        num_unit_shards: number of variables that each kernel lies in.
        forget_bias: added to the forget gates before their sigmoids.
        feature_size: F.
        frequency_skip: by how many features a window lies behind the one before.
        num_frequency_blocks: list of how many windows each block of features has; blocks have weights of their own.
        start_freqindex_list, end_freqindex_list: where each block begins and ends among the features; None = one block
            of all.
        couple_input_forget_gates: the forget gate is 1 minus the input gate.
        state_is_tuple: False keeps the state as one array `[N, 2HW]`.
        reuse: True shares the weights that are there.

    Raises:
        ValueError: no num_frequency_blocks, or ones that do not fit the inputs; more shards than rows.
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        *("num_units", "use_peepholes", "share_time_frequency_weights", "cell_clip", "initializer", "num_unit_shards"),
        *("forget_bias", "feature_size", "frequency_skip", "num_frequency_blocks", "start_freqindex_list"),
        *("end_freqindex_list", "couple_input_forget_gates", "state_is_tuple", "reuse"),
    )
    _tuple_name = "GridLSTMStateTuple"
    _directions: tuple[str, ...] = ("state",)

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int | None = None,
        num_frequency_blocks: Sequence[int] | None = None,
        start_freqindex_list: Sequence[int] | None = None,
        end_freqindex_list: Sequence[int] | None = None,
        couple_input_forget_gates: bool = False,
        state_is_tuple: bool = True,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._use_peepholes = units_of("num_units", num_units), use_peepholes
        self._share_time_frequency_weights = share_time_frequency_weights
        self._cell_clip, self._initializer, self._num_unit_shards = cell_clip, initializer, num_unit_shards
        if num_frequency_blocks is None:
            raise errors.needs_frequency_blocks()
        if feature_size is None or frequency_skip is None:
            raise errors.needs_feature_size(self)
        self._forget_bias, self._feature_size, self._frequency_skip = float(forget_bias), feature_size, frequency_skip
        self._num_frequency_blocks = list(num_frequency_blocks)
        self._start_freqindex_list, self._end_freqindex_list = start_freqindex_list, end_freqindex_list
        self._couple_input_forget_gates, self._state_is_tuple = couple_input_forget_gates, state_is_tuple
        parts = [f"{at}_{part}" for way in self._directions for at in self._places(way) for part in "cm"]
        self._state_tuple_type = namedtuple(self._tuple_name, parts)  # type: ignore[misc]
        self._parts = len(parts)

    def _places(self, way: str) -> Iterator[str]:
        """Yield the names of the windows in a state, "state_f00_b01" for the first one of the second block."""
        for block, count in enumerate(self._num_frequency_blocks):
            yield from (f"{way}_f{window:02d}_b{block:02d}" for window in range(count))

    @property
    def state_tuple_type(self) -> Any:
        """The named tuple of a state; None where states are arrays."""
        return self._state_tuple_type if self._state_is_tuple else None

    @property
    def state_size(self) -> Any:
        """H for c and output of each window; 2HW for states that are arrays."""
        if not self._state_is_tuple:
            return self._num_units * self._parts
        return self._state_tuple_type(*[self._num_units] * self._parts)  # type: ignore[arg-type]

    @property
    def output_size(self) -> int:
        """2HW: the outputs of both recurrences."""
        return self._num_units * self._parts

    # ---- weights

    def build(self, inputs_shape: Any) -> None:
        """Make W_f_0_0, B_f_0 and W_t_0_0, B_t_0 for each block, and the peepholes' weights."""
        self._axes = {"state": self._blocks(int(inputs_shape[-1]), "")}

    def _blocks(self, depth: int, prefix: str) -> list[tuple[_Axis, _Axis]]:
        return [self._axes_of(depth, prefix, block) for block in range(len(self._num_frequency_blocks))]

    def _axes_of(self, depth: int, prefix: str, block: int) -> tuple[_Axis, _Axis]:
        rows = min(self._feature_size, depth) + 2 * self._num_units
        columns = (3 if self._couple_input_forget_gates else 4) * self._num_units
        kinds = [("f", "freq")] if self._share_time_frequency_weights else [("f", "freq"), ("t", "time")]
        products = [
            self._shared_weights(f"{prefix}W_{letter}_{block}", f"{prefix}B_{letter}_{block}", rows, columns)
            for letter, _ in kinds
        ]
        gates = "" if not self._use_peepholes else "IO" if self._couple_input_forget_gates else "FIO"
        axes = []
        for product, (_, kind) in zip(products, kinds, strict=True):
            stem = f"{prefix}W_%s_diag_{kind}%s_{block}"
            peepholes = {}
            for gate in gates:
                peepholes[gate] = self._diagonal(stem % (gate, "f")), self._diagonal(stem % (gate, "t"))
            axes.append(_Axis(product, peepholes))
        return axes[0], axes[-1]

    # ---- steps

    def call(self, inputs: Array, state: Any) -> tuple[Array, Any]:
        """Compute one step."""
        outputs, states = self._direction(self._windows(inputs), "state", state)
        after = self._state_tuple_type(*states) if self._state_is_tuple else ops.concat(states, 1)
        return ops.concat(outputs, 1), after

    def _direction(self, blocks: list[list[Any]], way: str, state: Any) -> tuple[list[Any], list[Any]]:
        """Return outputs and states of all blocks of windows."""
        outputs: list[Any] = []
        states: list[Any] = []
        for block, windows in enumerate(blocks):
            over_freq, over_time = self._axes[way][block]
            c_freq: Any = None
            for k, x in enumerate(windows):
                c_time, m_time = self._before(state, way, block, k)
                if c_freq is None:
                    c_freq = m_freq = ops.zeros_like(c_time)
                x = ops.concat([x, m_time, m_freq], 1)
                seen = c_freq, c_time
                freq = over_freq.gates.of(x)
                time = freq if over_time is over_freq else over_time.gates.of(x)
                c_freq, o_freq = self._cell(over_freq, freq, c_freq, *seen)
                c_time, o_time = self._cell(over_time, time, c_time, *seen)
                m_freq = over_freq.seeing("O", o_freq, c_freq, c_time) * ops.tanh(c_freq)
                m_time = over_time.seeing("O", o_time, c_freq, c_time) * ops.tanh(c_time)
                outputs += [m_time, m_freq]
                states += [c_time, m_time]
        return outputs, states

    def _before(self, state: Any, way: str, block: int, window: int) -> tuple[Any, Any]:
        """Return c and output of a window in the step before."""
        if self._state_is_tuple:
            at = f"{way}_f{window:02d}_b{block:02d}"
            return getattr(state, f"{at}_c"), getattr(state, f"{at}_m")
        units, first = self._num_units, 2 * window * self._num_units  # of any block the same ones, as in TF
        return state[:, first : first + units], state[:, first + units : first + 2 * units]

    def _cell(self, axis: _Axis, product: Any, c: Any, c_freq: Any, c_time: Any) -> tuple[Any, Any]:
        """Return the new cell of one recurrence, and its output gate before anything is seen."""
        coupled = self._couple_input_forget_gates
        i, j, *f, o = ops.split(product, 3 if coupled else 4, 1)
        i = axis.seeing("I", i, c_freq, c_time)
        kept = 1.0 - i if coupled else axis.seeing("F", ops.add(f[0], self._forget_bias), c_freq, c_time)
        return self._clipped(kept * c + i * ops.tanh(j)), o

    # ---- windows

    def _windows(self, inputs: Any, offset: int = 0) -> list[list[Any]]:
        """Return the windows of each block, cut `offset` features later or, below zero, earlier; zeros lie outside."""
        depth, size, skip = int(inputs.shape[-1]), self._feature_size, self._frequency_skip
        if offset:
            inputs = ops.pad(inputs, [[0, 0], [max(-offset, 0), max(offset, 0)]])
        starts = [0] if not self._start_freqindex_list else list(self._start_freqindex_list)
        ends = [depth] if not self._start_freqindex_list else list(self._end_freqindex_list or ())
        if not len(starts) == len(ends) == len(self._num_frequency_blocks):
            raise errors.frequency_blocks_differ(len(self._num_frequency_blocks), len(starts), len(ends))
        blocks = []
        for start, end, expected in zip(starts, ends, self._num_frequency_blocks, strict=True):
            count = _windows_in(end - start, size, skip)
            if count != expected:
                raise errors.frequency_windows_differ(expected, count, end - start, size, skip)
            first = start + max(offset, 0)
            blocks.append([inputs[:, first + k * skip : first + k * skip + size] for k in range(count)])
        return blocks


class BidirectionalGridLSTMCell(GridLSTMCell):
    """A GridLSTMCell with a second one beside it that goes over the windows from the last to the first.

    Args:
        backward_slice_offset: by how many features the windows of the second one lie behind.
        others: as those of GridLSTMCell, without `state_is_tuple`.
    """

    _arguments = tuple(
        "backward_slice_offset" if name == "state_is_tuple" else name for name in GridLSTMCell._arguments
    )
    _tuple_name = "BidirectionalGridLSTMStateTuple"
    _directions = ("fwd_state", "bwd_state")

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int | None = None,
        num_frequency_blocks: Sequence[int] | None = None,
        start_freqindex_list: Sequence[int] | None = None,
        end_freqindex_list: Sequence[int] | None = None,
        couple_input_forget_gates: bool = False,
        backward_slice_offset: int = 0,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_units, use_peepholes, share_time_frequency_weights, cell_clip, initializer, num_unit_shards,
            forget_bias, feature_size, frequency_skip, num_frequency_blocks, start_freqindex_list, end_freqindex_list,
            couple_input_forget_gates, True, reuse, **kwargs,
        )  # fmt: skip
        self._backward_slice_offset = int(backward_slice_offset)

    def build(self, inputs_shape: Any) -> None:
        """Make the weights of a GridLSTMCell in fwd/, and others in bwd/."""
        depth = int(inputs_shape[-1])
        self._axes = {f"{way}_state": self._blocks(depth, f"{way}/") for way in ("fwd", "bwd")}

    def call(self, inputs: Array, state: Any) -> tuple[Array, Any]:
        """Compute one step."""
        outputs, states = self._direction(self._windows(inputs), "fwd_state", state)
        back = [windows[::-1] for windows in self._windows(inputs, self._backward_slice_offset)]
        more_outputs, more_states = self._direction(back, "bwd_state", state)
        return ops.concat(outputs + more_outputs, 1), self._state_tuple_type(*states, *more_states)
