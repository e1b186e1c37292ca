"""Datasets whose elements come from several others, chosen by numbers or at random.

Source: tensorflow/python/data/experimental/ops/interleave_ops.py, random_ops.py,
core/kernels/data/experimental/directed_interleave_dataset_op.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..arrays.dtypes import int64
from ..arrays.philox import Philox, get_seed
from ..arrays.shapes import as_shape
from ..errors import data as errors
from ..graph import get_default_graph
from ..ops import convert_to_tensor, expand_dims, log, squeeze
from ..ops.random_choices import stateless_multinomial
from .dataset import Context, Dataset, common
from .structure import Spec, flat, packed

__all__ = ["RandomDataset", "choose_from_datasets", "sample_from_datasets"]

Element = Sequence[Any]


class RandomDataset(Dataset):
    """Random numbers from 0 up to 2 ** 32, int64, without end; those of TensorFlow.

    Args:
        seed: joins the seed of the graph; None with no seed there = others in each pass.
    """

    def __init__(self, seed: int | None = None) -> None:
        graph = get_default_graph()
        seeds = get_seed(graph.seed, seed, 0 if graph.recorder is None else len(graph.recorder.operations))

        def begin(context: Context) -> Iterator[Element]:
            return ([np.int64(word)] for word in Philox(*seeds).words())

        super().__init__(Spec((), int64), (), begin)


def choose_from_datasets(datasets: Sequence[Dataset], choice_dataset: Dataset) -> Dataset:
    """Return a dataset of the next elements of those that `choice_dataset` names; one at its end is passed over.

    Args:
        datasets: with elements of one structure.
        choice_dataset: of numbers of datasets, int64.

    Raises:
        TypeError: structures differ, or the numbers are something else.
        InvalidArgumentError: when it is read: no such dataset.
    """
    spec = choice_dataset.element_spec
    if not isinstance(spec, Spec) or spec.dtype is not int64 or spec.dims not in ((), None):
        raise errors.no_choices()
    return _chosen(list(datasets), choice_dataset)


def sample_from_datasets(datasets: Sequence[Dataset], weights: Any = None, seed: int | None = None) -> Dataset:
    """Return a dataset of elements of several, drawn at random as TensorFlow does; one at its end is passed over.

    Args:
        datasets: with elements of one structure.
        weights: how probable each is: floats, a tensor, or a dataset of them; None = all alike.
        seed: joins the seed of the graph.

    Raises:
        TypeError: structures differ, or the weights are no floats.
        ValueError: another number of weights.
    """
    count = len(datasets)
    seeds = RandomDataset(seed).batch(2)
    if isinstance(weights, Dataset):
        pairs = Dataset.zip((weights.map(log), seeds))
        choices = pairs.map(lambda logits, pair: _drawn(expand_dims(logits, 0), pair))
        return _chosen(list(datasets), choices)
    if weights is None:
        logits = convert_to_tensor(np.ones((1, count), np.float32))
    else:
        given = convert_to_tensor(weights)
        if given.dtype not in (np.float32, np.float64):
            raise errors.sampling_weights_type(given)
        if not as_shape(given.shape).is_compatible_with([count]):
            raise errors.sampling_weights_count(count)
        logits = expand_dims(log(given), 0)
    if count == 1:
        return datasets[0]
    return _chosen(list(datasets), seeds.map(lambda pair: _drawn(logits, pair)))


def _drawn(logits: Any, seed: Any) -> Any:
    return squeeze(stateless_multinomial(logits, 1, seed), [0, 1])


def _chosen(datasets: list[Dataset], choices: Dataset) -> Dataset:
    first = datasets[0]
    leaves = flat(first.element_spec)
    for other in datasets[1:]:
        if (other.output_types, other.output_classes) != (first.output_types, first.output_classes):
            raise errors.unlike_datasets()
        pairs = zip(leaves, flat(other.element_spec), strict=True)
        leaves = [a._replace(dims=common(a.dims, b.dims)) for a, b in pairs]

    def begin(context: Context) -> Iterator[Element]:
        return _Chosen(choices.begin(context), [dataset.begin(context) for dataset in datasets])

    inputs = [tensor for dataset in (choices, *datasets) for tensor in dataset.element_inputs]
    return Dataset(packed(first.element_spec, leaves), inputs, begin)


class _Chosen(Iterator[Element]):
    """The next element of one iterator or another, as long as any has one."""

    def __init__(self, choices: Iterator[Element], sources: Sequence[Iterator[Element]]) -> None:
        self._choices, self._sources = choices, sources
        self._active = set(range(len(sources)))

    def __next__(self) -> Element:
        while self._active:
            choice = int(next(self._choices)[0])
            if not 0 <= choice < len(self._sources):
                raise errors.no_such_choice(choice, len(self._sources))
            if choice in self._active:
                found = next(self._sources[choice], None)
                if found is not None:
                    return found
                self._active.remove(choice)
        raise StopIteration
