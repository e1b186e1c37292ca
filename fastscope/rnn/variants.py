"""Variants of the LSTM: LayerNormBasicLSTMCell, CoupledInputForgetGateLSTMCell, GLSTMCell, NASCell.

Shapes: N batch_size, D input_depth, H num_units, P num_proj or H.

Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..fused import LSTMStateTuple
from ..scoping.initializers import Zeros
from .activations import resolve
from .base import LayerRNNCell, units_of
from .pieces import Norm, Product, make_norm, make_product, make_shards, mixed, whole


class _Variant(LayerRNNCell):
    """What they share: units, a projection, states as pairs."""

    _num_units: int
    _num_proj: int | None = None
    _state_is_tuple = True

    @property
    def state_size(self) -> Any:
        """LSTMStateTuple(c=H, h=P), or H + P for a flat state."""
        sizes = LSTMStateTuple(self._num_units, self.output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> int:
        """H, or P with a projection."""
        return self._num_proj or self._num_units


class LayerNormBasicLSTMCell(_Variant):
    """A BasicLSTMCell whose gates and cell are normalized over their units, with dropout on the new input.

    Args:
        num_units: H.
        forget_bias: added to the forget gate before its sigmoid.
        input_size: kept for TF's sake.
        activation: None for tanh; a name or a callable.
        layer_norm: False has a bias instead.
        norm_gain, norm_shift: first values of the gammas and betas.
        dropout_keep_prob: share of the new input that is kept.
        dropout_prob_seed: of the dropout; None = the graph's.
        reuse: True shares the weights that are there.

    Source: Ba et al., arXiv:1607.06450; Semeniuta et al., arXiv:1603.05118.
    """

    _arguments = (
        *("num_units", "forget_bias", "activation", "layer_norm", "norm_gain", "norm_shift", "dropout_keep_prob"),
        *("dropout_prob_seed", "reuse"),
    )

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        input_size: Any = None,
        activation: Any = None,
        layer_norm: bool = True,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        dropout_keep_prob: Any = 1.0,
        dropout_prob_seed: int | None = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._activation = units_of("num_units", num_units), resolve(activation)
        self._forget_bias, self._layer_norm = float(forget_bias), layer_norm
        self._norm_gain, self._norm_shift = norm_gain, norm_shift
        self._dropout_keep_prob, self._dropout_prob_seed = dropout_keep_prob, dropout_prob_seed
        self._norms: list[Norm] = []

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + H, 4H]`, and gamma and beta `[H]` of each gate and the cell; or bias `[4H]`."""
        units = self._num_units
        rows = int(inputs_shape[-1]) + units
        kernel = self.add_variable("kernel", [rows, 4 * units])
        self._product = Product(kernel, None if self._layer_norm else self.add_variable("bias", [4 * units]))
        names = ("input", "transform", "forget", "output", "state") if self._layer_norm else ()
        self._norms = [make_norm(self, name, units, self._norm_gain, self._norm_shift) for name in names]

    def call(self, inputs: Array, state: Any) -> tuple[Array, LSTMStateTuple]:
        """Compute one step."""
        c, h = state
        gates = ops.split(self._product.of(inputs, h), 4, 1)
        if self._layer_norm:
            gates = [norm.of(gate) for norm, gate in zip(self._norms, gates, strict=False)]
        i, j, f, o = gates
        g = self._activation.function(j)
        if not isinstance(self._dropout_keep_prob, (int, float)) or self._dropout_keep_prob < 1:
            g = ops.dropout(g, self._dropout_keep_prob, seed=self._dropout_prob_seed)
        kept = ops.multiply(c, ops.sigmoid(ops.add(f, self._forget_bias)))
        new_c = ops.add(kept, ops.multiply(ops.sigmoid(i), g))
        if self._layer_norm:
            new_c = self._norms[-1].of(new_c)
        new_h = ops.multiply(self._activation.function(new_c), ops.sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h)


class CoupledInputForgetGateLSTMCell(_Variant):
    """An LSTM that takes in what it forgets: c = f * c + (1 - f) * activation(j).

    Args:
        num_units: H.
        use_peepholes: let the gates see the cell: W_F_diag, W_O_diag `[H]`.
        initializer: of the matrices; None = the scope's.
        num_proj: P, the depth of a projection of the output.
        proj_clip: limit of the projection's absolute value.
        num_unit_shards, num_proj_shards: into how many variables the matrices are cut, W_0, W_1, ...
        forget_bias: added to the forget gate before its sigmoid.
        state_is_tuple: False keeps the state in one array `[N, H + P]`, c before h.
        activation: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        layer_norm: normalize the gates and the cell over their units, without the bias.
        norm_gain, norm_shift: first values of the gammas and betas.

    Source: Greff et al., arXiv:1503.04069.
    """

    _arguments = (
        *("num_units", "use_peepholes", "initializer", "num_proj", "proj_clip", "num_unit_shards", "num_proj_shards"),
        *("forget_bias", "state_is_tuple", "activation", "reuse", "layer_norm", "norm_gain", "norm_shift"),
    )

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int = 1,
        num_proj_shards: int = 1,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        layer_norm: bool = False,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._use_peepholes = units_of("num_units", num_units), use_peepholes
        self._initializer, self._activation = initializer, resolve(activation)
        self._num_proj, self._proj_clip = None if num_proj is None else units_of("num_proj", num_proj), proj_clip
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards
        self._forget_bias, self._state_is_tuple = float(forget_bias), state_is_tuple
        self._layer_norm, self._norm_gain, self._norm_shift = layer_norm, norm_gain, norm_shift

    def build(self, inputs_shape: Any) -> None:
        """Make W `[D + P, 3H]` in shards, B `[3H]`, and what peepholes, normalization and projection need."""
        units, start = self._num_units, self._initializer
        rows = int(inputs_shape[-1]) + self.output_size
        self._w = make_shards(self, "W", rows, 3 * units, self._num_unit_shards, start)
        self._b = self.add_variable("B", [3 * units], initializer=Zeros())

        def norm(name: str) -> Norm:
            return make_norm(self, name, units, self._norm_gain, self._norm_shift)

        self._norms = [norm(name) for name in ("transform", "forget", "output")] if self._layer_norm else []
        self._peepholes = [self.add_variable(f"W_{k}_diag", [units]) for k in "FO"] if self._use_peepholes else None
        if self._layer_norm:
            self._norms.append(norm("state"))
        if self._num_proj is not None:
            self._projection = make_shards(self, "W_P", units, self._num_proj, self._num_proj_shards, start)

    def call(self, inputs: Array, state: Any) -> tuple[Array, Any]:
        """Compute one step."""
        sizes = [self._num_units, self.output_size]
        c, h = state if self._state_is_tuple else ops.split(state, sizes, 1)
        z = ops.matmul(ops.concat([inputs, h], 1), whole(self._w))
        j, f, o = ops.split(z if self._layer_norm else ops.bias_add(z, self._b), 3, 1)
        if self._layer_norm:
            j, f, o = (norm.of(gate) for norm, gate in zip(self._norms, (j, f, o), strict=False))
        f = ops.add(f, self._forget_bias)
        if self._peepholes is not None:
            f = ops.add(f, ops.multiply(self._peepholes[0], c))
        new_c = mixed(ops.sigmoid(f), c, self._activation.function(j))
        if self._layer_norm:
            new_c = self._norms[-1].of(new_c)
        if self._peepholes is not None:
            o = ops.add(o, ops.multiply(self._peepholes[1], new_c))
        new_h = ops.multiply(ops.sigmoid(o), self._activation.function(new_c))
        if self._num_proj is not None:
            new_h = ops.matmul(new_h, whole(self._projection))
            if self._proj_clip is not None:
                new_h = ops.clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else ops.concat([new_c, new_h], 1)


class GLSTMCell(_Variant):
    """An LSTM in groups: slices of inputs and output have small kernels of their own.

    Args:
        num_units: H.
        initializer: of the groups' kernels; None = the scope's.
        num_proj: P, the depth of a projection of the output.
        number_of_groups: G, which divides D, H and P.
        forget_bias: added to the forget gate before its sigmoid.
        activation: of the output: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.

    Raises:
        ValueError: the groups do not come out even.

    Source: Kuchaiev and Ginsburg, arXiv:1703.10722.
    """

    _arguments = ("num_units", "initializer", "num_proj", "number_of_groups", "forget_bias", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        initializer: Any = None,
        num_proj: int | None = None,
        number_of_groups: int = 1,
        forget_bias: float = 1.0,
        activation: Any = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._activation = units_of("num_units", num_units), resolve(activation)
        self._num_proj = None if num_proj is None else units_of("num_proj", num_proj)
        self._initializer, self._forget_bias = initializer, float(forget_bias)
        self._number_of_groups = number_of_groups
        self._check_even("num_units", self._num_units)
        self._check_even("num_proj", self._num_proj or 0)

    def _check_even(self, what: str, size: int) -> None:
        if size % self._number_of_groups:
            raise errors.uneven_groups(what, size, self._number_of_groups)

    def build(self, inputs_shape: Any) -> None:
        """Make group0/kernel `[(D + P) / G, 4H / G]` and so on, bias_i, _j, _f, _o `[H]`, projection/kernel."""
        depth, units, groups = int(inputs_shape[-1]), self._num_units, self._number_of_groups
        self._check_even("input size", depth)
        rows, columns = (depth + self.output_size) // groups, 4 * units // groups
        self._groups = [
            make_product(self, rows, columns, f"group{k}/", self._initializer, has_bias=False) for k in range(groups)
        ]
        self._biases = [self.add_variable(f"bias_{gate}", [units], initializer=Zeros()) for gate in "ijfo"]
        if self._num_proj is not None:
            self._projection = make_product(self, units, self._num_proj, "projection/", has_bias=False)

    def call(self, inputs: Array, state: Any) -> tuple[Array, LSTMStateTuple]:
        """Compute one step."""
        c, h = state
        slices = zip(ops.split(inputs, self._number_of_groups, 1), ops.split(h, self._number_of_groups, 1), strict=True)
        parts = [ops.split(group.of(*pair), 4, 1) for group, pair in zip(self._groups, slices, strict=True)]
        gates = [ops.concat([part[k] for part in parts], 1) for k in range(4)]
        i, j, f, o = (ops.bias_add(gate, bias) for gate, bias in zip(gates, self._biases, strict=True))
        kept = ops.multiply(ops.sigmoid(ops.add(f, self._forget_bias)), c)
        new_c = ops.add(kept, ops.multiply(ops.sigmoid(i), ops.tanh(j)))
        new_h = ops.multiply(ops.sigmoid(o), self._activation.function(new_c))
        if self._num_proj is not None:
            new_h = self._projection.of(new_h)
        return new_h, LSTMStateTuple(new_c, new_h)


class NASCell(_Variant):
    """The cell that a search over cells found: a tree of four levels over eight products each of inputs and output.

    Args:
        num_units: H.
        num_proj: P, the depth of a projection of the output.
        use_bias: add a bias to the products of the output.
        reuse: True shares the weights that are there.

    Source: Zoph and Le, arXiv:1611.01578.
    """

    _arguments = ("num_units", "num_proj", "use_bias", "reuse")

    def __init__(
        self, num_units: int, num_proj: int | None = None, use_bias: bool = False, reuse: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._use_bias = units_of("num_units", num_units), use_bias
        self._num_proj = None if num_proj is None else units_of("num_proj", num_proj)
        self._bias: Any = None

    def build(self, inputs_shape: Any) -> None:
        """Make recurrent_kernel `[P, 8H]`, kernel `[D, 8H]`, bias `[8H]` and projection_weights `[H, P]`."""
        columns = 8 * self._num_units
        recurrent = self.add_variable("recurrent_kernel", [self.output_size, columns])
        self._kernel = self.add_variable("kernel", [int(inputs_shape[-1]), columns])
        if self._use_bias:
            self._bias = self.add_variable("bias", [columns], initializer=Zeros())
        self._recurrent = Product(recurrent, self._bias)
        if self._num_proj is not None:
            self._projection = self.add_variable("projection_weights", [self._num_units, self._num_proj])

    def call(self, inputs: Array, state: Any) -> tuple[Array, LSTMStateTuple]:
        """Compute one step."""
        c, h = state
        x = ops.split(ops.matmul(inputs, self._kernel), 8, 1)
        m = ops.split(self._recurrent.of(h), 8, 1)
        functions = (ops.sigmoid, ops.relu, ops.sigmoid, ops.relu, ops.tanh, ops.sigmoid, ops.tanh, ops.sigmoid)
        joins = [ops.multiply if k == 3 else ops.add for k in range(8)]
        a = [f(join(p, q)) for f, join, p, q in zip(functions, joins, x, m, strict=True)]
        into = ops.tanh(ops.add(ops.tanh(ops.multiply(a[0], a[1])), c))
        new_c = ops.multiply(into, ops.tanh(ops.add(a[2], a[3])))
        beside = ops.add(ops.tanh(ops.multiply(a[4], a[5])), ops.sigmoid(ops.add(a[6], a[7])))
        new_h = ops.tanh(ops.multiply(new_c, ops.tanh(beside)))
        if self._num_proj is not None:
            new_h = ops.matmul(new_h, self._projection)
        return new_h, LSTMStateTuple(new_c, new_h)
