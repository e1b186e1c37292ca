"""Helpers: what a decoder is given in each step, and when it ends.

Legend: N batch_size, T steps, D depth.

Source: tensorflow/contrib/seq2seq/python/ops/helper.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays import nest
from ..arrays.dtypes import as_dtype, int32
from ..arrays.shapes import TensorShape
from ..errors import seq2seq as errors
from ..ops.branching import cond
from ..ops.random_choices import multinomial
from ..ops.tensor_array import TensorArray
from ..ops.weights import static_shape

__all__ = [
    "CustomHelper",
    "GreedyEmbeddingHelper",
    "Helper",
    "InferenceHelper",
    "SampleEmbeddingHelper",
    "TrainingHelper",
]


class Helper:
    """What a decoder asks; a helper of the user's defines all of it."""

    @property
    def batch_size(self) -> Any:
        """N."""
        raise NotImplementedError("batch_size has not been implemented")

    @property
    def sample_ids_shape(self) -> TensorShape:
        """Shape of one example's sample."""
        raise NotImplementedError("sample_ids_shape has not been implemented")

    @property
    def sample_ids_dtype(self) -> Any:
        """Its dtype."""
        raise NotImplementedError("sample_ids_dtype has not been implemented")

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Return which examples have ended, `[N]`, and the first inputs."""
        raise NotImplementedError

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return the samples of a step's outputs."""
        raise NotImplementedError

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Return which examples have ended now, the next inputs, and the state."""
        raise NotImplementedError


def _argmax(outputs: Any) -> Any:
    return ops.cast(ops.argmax(outputs, -1), int32)


class CustomHelper(Helper):
    """A helper made of functions.

    Args:
        initialize_fn: callable() -> (finished, first inputs).
        sample_fn: callable(time=, outputs=, state=) -> samples.
        next_inputs_fn: callable(time=, outputs=, state=, sample_ids=) -> (finished, next inputs, state).
        sample_ids_shape, sample_ids_dtype: of one example's sample; a scalar int32 by default.
    """

    def __init__(
        self,
        initialize_fn: Callable[[], Any],
        sample_fn: Callable[..., Any],
        next_inputs_fn: Callable[..., Any],
        sample_ids_shape: Any = None,
        sample_ids_dtype: Any = None,
    ) -> None:
        self._initialize, self._sample, self._next = initialize_fn, sample_fn, next_inputs_fn
        self._shape = TensorShape(sample_ids_shape or [])
        self._dtype = sample_ids_dtype or int32
        self._batch_size: Any = None

    @property
    def batch_size(self) -> Any:
        """N; known after `initialize`."""
        if self._batch_size is None:
            raise errors.not_initialized()
        return self._batch_size

    @property
    def sample_ids_shape(self) -> TensorShape:
        """Shape of one example's sample."""
        return self._shape

    @property
    def sample_ids_dtype(self) -> Any:
        """Its dtype."""
        return self._dtype

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Return what the function does."""
        finished, inputs = self._initialize()
        self._batch_size = ops.size(finished)
        return finished, inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return what the function does."""
        return self._sample(time=time, outputs=outputs, state=state)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Return what the function does."""
        finished, inputs, state = self._next(time=time, outputs=outputs, state=state, sample_ids=sample_ids)
        return finished, inputs, state


class _Scalars(Helper):
    """One whose samples are numbers."""

    @property
    def sample_ids_shape(self) -> TensorShape:
        """A scalar."""
        return TensorShape([])

    @property
    def sample_ids_dtype(self) -> Any:
        """int32."""
        return int32


class TrainingHelper(_Scalars):
    """Gives the inputs of a sequence, as they are known in training.

    Args:
        inputs: `[N, T, D]`, or a structure of such; `[T, N, D]` if `time_major`.
        sequence_length: steps of each example, `[N]`.
        time_major: see `inputs`.
        name: of its operations.

    Raises:
        ValueError: `sequence_length` is no vector.
    """

    def __init__(self, inputs: Any, sequence_length: Any, time_major: bool = False, name: str | None = None) -> None:
        inputs = nest.mapped(ops.convert_to_tensor, inputs)
        self._inputs = inputs if time_major else nest.mapped(time_first, inputs)
        self.sequence_length = ops.convert_to_tensor(sequence_length)
        if static_shape(self.sequence_length).rank not in (1, None):
            raise errors.lengths_are_no_vector(str(static_shape(self.sequence_length)))
        self._steps = nest.mapped(unstacked, self._inputs)
        self._zeros = nest.mapped(lambda x: ops.zeros_like(x[0, :]), self._inputs)
        self._batch_size = ops.size(self.sequence_length)

    @property
    def inputs(self) -> Any:
        """What it gives, time first."""
        return self._inputs

    @property
    def batch_size(self) -> Any:
        """N."""
        return self._batch_size

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Return which examples have no steps, and the first inputs."""
        finished = ops.equal(0, self.sequence_length)
        return finished, self._given(ops.reduce_all(finished), 0)

    def _given(self, all_finished: Any, time: Any) -> Any:
        return cond(
            all_finished,
            lambda: self._zeros,
            lambda: nest.mapped(lambda steps: steps.read(time), self._steps),
        )

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return the numbers of the largest outputs."""
        return _argmax(outputs)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Return the inputs of the next step."""
        after = time + 1
        finished = ops.greater_equal(after, self.sequence_length)
        return finished, self._given(ops.reduce_all(finished), after), state


def time_first(x: Any) -> Any:
    """Return a sequence with its first two dimensions swapped."""
    rank = static_shape(x).rank or 2
    return ops.transpose(x, [1, 0, *range(2, rank)])


def unstacked(x: Any) -> Any:
    """Return the steps of a sequence `[T, ...]` as a TensorArray, of which each can be read again."""
    shape = static_shape(x)
    return TensorArray(
        as_dtype(x.dtype).base_dtype, ops.shape(x)[0], element_shape=shape[1:] if shape.rank else None,
        clear_after_read=False,
    ).unstack(x)  # fmt: skip


class GreedyEmbeddingHelper(_Scalars):
    """Gives the row of what the decoder said most in the step before, until it says the end.

    Args:
        embedding: `[symbols, D]`, or callable(ids) -> `[N, D]`.
        start_tokens: ids `[N]`.
        end_token: the id that ends a sequence.

    Raises:
        ValueError: the start is no vector, or the end no number.
    """

    def __init__(self, embedding: Any, start_tokens: Any, end_token: Any) -> None:
        self._embed = embedding if callable(embedding) else lambda ids: ops.embedding_lookup(embedding, ids)
        self._start = ops.cast(ops.convert_to_tensor(start_tokens), int32)
        self._end = ops.cast(ops.convert_to_tensor(end_token), int32)
        if static_shape(self._start).rank not in (1, None):
            raise errors.start_is_no_vector()
        if static_shape(self._end).rank not in (0, None):
            raise errors.end_is_no_scalar()
        self._batch_size = ops.size(self._start)
        self._first = self._embed(self._start)

    @property
    def batch_size(self) -> Any:
        """N."""
        return self._batch_size

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Return that none has ended, and the rows of the start."""
        return ops.logical_not(ops.equal(self._start, self._start)), self._first

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return the numbers of the largest outputs."""
        return _argmax(outputs)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Return the rows of the samples."""
        finished = ops.equal(sample_ids, self._end)
        given = cond(ops.reduce_all(finished), lambda: self._first, lambda: self._embed(sample_ids))
        return finished, given, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """GreedyEmbeddingHelper that draws what was said from the outputs, logits.

    Args:
        embedding, start_tokens, end_token: as there.
        softmax_temperature: the logits are divided by it: below 1 for the likely, above for the unlikely.
        seed: joins the seed of the graph.
    """

    def __init__(
        self,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        softmax_temperature: Any = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(embedding, start_tokens, end_token)
        self._temperature, self._seed = softmax_temperature, seed

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return numbers drawn by the outputs."""
        logits = outputs if self._temperature is None else outputs / self._temperature
        return ops.reshape(ops.cast(multinomial(logits, 1, seed=self._seed), int32), [-1])


class InferenceHelper(Helper):
    """Gives what a function samples from the outputs.

    Args:
        sample_fn: callable(outputs) -> samples.
        sample_shape, sample_dtype: of one example's sample.
        start_inputs: the first inputs `[N, ...]`.
        end_fn: callable(samples) -> which examples have ended, `[N]`.
        next_inputs_fn: callable(samples) -> next inputs; None = the samples themselves.
    """

    def __init__(
        self,
        sample_fn: Callable[[Any], Any],
        sample_shape: Any,
        sample_dtype: Any,
        start_inputs: Any,
        end_fn: Callable[[Any], Any],
        next_inputs_fn: Callable[[Any], Any] | None = None,
    ) -> None:
        self._sample, self._end, self._next = sample_fn, end_fn, next_inputs_fn
        self._shape, self._dtype = TensorShape(sample_shape), as_dtype(sample_dtype)
        self._first = ops.convert_to_tensor(start_inputs)
        self._batch_size = ops.shape(self._first)[0]

    @property
    def batch_size(self) -> Any:
        """N."""
        return self._batch_size

    @property
    def sample_ids_shape(self) -> TensorShape:
        """Shape of one example's sample."""
        return self._shape

    @property
    def sample_ids_dtype(self) -> Any:
        """Its dtype."""
        return self._dtype

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Return that none has ended, and the first inputs."""
        return ops.fill([self._batch_size], False), self._first

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Return what the function does."""
        return self._sample(outputs)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Return the samples, or what the function makes of them."""
        inputs = sample_ids if self._next is None else self._next(sample_ids)
        return self._end(sample_ids), inputs, state
