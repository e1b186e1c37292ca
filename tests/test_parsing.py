"""Records, text and pictures become arrays as in TensorFlow 1.15, in both modes."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf

F = tf.train.Feature


def example(**features: Any) -> bytes:
    made = tf.train.Features()
    for name, values in features.items():
        entry = made.feature[name]
        if values and isinstance(values[0], bytes):
            entry.bytes_list.value.extend(values)
        elif values and isinstance(values[0], int):
            entry.int64_list.value.extend(values)
        elif values:
            entry.float_list.value.extend(values)
    return tf.train.Example(features=made).SerializeToString()


ONE = example(x=[1.0, 2.0], y=[3], s=[b"a", b"b"])
FIXED, SEQUENCE = tf.FixedLenFeature, tf.FixedLenSequenceFeature


def test_one_record() -> None:
    found = tf.parse_single_example(
        ONE,
        {
            "x": FIXED([2], tf.float32),
            "y": FIXED([], tf.int64),
            "s": SEQUENCE([], tf.string, allow_missing=True),
            "z": FIXED([1], tf.int64, default_value=[-1]),
            "t": FIXED([], tf.string, "none"),
            "m": SEQUENCE([2], tf.float32, allow_missing=True),
        },
    )
    assert list(found) == ["m", "s", "t", "x", "y", "z"]
    assert found["x"].tolist() == [1.0, 2.0] and found["x"].dtype == np.float32 and found["y"] == 3
    assert found["s"].tolist() == [b"a", b"b"] and found["z"].tolist() == [-1] and found["t"] == b"none"
    assert found["m"].shape == (0, 2)


def test_a_batch_of_records() -> None:
    batch = [example(v=[1, 2], x=[1.0]), example(v=[3], x=[2.0]), example(x=[3.0])]
    features = {
        "v": SEQUENCE([], tf.int64, allow_missing=True),
        "w": SEQUENCE([2], tf.int64, allow_missing=True, default_value=9),
        "x": FIXED([], tf.float32),
    }
    found = tf.parse_example(batch, features)
    assert found["v"].tolist() == [[1, 2], [3, 0], [0, 0]] and found["w"].shape == (3, 0, 2)
    assert found["x"].tolist() == [1.0, 2.0, 3.0]
    filled = tf.parse_example(batch, {"v": SEQUENCE([], tf.int64, True, -1)})["v"]
    assert filled.tolist() == [[1, 2], [3, -1], [-1, -1]]


def test_a_default_is_read_in_the_feature_s_shape() -> None:
    found = tf.parse_single_example(example(), {"x": FIXED([1, 2, 1], tf.float32, [3.0, 4.0])})
    assert found["x"].tolist() == [[[3.0], [4.0]]]


def test_sparse_features() -> None:
    features = {"s": tf.VarLenFeature(tf.string), "q": tf.VarLenFeature(tf.int64), "y": FIXED([], tf.int64)}
    found = tf.parse_single_example(ONE, features)
    assert found["s"].indices.tolist() == [[0], [1]] and found["s"].values.tolist() == [b"a", b"b"] and found["y"] == 3
    assert found["q"].indices.shape == (0, 1) and found["q"].dense_shape.tolist() == [0]
    found = tf.parse_example([ONE, example(y=[4])], features)
    assert found["s"].indices.tolist() == [[0, 0], [0, 1]] and found["s"].dense_shape.tolist() == [2, 2]
    assert found["y"].tolist() == [3, 4] and found["q"].indices.shape == (0, 2)


def test_numbers_that_are_not_packed() -> None:
    floats = b"".join(b"\x0d" + struct.pack("<f", value) for value in (1.5, 2.5))
    ints = b"\x08\x05\x08\x07"
    entry = lambda name, number, data: (  # noqa: E731
        b"\x0a" + bytes([len(name) + len(data) + 6]) + b"\x0a" + bytes([len(name)]) + name
        + b"\x12" + bytes([len(data) + 2]) + bytes([number << 3 | 2, len(data)]) + data
    )  # fmt: skip
    features = entry(b"f", 2, floats) + entry(b"i", 3, ints)
    record = b"\x0a" + bytes([len(features)]) + features
    found = tf.parse_single_example(record, {"f": FIXED([2], tf.float32), "i": FIXED([2], tf.int64)})
    assert found["f"].tolist() == [1.5, 2.5] and found["i"].tolist() == [5, 7]


def sequence() -> bytes:
    made = tf.train.SequenceExample()
    made.context.feature["c"].int64_list.value.append(5)
    for k in range(3):
        made.feature_lists.feature_list["t"].feature.add().float_list.value.extend([k, k + 0.5])
        made.feature_lists.feature_list["u"].feature.add().int64_list.value.extend([k] * k)
    return made.SerializeToString()


def test_a_record_with_sequences() -> None:
    context, sequences = tf.parse_single_sequence_example(
        sequence(), {"c": FIXED([], tf.int64)}, {"t": SEQUENCE([2], tf.float32), "q": SEQUENCE([], tf.int64, True)}
    )
    assert context["c"] == 5 and sequences["t"].tolist() == [[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]
    assert sequences["q"].shape == (0,)
    _, found = tf.parse_single_sequence_example(sequence(), None, {"u": tf.VarLenFeature(tf.int64)})
    assert found["u"].indices.tolist() == [[1, 0], [2, 0], [2, 1]] and found["u"].values.tolist() == [1, 2, 2]
    assert found["u"].dense_shape.tolist() == [3, 2]
    for wrong in ("u", "q"):
        with pytest.raises(tf.errors.InvalidArgumentError, match="Number of int64 values|is required but could not"):
            tf.parse_single_sequence_example(sequence(), None, {wrong: SEQUENCE([], tf.int64)})


@pytest.mark.parametrize(
    ("features", "one", "several"),
    [
        (
            {"n": FIXED([], tf.int64)},
            "Feature: n (data type: int64) is required but could not be found",
            "Name: <unknown>, Feature: n (data type: int64) is required but could not be found",
        ),
        (
            {"y": FIXED([], tf.float32)},
            "Key: y.  Data types don't match. Data type: int64 but expected type: float",
            "Name: <unknown>, Key: y, Index: 0.  Data types don't match. Data type: int64 but expected type: float",
        ),
        (
            {"x": FIXED([3], tf.float32)},
            "Key: x.  Can't parse serialized Example. Number of float values != expected.",
            "Name: <unknown>, Key: x, Index: 0.  Number of float values != expected.  Values size: 2 but output",
        ),
        ({"x": SEQUENCE([3], tf.float32)}, "Key: x.  Can't parse", "Name: <unknown>, Key: x, Index: 0.  Number"),
    ],
)  # fmt: skip
def test_a_record_that_does_not_have_it(features: Any, one: str, several: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.parse_single_example(ONE, features)
    assert str(caught.value).startswith(one)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.parse_example([ONE], features)
    assert str(caught.value).startswith(several)


@pytest.mark.parametrize(
    ("error", "text", "features"),
    [
        (ValueError, "Missing features. It takes a dict", {}),
        (TypeError, "Value passed to parameter 'dense_defaults' has DataType int32 not in", {"y": FIXED([], tf.int32)}),
        (ValueError, "First dimension of shape for feature y unknown. Consider", {"y": FIXED([None], tf.int64)}),
        (ValueError, "Invalid feature y:3. It has to be", {"y": 3}),
    ],
)  # fmt: skip
def test_features_that_cannot_be(error: Any, text: str, features: Any) -> None:
    with pytest.raises(error) as caught:
        tf.parse_single_example(ONE, features)
    assert str(caught.value).startswith(text)
    with pytest.raises(ValueError, match="Missing features"):
        tf.parse_single_sequence_example(sequence())
    with pytest.raises(tf.errors.InvalidArgumentError, match="Could not parse example input, value: 'abc'"):
        tf.parse_single_example(b"abc", {"y": FIXED([], tf.int64)})


def test_in_a_graph(graph_mode: Any) -> None:
    text = tf.placeholder(tf.string)
    single = tf.parse_single_example(text, {"x": FIXED([2], tf.float32), "y": FIXED([], tf.int64)})
    assert single["x"].name == "ParseSingleExample/ParseSingleExample:0" and single["x"].shape.as_list() == [2]
    batch = tf.placeholder(tf.string, [None])
    several = tf.parse_example(batch, {"x": FIXED([2], tf.float32), "v": SEQUENCE([], tf.int64, True)})
    assert several["v"].name == "ParseExample/ParseExample:0" and several["v"].shape.as_list() == [None, None]
    assert tf.parse_example([ONE, ONE], {"x": FIXED([2], tf.float32)})["x"].shape.as_list() == [2, 2]
    sparse = tf.parse_single_example(text, {"s": tf.VarLenFeature(tf.string), "y": FIXED([], tf.int64)})
    parts = [sparse["s"].indices, sparse["s"].values, sparse["s"].dense_shape, sparse["y"]]
    assert [int(part.name.rpartition(":")[2]) for part in parts] == [0, 1, 2, 3]
    with tf.Session() as session:
        assert session.run(sparse["s"], {text: ONE}).values.tolist() == [b"a", b"b"]
        found, rows = session.run([single, several["x"]], {text: ONE, batch: [ONE, ONE]})
    assert found["y"] == 3 and rows.tolist() == [[1.0, 2.0], [1.0, 2.0]]
    with pytest.raises(ValueError, match="Shape must be rank 0 but is rank 1 for 'ParseSingleExample_2/"):
        tf.parse_single_example([ONE], {"y": FIXED([], tf.int64)})


# ---- numbers and text


def test_lines_are_fields() -> None:
    found = tf.decode_csv(["1,a,2.5", '2,"b,""c",'], [[0], [""], [1.5]])
    assert [column.tolist() for column in found] == [[1, 2], [b"a", b'b,"c'], [2.5, 1.5]]
    assert [column.dtype for column in found] == [np.int32, object, np.float32]
    assert tf.decode_csv("1;NA", [[0], [7]], field_delim=";", na_value="NA") == [1, 7]
    assert tf.decode_csv("1,2,3", [[0], [0]], select_cols=[0, 2]) == [1, 3]
    assert tf.decode_csv('a"b', [[""]], use_quote_delim=False) == [b'a"b']
    assert tf.decode_csv(" 3 , 4", [[0], [""]]) == [3, b" 4"]
    assert tf.decode_csv('"",1', [["d"], [np.int64(0)]]) == [b"d", 1]


@pytest.mark.parametrize(
    ("text", "line", "defaults"),
    [
        ("Expect 1 fields but have 2 in record 0", "1,2", [[0]]),
        ("Expect 1 fields but have 0 in record 0", "", [[0]]),
        ("Field 0 in record 0 is not a valid int32: x", "x", [[0]]),
        ("Field 0 in record 0 is not a valid int32: 3000000000", "3000000000", [[0]]),
        ("Field 0 in record 0 is not a valid float: 1_0", "1_0", [[0.0]]),
        ("Field 1 is required but missing in record 0!", "1,", [[0], tf.int32]),
        ("Unquoted fields cannot have quotes/CRLFs inside", 'a"b', [[""]]),
        ("Quote inside a string has to be escaped by another quote", '"a"b', [[""]]),
        ("Quote inside a string has to be escaped by another quote", '"a', [[""]]),
    ],
)  # fmt: skip
def test_lines_that_are_wrong(text: str, line: str, defaults: Any) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.decode_csv(line, defaults)
    assert text in str(caught.value)


def test_decoding_in_a_graph(graph_mode: Any) -> None:
    lines = tf.placeholder(tf.string, [2])
    a, b = tf.decode_csv(lines, [[0], tf.constant([""])])
    assert a.name == "DecodeCSV:0" and b.dtype == tf.string and a.shape.as_list() == [2]
    with tf.Session() as session:
        found = session.run([a, b], {lines: ["1,x", "2,y"]})
    assert found[0].tolist() == [1, 2] and found[1].tolist() == [b"x", b"y"]


def test_whole_files(tmp_path: Path, graph_mode: Any) -> None:
    path = str(tmp_path / "new" / "q")
    written, read = tf.write_file(path, "hello"), tf.read_file(path)
    found = tf.matching_files(str(tmp_path / "new" / "*"))
    assert written.name == "WriteFile" and read.shape.as_list() == [] and found.shape.as_list() == [None]
    with tf.Session() as session:
        session.run(written)
        assert session.run(read) == b"hello" and session.run(found).tolist() == [path.encode()]
        with pytest.raises(tf.errors.NotFoundError, match="No such file or directory"):
            session.run(tf.read_file(path + "z"))
        with pytest.raises(tf.errors.OpError):
            session.run(tf.write_file(str(tmp_path), "x"))


# ---- pictures

PIXELS = np.arange(2 * 3 * 3).reshape(2, 3, 3).astype(np.uint8)


def test_pictures_there_and_back() -> None:
    pytest.importorskip("PIL")
    for channels in (1, 3, 4):
        pixels = np.arange(2 * 3 * channels).reshape(2, 3, channels).astype(np.uint8) * 10
        assert np.array_equal(tf.image.decode_png(tf.image.encode_png(pixels)), pixels)
    png = tf.image.encode_png(PIXELS)
    assert tf.image.decode_png(png, channels=1)[..., 0].tolist() == [[1, 4, 7], [10, 13, 16]]
    assert tf.image.decode_png(png, channels=4).shape == (2, 3, 4)
    assert tf.image.decode_png(png, dtype=tf.uint16)[0, 0].tolist() == [0, 257, 514]
    smooth = np.full((8, 8, 3), 100, np.uint8)
    jpeg = tf.image.encode_jpeg(smooth)
    assert np.abs(tf.image.decode_jpeg(jpeg).astype(int) - 100).max() <= 1
    assert tf.image.decode_jpeg(jpeg, ratio=2).shape == (4, 4, 3)
    assert tf.image.decode_image(png).tolist() == PIXELS.tolist()
    assert tf.image.decode_image(png, dtype=tf.float32).max() == np.float32(17) / np.float32(255)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected image .JPEG, PNG, or GIF., got unknown format"):
        tf.image.decode_png(b"abc")


def test_moving_pictures() -> None:
    image = pytest.importorskip("PIL.Image")
    import io

    file = io.BytesIO()
    frames = [image.fromarray(np.full((2, 3), 255 * k, np.uint8)) for k in range(2)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert tf.image.decode_gif(file.getvalue()).shape == (2, 2, 3, 3)
    assert tf.image.decode_image(file.getvalue()).shape == (2, 2, 3, 3)
    assert tf.image.decode_image(file.getvalue(), expand_animations=False).shape == (2, 3, 3)
    frames[1].save(bmp := io.BytesIO(), "BMP")
    assert tf.image.decode_bmp(bmp.getvalue(), channels=3).tolist() == np.full((2, 3, 3), 255).tolist()


def test_without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(
        tf.errors.UnimplementedError, match="DecodePng needs Pillow, which is not installed: pip install"
    ):
        tf.image.decode_png(tf.image.encode_png(PIXELS))


def test_shapes_of_pictures_in_a_graph(graph_mode: Any) -> None:
    data = tf.placeholder(tf.string, [])
    assert tf.image.decode_png(data).shape.as_list() == [None, None, None]
    assert tf.image.decode_jpeg(data, channels=3).shape.as_list() == [None, None, 3]
    assert tf.image.decode_image(data).shape.ndims is None and tf.image.decode_gif(data).shape.ndims == 4
    assert tf.image.decode_png(data).name == "DecodePng_1:0"
