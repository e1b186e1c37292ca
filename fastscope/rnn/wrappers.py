"""MultiRNNCell, ResidualWrapper and DeviceWrapper: cells made of cells.

Over a sequence they hand whole sequences on: a stack runs its first cell over all time, then the
second one, so that each can take its fast path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from ..arrays import array_module
from ..arrays.recordable import recordable
from ..arrays.shapes import as_shape
from ..arrays.structure import beside, is_nested
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..errors import training as training_errors
from ..graph import Tensor, device
from ..ops.operands import operand
from ..scoping.sharing import own_scope
from ..scoping.variables import Variable
from .base import LayerRNNCell, Pullback, RNNCell, given_inputs
from .loops import loop_over_steps
from .sequences import check_cell, run, run_vjp, step_loop, step_vjp

_ANYWHERE: AbstractContextManager[Any] = nullcontext()


def _is_settled(cell: Any) -> bool:
    """Return whether a cell has its variables and looks for none when it runs: scopes are nothing to it then."""
    return isinstance(cell, LayerRNNCell) and cell.built and "call_vjp" in cell._whole_methods


class MultiRNNCell(RNNCell):
    """A stack: each cell's output is the next one's input.

        >>> cell = MultiRNNCell([BasicLSTMCell(128) for _ in range(2)])

    Args:
        cells: list or tuple of cells. `[cell] * 2` shares one cell's weights between two layers, and
            needs inputs as wide as the cell.
        state_is_tuple: False keeps the states in one array, beside each other; then no cell may have
            a tuple as its state.

    Raises:
        ValueError: no cells, or tuples as states and state_is_tuple=False.
        TypeError: `cells` is no list of cells.

    Source: TF 1.15 python/ops/rnn_cell_impl.py, MultiRNNCell.
    """

    _told = ("_cells",)
    _arguments = ("cells", "state_is_tuple")

    def __init__(self, cells: Any, state_is_tuple: bool = True) -> None:
        super().__init__()
        if not isinstance(cells, (list, tuple)):
            raise errors.cells_not_list(cells)
        if not cells:
            raise errors.no_cells()
        for cell in cells:
            check_cell("cells", cell)
        self._cells = list(cells)
        self._state_is_tuple = state_is_tuple
        sizes = [cell.state_size for cell in cells]
        if not state_is_tuple and any(map(is_nested, sizes)):
            raise errors.flat_stack(sizes)

    @property
    def state_size(self) -> Any:
        """The cells' sizes, a tuple; their sum for a flat state."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """The last cell's."""
        return self._cells[-1].output_size

    @property
    def _weights(self) -> Sequence[Variable]:
        found = {id(v): v for cell in self._cells for v in getattr(cell, "weights", ())}
        return list(found.values())

    def get_config(self) -> dict[str, Any]:
        """Return the cells, described, and whether the states lie in a tuple."""
        return {name: value for name, value in super().get_config().items() if name in self._arguments}

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Return the cells' own, each on its device."""
        if not self._state_is_tuple:
            return super().zero_state(batch_size, dtype)
        with self._zero_state_scope(batch_size):
            return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)

    def _states(self, state: Any) -> list[Any]:
        if self._state_is_tuple:
            if not isinstance(state, (tuple, list)) or len(state) != len(self._cells):
                raise errors.state_structure(self, self.state_size, state)
            return list(state)
        sizes = [cell.state_size for cell in self._cells]
        if isinstance(state, Tensor):
            parts: list[Any] = recordable.function("split", state, sizes, 1)
            return parts
        ends = [sum(sizes[:k]) for k in range(len(sizes))]
        return list(array_module(state).split(operand(state), ends[1:], axis=1))

    def _joined(self, states: list[Any]) -> Any:
        if self._state_is_tuple:
            return tuple(states)
        if isinstance(states[0], Tensor):
            return recordable.function("concat", states, 1)
        return array_module(*states).concatenate(states, axis=1)

    def _around(self) -> AbstractContextManager[Any]:
        return _ANYWHERE if all(map(_is_settled, self._cells)) else self._scoped()

    def _through(
        self, one: Callable[[Any, Array, Any], tuple[Any, ...]], inputs: Array, state: Any
    ) -> tuple[Array, Any, list[Any]]:
        # `one` runs one cell; what it returns after output and state is collected.
        new_states, rest = [], []
        for k, (cell, cell_state) in enumerate(zip(self._cells, self._states(state), strict=True)):
            with _ANYWHERE if _is_settled(cell) else own_scope(f"cell_{k}"):
                inputs, new_state, *more = one(cell, inputs, cell_state)
            new_states.append(new_state)
            rest.extend(more)
        return inputs, self._joined(new_states), rest

    def call(self, inputs: Array, state: Any) -> tuple[Array, Any]:
        """Compute one step."""
        output, new_state, _ = self._through(_one_step, inputs, state)
        return output, new_state

    def call_vjp(self, inputs: Array, state: Any) -> tuple[Array, Any, Pullback]:
        """Compute one step and return its pullback as well."""
        output, new_state, pulls = self._through(step_vjp, inputs, state)
        return output, new_state, self._pullback(pulls)

    def step_ids(self, ids: Any, state: Any, *, depth: int | None = None, embedding: Any = None) -> tuple[Any, Any]:
        """Run one step on ids; see `RNNCell.step_ids`."""

        def one(cell: Any, inputs: Any, cell_state: Any) -> tuple[Any, ...]:
            if inputs is not ids:
                return cell(inputs, cell_state)
            return cell.step_ids(ids, cell_state, depth=depth, embedding=embedding)

        with self._around():
            output, new_state, _ = self._through(one, ids, state)
        self.built = True
        return output, new_state

    def sequence(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
        """Run a sequence, cell by cell; see `sequences.run`."""
        with self._around():
            outputs, final, _ = self._through(lambda cell, x, s: run(cell, x, s, lengths), inputs, state)
        self.built = True
        return outputs, final

    def sequence_vjp(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
        """Run a sequence and return its pullback; see `sequences.run_vjp`."""
        with self._around():
            outputs, final, pulls = self._through(lambda cell, x, s: run_vjp(cell, x, s, lengths), inputs, state)
        self.built = True
        return outputs, final, self._pullback(pulls)

    def _pullback(self, pulls: list[Pullback]) -> Pullback:
        def pull(d_outputs: Array, d_state: Any, into: Any, want_inputs: bool = True) -> tuple[Array, Any]:
            d_before = []
            for one, d_one in zip(reversed(pulls), reversed(self._states(d_state)), strict=True):
                unwanted = {} if want_inputs or one is not pulls[0] else {"want_inputs": False}
                d_outputs, d_cell = one(d_outputs, d_one, into, **unwanted)
                d_before.append(d_cell)
            return d_outputs, self._joined(d_before[::-1])

        return pull


def _one_step(cell: Any, inputs: Array, state: Any) -> tuple[Any, ...]:
    return cell(inputs, state)


class Wrapper(RNNCell):
    """Base of cells around one cell; it adds no name of its own.

    Args:
        cell: the cell inside.

    Raises:
        TypeError: `cell` is none.
    """

    _told = ("cell",)
    _arguments: ClassVar[tuple[str, ...]] = ("cell",)

    def __init__(self, cell: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_cell("cell", cell)
        self.cell = cell

    @property
    def built(self) -> bool:
        """Whether the cell has made its weights."""
        return getattr(self.cell, "built", False)

    @built.setter
    def built(self, value: bool) -> None:
        pass  # a wrapper makes none

    @property
    def _cell(self) -> Any:
        return self.cell

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self.cell.output_size

    @property
    def _weights(self) -> Sequence[Variable]:
        return list(getattr(self.cell, "weights", ()))

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Return the cell's."""
        with self._zero_state_scope(batch_size):
            return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Run one step; see `RNNCell.__call__`."""
        return self._wrapped(lambda x, s: self.cell(x, s, scope=scope), given_inputs(inputs), state)

    def _wrapped(self, one: Callable[[Array, Any], tuple[Any, ...]], inputs: Array, state: Any) -> tuple[Any, Any]:
        raise NotImplementedError

    def step_vjp(self, inputs: Array, state: Any) -> tuple[Any, Any, Pullback]:
        """Run one step and return its pullback as well."""
        outputs, final, pull_sequence = run_vjp(self, inputs[None], state, None)

        def pull(d_output: Array, d_state: Any, into: Any) -> tuple[Any, Any]:
            d_inputs, d_before = pull_sequence(d_output[None], d_state, into)
            return d_inputs[0], d_before

        return outputs[0], final, pull


class ResidualWrapper(Wrapper):
    """Adds the inputs to the outputs.

    Args:
        cell: the cell inside, of as many units as its inputs are deep.
        residual_fn: callable(inputs, outputs) -> outputs, step by step, in place of the sum.

    Source: TF 1.15 python/ops/rnn_cell_wrapper_impl.py, ResidualWrapper.
    """

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _wrapped(self, one: Callable[[Array, Any], tuple[Any, ...]], inputs: Array, state: Any) -> tuple[Any, Any]:
        outputs, new_state = one(inputs, state)
        if self._residual_fn is not None:
            return self._residual_fn(inputs, outputs), new_state
        _check_same(inputs, outputs)
        return beside(outputs, inputs)[0] + outputs, new_state

    def sequence(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
        """Run a sequence; see `sequences.run`."""
        if self._residual_fn is not None:
            loop = loop_over_steps if isinstance(inputs, Tensor) else step_loop
            return loop(self, inputs, state, lengths)
        outputs, final = run(self.cell, inputs, state, lengths)
        _check_same(inputs, outputs)
        return outputs + _until(inputs, lengths), final

    def sequence_vjp(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
        """Run a sequence and return its pullback; see `sequences.run_vjp`."""
        if self._residual_fn is not None:
            raise training_errors.no_residual_pullback()
        outputs, final, pull_cell = run_vjp(self.cell, inputs, state, lengths)
        _check_same(inputs, outputs)

        def pull(d_outputs: Array, d_state: Any, into: Any, want_inputs: bool = True) -> tuple[Array, Any]:
            d_inputs, d_before = pull_cell(d_outputs, d_state, into)
            return d_inputs + _until(d_outputs, lengths), d_before

        return outputs + _until(inputs, lengths), final, pull


class DeviceWrapper(Wrapper):
    """Runs the cell inside `tf.device(device)`, which places its weights.

    Args:
        cell: the cell inside.
        device: "/gpu:0" or a callable, as `tf.device` takes it.

    Source: TF 1.15 python/ops/rnn_cell_wrapper_impl.py, DeviceWrapper.
    """

    _arguments = ("cell", "device")

    def __init__(self, cell: Any, device: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Return the cell's, on the device."""
        with self._zero_state_scope(batch_size), device(self._device):
            return self.cell.zero_state(batch_size, dtype)

    def _wrapped(self, one: Callable[[Array, Any], tuple[Any, ...]], inputs: Array, state: Any) -> tuple[Any, Any]:
        with device(self._device):
            output, new_state = one(inputs, state)
        return output, new_state

    def sequence(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
        """Run a sequence; see `sequences.run`."""
        with device(self._device):
            return run(self.cell, inputs, state, lengths)

    def sequence_vjp(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
        """Run a sequence and return its pullback; see `sequences.run_vjp`."""
        with device(self._device):
            return run_vjp(self.cell, inputs, state, lengths)


def _check_same(inputs: Array, outputs: Array) -> None:
    if isinstance(inputs, Tensor) or isinstance(outputs, Tensor):
        fits = as_shape(inputs.shape).is_compatible_with(outputs.shape)
    else:
        fits = inputs.shape == outputs.shape
    if not fits:
        raise errors.residual_shapes(tuple(inputs.shape[-2:]), tuple(outputs.shape[-2:]))


def _until(sequence: Array, lengths: Array | None) -> Array:
    """Return `[T, N, D]` with zeros past each row's length."""
    if lengths is None:
        return sequence
    if isinstance(sequence, Tensor):
        time = recordable.function("shape", sequence)[0]
        live = recordable.function("transpose", recordable.function("sequence_mask", lengths, time, sequence.dtype))
        rows: Any = sequence * recordable.function("expand_dims", live, 2)
        return rows
    xp = array_module(sequence)
    return xp.where((xp.arange(len(sequence))[:, None] < lengths)[:, :, None], sequence, 0)
