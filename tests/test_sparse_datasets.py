"""SparseTensors in datasets, and text of all lengths."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs


def example(numbers: list[int]) -> bytes:
    feature = fs.train.Feature(int64_list=fs.train.Int64List(value=numbers))
    features: dict[str, Any] = {"x": feature}
    return fs.train.Example(features=fs.train.Features(feature=features)).SerializeToString()


EXAMPLES = [example([7, 0]), example([1, 2, 3]), example([0])]
ROWS = [[0, 0], [0, 1], [1, 0], [1, 1], [1, 2], [2, 0]]


def parsed(tf: ModuleType) -> Any:
    wanted = {"x": tf.VarLenFeature(tf.int64)}
    return tf.data.Dataset.from_tensor_slices(EXAMPLES).map(lambda text: tf.parse_single_example(text, wanted))


def run(tf: ModuleType, dataset: Any) -> Any:
    following = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        return session.run(following)


def test_features_of_any_length_are_parsed_and_batched(graph_mode: ModuleType) -> None:
    tf = graph_mode
    dataset = parsed(tf)
    assert repr(dataset) == "<DatasetV1Adapter shapes: {x: (?,)}, types: {x: tf.int64}>"
    assert dataset.output_classes == {"x": tf.SparseTensor}
    following = dataset.make_one_shot_iterator().get_next()["x"]
    assert isinstance(following, tf.SparseTensor) and following.indices.shape.as_list() == [None, 1]
    first = run(tf, dataset)["x"]
    assert first.indices.tolist() == [[0], [1]] and first.values.tolist() == [7, 0] and first.dense_shape == [2]
    batch = run(tf, dataset.batch(3))["x"]
    assert batch.indices.tolist() == ROWS and batch.values.tolist() == [7, 0, 1, 2, 3, 0]
    assert batch.dense_shape.tolist() == [3, 3]


def test_functions_of_elements_get_sparse_tensors(graph_mode: ModuleType) -> None:
    tf = graph_mode
    dense = parsed(tf).map(lambda element: tf.sparse_tensor_to_dense(element["x"])).padded_batch(3, [None])
    assert run(tf, dense).tolist() == [[7, 0, 0], [1, 2, 3], [0, 0, 0]]
    many = parsed(tf).filter(lambda element: tf.reduce_sum(element["x"].values) < 5)
    assert run(tf, many)["x"].values.tolist() == [0]
    flat = parsed(tf).flat_map(lambda element: tf.data.Dataset.from_tensors(element["x"]).repeat(2))
    assert run(tf, flat.skip(1)).values.tolist() == [7, 0]


def test_sparse_tensors_are_sliced(graph_mode: ModuleType) -> None:
    tf = graph_mode
    value = tf.SparseTensorValue(np.array([[0, 1], [2, 0]]), np.array([5.0, 6.0], np.float32), np.array([3, 2]))
    for given in (value, tf.SparseTensor(*value)):
        dataset = tf.data.Dataset.from_tensor_slices((given, [1, 2, 3]))
        assert str(dataset.output_shapes) == str((tf.TensorShape([2]), tf.TensorShape([])))
        found, numbers = run(tf, dataset.skip(1).batch(2))
        assert found.indices.tolist() == [[1, 0]] and found.values.tolist() == [6.0] and numbers.tolist() == [2, 3]
    whole = tf.data.Dataset.from_tensors(value).concatenate(tf.data.Dataset.from_tensors(value))
    assert run(tf, whole.batch(2)).dense_shape.tolist() == [2, 3, 2]


def test_an_iterator_of_a_structure_is_told_of_sparse_tensors(graph_mode: ModuleType) -> None:
    tf = graph_mode
    dataset = parsed(tf)
    iterator = tf.data.Iterator.from_structure(
        dataset.output_types, dataset.output_shapes, output_classes=dataset.output_classes
    )
    assert iterator.output_classes == dataset.output_classes
    following, begin = iterator.get_next(), iterator.make_initializer(dataset)
    with tf.Session() as session:
        session.run(begin)
        assert session.run(following)["x"].values.tolist() == [7, 0]


def test_at_once_they_are_sparse_tensors_too() -> None:
    found = [element["x"] for element in parsed(fs)]
    assert [each.values.tolist() for each in found] == [[7, 0], [1, 2, 3], [0]]
    (batch,) = parsed(fs).batch(3)
    assert isinstance(batch["x"], fs.SparseTensor) and batch["x"].indices.tolist() == ROWS


def test_text_is_kept_whole() -> None:
    texts = [b"a", b"long", b"zero\x00"]
    dataset = fs.data.Dataset.from_tensor_slices(texts)
    assert [batch.tolist() for batch in dataset.batch(3)] == [texts]
    assert [batch.tolist() for batch in dataset.padded_batch(3, [])] == [texts]
    assert fs.constant(texts).tolist() == texts and fs.constant([[b"x\x00"]]).tolist() == [[b"x\x00"]]


def test_shapes_to_pad_to_may_be_constants(graph_mode: ModuleType) -> None:
    tf = graph_mode
    dataset = tf.data.Dataset.from_tensors([1, 2]).padded_batch(1, tf.constant([3], tf.int64))
    assert run(tf, dataset).tolist() == [[1, 2, 0]]


def test_turns_may_be_tensors(graph_mode: ModuleType) -> None:
    tf = graph_mode
    cycle = tf.placeholder_with_default(np.int64(2), [])
    dataset = tf.data.Dataset.range(3).interleave(lambda x: tf.data.Dataset.from_tensors(x).repeat(2), cycle, 1)
    assert run(tf, dataset.batch(9)).tolist() == [0, 1, 0, 1, 2, 2]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda some: some.shard(0, 0), "Number of shards must be greater than zero (currently num_shards = 0)"),
        (lambda some: some.shard(2, 2), "Index must be between 0 and 1 (currently index = 2)"),
        (lambda some: some.prefetch(-2), "buffer_size must be >= 0"),
    ],
)
def test_what_does_not_fit_is_told_when_it_is_read(make: Any, says: str) -> None:
    with pytest.raises(fs.errors.InvalidArgumentError) as caught:
        list(make(fs.data.Dataset.range(3)))
    assert says in str(caught.value)


def test_sparse_tensors_are_not_padded(graph_mode: ModuleType) -> None:
    with pytest.raises(TypeError, match="Batching of padded sparse tensors is not currently supported"):
        parsed(graph_mode).padded_batch(2, {"x": [None]})
