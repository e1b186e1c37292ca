"""BasicLSTMCell and LSTMCell: over `fused` where they are plain, else over `lstm_step`.

Shapes: T max_time, N batch_size, D input_depth, H num_units, P num_proj or H.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.dtypes import as_dtype, bfloat16
from ..arrays.recordable import recordable
from ..arrays.structure import beside
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..errors.places import in_one_frame
from ..fused import LSTMStateTuple, PackCache, implementation, reference
from ..ops.operands import operand
from ..scoping.initializers import Zeros
from ..scoping.partitioners import fixed_size_partitioner
from ..scoping.variables import PartitionedVariable, Variable
from .activations import Activation, resolve
from .base import LayerRNNCell, Pullback, check_ids, units_of
from .lstm_step import Options, Weights, step, step_vjp
from .recorded import recorded_step
from .sequences import check_parts, check_step, step_loop, step_loop_vjp

# One packing a kernel, however many cells share it, and one of bfloat16.
_packs: tuple[WeakKeyDictionary[Variable, PackCache], ...] = (WeakKeyDictionary(), WeakKeyDictionary())


class _LSTM(LayerRNNCell):
    """What the two LSTM cells share; they differ in the arguments they take.

    A step of a small plain LSTM takes microseconds, as much as asking after every argument does. So
    once a step went well, the next ones go a short way: straight into the compiled code, which checks
    what it is given. What it refuses goes the long way again, which converts it or says what is wrong.
    """

    _num_units: int
    _num_proj: int | None = None
    _options: Options
    _plain: bool  # nothing but what `fused` does
    _state_is_tuple: bool
    _variables: Weights
    _depth: int | None = None  # D, once the weights are made
    _held: Any = None  # fused.cpu.Held, or None: the short way is closed
    _bfloat16: bool = False  # see pack

    @property
    def state_size(self) -> Any:
        """LSTMStateTuple(c=H, h=P), or H + P for a flat state."""
        return self._sizes if self._state_is_tuple else sum(self._sizes)

    @property
    def _sizes(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> int:
        """H, or P with a projection."""
        return self._num_proj or self._num_units

    @property
    def _forget_bias(self) -> float:
        return self._options.forget_bias

    @property
    def _activation(self) -> Activation:
        return self._options.activation

    def _make(self, depth: int, initializer: Any, shards: int | None) -> tuple[Any, Any]:
        self._held, self._depth = None, depth
        shape = [depth + self.output_size, 4 * self._num_units]
        kernel = self.add_variable("kernel", shape, initializer=initializer, partitioner=_shards(shards))
        bias = self.add_variable("bias", [4 * self._num_units], initializer=Zeros())
        return kernel, bias

    def pack(self, dtype: Any) -> None:
        """Choose the numbers in which steps and sequences read the kernel: "bfloat16", for inference, or None: its own.

        A step of one row takes as long as its weights take to be read, and bfloat16 is half as many bytes. The kernel,
        the inputs and h are rounded to it before they are multiplied; sums, bias, gates and state stay float32. The
        new c and h differ from float32's by less than E * (|c| / 4 + 3 / 2), where E is 2**-7 times the largest column
        of |[x, h]| @ |kernel|.

        The variable stays as it is: the copy is made from it, and made anew when it was written. A kernel that lies in
        parts, or whose array was handed out (`variable.array`, DLPack), is copied anew in each call.

        It counts for this cell, on the CPU, and not for a way back; in a graph it counts when a session runs.

            >>> cell.pack("bfloat16")

        Raises:
            ValueError: another dtype; peepholes, a clip, a projection or an activation other than tanh; or weights
                that are not float32 on the CPU, which a cell without weights tells at its first step.
        """
        if dtype is not None and as_dtype(dtype) != bfloat16:
            raise errors.pack_dtype(self, as_dtype(dtype).name)
        if not self._plain or "sequence" not in self._whole_methods:
            raise errors.cannot_pack(self)
        if self.built and dtype is not None:
            self._check_packable(unwrap(self._variables.kernel))
        self._held, self._bfloat16 = None, dtype is not None

    def _check_packable(self, kernel: Array) -> None:
        if type(kernel) is not np.ndarray or kernel.dtype != np.float32:
            raise errors.packed_elsewhere(self, kernel.dtype, type(kernel) is np.ndarray)

    # ---- state in and out

    def _pair(self, state: Any) -> LSTMStateTuple:
        if self._state_is_tuple:
            if _is_host_state(state):
                return state
            if not isinstance(state, (tuple, list)) or len(state) != 2:
                raise errors.state_structure(self, self.state_size, state)
            return LSTMStateTuple(operand(state[0]), operand(state[1]))
        flat, units = operand(state), self._num_units
        return LSTMStateTuple(flat[:, :units], flat[:, units:])

    def _joined(self, state: LSTMStateTuple) -> Any:
        if self._state_is_tuple:
            return state
        return array_module(state.c).concatenate(state, axis=1)

    def _ready(self, inputs: Array, state: Any, rank: int) -> tuple[Array, Array, Array, Array, Array]:
        """Return inputs (of a step, rank 2, or a sequence, 3), c, h, kernel and bias, checked and in one place."""
        kernel, bias = map(unwrap, self._variables[:2])
        c, h = self._pair(state)
        if inputs.ndim != rank or not _fits(inputs, c, h, kernel):
            inputs, c, h = beside(kernel, inputs, c, h)
            check_step(self, inputs, (c, h), self._sizes, kernel, "its kernel", rank)
        return inputs, c, h, kernel, bias

    # ---- one step

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Run one step; see `RNNCell.__call__`."""
        held = self._held
        if held is None or recordable.on or type(inputs) is not np.ndarray or type(state) is not LSTMStateTuple:
            return super().__call__(inputs, state, scope) if self.built else self._first_step(inputs, state, scope)
        result: tuple[Any, Any] | None = held.step(inputs, state) if "sequence" in self._whole_methods else None
        return super().__call__(inputs, state, scope) if result is None else result

    @in_one_frame
    def _first_step(self, inputs: Any, state: Any, scope: Any) -> tuple[Any, Any]:
        return super().__call__(inputs, state, scope)

    def call(self, inputs: Array, state: Any) -> tuple[Array, Any]:
        """Compute one step; the output is also the new state's h."""
        if recordable.on and recordable.recording():
            return recorded_step(self, inputs, state)
        if self._held is not None and type(state) is LSTMStateTuple:
            result: tuple[Array, Any] | None = self._held.step(inputs, state)
            if result is not None:
                return result
        x, c, h, kernel, bias = self._ready(inputs, state, 2)
        if self._plain:
            module = self._hold(kernel, bias)
            new = module.lstm_step(x, c, h, kernel, bias, self._options.forget_bias, cache=self._pack())
        else:
            new, _ = step(x, LSTMStateTuple(c, h), self._arrays(), self._options)
        return new.h, self._joined(new)

    def _hold(self, kernel: Array, bias: Array) -> ModuleType:
        """Return the module that computes with these weights; open the short way if it can be gone."""
        if self._bfloat16:
            self._check_packable(kernel)
        module = implementation(kernel, bias)
        if self._held is not None:
            return module
        whole = all(isinstance(v, Variable) for v in self._variables[:2])
        checks = module is not reference
        if checks and whole and self._state_is_tuple and type(kernel) is np.ndarray:
            variable, forget_bias = self._variables.kernel, self._options.forget_bias
            self._held = module.Held(variable, kernel, bias, forget_bias, self._cache(variable))
        return module

    def call_vjp(self, inputs: Array, state: Any) -> tuple[Array, Any, Pullback]:
        """Compute one step and return its pullback as well."""
        if self._plain:
            outputs, final, pull_sequence = self.sequence_vjp(inputs[None], state, None)

            def pull_one(d_output: Array, d_state: Any, into: Any) -> tuple[Array, Any]:
                d_inputs, d_before = pull_sequence(d_output[None], d_state, into)
                return d_inputs[0], d_before

            return outputs[0], final, pull_one
        x, c, h, _, _ = self._ready(inputs, state, 2)
        w = self._arrays()
        new, saved = step(x, LSTMStateTuple(c, h), w, self._options)

        def pull(d_output: Array, d_state: Any, into: Any) -> tuple[Array, Any]:
            d_c, d_h = self._pair(d_state)
            d_inputs, d_before = step_vjp(saved, d_c, d_h + d_output, w, self._variables, self._options, into)
            return d_inputs, self._joined(d_before)

        return new.h, self._joined(new), pull

    def step_ids(self, ids: Any, state: Any, *, depth: int | None = None, embedding: Any = None) -> tuple[Any, Any]:
        """Run one step on ids; see `RNNCell.step_ids`."""
        if not (self.built and self._plain) or isinstance(embedding, PartitionedVariable):
            return super().step_ids(ids, state, depth=depth, embedding=embedding)
        if (depth is None) == (embedding is None):
            raise errors.ids_need_table()
        table = None if embedding is None else operand(embedding)
        if self._held is not None and type(state) is LSTMStateTuple and depth in (None, self._depth):
            result: tuple[Array, Any] | None = self._held.step_ids(ids, state, table)
            if result is not None:
                return result
        kernel, bias = unwrap(self._variables.kernel), unwrap(self._variables.bias)
        ids, c, h = beside(kernel, operand(ids), *self._pair(state))
        check_ids(ids)
        width: Any = depth if table is None else table.shape[1]
        if width != self._depth:
            raise errors.depth_differs(self, (*ids.shape, width), self._num_units, kernel.shape, "its kernel")
        if table is not None and table.dtype != kernel.dtype:
            raise errors.dtype_differs(self, "embedding", table.dtype, kernel.dtype)
        check_parts(self, ids.shape, (c, h), self._sizes, kernel.dtype)
        new = self._hold(kernel, bias).lstm_step_ids(
            ids, c, h, kernel, bias, self._options.forget_bias, embedding=table, cache=self._pack()
        )
        return new.h, self._joined(new)

    # ---- sequences

    def sequence(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
        """Run a sequence; see `sequences.run`."""
        if not self._plain:
            return step_loop(self, inputs, state, lengths)
        outputs, final, _ = self._fused(inputs, state, lengths, keep=False)
        return outputs, final

    def sequence_vjp(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
        """Run a sequence and return its pullback; see `sequences.run_vjp`."""
        if not self._plain:
            return step_loop_vjp(self, inputs, state, lengths)
        if self._bfloat16:
            raise errors.packed_backward(self)
        outputs, final, (module, tape) = self._fused(inputs, state, lengths, keep=True)

        def pull(d_outputs: Array, d_state: Any, into: Any, want_inputs: bool = True) -> tuple[Array, Any]:
            grads = module.lstm_sequence_vjp(tape, d_outputs, self._pair(d_state), want_x=want_inputs)
            into.add(self._variables.kernel, grads.kernel)
            into.add(self._variables.bias, grads.bias)
            return grads.x, self._joined(LSTMStateTuple(grads.c, grads.h))

        return outputs, final, pull

    def _fused(self, inputs: Array, state: Any, lengths: Array | None, keep: bool) -> tuple[Array, Any, Any]:
        if not self.built:
            self.build_for(inputs)
        x, c, h, kernel, bias = self._ready(inputs, state, 3)
        module = self._hold(kernel, bias)
        outputs, final, tape = module.lstm_sequence(
            x, c, h, kernel, bias, self._options.forget_bias, lengths, keep=keep, cache=self._pack()
        )
        return outputs, self._joined(final), (module, tape)

    # ---- weights

    def _arrays(self) -> Weights:
        return Weights(*(None if v is None else unwrap(v) for v in self._variables))

    def _pack(self) -> PackCache | None:
        if self._held is not None:
            return self._held.fresh()
        kernel = self._variables.kernel
        # What the user may write to behind the variable's back has no version to trust.
        if not isinstance(kernel, Variable) or kernel._exported:
            return PackCache(self._bfloat16).unversioned()
        return self._cache(kernel).at(kernel.version)

    def _cache(self, kernel: Variable) -> PackCache:
        return _packs[self._bfloat16].setdefault(kernel, PackCache(self._bfloat16))


def _is_host_state(state: Any) -> bool:
    return type(state) is LSTMStateTuple and type(state[0]) is type(state[1]) is np.ndarray


def _fits(x: Array, c: Array, h: Array, kernel: Array) -> bool:
    """Return True for host arrays of one dtype whose shapes fit: most calls, told quickly."""
    if not (type(x) is type(c) is type(h) is type(kernel) is np.ndarray):
        return False
    dtype, shape, rows = kernel.dtype, x.shape, kernel.shape
    if not (x.dtype is dtype and c.dtype is dtype and h.dtype is dtype):
        return False
    width = rows[0] - shape[-1]
    return bool(c.shape == (shape[-2], rows[1] // 4) and h.shape == (shape[-2], width))


def _shards(count: int | None) -> Any:
    return None if count is None else fixed_size_partitioner(count)


class BasicLSTMCell(_LSTM):
    """The LSTM without extras.

        >>> cell = tf.nn.rnn_cell.BasicLSTMCell(128)
        >>> outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)

    Args:
        num_units: H.
        forget_bias: added to the forget gate in each step; it is not in the bias variable.
        state_is_tuple: False keeps the state in one array `[N, 2H]`, c before h.
        activation: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        name: of the variable scope; None = basic_lstm_cell.
        dtype: of the weights; None = that of the first inputs.

    Source: TF 1.15 python/ops/rnn_cell_impl.py, BasicLSTMCell.
    """

    _arguments: ClassVar[tuple[str, ...]] = ("num_units", "forget_bias", "state_is_tuple", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units = units_of("num_units", num_units)
        self._options = Options(float(forget_bias), resolve(activation), None, None)
        self._plain = self._options.activation.name == "tanh"
        self._state_is_tuple = state_is_tuple
        self._variables = Weights(None, None)

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + H, 4H]` and bias `[4H]`."""
        self._variables = Weights(*self._make(int(inputs_shape[-1]), None, None))


class LSTMCell(_LSTM):
    """The LSTM with peepholes, clips and a projection.

    Args:
        num_units: H.
        use_peepholes: let the gates see the cell: w_f_diag, w_i_diag, w_o_diag `[H]`.
        cell_clip: limit of the cell's absolute value, before the output.
        initializer: of all weights but the bias, which starts at zero; None = the scope's.
        num_proj: P, the depth of a projection of the output, projection/kernel `[H, P]`.
        proj_clip: limit of the projection's absolute value.
        num_unit_shards, num_proj_shards: into how many parts the kernel and the projection are cut.
        forget_bias: added to the forget gate in each step; it is not in the bias variable.
        state_is_tuple: False keeps the state in one array `[N, H + P]`, c before h.
        activation, reuse, name, dtype: as in BasicLSTMCell.

    Source: TF 1.15 python/ops/rnn_cell_impl.py, LSTMCell.
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        *("num_units", "use_peepholes", "cell_clip", "initializer", "num_proj", "proj_clip", "num_unit_shards"),
        *("num_proj_shards", "forget_bias", "state_is_tuple", "activation", "reuse"),
    )

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int | None = None,
        num_proj_shards: int | None = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units = units_of("num_units", num_units)
        self._use_peepholes = use_peepholes
        self._initializer = initializer
        self._num_proj = None if num_proj is None else units_of("num_proj", num_proj)
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards
        self._cell_clip, self._proj_clip = cell_clip, proj_clip
        # A projection's clip without a projection has nothing to clip, as in TF.
        proj_clip = None if num_proj is None else proj_clip
        self._options = Options(float(forget_bias), resolve(activation), cell_clip, proj_clip)
        extras = use_peepholes or num_proj is not None or cell_clip is not None
        self._plain = not extras and self._options.activation.name == "tanh"
        self._state_is_tuple = state_is_tuple
        self._variables = Weights(None, None)

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + P, 4H]`, bias `[4H]`, and what peepholes and projection need."""
        units, initializer = self._num_units, self._initializer
        weights = Weights(*self._make(int(inputs_shape[-1]), initializer, self._num_unit_shards))
        if self._use_peepholes:
            f, i, o = (self.add_variable(f"w_{gate}_diag", [units], initializer=initializer) for gate in "fio")
            weights = weights._replace(w_f=f, w_i=i, w_o=o)
        if self._num_proj is not None:
            projection = self.add_variable(
                "projection/kernel",
                [units, self._num_proj],
                initializer=initializer,
                partitioner=_shards(self._num_proj_shards),
            )
            weights = weights._replace(projection=projection)
        self._variables = weights
