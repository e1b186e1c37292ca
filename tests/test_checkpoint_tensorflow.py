"""TensorFlow's files, V1 and V2: read what it wrote, and write what it reads.

golden/checkpoints/ was written by TensorFlow; to write it again: `python tests/golden/record_checkpoints.py`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import fastscope as tf
from fastscope.checkpoint import load_checkpoint, write_bundle
from fastscope.checkpoint.datafile import crc32c
from fastscope.checkpoint.protowire import field
from fastscope.checkpoint.sstable import TableWriter, masked
from fastscope.checkpoint.tensor_slices import encode_shape, slice_key
from fastscope.errors import DataLossError, NotFoundError, UnimplementedError

GOLDEN = Path(__file__).parent / "golden" / "checkpoints"
SIGNED = np.array([[0, 1, -2.5], [3, 100, -7]])
UNSIGNED = np.array([[0, 1, 2], [3, 100, 7]])


def typed_tensors() -> dict[str, np.ndarray]:
    """What record_checkpoints.py saved as v2_types."""
    signed = ["float16", "float32", "float64", "int8", "int16", "int32", "int64"]
    return {
        **{name: SIGNED.astype(name) for name in signed},
        **{name: UNSIGNED.astype(name) for name in ["uint8", "uint16", "uint32", "uint64", "bool"]},
        "complex64": (SIGNED + 1j * SIGNED[::-1]).astype(np.complex64),
        "complex128": SIGNED + 1j * SIGNED[::-1],
        "bfloat16": np.array([0, 1, -2.5, 3], ml_dtypes.bfloat16),
        "string": np.array([[b"a", b""], [b"x\0y" * 50, "\N{SNOWMAN}".encode()]], object),
        "scalar": np.array(7.25, np.float32),
        "scalar string": np.array(b"hi", object),
        "empty": np.zeros((0, 3), np.float32),
    }


V1_LACKS = {"bfloat16", "uint32", "uint64"}
ROWS = np.arange(10, dtype=np.float32).reshape(5, 2)
GRID = np.arange(24, dtype=np.int32).reshape(4, 6) - 7


def assert_same(reader: Any, expected: dict[str, np.ndarray]) -> None:
    assert sorted(reader) == sorted(expected)
    for name, value in expected.items():
        out = np.empty(value.shape, value.dtype)
        reader.read_into(name, out)
        for got in (reader[name], out):
            assert got.dtype == value.dtype and got.shape == value.shape, name
            assert (got == value).all(), name
        assert reader.info(name)[:2] == (value.dtype, value.shape)


class TestRead:
    def test_v2_every_dtype(self) -> None:
        assert_same(load_checkpoint(GOLDEN / "v2_types"), typed_tensors())

    def test_v1_every_dtype(self) -> None:
        expected = {name: value for name, value in typed_tensors().items() if name not in V1_LACKS}
        assert_same(load_checkpoint(GOLDEN / "v1_types"), expected)

    @pytest.mark.parametrize("version", ["v1", "v2"])
    def test_slices_are_put_together(self, version: str) -> None:
        expected = {"p/rows": ROWS, "p/grid": GRID, "p/whole": np.array([3.5, -1.25])}
        assert_same(load_checkpoint(GOLDEN / f"{version}_slices"), expected)

    @pytest.mark.parametrize(
        "name", ["v1_sharded", "v1_sharded-00001-of-00002", "v2_sharded", "v2_sharded.data-00001-of-00002"]
    )
    def test_several_shards(self, name: str) -> None:
        expected = {
            "whole_0": np.float32([[1, 2], [3, 4]]),
            "whole_1": np.float32([5, 6, 7]),
            "rows": np.int64([[0, 10, 20], [1, 11, 21]]),
        }
        assert_same(load_checkpoint(GOLDEN / name), expected)

    def test_a_training_run(self) -> None:
        reader = load_checkpoint(GOLDEN / "training")
        values = json.loads((GOLDEN / "training/values.json").read_text())
        assert reader.path.endswith("model-4")
        assert reader["global_step"] == 4 and reader["global_step"].dtype == np.int64
        for name, value in values.items():
            assert (reader[f"model/{name}"] == np.float32(value)).all()
            assert reader.info(f"model/{name}/Adam_1").shape == np.shape(value)
        assert reader.global_step is None  # only a variable of that name, nothing the format says

    def test_older_programs_reader(self) -> None:
        reader = tf.train.NewCheckpointReader(str(GOLDEN / "v2_types"))
        lines = reader.debug_string().decode().splitlines()
        assert lines[4:7] == ["empty (DT_FLOAT) [0,3]", "float16 (DT_HALF) [2,3]", "float32 (DT_FLOAT) [2,3]"]
        assert lines[7] == "float64 (DT_DOUBLE) [2,3]"
        assert lines[0] == "bfloat16 (DT_BFLOAT16) [4]" and "scalar (DT_FLOAT) []" in lines
        assert reader.has_tensor("bool") and (reader.get_tensor("bool") == reader["bool"]).all()
        assert tf.contrib.framework.list_variables(GOLDEN / "v2_types") == tf.train.list_variables(GOLDEN / "v2_types")

    def test_tf2_objects_are_listed_by_key(self) -> None:
        reader = load_checkpoint(GOLDEN / "tf2_object")
        assert reader["model/kernel/.ATTRIBUTES/VARIABLE_VALUE"].tolist() == [[1, 2], [3, 4]]
        assert reader["model/steps/.ATTRIBUTES/VARIABLE_VALUE"] == 9
        assert b"VARIABLE_VALUE" in reader["_CHECKPOINTABLE_OBJECT_GRAPH"].item()

    @pytest.mark.parametrize("end", ["", ".index", ".data-00000-of-00001", ".meta"])
    def test_any_file_of_a_bundle_is_accepted(self, tmp_path: Path, end: str) -> None:
        for file in GOLDEN.glob("v2_types.*"):
            shutil.copy(file, tmp_path)
        (tmp_path / "v2_types.meta").touch()
        assert_same(load_checkpoint(tmp_path / f"v2_types{end}"), typed_tensors())

    def test_v1_by_its_directory(self, tmp_path: Path) -> None:
        for name in ("model.ckpt", "model.ckpt-1000"):
            path = shutil.copy(GOLDEN / "v1_slices", tmp_path / name)
            assert load_checkpoint(tmp_path).path == str(path)
            Path(path).unlink()
        shutil.copy(GOLDEN / "v1_slices", tmp_path / "model-7")
        (tmp_path / "model-7.meta").touch()
        assert "p/rows" in load_checkpoint(tmp_path)

    def test_v1_shards_by_their_directory(self, tmp_path: Path) -> None:
        for file in GOLDEN.glob("v1_sharded-*"):
            shutil.copy(file, tmp_path)
        assert "rows" in load_checkpoint(tmp_path)
        shutil.copy(GOLDEN / "v1_slices", tmp_path / "other.ckpt")
        prefix = "v1_sharded-?????-of-00002"  # as a sharded Saver of TensorFlow returns it, and notes it
        (tmp_path / "checkpoint").write_text(f'model_checkpoint_path: "{prefix}"\n')
        assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / prefix)
        assert "rows" in load_checkpoint(tmp_path) and "rows" in load_checkpoint(tmp_path / prefix)

    def test_a_bundle_by_its_directory(self, tmp_path: Path) -> None:
        for file in GOLDEN.glob("v2_sharded.*"):
            shutil.copy(file, tmp_path)
        (tmp_path / "v2_sharded.meta").touch()
        assert "rows" in load_checkpoint(tmp_path)

    def test_v1_by_its_meta_file(self, tmp_path: Path) -> None:
        shutil.copy(GOLDEN / "v1_slices", tmp_path / "model.ckpt")
        (tmp_path / "model.ckpt.meta").touch()
        assert "p/rows" in load_checkpoint(tmp_path / "model.ckpt.meta")

    def test_plain_tensors_can_be_mapped(self) -> None:
        reader = load_checkpoint(GOLDEN / "v2_types")
        array = reader.mapped("float64")
        assert not array.flags.owndata and not array.flags.writeable
        assert (array == reader["float64"]).all() and reader["float64"].flags.writeable
        assert all(reader.mapped(name).tolist() == reader[name].tolist() for name in reader)

    def test_restore_into_variables(self) -> None:
        with tf.Graph().as_default(), tf.variable_scope("p"):
            rows = tf.get_variable("rows", [5, 2])
            grid = tf.get_variable("grid", [4, 6], dtype=tf.int32, partitioner=tf.fixed_size_partitioner(3, axis=1))
            for version in ("v1", "v2"):
                rows.assign(ROWS * 0)
                tf.train.Saver().restore(str(GOLDEN / f"{version}_slices"))
                assert (rows.numpy() == ROWS).all() and (grid.as_tensor() == GRID).all()


class TestWrite:
    def test_the_bytes_are_tensorflows(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "v2_types"), typed_tensors())
        for end in ("index", "data-00000-of-00001"):
            assert (tmp_path / f"v2_types.{end}").read_bytes() == (GOLDEN / f"v2_types.{end}").read_bytes()

    def test_an_index_of_several_blocks(self, tmp_path: Path) -> None:
        names = [f"layer_{i // 7}/block_{i % 7}/kernel/Adam_{i % 3}_{i}" for i in range(9000)]
        write_bundle(str(tmp_path / "many"), {name: np.zeros(0, np.float32) for name in names})
        digest = hashlib.sha256((tmp_path / "many.index").read_bytes()).hexdigest()
        assert digest == json.loads((GOLDEN / "many.json").read_text())["index_sha256"]
        assert sorted(load_checkpoint(tmp_path / "many")) == sorted(names)

    def test_replacing_takes_turns(self, tmp_path: Path) -> None:
        files = []
        for step in range(3):
            write_bundle(str(tmp_path / "m"), {"step": np.int64(step)})
            assert load_checkpoint(tmp_path / "m")["step"] == step
            files.append(sorted(path.name for path in tmp_path.iterdir()))
        one = ["m.data-00000-of-00001", "m.index"]
        two = ["m.data-00000-of-00002", "m.data-00001-of-00002", "m.index"]
        assert files == [one, two, one]

    def test_a_leftover_data_file_does_not_confuse_it(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"step": np.int64(0)})
        write_bundle(str(tmp_path / "m"), {"step": np.int64(1)})  # two shards
        (tmp_path / "m.data-00000-of-00001").write_bytes(b"left by a crash")
        before = (tmp_path / "m.data-00000-of-00002").read_bytes()
        write_bundle(str(tmp_path / "m"), {"step": np.int64(2)})
        assert before == (1).to_bytes(8, "little")
        assert load_checkpoint(tmp_path / "m")["step"] == 2

    def test_big_endian_and_transposed_arrays(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"a": SIGNED.astype(">f4"), "b": SIGNED.T})
        reader = load_checkpoint(tmp_path / "m")
        assert (reader["a"] == SIGNED).all() and (reader["b"] == SIGNED.T).all()

    @pytest.mark.parametrize("name", ["", "\0", "\0x"])
    def test_names_of_the_index_itself(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ValueError, match=r"m: its format can't hold a tensor named '.*Rename it"):
            write_bundle(str(tmp_path / "m"), {"a": SIGNED, name: SIGNED})
        assert list(tmp_path.iterdir()) == []

    def test_a_missing_directory(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"Could not save .*nodir/m.*No such file"):
            write_bundle(str(tmp_path / "nodir/m"), {"a": SIGNED})

    @pytest.mark.slow
    def test_tensorflow_loads_it(self, tmp_path: Path) -> None:
        tensorflow = pytest.importorskip("tensorflow")
        write_bundle(str(tmp_path / "m"), {"older": np.zeros(1)})
        for _ in range(2):  # as one shard of two, and as the only one
            write_bundle(str(tmp_path / "m"), typed_tensors())
            reader = tensorflow.train.load_checkpoint(str(tmp_path / "m"))
            for name, value in typed_tensors().items():
                got = np.asarray(reader.get_tensor(name))
                assert got.shape == value.shape and (got == value).all(), name


def write_big_endian(prefix: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write a bundle as TensorFlow would on a big-endian machine: the tensors' bytes are swapped, the index isn't."""
    data, entries = b"", {b"": field(1, 1) + field(2, 1) + field(3, field(1, 1))}
    for name, tensor in sorted(tensors.items()):
        dtype, raw = tf.as_dtype(tensor.dtype), swapped_bytes(tensor)
        crc = crc32c(raw)
        if dtype == tf.string:
            items = [bytes(item) for item in tensor.reshape(-1)]
            lengths = b"".join(len(item).to_bytes(4, "big") for item in items)
            tail = masked(crc32c(lengths)).to_bytes(4, "big") + b"".join(items)
            raw = bytes(len(item) for item in items) + tail  # lengths below 128 are varints of one byte
            crc = crc32c(lengths + tail)
        entry = field(1, CODES[dtype.name]) + field(2, encode_shape(tensor.shape)) + field(4, len(data))
        entries[name.encode()] = entry + field(5, len(raw)) + field(6, masked(crc), fixed32=True)
        data += raw
    prefix.with_suffix(".data-00000-of-00001").write_bytes(data)
    write_table(prefix.with_suffix(".index"), entries)


def swapped_bytes(tensor: np.ndarray) -> bytes:
    if tensor.dtype == object:
        return b""
    if tensor.dtype.kind == "c":  # real and imaginary part are swapped one by one
        return tensor.view(tensor.real.dtype).byteswap().tobytes()
    return tensor.view(f"u{tensor.dtype.itemsize}").byteswap().tobytes()


CODES = {"float32": 1, "float64": 2, "int32": 3, "string": 7, "complex64": 8, "int64": 9, "bfloat16": 14, "float16": 19}


def write_table(path: Path, entries: dict[bytes, bytes]) -> None:
    with open(path, "wb") as file:
        table = TableWriter(file)
        for key, value in sorted(entries.items()):
            table.add(key, value)
        table.finish()


class TestBigEndian:
    @pytest.fixture
    def tensors(self) -> dict[str, np.ndarray]:
        tensors = {name: value for name, value in typed_tensors().items() if name in CODES}
        return tensors | {"string": np.array([b"a", b"", b"xyz"], object)}

    def test_read(self, tmp_path: Path, tensors: dict[str, np.ndarray]) -> None:
        write_big_endian(tmp_path / "big", tensors)
        assert_same(load_checkpoint(tmp_path / "big"), tensors)

    @pytest.mark.slow
    def test_tensorflow_reads_the_hand_made_file_alike(self, tmp_path: Path, tensors: dict[str, np.ndarray]) -> None:
        tensorflow = pytest.importorskip("tensorflow")
        write_big_endian(tmp_path / "big", tensors)
        reader = tensorflow.train.load_checkpoint(str(tmp_path / "big"))
        for name, value in tensors.items():
            assert (np.asarray(reader.get_tensor(name)) == value).all(), name


def compressed(table: bytes) -> bytes:
    """Return a one-block table with its data block packed by snappy."""
    cramjam = pytest.importorskip("cramjam")
    from fastscope.checkpoint.protowire import read_varint, varint

    index_offset, at = read_varint(table[-48:], read_two(table[-48:]))
    index_size, _ = read_varint(table[-48:], at)
    index = table[index_offset : index_offset + index_size]
    shared, unshared, size = index[0], index[1], index[2]
    assert shared == 0
    handle = index[3 + unshared : 3 + unshared + size]
    offset, at = read_varint(handle, 0)
    length, _ = read_varint(handle, at)
    assert offset == 0
    packed = bytes(cramjam.snappy.compress_raw(table[:length])) + b"\x01"
    first = packed + masked(crc32c(packed)).to_bytes(4, "little")
    new_handle = varint(0) + varint(len(packed) - 1)
    block = bytes([0, unshared, len(new_handle)]) + index[3 : 3 + unshared] + new_handle
    block += (0).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\0"
    second = block + masked(crc32c(block)).to_bytes(4, "little")
    footer = varint(len(first)) + varint(0) + varint(len(first)) + varint(len(block) - 1)
    return first + second + footer.ljust(40, b"\0") + table[-8:]


def read_two(data: bytes) -> int:
    from fastscope.checkpoint.protowire import read_varint

    return read_varint(data, read_varint(data, 0)[1])[1]


class TestSnappy:
    @pytest.fixture
    def packed(self, tmp_path: Path) -> Path:
        write_bundle(str(tmp_path / "m"), {f"scope/with/a/long/name_{i}": np.float32([i]) for i in range(50)})
        index = tmp_path / "m.index"
        plain = index.read_bytes()
        index.write_bytes(compressed(plain))
        assert index.stat().st_size < len(plain) / 1.2
        return tmp_path

    def test_read(self, packed: Path) -> None:
        reader = load_checkpoint(packed / "m")
        assert [reader[f"scope/with/a/long/name_{i}"].item() for i in range(50)] == list(range(50))

    def test_without_the_library(self, packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "cramjam", None)
        with pytest.raises(ImportError, match=r"compressed with snappy.*pip install 'fastscope\[snappy\]'"):
            load_checkpoint(packed / "m")

    @pytest.mark.parametrize("packed_bytes", [b"\xff\xff\xff\x7f" + b"\0" * 20, b"\x10abc", b"\x80", b""])
    def test_damaged(self, tmp_path: Path, packed_bytes: bytes) -> None:
        pytest.importorskip("cramjam")
        block = packed_bytes + b"\x01"
        block += masked(crc32c(block)).to_bytes(4, "little")
        table = block + b"\0" + bytes([0, len(packed_bytes)])
        footer = bytes([0, 0, 0, len(packed_bytes)]).ljust(40, b"\0") + (0xDB4775248B80FB57).to_bytes(8, "little")
        (tmp_path / "m.index").write_bytes(table + footer)
        with pytest.raises(DataLossError, match=r"m\.index: .*at byte"):
            load_checkpoint(tmp_path / "m")


class TestErrors:
    @pytest.fixture
    def bundle(self, tmp_path: Path) -> Path:
        for file in [*GOLDEN.glob("v2_types.*"), *GOLDEN.glob("v2_slices.*")]:
            shutil.copy(file, tmp_path)
        return tmp_path

    def test_a_flipped_bit_names_file_offset_and_checksums(self, bundle: Path) -> None:
        data = bundle / "v2_types.data-00000-of-00001"
        raw = bytearray(data.read_bytes())
        at = raw.index(SIGNED.astype(np.float64).tobytes())
        raw[at + 3] ^= 0x10
        data.write_bytes(raw)
        reader = load_checkpoint(bundle / "v2_types")
        message = (
            rf"v2_types.data-00000-of-00001: Checksum does not match for float64 \(48 bytes at byte {at}\): stored \d"
        )
        with pytest.raises(DataLossError, match=message):
            reader["float64"]
        with pytest.raises(DataLossError, match="Checksum"):
            reader.read_into("float64", np.empty((2, 3)))
        assert (reader["int64"] == SIGNED.astype(np.int64)).all()

    @pytest.mark.parametrize("dtype", ["string", "bool"])
    def test_a_flipped_bit_in_strings_and_bools(self, bundle: Path, dtype: str) -> None:
        data = bundle / "v2_types.data-00000-of-00001"
        raw = bytearray(data.read_bytes())
        at = raw.index(b"x\0yx\0y") + 9 if dtype == "string" else raw.index(UNSIGNED.astype(bool).tobytes())
        raw[at] ^= 1
        data.write_bytes(raw)
        with pytest.raises(DataLossError, match=f"Checksum does not match for {dtype}"):
            load_checkpoint(bundle / "v2_types")[dtype]

    def test_a_flipped_bit_in_the_index(self, bundle: Path) -> None:
        index = bundle / "v2_types.index"
        raw = bytearray(index.read_bytes())
        raw[40] ^= 4
        index.write_bytes(raw)
        with pytest.raises(
            DataLossError, match=r"v2_types.index: Checksum does not match for a block \(\d+ bytes at byte 0\)"
        ):
            load_checkpoint(bundle / "v2_types")

    @pytest.mark.parametrize("size", [0, 10, 47, 300])
    def test_a_truncated_index(self, bundle: Path, size: int) -> None:
        index = bundle / "v2_types.index"
        index.write_bytes(index.read_bytes()[:size])
        with pytest.raises(DataLossError, match=r"v2_types.index: not an sstable \(bad magic number at byte \d+\)"):
            load_checkpoint(bundle / "v2_types")

    def test_truncated_data(self, bundle: Path) -> None:
        data = bundle / "v2_types.data-00000-of-00001"
        data.write_bytes(data.read_bytes()[:-1])
        message = r"truncated or damaged: uint8 should take 6 bytes at byte 590, and the file ends at byte 595"
        with pytest.raises(DataLossError, match=message):  # the last one in the file
            load_checkpoint(bundle / "v2_types")["uint8"]

    def test_a_missing_shard(self, bundle: Path) -> None:
        (bundle / "v2_types.data-00000-of-00001").unlink()
        reader = load_checkpoint(bundle / "v2_types")
        assert len(reader) == len(typed_tensors())  # the index alone can be listed
        with pytest.raises(NotFoundError, match=r"data-00000-of-00001; No such file.*copy all files"):
            reader["int8"]

    def test_data_without_an_index(self, bundle: Path) -> None:
        (bundle / "v2_types.index").unlink()
        with pytest.raises(NotFoundError, match=r"v2_types.index is not there, which says what is in the data files"):
            load_checkpoint(bundle / "v2_types.data-00000-of-00001")

    def test_a_v1_file_with_a_flipped_bit(self, tmp_path: Path) -> None:
        raw = bytearray((GOLDEN / "v1_types").read_bytes())
        raw[100] ^= 2
        (tmp_path / "v1").write_bytes(raw)
        with pytest.raises(DataLossError, match=rf"{tmp_path}/v1: Checksum does not match for a block"):
            dict(load_checkpoint(tmp_path / "v1"))

    def test_an_index_without_a_header(self, tmp_path: Path) -> None:
        write_table(tmp_path / "m.index", {b"w": field(1, 1)})
        with pytest.raises(DataLossError, match="no header"):
            load_checkpoint(tmp_path / "m")

    def test_a_version_from_the_future(self, tmp_path: Path) -> None:
        write_table(tmp_path / "m.index", {b"": field(1, 1) + field(3, field(1, 3) + field(2, 2))})
        with pytest.raises(UnimplementedError, match=r"m\.index: written in version 2"):
            load_checkpoint(tmp_path / "m")

    def test_a_resource_is_listed_as_unreadable(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"w": np.zeros(1)})
        entries = {b"": field(1, 1), b"table": field(1, 20), b"v": field(1, 1) + field(2, encode_shape([0]))}
        write_table(tmp_path / "m.index", entries)
        reader = load_checkpoint(tmp_path / "m")
        assert list(reader) == ["v"]
        with pytest.raises(UnimplementedError, match="table is TensorFlow's dtype number 20, which no NumPy array"):
            reader["table"]

    @pytest.mark.parametrize(
        ("slices", "kept", "offsets"),
        [
            ([(0, 2), (2, 2), (4, 1)], [(0, 2), (2, 2)], [0, 8]),  # one isn't there
            ([(0, 2), (2, 2)], [(0, 2), (2, 2)], [0, 8]),  # a gap
            ([(0, 3), (2, 2)], [(0, 3), (2, 2)], [0, 12]),  # they overlap
            ([(0, 3), (3, 3)], [(0, 3), (3, 3)], [0, 8]),  # beyond the end
            ([(0, 3), (3, 2)], [(0, 3), (3, 2)], [0, 8]),  # in one place of the file
        ],
    )
    def test_slices_that_do_not_make_up_the_tensor(
        self, tmp_path: Path, slices: Any, kept: Any, offsets: list[int]
    ) -> None:
        def entry(shape: list[int], offset: int, parts: Any = ()) -> bytes:
            raw = np.arange(offset // 4, offset // 4 + shape[0], dtype=np.float32).tobytes()
            out = field(1, 1) + field(2, encode_shape(shape)) + field(4, offset) + field(5, len(raw))
            out += field(6, masked(crc32c(raw)), fixed32=True)
            return out + b"".join(field(7, field(1, field(1, start) + field(2, size))) for start, size in parts)

        (tmp_path / "m.data-00000-of-00001").write_bytes(np.arange(5, dtype=np.float32).tobytes())
        table = {b"": field(1, 1), b"w": entry([5], 0, slices)}
        for (start, size), offset in zip(kept, offsets, strict=True):
            table[slice_key("w", ((start, size),))] = entry([size], offset)
        write_table(tmp_path / "m.index", table)
        with pytest.raises(DataLossError, match="the slices of w don't make up the whole tensor"):
            load_checkpoint(tmp_path / "m")["w"]
