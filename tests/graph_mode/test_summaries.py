"""Messages, summaries and files of events, against what TensorFlow 1.15 made of them, and as TensorBoard reads them."""

from __future__ import annotations

import copy
import json
import pickle
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope
import fastscope.compat.v1 as tf

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "events.json").read_text())
WORLD = {"tf": tf, "np": np}


def run(fetch: Any) -> Any:
    with tf.Session() as session:
        return session.run(fetch)


def pixels(png: bytes) -> Any:
    """Read a PNG file back, of which each row is as it is, or less the pixel before or the row above."""
    chunks, at = {}, 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + data)
        chunks[kind], at = data, at + 12 + size
    width, height, depth, color = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    channels = {0: 1, 2: 3, 6: 4}[color]
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    found = rows[:, 1:].reshape(height, width, channels).copy()
    for row, filter in enumerate(rows[:, 0]):
        if filter == 1:
            found[row] = np.cumsum(found[row], axis=0, dtype=np.uint8)
        elif filter == 2:
            found[row] += found[row - 1] if row else 0
        assert filter <= 2
    assert depth == 8
    return found


@pytest.mark.parametrize("name", GOLDEN["messages"])
def test_a_message_is_written_as_tensorflow_s(name: str) -> None:
    golden = GOLDEN["messages"][name]
    message = eval(golden["code"], WORLD)
    assert message.SerializeToString().hex() == golden["hex"] and str(message) == golden["text"]
    again = type(message).FromString(bytes.fromhex(golden["hex"]))
    assert again == message == copy.deepcopy(message) == pickle.loads(pickle.dumps(message))
    assert str(again) == golden["text"] and message.ByteSize() == len(golden["hex"]) // 2
    other = type(message)()
    other.CopyFrom(message)
    assert other == message and other is not message


@pytest.mark.parametrize("name", GOLDEN["summaries"])
def test_a_summary_is_tensorflow_s(name: str) -> None:
    golden = GOLDEN["summaries"][name]
    found = run(eval(golden["code"], WORLD))
    assert isinstance(found, bytes) and found.hex() == golden["hex"]


@pytest.mark.parametrize("name", GOLDEN["pictures"])
def test_a_picture_has_tensorflow_s_pixels(name: str) -> None:
    golden = GOLDEN["pictures"][name]
    values = tf.Summary.FromString(run(tf.summary.image("i", eval(golden["code"], WORLD)))).value
    assert [value.tag for value in values] == golden["tags"]
    assert [pixels(value.image.encoded_image_string).tolist() for value in values] == golden["pixels"]
    assert values[0].image.width == len(golden["pixels"][0][0])


# ---- messages


def test_fields_of_a_message() -> None:
    value = tf.Summary.Value(tag="a")
    assert value.WhichOneof("value") is None and not value.HasField("histo") and value.histo.num == 0.0
    value.histo.num = 3
    assert value.WhichOneof("value") == "histo" and value.HasField("histo")
    value.simple_value = 0.1
    assert value.WhichOneof("value") == "simple_value" and value.simple_value == np.float32(0.1)
    value.ClearField("simple_value")
    assert not value.HasField("simple_value") and [name.number for name, _ in value.ListFields()] == [1]
    value.Clear()
    assert value == tf.Summary.Value()
    assert value != tf.Summary()
    features = tf.train.Features()
    features.feature["x"].int64_list.value.extend([1, 2])
    features.feature.get_or_create("y").bytes_list.value.append(b"b")
    assert sorted(features.feature) == ["x", "y"] and features.feature["x"].WhichOneof("kind") == "int64_list"
    one, two = tf.Summary(value=[value]), tf.Summary(value=[dict(tag="b")])
    one.MergeFrom(two)
    one.MergeFromString(two.SerializeToString())
    assert [each.tag for each in one.value] == ["", "b", "b"]
    merged = tf.Event(step=1, session_log=tf.SessionLog(msg="m"))
    merged.MergeFrom(tf.Event(wall_time=2.0, session_log=tf.SessionLog(status=1)))
    assert (merged.step, merged.wall_time, merged.session_log.msg, merged.session_log.status) == (1, 2.0, "m", 1)
    assert tf.Summary.FromString(two.SerializeToString() + b"\x50\x01") == two  # a field that it does not know
    assert "simple_value" in dir(value)


@pytest.mark.parametrize(
    ("error", "text", "call"),
    [
        (ValueError, 'Protocol message Value has no "tg" field. It has: node_name', lambda: tf.Summary.Value(tg=1)),
        (AttributeError, 'Protocol message Value has no "tg" field', lambda: tf.Summary.Value().tg),
        (AttributeError, 'Protocol message Value has no "tg" field', lambda: setattr(tf.Summary.Value(), "tg", 1)),
        (ValueError, 'Protocol message Value has no "tg" field', lambda: tf.Summary.Value().HasField("tg")),
        (ValueError, 'Protocol message Value has no "tg" field', lambda: tf.Summary.Value().ClearField("tg")),
        (ValueError, 'Protocol message Value has no oneof "tag" field', lambda: tf.Summary.Value().WhichOneof("tag")),
        (TypeError, "3 has type int, but expected one of: bytes, unicode", lambda: tf.Summary.Value(tag=3)),
        (TypeError, "'a' has type str, but expected one of", lambda: tf.Summary.Value(simple_value="a")),
        (TypeError, "'a' has type str, but expected one of: bytes", lambda: tf.train.BytesList(value=["a"])),
        (TypeError, "1.5 has type float, but expected one of: int", lambda: tf.train.Int64List(value=[1.5])),
        (TypeError, "3 has type int, but expected one of: Value", lambda: tf.Summary(value=[3])),
        (TypeError, "3 has type int, but expected one of: Value", lambda: tf.Summary().value.append(3)),
        (AttributeError, "Assignment not allowed to", lambda: setattr(tf.Summary.Value(), "histo", 3)),
        (AttributeError, "Assignment not allowed", lambda: tf.train.Features().feature.__setitem__("a", 3)),
        (tf.errors.DataLossError, "Error parsing message of type Summary", lambda: tf.Summary.FromString(b"abc")),
        (tf.errors.DataLossError, "Error parsing", lambda: tf.train.Example.FromString(b"\x08\x01")),
        (tf.errors.DataLossError, "Error parsing", lambda: tf.train.FloatList.FromString(b"\x0a\x03abc")),
        (tf.errors.DataLossError, "Error parsing", lambda: tf.train.BytesList.FromString(b"\x08\x01")),
    ],
)  # fmt: skip
def test_errors_of_messages(error: Any, text: str, call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(text)


# ---- summaries


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("Nan in summary histogram for: h. tf.check_numerics", lambda: tf.summary.histogram("h", [1.0, np.nan])),
        ("Infinity in summary histogram for: h", lambda: tf.summary.histogram("h", [1.0, np.inf])),
        ("Tensor must be 4-D with last dim 1, 3, or 4, not [1]", lambda: tf.summary.image("b", [1.0])),
        ("with last dim 1, 3, or 4, not [1,1,2,2]", lambda: tf.summary.image("b", tf.zeros([1, 1, 2, 2]))),
        ("Tensor must be 3-D or 2-D, got: [1]", lambda: tf.summary.audio("b", [1.0], 8.0)),
        ("tags and values not the same shape: [] != [2] (tag 'v')", lambda: tf.summary.scalar("v", [1.0, 2.0])),
        ("Duplicate tag a found in summary inputs", lambda: tf.summary.merge([tf.summary.scalar("a", 1.0)] * 2)),
    ],
)  # fmt: skip
def test_errors_of_a_run(text: str, make: Any) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(make())
    assert text in str(caught.value)


def test_errors_of_a_line() -> None:
    with pytest.raises(TypeError, match="Value passed to parameter 'values' has DataType string not in list"):
        tf.summary.scalar("q", "x")
    with pytest.raises(ValueError, match="to have dtype string, got float32. tf.summary.scalar shows numbers"):
        tf.summary.text("q", tf.constant(1.0))
    with pytest.raises(ValueError, match="List argument 'inputs' to 'MergeSummary' Op with length 0 shorter"):
        tf.summary.merge([])
    with pytest.raises(ValueError, match="A FileWriter needs the folder"):
        tf.summary.FileWriter(None)


def test_a_constant_that_is_given_is_called_after_its_argument() -> None:
    tf.summary.scalar("q", 1.0)
    assert [op.name for op in tf.get_default_graph().get_operations()] == ["q/tags", "q/values", "q"]


def test_a_summary_of_what_is_computed_at_once() -> None:
    tf.enable_eager_execution()
    loss = tf.summary.scalar("loss", fastscope.constant(1.5))
    assert tf.Summary.FromString(loss).value[0].simple_value == 1.5
    both = tf.summary.merge([loss, tf.summary.histogram("h", [1.0, 2.0])])
    assert [value.tag for value in tf.Summary.FromString(both).value] == ["loss", "h"]


# ---- files


def events(folder: Path) -> list[Any]:
    (file,) = folder.iterdir()
    return list(tf.train.summary_iterator(str(file)))


def test_a_writer_s_file(tmp_path: Path) -> None:
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with tf.control_dependencies([tf.no_op(name="first")]):
        y = tf.nn.relu(x, name="y")
    tf.add(tf.unstack(y, 2, axis=1, name="cut")[1], 1.0, name="z")
    logs = tmp_path / "a" / "b"
    with tf.Session() as session, tf.summary.FileWriter(str(logs), session.graph, flush_secs=0) as writer:
        words = session.run(tf.summary.text("t", ["x"]))
        writer.add_summary(words, 1)
        writer.add_summary(words, np.int64(2))
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 3)
        assert writer.get_logdir() == str(logs) and len(events(logs)) == 6  # a reader need not wait for the end
    writer.add_summary(tf.Summary())  # closed: nothing is written
    found = events(logs)
    assert [event.WhichOneof("what") for event in found] == [
        "file_version", "graph_def", "meta_graph_def", "summary", "summary", "session_log",
    ]  # fmt: skip
    assert [event.step for event in found] == [0, 0, 0, 1, 2, 3]
    assert found[3].summary.value[0].HasField("metadata") and not found[4].summary.value[0].HasField("metadata")
    nodes = {node.name: node for node in tf.GraphDef.FromString(found[1].graph_def).node}
    assert nodes["y"].input == ["x", "^first"] and nodes["y"].op == "Relu" and nodes["z"].input[0] == "cut:1"
    shape = nodes["y"].attr["_output_shapes"].list.shape[0]
    assert [dim.size for dim in shape.dim] == [-1, 2] and nodes["x"].attr["dtype"].type == 1
    writer.reopen()
    writer.add_event(tf.Event(step=9))
    writer.close()


def test_one_writer_for_a_folder(tmp_path: Path) -> None:
    cache = tf.summary.FileWriterCache
    writer = cache.get(tmp_path)
    assert cache.get(str(tmp_path)) is writer
    cache.clear()
    assert cache.get(tmp_path) is not writer
    cache.clear()
    with pytest.raises(TypeError, match="The passed graph must be an instance of `Graph`"):
        tf.summary.FileWriter(tmp_path, graph=3)


def test_tensorboard_reads_it(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    w = tf.get_variable("w", [2, 3])
    tf.summary.scalar("loss", tf.reduce_sum(w))
    tf.summary.histogram("weights", w)
    tf.summary.image("picture", tf.reshape(w, [1, 2, 3, 1]))
    tf.summary.audio("sound", tf.reshape(w, [1, 6]), 8.0)
    tf.summary.text("words", tf.constant("hello"))
    everything = tf.summary.merge_all()
    with tf.Session() as session, tf.summary.FileWriter(str(tmp_path), session.graph) as writer:
        session.run(tf.global_variables_initializer())
        for step in range(3):
            writer.add_summary(session.run(everything), step)
        total = session.run(tf.reduce_sum(w))
    read = accumulator.EventAccumulator(str(tmp_path), {key: 0 for key in accumulator.DEFAULT_SIZE_GUIDANCE})
    read.Reload()
    tags = read.Tags()
    assert tags["scalars"] == ["loss"] and tags["histograms"] == ["weights"] and tags["images"] == ["picture/image/0"]
    assert tags["audio"] == ["sound/audio/0"] and tags["tensors"] == ["words"] and tags["graph"]
    assert [(event.step, event.value) for event in read.Scalars("loss")] == [(step, total) for step in range(3)]
    names = {node.name: node for node in read.Graph().node}
    assert names["w"].op == "VariableV2" and list(names["weights"].input) == ["weights/tag", "w/read"]
