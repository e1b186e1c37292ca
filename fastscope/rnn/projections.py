"""Cells around a cell with weights of their own: projections, an embedding, a highway, attention to the steps before.

Shapes: N batch_size, D input_depth.

Source: TF 1.15 contrib/rnn/python/ops/core_rnn_cell.py, rnn_cell.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays.structure import is_nested, leaves
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..scoping.initializers import Constant, RandomUniform
from ..scoping.scopes import get_variable, get_variable_scope
from .activations import Activation, resolve
from .base import Pullback, RNNCell, given_inputs, making, units_of
from .pieces import Product, make_product
from .sequences import check_cell, run, run_vjp
from .wrappers import Wrapper

_WIDTH_OF_ONE = math.sqrt(3)  # an even spread over +-sqrt(3) has a variance of 1


def _resolved(activation: Any) -> Activation:
    return resolve("linear" if activation is None else activation)


class _Around(RNNCell):
    """A cell in a scope of its own that calls the one inside."""

    _told = ("_cell",)

    def __init__(self, cell: Any, reuse: Any, **kwargs: Any) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        check_cell("cell", cell)
        self._cell = cell

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Return the cell's."""
        with self._zero_state_scope(batch_size):
            return self._cell.zero_state(batch_size, dtype)


class InputProjectionWrapper(_Around):
    """Multiplies the inputs with kernel `[D, num_proj]` before the cell gets them, and adds a bias.

    Args:
        cell: the cell inside.
        num_proj: depth of its inputs.
        activation: of the product; None = none.
        input_size: kept for TF's sake.
        reuse: True shares the weights that are there.
    """

    _arguments = ("cell", "num_proj", "activation", "reuse")

    def __init__(
        self,
        cell: Any,
        num_proj: int,
        activation: Any = None,
        input_size: Any = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, reuse, **kwargs)
        self._num_proj, self._activation = units_of("num_proj", num_proj), _resolved(activation)

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D, num_proj]` and bias `[num_proj]`."""
        self._product = make_product(self, int(inputs_shape[-1]), self._num_proj)

    def call(self, inputs: Array, state: Any) -> tuple[Any, Any]:
        """Compute one step."""
        output, new_state = self._cell(self._activation.function(self._product.of(inputs)), state)
        return output, new_state


class OutputProjectionWrapper(_Around):
    """Multiplies the cell's outputs with kernel `[H, output_size]` and adds a bias.

    Args:
        cell: the cell inside.
        output_size: depth of the outputs.
        activation: of the product; None = none.
        reuse: True shares the weights that are there.
    """

    _arguments = ("cell", "output_size", "activation", "reuse")

    def __init__(
        self,
        cell: Any,
        output_size: int,
        activation: Any = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, reuse, **kwargs)
        self._output_size, self._activation = units_of("output_size", output_size), _resolved(activation)
        self._product: Product | None = None

    @property
    def output_size(self) -> int:
        """Depth of the outputs."""
        return self._output_size

    def call(self, inputs: Array, state: Any) -> tuple[Any, Any]:
        """Compute one step."""
        output, new_state = self._cell(inputs, state)
        if self._product is None:  # after the cell's weights, as TF makes them
            self._product = make_product(self, int(output.shape[-1]), self._output_size)
        return self._activation.function(self._product.of(output)), new_state


class EmbeddingWrapper(_Around):
    """Looks ids up in embedding `[embedding_classes, embedding_size]` for the cell.

    Args:
        cell: the cell inside.
        embedding_classes: how many ids there are.
        embedding_size: depth of the cell's inputs.
        initializer: of the embedding; None = the scope's, else an even spread with a variance of 1.
        reuse: True shares the weights that are there.

    Raises:
        ValueError: one of the sizes is not positive.
    """

    _arguments = ("cell", "embedding_classes", "embedding_size", "initializer", "reuse")

    def __init__(
        self,
        cell: Any,
        embedding_classes: int,
        embedding_size: int,
        initializer: Any = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, reuse, **kwargs)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise errors.embedding_sizes(embedding_classes, embedding_size)
        self._embedding_classes, self._embedding_size = embedding_classes, embedding_size
        self._initializer = initializer
        self._embedding: Any = None

    def call(self, inputs: Array, state: Any) -> tuple[Any, Any]:
        """Compute one step on ids, `[N]` or `[N, 1]`."""
        if self._embedding is None:
            start = self._initializer
            if start is None and get_variable_scope().initializer is None:
                start = RandomUniform(-_WIDTH_OF_ONE, _WIDTH_OF_ONE)
            shape, dtype = [self._embedding_classes, self._embedding_size], next(leaves(state)).dtype
            self._embedding = self.add_variable("embedding", shape, dtype, start)
        rows = ops.embedding_lookup(self._embedding, ops.reshape(inputs, [-1]))
        output, new_state = self._cell(rows, state)
        return output, new_state


class HighwayWrapper(Wrapper):
    """Lets the inputs pass by the cell: carry * inputs + transform * outputs, both gates of the inputs.

    Its weights lie in the scope that is current, beside the cell's: carry_w `[D, D]`, carry_b `[D]`.

    Args:
        cell: the cell inside, of as many units as its inputs are deep.
        couple_carry_transform_gates: True has transform = 1 - carry; False weights of its own for it.
        carry_bias_init: first value of carry_b; transform_b starts at minus this.

    Source: also Zilly et al., arXiv:1607.03474.
    """

    _arguments = ("cell", "couple_carry_transform_gates", "carry_bias_init")

    def __init__(
        self, cell: Any, couple_carry_transform_gates: bool = True, carry_bias_init: float = 1.0, **kwargs: Any
    ) -> None:
        super().__init__(cell, **kwargs)
        self._couple_carry_transform_gates = couple_carry_transform_gates
        self._carry_bias_init = carry_bias_init
        self._gates: list[Product] = []

    @property
    def built(self) -> bool:
        """Whether the cell and the gates have their weights."""
        return bool(self._gates) and getattr(self.cell, "built", False)

    @built.setter
    def built(self, value: bool) -> None:
        pass  # they say

    @property
    def _weights(self) -> list[Any]:
        return [*getattr(self.cell, "weights", ()), *self._own_weights]

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Run one step; see `RNNCell.__call__`."""
        x = given_inputs(inputs)
        with making(self):
            outputs, new_state = self.cell(x, state, scope=scope)
            depth, units = int(x.shape[-1]), int(outputs.shape[-1])
            if depth != units:
                raise errors.highway_depth(depth, units)
            if not self._gates:
                self._make_gates(depth, x.dtype)
        carry = ops.sigmoid(self._gates[0].of(x))
        transform = ops.subtract(1.0, carry) if len(self._gates) == 1 else ops.sigmoid(self._gates[1].of(x))
        return ops.add(ops.multiply(x, carry), ops.multiply(outputs, transform)), new_state

    def _make_gates(self, depth: int, dtype: Any) -> None:
        start = self._carry_bias_init
        kinds = [("carry", start)] if self._couple_carry_transform_gates else [("carry", start), ("transform", -start)]
        for kind, first in kinds:
            w = get_variable(f"{kind}_w", [depth, depth], dtype)
            b = get_variable(f"{kind}_b", [depth], dtype, Constant(first))
            self._remember(w)
            self._remember(b)
            self._gates = [*self._gates, Product(w, b)]


class CompiledWrapper(Wrapper):
    """The cell inside, which is compiled as it is.

    Args:
        cell: the cell inside.
        compile_stateful: kept for TF's sake.
    """

    def __init__(self, cell: Any, compile_stateful: bool = False, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)

    def _wrapped(self, one: Callable[[Array, Any], tuple[Any, ...]], inputs: Array, state: Any) -> tuple[Any, Any]:
        output, new_state = one(inputs, state)
        return output, new_state

    def sequence(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
        """Run a sequence; see `sequences.run`."""
        return run(self.cell, inputs, state, lengths)

    def sequence_vjp(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
        """Run a sequence and return its pullback; see `sequences.run_vjp`."""
        return run_vjp(self.cell, inputs, state, lengths)


class AttentionCellWrapper(_Around):
    """A cell that looks back at its own last outputs.

    The inputs and what it saw last are projected to the cell's inputs. The cell's new state asks each of the last
    `attn_length` outputs, and their sum by the answers is what it sees; the output is a projection of the cell's output
    and of that.

    Args:
        cell: the cell inside.
        attn_length: how many outputs it looks back at, L.
        attn_size: depth of the outputs, A; None = the cell's.
        attn_vec_size: depth in which they are compared, V; None = A.
        input_size: depth of the cell's inputs; None = that of the inputs.
        state_is_tuple: False keeps the state in one array; then the cell may not have a tuple as its state.
        reuse: True shares the weights that are there.

    Raises:
        ValueError: `attn_length` is not positive; a tuple as the cell's state and state_is_tuple=False.

    Source: also Bahdanau et al., arXiv:1409.0473.
    """

    _arguments = ("cell", "attn_length", "attn_size", "attn_vec_size", "input_size", "state_is_tuple", "reuse")

    def __init__(
        self,
        cell: Any,
        attn_length: int,
        attn_size: int | None = None,
        attn_vec_size: int | None = None,
        input_size: int | None = None,
        state_is_tuple: bool = True,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, reuse, **kwargs)
        if is_nested(cell.state_size) and not state_is_tuple:
            raise errors.attention_flat(cell.state_size)
        if attn_length <= 0:
            raise errors.attention_length(attn_length)
        self._attn_length, self._input_size, self._state_is_tuple = attn_length, input_size, state_is_tuple
        self._attn_size: int = cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._merge: Product | None = None
        self._output: Product | None = None

    @property
    def state_size(self) -> Any:
        """(the cell's, A, A * L), or their sum for a flat state."""
        sizes = (self._cell.state_size, self._attn_size, self._attn_size * self._attn_length)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> int:
        """A."""
        return self._attn_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Return zeros."""
        return RNNCell.zero_state(self, batch_size, dtype)

    def call(self, inputs: Array, state: Any) -> tuple[Any, Any]:
        """Compute one step."""
        size, length = self._attn_size, self._attn_length
        if not self._state_is_tuple:
            state = ops.split(state, [self._cell.state_size, size, size * length], 1)
        cell_state, seen, last = state
        if self._merge is None:
            depth = int(inputs.shape[-1])
            self._merge = make_product(self, depth + size, self._input_size or depth)
        output, new_cell_state = self._cell(self._merge.of(inputs, seen), cell_state)
        last = ops.reshape(last, [-1, length, size])
        seen = self._look_back(list(leaves(new_cell_state)), last)
        if self._output is None:
            rows = int(output.shape[-1]) + size
            self._output = make_product(self, rows, size, "attn_output_projection/")
        output = self._output.of(output, seen)
        last = ops.concat([last[:, 1:], ops.expand_dims(output, 1)], 1)
        new_state = (new_cell_state, seen, ops.reshape(last, [-1, length * size]))
        return output, new_state if self._state_is_tuple else ops.concat(list(new_state), 1)

    def _look_back(self, query: list[Any], last: Array) -> Array:
        """Return the sum `[N, A]` of the last outputs `[N, L, A]`, each as it answers the query."""
        size, width, length = self._attn_size, self._attn_vec_size, self._attn_length
        if self._output is None:
            self._w = self.add_variable("attention/attn_w", [1, 1, size, width])
            self._v = self.add_variable("attention/attn_v", [width])
            self._ask = make_product(self, sum(int(part.shape[-1]) for part in query), width, "attention/")
        keys = ops.matmul(ops.reshape(last, [-1, size]), ops.reshape(self._w, [size, width]))
        asked = ops.expand_dims(self._ask.of(*query), 1)
        answers = ops.tanh(ops.add(ops.reshape(keys, [-1, length, width]), asked))
        weights = ops.softmax(ops.reduce_sum(ops.multiply(answers, self._v), 2))
        return ops.reduce_sum(ops.multiply(ops.expand_dims(weights, 2), last), 1)
