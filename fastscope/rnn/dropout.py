"""DropoutWrapper: dropout on a cell's inputs, outputs and state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..arrays import array_module
from ..arrays.structure import is_nested, leaves, map_structure
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..fused import LSTMStateTuple
from ..graph import Tensor, current, inside
from ..graph.blocks import without_controls
from .base import Pullback
from .loops import loop_over_steps
from .masks import Masks, drawn_mask, mask_of, recorded_masks, variational_noise
from .sequences import run, run_vjp, step_loop, step_loop_vjp, step_vjp
from .wrappers import Wrapper


class DropoutWrapper(Wrapper):
    """Sets inputs, outputs and parts of the state to zero at random, and scales up the rest.

        >>> cell = DropoutWrapper(BasicLSTMCell(128), output_keep_prob=0.8)

    Args:
        cell: the cell inside.
        input_keep_prob, output_keep_prob, state_keep_prob: share that is kept, 0 to 1: a number, or a
            scalar Variable, which is read at each call, so that one network can train and sample.
        variational_recurrent: one mask for all steps of a sequence and all rows of the batch, drawn at the
            start of each sequence.
        input_size: depth of the inputs; needed for variational dropout of inputs.
        dtype: needed for variational dropout.
        seed: of the masks; None = the graph's.
        dropout_state_filter_visitor: callable(state) -> True where state dropout may fall, False where not, or a
            tuple of these; None spares the c of an LSTMStateTuple.

    Raises:
        ValueError: a probability that is none; variational dropout without dtype or input_size.

    Source: TF 1.15 python/ops/rnn_cell_wrapper_impl.py, DropoutWrapper.
    """

    _arguments = ("cell", "variational_recurrent", "input_size", "seed")

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: int | None = None,
        dropout_state_filter_visitor: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, dtype=dtype, **kwargs)
        visitor = dropout_state_filter_visitor
        if visitor is not None and not callable(visitor):
            raise errors.filter_not_callable(visitor)
        self._visitor = visitor or _spare_the_cell
        probabilities = {
            "input": input_keep_prob,
            "output": output_keep_prob,
            "state": state_keep_prob,
        }
        for where, probability in probabilities.items():
            if _is_number(probability) and not 0 <= float(probability) <= 1:
                raise errors.keep_prob(f"{where}_keep_prob", float(probability))
        self._probabilities = probabilities
        self._variational_recurrent, self._input_size, self._seed = variational_recurrent, input_size, seed
        if variational_recurrent and dtype is None:
            raise errors.variational_dtype()
        if variational_recurrent and input_size is None and (not _is_number(input_keep_prob) or input_keep_prob < 1):
            raise errors.variational_size()
        self._masks = Masks(seed)
        self._noise: dict[str, Any] = {}

    def get_config(self) -> dict[str, Any]:
        """Return the cell, described, and the rest; a probability in a variable as it is now."""
        shares = {f"{where}_keep_prob": float(value) for where, value in self._probabilities.items()}
        return super().get_config() | shares

    # ---- masks

    def _mask(self, what: str, like: Any) -> Any:
        """Return the mask for `like`, `[N, D]` or `[T, N, D]`; `what` is "output", "state 1"; None for none."""
        where = what.partition(" ")[0]
        given = self._probabilities[where]
        if is_nested(like):  # of inputs or outputs in several parts
            return [self._mask(f"{what} {k}", part) for k, part in enumerate(leaves(like))]
        if isinstance(like, Tensor):
            return self._recorded_mask(what, like, given)
        keep_prob = float(given)
        if keep_prob >= 1:
            return None
        if keep_prob <= 0 and not hasattr(given, "_read"):  # what is computed may come down to nothing, as in TF
            raise errors.nothing_kept(f"{where}_keep_prob", keep_prob)
        xp = array_module(like)
        if not self._variational_recurrent:
            return mask_of(self._masks.uniform(xp, like.shape), keep_prob, like.dtype)
        if what not in self._noise:
            self._noise[what] = self._masks.uniform(xp, (1, *like.shape[-1:]))
        return mask_of(self._noise[what], keep_prob, like.dtype)

    def _recorded_mask(self, what: str, like: Tensor, keep_prob: Any) -> Any:
        """Return the mask as a tensor; a number of 1 drops nothing."""
        if _is_number(keep_prob):
            if keep_prob >= 1:
                return None
            if keep_prob <= 0:
                raise errors.nothing_kept(f"{what.partition(' ')[0]}_keep_prob", float(keep_prob))
        if not self._variational_recurrent:
            return drawn_mask(like, keep_prob, recorded_masks(self._masks, self._seed, what))
        noise, masks = self._recorded_noise(what, like)
        return drawn_mask(like, keep_prob, masks, noise)

    def _recorded_noise(self, what: str, like: Tensor) -> tuple[Tensor, Any]:
        """Return the numbers for a mask of all steps, drawn outside of any loop, and where they come from."""
        recorder = current()
        assert recorder is not None
        while recorder.outer is not None:
            recorder = recorder.outer
        found = self._noise.get(what)
        if found is None or found[0].op.recorder is not recorder:
            with recorder.recording(), inside(None), without_controls():
                masks = recorded_masks(self._masks, self._seed, what)
                depth = int(like.shape[-1])
                found = self._noise[what] = variational_noise(depth, like.dtype.base_dtype, masks), masks
        noise: tuple[Tensor, Any] = found
        return noise

    def _drops_state(self) -> bool:
        share = self._probabilities["state"]
        return not _is_number(share) or float(share) < 1

    def _state_masks(self, state: Any) -> list[Array | None]:
        flags = list(_flags(self._visitor, state))
        pairs = enumerate(zip(leaves(state), flags, strict=True))
        return [self._mask(f"state {k}", leaf) if flag else None for k, (leaf, flag) in pairs]

    # ---- running

    def _wrapped(self, one: Callable[[Array, Any], tuple[Any, ...]], inputs: Array, state: Any) -> tuple[Any, Any]:
        output, new_state = one(_times(inputs, self._mask("input", inputs)), state)
        new_state = _times_all(new_state, self._state_masks(new_state))
        return _times(output, self._mask("output", output)), new_state

    def sequence(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
        """Run a sequence; see `sequences.run`."""
        if not isinstance(inputs, Tensor):
            self._noise.clear()
        dropped = _times(inputs, self._mask("input", inputs))
        if self._drops_state():
            loop = loop_over_steps if isinstance(inputs, Tensor) else step_loop
            outputs, final = loop(_StateDropped(self), dropped, state, lengths)
        else:
            outputs, final = run(self.cell, dropped, state, lengths)
        return _times(outputs, self._mask("output", outputs)), final

    def sequence_vjp(self, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
        """Run a sequence and return its pullback; see `sequences.run_vjp`."""
        self._noise.clear()
        input_mask = self._mask("input", inputs)
        dropped = _times(inputs, input_mask)
        if self._drops_state():
            result = step_loop_vjp(_StateDropped(self), dropped, state, lengths)
        else:
            result = run_vjp(self.cell, dropped, state, lengths)
        outputs, final, pull_cell = result
        output_mask = self._mask("output", outputs)

        def pull(d_outputs: Array, d_state: Any, into: Any, want_inputs: bool = True) -> tuple[Array, Any]:
            d_inputs, d_before = pull_cell(_times(d_outputs, output_mask), d_state, into)
            return _times(d_inputs, input_mask), d_before

        return _times(outputs, output_mask), final, pull


class _StateDropped:
    """The cell inside with dropout on its state only: what a loop over steps runs."""

    _whole_methods = frozenset({"step_vjp"})

    def __init__(self, wrapper: DropoutWrapper) -> None:
        self._wrapper = wrapper
        self.built = wrapper.built
        self.output_size = wrapper.output_size

    def __call__(self, inputs: Array, state: Any) -> tuple[Any, Any]:
        output, new_state = self._wrapper.cell(inputs, state)
        return output, _times_all(new_state, self._wrapper._state_masks(new_state))

    def step_vjp(self, inputs: Array, state: Any) -> tuple[Any, Any, Pullback]:
        output, new_state, pull_cell = step_vjp(self._wrapper.cell, inputs, state)
        masks = self._wrapper._state_masks(new_state)

        def pull(d_output: Array, d_state: Any, into: Any) -> tuple[Any, Any]:
            return pull_cell(d_output, _times_all(d_state, masks), into)

        return output, _times_all(new_state, masks), pull


def _is_number(share: Any) -> bool:
    """Return whether a probability is known now: neither a tensor nor a variable of a graph."""
    return not isinstance(share, Tensor) and not (hasattr(share, "_recorded") and current() is not None)


def _times(value: Any, mask: Any) -> Any:
    if isinstance(mask, list):
        return _times_all(value, mask)
    return value if mask is None else value * mask


def _times_all(state: Any, masks: list[Array | None]) -> Any:
    remaining = iter(masks)
    return map_structure(lambda leaf: _times(leaf, next(remaining)), state)


def _spare_the_cell(state: Any) -> Any:
    return LSTMStateTuple(c=False, h=True) if isinstance(state, LSTMStateTuple) else True


def _flags(visitor: Callable[[Any], Any], state: Any) -> Iterator[bool]:
    """Yield for each array of `state` whether dropout may fall on it."""
    answer = visitor(state)
    if not is_nested(state):
        yield bool(answer)
        return
    answers = answer if is_nested(answer) else [answer] * len(state)
    for part, wanted in zip(state, answers, strict=True):
        if not wanted:
            yield from (False for _ in leaves(part))
        elif is_nested(part):
            yield from _flags(visitor, part)
        else:
            # A part that a tuple of answers names is settled; else the visitor is asked again.
            yield True if is_nested(answer) else bool(visitor(part))
