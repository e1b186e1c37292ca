"""Helpers that give, in training, now and then what the decoder itself said in place of what is known.

Legend: N batch_size, T steps, D depth.

Source: tensorflow/contrib/seq2seq/python/ops/helper.py (TF 1.15); Bengio et al., arXiv:1506.03099.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays import dtypes, nest
from ..errors import seq2seq as errors
from ..ops.branching import cond
from ..ops.distributions import Bernoulli, Categorical
from ..ops.weights import static_shape
from .helpers import TrainingHelper, time_first, unstacked

__all__ = ["ScheduledEmbeddingTrainingHelper", "ScheduledOutputTrainingHelper"]


class _Scheduled(TrainingHelper):
    _probability: Any

    def _drawn(self, dtype: Any, seed: int | None) -> Any:
        """Return which examples get what the decoder said, `[N]`."""
        return Bernoulli(probs=self._probability, dtype=dtype).sample(self.batch_size, seed=seed)


def _checked(probability: Any) -> Any:
    found = ops.convert_to_tensor(probability)
    if static_shape(found).rank not in (0, 1):
        raise errors.sampling_probability_rank(str(static_shape(found)))
    return found


class ScheduledEmbeddingTrainingHelper(_Scheduled):
    """TrainingHelper that gives, with a probability, the row of an id that is drawn from the decoder's outputs, logits.

    Its samples are -1 where the next input is what is known.

    Args:
        inputs: `[N, T, D]`; `[T, N, D]` if `time_major`.
        sequence_length: steps of each example, `[N]`.
        embedding: `[symbols, D]`, or callable(ids) -> `[N, D]`.
        sampling_probability: a number, or one for each example.
        time_major: see `inputs`.
        seed: of the ids.
        scheduling_seed: of the choice between both.
        name: of its operations.

    Raises:
        ValueError: the probability is a matrix; `sequence_length` is no vector.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        embedding: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: int | None = None,
        scheduling_seed: int | None = None,
        name: str | None = None,
    ) -> None:
        self._embed = embedding if callable(embedding) else lambda ids: ops.embedding_lookup(embedding, ids)
        self._probability = _checked(sampling_probability)
        self._seed, self._scheduling_seed = seed, scheduling_seed
        super().__init__(inputs, sequence_length, time_major, name)

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return ids drawn by the outputs, -1 where none is."""
        chosen = self._drawn(dtypes.bool, self._scheduling_seed)
        ids = Categorical(logits=outputs).sample(seed=self._seed)
        return ops.where(chosen, ids, ops.fill([self.batch_size], -1))

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Return the rows of the samples, or the inputs of the next step."""
        finished, known, state = super().next_inputs(time, outputs, state, sample_ids, name)

        def mixed() -> Any:
            rows = self._embed(ops.maximum(sample_ids, 0))
            return ops.where(ops.greater(sample_ids, -1), rows, known)

        return finished, cond(ops.reduce_all(finished), lambda: known, mixed), state


class ScheduledOutputTrainingHelper(_Scheduled):
    """TrainingHelper that gives, with a probability, the decoder's outputs.

    Its samples are 1 where the next input is that, else 0.

    Args:
        inputs: `[N, T, D]`, or a structure of such; `[T, N, D]` if `time_major`.
        sequence_length: steps of each example, `[N]`.
        sampling_probability: a number, or one for each example.
        time_major: see `inputs`.
        seed: of the choice.
        next_inputs_fn: callable(outputs) -> inputs; None = the outputs themselves.
        auxiliary_inputs: put beside the inputs, and beside what takes their place.
        name: of its operations.

    Raises:
        ValueError: the probability is a matrix; `sequence_length` is no vector.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: int | None = None,
        next_inputs_fn: Callable[[Any], Any] | None = None,
        auxiliary_inputs: Any = None,
        name: str | None = None,
    ) -> None:
        self._probability = _checked(sampling_probability)
        self._seed, self._next = seed, next_inputs_fn
        self._auxiliary: Any = None
        if auxiliary_inputs is not None:
            auxiliary = nest.mapped(ops.convert_to_tensor, auxiliary_inputs)
            inputs = _beside(nest.mapped(ops.convert_to_tensor, inputs), auxiliary)
            self._auxiliary = nest.mapped(lambda x: unstacked(x if time_major else time_first(x)), auxiliary)
        super().__init__(inputs, sequence_length, time_major, name)

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return 1 for the examples that get the outputs, 0 for the others."""
        return self._drawn(dtypes.int32, self._seed)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Return what is made of the outputs, or the inputs of the next step."""
        finished, known, state = super().next_inputs(time, outputs, state, sample_ids, name)
        chosen = ops.cast(sample_ids, dtypes.bool)

        def mixed() -> Any:
            said = outputs if self._next is None else self._next(outputs)
            if self._auxiliary is not None:
                said = _beside(said, nest.mapped(lambda steps: steps.read(time + 1), self._auxiliary))
            pairs = zip(nest.flattened(said), nest.flattened(known), strict=True)
            return nest.packed(known, [ops.where(chosen, new, old) for new, old in pairs])

        none = ops.logical_not(ops.reduce_any(chosen))
        given = cond(ops.logical_or(ops.reduce_all(finished), none), lambda: known, mixed)
        return finished, given, state


def _beside(inputs: Any, auxiliary: Any) -> Any:
    pairs = zip(nest.flattened(inputs), nest.flattened(auxiliary), strict=True)
    return nest.packed(inputs, [ops.concat(pair, -1) for pair in pairs])
