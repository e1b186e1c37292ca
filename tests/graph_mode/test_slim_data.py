"""slim's data sets: records that threads read, and tensors made of them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

PHOTO = (np.arange(3 * 4 * 3) * 7 % 256).astype(np.uint8).reshape(3, 4, 3)


def example(tf: Any, **features: Any) -> bytes:
    made = {}
    for name, values in features.items():
        kind = {bytes: "bytes_list", int: "int64_list", float: "float_list"}[type(values[0])]
        column = {"bytes_list": "BytesList", "int64_list": "Int64List", "float_list": "FloatList"}[kind]
        made[name] = tf.train.Feature(**{kind: getattr(tf.train, column)(value=values)})
    written: bytes = tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()
    return written


def decoded(tf: Any, record: bytes, features: dict[str, Any], handler: Any) -> Any:
    decoder = tf.contrib.slim.tfexample_decoder.TFExampleDecoder(features, {"item": handler})
    assert decoder.list_items() == ["item"]
    (tensor,) = decoder.decode(record)
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        return session.run(tensor)


@pytest.fixture
def files(graph_mode: ModuleType, tmp_path: Path) -> list[str]:
    """Two files of three and two labelled records."""
    tf: Any = graph_mode
    paths = [str(tmp_path / f"part-{k}") for k in range(2)]
    for path, labels in zip(paths, ([1, 2, 3], [4, 5]), strict=True):
        with tf.python_io.TFRecordWriter(path) as writer:
            for label in labels:
                writer.write(example(tf, label=[label]))
    return paths


def labels_of(tf: Any, paths: Any) -> Any:
    slim = tf.contrib.slim
    decoder = slim.tfexample_decoder.TFExampleDecoder(
        {"label": tf.FixedLenFeature([], tf.int64)}, {"label": slim.tfexample_decoder.Tensor("label")}
    )
    return slim.dataset.Dataset(paths, tf.TFRecordReader, decoder, 5, {"label": "a number"}, num_classes=6)


def all_of(tf: Any, tensors: Any) -> list[Any]:
    found = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        with tf.contrib.slim.queues.QueueRunners(session):
            try:
                while True:
                    found.append(session.run(tensors))
            except tf.errors.OutOfRangeError:
                return found


def test_a_data_set_is_read(graph_mode: ModuleType, files: list[str], tmp_path: Path) -> None:
    tf: Any = graph_mode
    dataset = labels_of(tf, str(tmp_path / "part*"))
    assert dataset.num_classes == 6
    provider = tf.contrib.slim.dataset_data_provider.DatasetDataProvider(dataset, num_epochs=1, num_readers=2)
    assert sorted(provider.list_items()) == ["label", "record_key"]
    assert provider.num_samples() == 5
    found = all_of(tf, provider.get(["label", "record_key"]))
    assert sorted(int(label) for label, _ in found) == [1, 2, 3, 4, 5]
    assert {key.decode().rpartition(":")[0] for _, key in found} == set(files)


def test_in_order(graph_mode: ModuleType, files: list[str]) -> None:
    tf: Any = graph_mode
    provider = tf.contrib.slim.dataset_data_provider.DatasetDataProvider(
        labels_of(tf, files), shuffle=False, num_epochs=2, common_queue_capacity=3
    )
    (label,) = provider.get(["label"])
    queue = tf.contrib.slim.prefetch_queue.prefetch_queue({"label": label}, capacity=2)
    assert [int(one["label"]) for one in all_of(tf, queue.dequeue())] == [1, 2, 3, 4, 5] * 2


def test_several_records_at_once(graph_mode: ModuleType, files: list[str]) -> None:
    tf: Any = graph_mode
    parallel = tf.contrib.slim.parallel_reader
    queue = tf.FIFOQueue(9, [tf.string, tf.string], shapes=[[], []])
    reader = parallel.ParallelReader(tf.TFRecordReader, queue, num_readers=3)
    assert reader.num_readers == 3
    assert reader.common_queue is queue
    names = tf.train.string_input_producer(files, num_epochs=1)
    keys, _ = reader.read_up_to(names, 2)
    counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        with tf.contrib.slim.queues.QueueRunners(session):
            found = [len(session.run(keys)) for _ in range(3)]
            with pytest.raises(tf.errors.OutOfRangeError):
                session.run(keys)
            assert session.run(counts) == [5, 2]
    assert found == [2, 2, 1]


def test_a_single_pass(graph_mode: ModuleType, files: list[str]) -> None:
    tf: Any = graph_mode
    _, value = tf.contrib.slim.parallel_reader.single_pass_read(files, tf.TFRecordReader)
    label = tf.parse_single_example(value, {"label": tf.FixedLenFeature([], tf.int64)})["label"]
    assert [int(one) for one in all_of(tf, label)] == [1, 2, 3, 4, 5]


def test_threads_that_are_started_again_lose_nothing(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    queue = tf.FIFOQueue(9, [tf.int32], [[]])
    number = tf.train.range_input_producer(3, num_epochs=1, shuffle=False).dequeue()
    runner = tf.train.QueueRunner(queue, [queue.enqueue(number)])
    tf.train.add_queue_runner(runner)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for thread in tf.train.start_queue_runners(session):
            thread.join()
        for thread in tf.train.start_queue_runners(session):
            thread.join()
        one = queue.dequeue()
        assert [int(session.run(one)) for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("form", ["png", "raw", "jpeg"])
def test_images(graph_mode: ModuleType, form: str) -> None:
    tf: Any = graph_mode
    pytest.importorskip("PIL")
    features = {
        "image/encoded": tf.FixedLenFeature([], tf.string),
        "image/format": tf.FixedLenFeature([], tf.string, "png"),
    }
    with tf.Session() as session:
        files = {"png": tf.image.encode_png(PHOTO), "jpeg": tf.image.encode_jpeg(PHOTO, quality=100)}
        contents = PHOTO.tobytes() if form == "raw" else session.run(files[form])
        wanted = PHOTO if form != "jpeg" else session.run(tf.image.decode_jpeg(contents))
    record = example(tf, **{"image/encoded": [contents], "image/format": [form.encode()]})
    handler = tf.contrib.slim.tfexample_decoder.Image(shape=[3, 4, 3])
    np.testing.assert_array_equal(decoded(tf, record, features, handler), wanted)


def test_several_images(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    pytest.importorskip("PIL")
    with tf.Session() as session:
        contents = [session.run(tf.image.encode_png(each)) for each in (PHOTO, 255 - PHOTO)]
    record = example(tf, images=contents, form=[b"png"])
    features = {"images": tf.FixedLenFeature([2], tf.string), "form": tf.FixedLenFeature([], tf.string)}
    handler = tf.contrib.slim.tfexample_decoder.Image("images", "form", dtype=tf.uint8, repeated=True)
    np.testing.assert_array_equal(decoded(tf, record, features, handler), [PHOTO, 255 - PHOTO])


def test_numbers(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    handlers = tf.contrib.slim.tfexample_decoder
    record = example(tf, a=[1.5, 2.5, 3.5, 4.5, 5.5, 6.5], size=[3, 2], rows=[2], columns=[3])
    fixed = {"a": tf.FixedLenFeature([6], tf.float32, default_value=tf.zeros([6]))}
    sparse = {name: tf.VarLenFeature(tf.int64) for name in ("size", "rows", "columns")}
    sparse["a"] = tf.VarLenFeature(tf.float32)
    flat = np.arange(1.5, 7.5, dtype=np.float32)
    np.testing.assert_array_equal(decoded(tf, record, fixed, handlers.Tensor("a")), flat)
    np.testing.assert_array_equal(decoded(tf, record, fixed, handlers.Tensor("a", shape=[2, 3])), flat.reshape(2, 3))
    np.testing.assert_array_equal(decoded(tf, record, sparse, handlers.Tensor("a")), flat)
    by_name = decoded(tf, record, sparse, handlers.Tensor("a", shape_keys="size"))
    np.testing.assert_array_equal(by_name, flat.reshape(3, 2))
    by_names = decoded(tf, record, sparse, handlers.Tensor("a", shape_keys=["rows", "columns"]))
    np.testing.assert_array_equal(by_names, flat.reshape(2, 3))
    doubled = handlers.ItemHandlerCallback(["a"], lambda found: found["a"] * 2.0)
    np.testing.assert_array_equal(decoded(tf, record, fixed, doubled), flat * 2)
    np.testing.assert_array_equal(decoded(tf, example(tf, b=[1]), fixed, handlers.Tensor("a")), np.zeros(6))


def test_sparse_numbers(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    handlers = tf.contrib.slim.tfexample_decoder
    record = example(tf, indices=[1, 3], values=[0.5, 2.0], size=[5])
    features = {"indices": tf.VarLenFeature(tf.int64), "values": tf.VarLenFeature(tf.float32)}
    features["size"] = tf.VarLenFeature(tf.int64)
    found = decoded(tf, record, features, handlers.SparseTensor(shape=[6]))
    np.testing.assert_array_equal(found.indices, [[1], [3]])
    np.testing.assert_array_equal(found.values, np.float32([0.5, 2.0]))
    np.testing.assert_array_equal(found.dense_shape, [6])
    dense = decoded(tf, record, features, handlers.SparseTensor(shape_key="size", densify=True))
    np.testing.assert_array_equal(dense, np.float32([0, 0.5, 0, 2, 0]))


def test_boxes(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    handlers = tf.contrib.slim.tfexample_decoder
    sides = {f"box/{name}": [k + 0.25, k + 0.5] for k, name in enumerate(("ymin", "xmin", "ymax", "xmax"))}
    features = {name: tf.VarLenFeature(tf.float32) for name in sides}
    found = decoded(tf, example(tf, **sides), features, handlers.BoundingBox(prefix="box/"))
    np.testing.assert_array_equal(found, [[0.25, 1.25, 2.25, 3.25], [0.5, 1.5, 2.5, 3.5]])


def test_tables_and_what_stands_in(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    handlers = tf.contrib.slim.tfexample_decoder
    words = tf.constant(["dog", "cat"])
    table = tf.contrib.lookup.index_table_from_tensor(words)
    features = {name: tf.VarLenFeature(tf.string) for name in ("text", "other")}
    found = decoded(tf, example(tf, text=[b"cat", b"dog"]), features, handlers.LookupTensor("text", table))
    np.testing.assert_array_equal(found, [1, 0])
    either = handlers.BackupHandler(
        handlers.Tensor("text", default_value=""), handlers.Tensor("other", default_value="")
    )
    assert list(decoded(tf, example(tf, other=[b"z"]), features, either)) == [b"z"]
    assert list(decoded(tf, example(tf, other=[b"z"], text=[b"a"]), features, either)) == [b"a"]


def test_decoders_of_ones_own(graph_mode: ModuleType) -> None:
    slim = graph_mode.contrib.slim
    with pytest.raises(TypeError, match="abstract"):
        slim.data_decoder.DataDecoder()
    provider = slim.data_provider.DataProvider({"a": 1, "b": 2}, 7)
    assert provider.get(["b", "a"]) == [2, 1]


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("slim.data_provider.DataProvider({'a': 1}, 1).get('a')", ValueError, r"list or tuple, got 'a'. Write \['a'\]"),
        ("slim.data_provider.DataProvider({'a': 1}, 1).get(['b'])", ValueError, r"Item \[b\] is invalid.*include: a"),
        ("slim.parallel_reader.get_data_files('none/*')", ValueError, "No data files found in none/.* Give paths, or"),
        ("slim.parallel_reader.ParallelReader(tf.TFRecordReader, queue)", TypeError, r"tf.string\]. Got \['int32'\]"),
        ("decoder.BoundingBox(['a'])", ValueError, "expects 4 keys but got 1: .* They are top, left, bottom and"),
        ("decoder.Tensor('a', 'b', [2])", ValueError, r"Got 'b' and \[2\]: leave one of them out"),
        ("decoder.BackupHandler(1, decoder.Tensor('a'))", ValueError, "Primary handler .* for a feature as it is"),
        (
            "tf.FIFOQueue(3, [tf.int32], [[None]])",
            ValueError,
            r"All shapes must be fully .* PaddingFIFOQueue \(dynamic",
        ),
        (
            "tf.PaddingFIFOQueue(3, [tf.int32], [tf.TensorShape(None)])",
            ValueError,
            "All shapes must have a defined rank",
        ),
        (
            "parsed(tf.placeholder(tf.float32, [1]))",
            ValueError,
            "The default value of 'a' has .* parse a VarLenFeature",
        ),
        ("nested()", Exception, "QueueRunners cannot be nested. One block runs the threads of all queues"),
    ],
)
def test_refused(graph_mode: ModuleType, line: str, error: type[Exception], words: str) -> None:
    tf: Any = graph_mode
    slim = tf.contrib.slim

    def parsed(default: Any) -> Any:
        return tf.parse_single_example(b"", {"a": tf.FixedLenFeature([1], tf.float32, default)})

    def nested() -> None:
        runners = slim.queues.QueueRunners
        with tf.Session() as session, runners(session), runners(session):
            pass

    known = {"tf": tf, "slim": slim, "decoder": slim.tfexample_decoder, "parsed": parsed, "nested": nested}
    known["queue"] = tf.FIFOQueue(3, [tf.int32])
    with pytest.raises(error, match=words):
        eval(line, known)


def test_a_name_that_is_taken(graph_mode: ModuleType, files: list[str]) -> None:
    tf: Any = graph_mode
    provider = tf.contrib.slim.dataset_data_provider.DatasetDataProvider
    with pytest.raises(ValueError, match="a dataset item: 'label'. Give another record_key"):
        provider(labels_of(tf, files), record_key="label")
    assert set(provider(labels_of(tf, files), record_key="where").list_items()) == {"label", "where"}
