"""The native format and the Saver: what is written is what comes back, and old checkpoints go in time."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import safetensors.numpy

import fastscope as tf
from fastscope.checkpoint import load_checkpoint, write_bundle, write_npz, write_safetensors
from fastscope.errors import DataLossError, NotFoundError, UnimplementedError

# No two elements alike, and bits that a conversion would lose: NaN with a payload, -0.0, the largest integers.
TENSORS: dict[str, np.ndarray] = {
    "float16": np.array([[1.5, -0.0], [65504, 6e-8]], np.float16),
    "bfloat16": np.array([1.5, -0.0, 3e38], ml_dtypes.bfloat16),
    "float32": np.array([0x7FC00123, 0x80000000, 0x3F800001], np.uint32).view(np.float32),
    "float64": np.array([[1e308, -5e-324]]),
    "int8": np.array([-128, 127], np.int8),
    "uint8": np.array([0, 255], np.uint8),
    "int16": np.array([-(2**15), 2**15 - 1], np.int16),
    "uint16": np.array([2**16 - 1], np.uint16),
    "int32": np.array([-(2**31), 2**31 - 1], np.int32),
    "uint32": np.array([2**32 - 1], np.uint32),
    "int64": np.array([-(2**63), 2**63 - 1], np.int64),
    "uint64": np.array([2**64 - 1], np.uint64),
    "bool": np.array([[True], [False], [True]]),
    "complex64": np.array([1 - 2j, 0.5j], np.complex64),
    "complex128": np.array([[1e300 - 2j], [3j]]),
    "string": np.array([[b"a", b""], [b"\0x\0", "\N{SNOWMAN}".encode()]], object),
    "scalar": np.array(7, np.int64),
    "empty": np.zeros((0, 3), np.float32),
    "no strings": np.empty((0,), object),
    "complex scalar": np.array(1 + 2j),
    "a/deep/name-with.dots_1": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
}


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype == object:
        return bool(a.shape == b.shape and (a == b).all())
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "model.safetensors")


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


class TestFile:
    def test_every_dtype_keeps_its_bits(self, path: str) -> None:
        write_safetensors(path, TENSORS)
        reader = load_checkpoint(path)
        assert set(reader) == set(TENSORS)
        for name, tensor in TENSORS.items():
            assert same_bits(reader[name], tensor), name
            out = np.empty(tensor.shape, tensor.dtype)
            reader.read_into(name, out)
            assert same_bits(out, tensor), name

    def test_the_library_reads_it(self, path: str) -> None:
        plain = {name: TENSORS[name] for name in ("float32", "int64", "bool", "empty", "scalar")}
        write_safetensors(path, plain)
        for name, tensor in safetensors.numpy.load_file(path).items():
            assert same_bits(tensor, plain[name])

    def test_it_reads_the_librarys(self, path: str) -> None:
        plain = {name: TENSORS[name] for name in ("float32", "uint16", "bool", "empty", "scalar")}
        safetensors.numpy.save_file(plain, path, metadata={"format": "np"})
        reader = load_checkpoint(path)
        assert all(same_bits(reader[name], tensor) for name, tensor in plain.items())
        assert reader.global_step is None
        assert reader.info("float32").trainable is None

    @pytest.mark.parametrize(("code", "nbytes"), [("F6_E2M3", 3), ("F6_E3M2", 3), ("F4", 2)])
    def test_a_dtype_that_numpy_lacks(self, path: str, code: str, nbytes: int) -> None:
        header = {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
        header["odd"] = {"dtype": code, "shape": [2, 2], "data_offsets": [8, 8 + nbytes]}
        data = np.float32([1, 2]).tobytes() + bytes(nbytes)
        write_raw(path, header, data)
        assert set(safetensors.safe_open(path, "np").keys()) == {"w", "odd"}
        reader = load_checkpoint(path)
        assert list(reader) == ["w"] and reader["w"].tolist() == [1, 2]
        with pytest.raises(
            UnimplementedError, match=f"odd is of safetensors' dtype {code}.*The other tensors can be read"
        ):
            reader["odd"]
        write_raw(path, header, data + b"x")
        with pytest.raises(DataLossError, match="1 bytes that belong to no tensor"):
            load_checkpoint(path)
        header["odd"]["shape"] = [3]
        write_raw(path, header, data)
        with pytest.raises(DataLossError, match=rf"'odd': {code} \[3\] takes"):
            load_checkpoint(path)

    def test_metadata(self, path: str) -> None:
        write_safetensors(path, {"w": np.zeros((2, 3)), "n": np.int64(4)}, trainable={"w": True}, global_step=9)
        reader = load_checkpoint(path)
        assert reader.global_step == 9
        assert reader.info("w") == (tf.float64, (2, 3), True)
        assert reader.info("n") == (tf.int64, (), None)
        note = json.loads(safetensors.safe_open(path, "np").metadata()["fastscope"])
        assert note["tensors"]["w"]["trainable"] is True
        assert note["global_step"] == 9

    @pytest.mark.parametrize("layout", ["transposed", "strided", "big-endian", "read-only"])
    def test_any_memory_layout(self, path: str, layout: str) -> None:
        plain = np.arange(12, dtype=np.float32).reshape(3, 4)
        array = {"transposed": plain.T, "strided": plain[:, ::2], "big-endian": plain.astype(">f4")}.get(layout, plain)
        array.flags.writeable = False
        write_safetensors(path, {"w": array})
        assert (load_checkpoint(path)["w"] == array).all()
        assert load_checkpoint(path)["w"].dtype == np.float32

    def test_arrays_are_the_callers(self, path: str) -> None:
        write_safetensors(path, {"w": np.arange(5.0)})
        array = load_checkpoint(path)["w"]
        os.truncate(path, 100)  # in place: a mapped array would be gone, and the process with it
        array[0] = 7
        assert array.tolist() == [7, 1, 2, 3, 4]

    def test_arrays_can_be_mapped_and_are_read_only_then(self, path: str) -> None:
        write_safetensors(path, {"w": np.arange(5.0)})
        array = load_checkpoint(path).mapped("w")
        assert not array.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        os.remove(path)
        assert array.tolist() == [0, 1, 2, 3, 4]  # the map outlives the name and the reader

    def test_permissions_are_those_of_any_new_file(self, path: str, tmp_path: Path) -> None:
        write_safetensors(path, {"w": np.zeros(1)})
        (tmp_path / "other").touch()
        assert stat.S_IMODE(os.stat(path).st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)

    def test_the_mapping(self, path: str) -> None:
        write_safetensors(path, {"b": np.zeros(2), "a": np.ones(3)})
        reader = load_checkpoint(path)
        assert list(reader) == ["a", "b"] and len(reader) == 2
        assert "a" in reader and "c" not in reader
        assert reader.get("c") is None and reader.get("a").tolist() == [1, 1, 1]
        assert reader.has_tensor("a") and reader.get_tensor("b").tolist() == [0, 0]
        assert reader.get_variable_to_shape_map() == {"a": [3], "b": [2]}
        assert reader.get_variable_to_dtype_map() == {"a": tf.float64, "b": tf.float64}
        assert repr(reader) == f"<safetensors checkpoint {path!r}: 2 tensors>"

    def test_an_unknown_name_lists_the_nearest(self, path: str) -> None:
        write_safetensors(path, {"model/lstm/kernel": np.zeros(2)})
        with pytest.raises(NotFoundError, match=r"Key model/lsmt/kernel not found in checkpoint .*model/lstm/kernel"):
            load_checkpoint(path)["model/lsmt/kernel"]

    def test_a_bit_flip_in_the_data_is_found(self, path: str) -> None:
        write_safetensors(path, {"w": np.arange(100.0), "v": np.arange(3.0)})
        data = bytearray(Path(path).read_bytes())
        data[-1] ^= 1
        Path(path).write_bytes(data)
        reader = load_checkpoint(path)
        broken = next(name for name in reader if reader.info(name).shape == (100,))
        start = len(data) - 800
        with pytest.raises(DataLossError, match=rf"{path}: Checksum .* for w \(800 bytes at byte {start}\)"):
            reader[broken]
        with pytest.raises(DataLossError, match="Checksum"):
            reader.read_into(broken, np.empty(100))
        assert reader["v"].tolist() == [0, 1, 2]

    def test_a_bool_that_is_neither_in_a_file_without_checksums(self, path: str) -> None:
        safetensors.numpy.save_file({"b": np.array([2, 1], np.uint8).view(bool)}, path)
        reader = load_checkpoint(path)
        with pytest.raises(DataLossError, match="b is bool and holds bytes other than 0 and 1"):
            reader["b"]
        with pytest.raises(DataLossError, match="b is bool"):
            reader.read_into("b", np.empty(2, bool))

    def test_a_name_that_the_format_keeps_for_itself(self, path: str) -> None:
        with pytest.raises(ValueError, match="can't hold a tensor named '__metadata__'"):
            write_safetensors(path, {"__metadata__": np.zeros(1)})

    def test_a_later_version_is_refused(self, path: str) -> None:
        write_safetensors(path, {"w": np.arange(2.0)})
        rewrite_note(path, lambda note: note | {"version": 2})
        with pytest.raises(UnimplementedError, match="version 2 .* Upgrade fastscope"):
            load_checkpoint(path)

    @pytest.mark.parametrize(
        "change",
        [
            lambda note: note["tensors"]["w"].update(shape=[3, 2]),
            lambda note: note["tensors"]["w"].update(dtype="int32"),
            lambda note: note["tensors"]["w"].update(dtype="complex128"),
            lambda note: note["tensors"]["w"].pop("crc32c") and None,
            lambda note: note["tensors"].pop("w") and None,
            lambda note: note.pop("version") and None,
            lambda note: note.update(global_step="7"),
            lambda note: note["tensors"]["w"].update(trainable=1),
            lambda note: note["tensors"]["s"].update(shape=[True]),
            lambda note: 1,
            lambda note: [note],
            lambda note: "version",
            lambda note: note.update(tensors=[]),
            lambda note: note.update(tensors={"w": 3}),
            lambda note: note["tensors"]["s"].update(shape=[-1]),
            lambda note: note["tensors"]["s"].update(shape=[3]),
            lambda note: note["tensors"]["s"].update(shape="1"),
            lambda note: note["tensors"]["s"].update(shape=[1 << 62, 1 << 62]),
        ],
    )
    def test_a_note_that_contradicts_the_header(self, path: str, change: Any) -> None:
        write_safetensors(path, {"w": np.zeros((2, 3), np.float32), "s": np.array([b"xy"], object)})
        rewrite_note(path, change)
        with pytest.raises(DataLossError, match=path):
            dict(load_checkpoint(path))


def write_raw(path: str, header: Any, data: bytes) -> None:
    text = json.dumps(header).encode()
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + data)


def rewrite_note(path: str, change: Any) -> None:
    """Change our note in a file and its checksum with it, as an attacker would."""
    from fastscope.checkpoint.datafile import crc32c

    tensors = safetensors.numpy.load_file(path)
    note = json.loads(safetensors.safe_open(path, "np").metadata()["fastscope"])
    note = change(note) or note
    text = json.dumps(note)
    safetensors.numpy.save_file(tensors, path, {"fastscope": text, "fastscope_crc32c": str(crc32c(text.encode()))})


class TestNpz:
    def test_there_and_back(self, tmp_path: Path) -> None:
        tensors = {name: value for name, value in TENSORS.items() if value.dtype != object}
        write_npz(str(tmp_path / "m.npz"), tensors)
        reader = load_checkpoint(tmp_path / "m.npz")
        assert set(reader) == set(tensors)
        for name, tensor in tensors.items():
            assert same_bits(reader[name], tensor) and reader.info(name)[:2] == (tensor.dtype, tensor.shape), name
        assert np.load(tmp_path / "m.npz")["int16"].tolist() == TENSORS["int16"].tolist()

    def test_names_that_zip_can_not_hold(self, tmp_path: Path) -> None:
        for name in ("a\0b", "\0", "x" * 70_000, "\N{SNOWMAN}" * 21_844):
            with pytest.raises(
                ValueError, match=r"m\.npz: its format can't hold a tensor named '.*Rename it"
            ) as caught:
                write_npz(str(tmp_path / "m.npz"), {"a": np.zeros(1), name: np.ones(1)})
            assert len(str(caught.value)) < 1000 and list(tmp_path.iterdir()) == []
        names = ["", "a/b/", "a.npy", "x" * 65_531]
        write_npz(str(tmp_path / "m.npz"), {name: np.zeros(1) for name in names})
        assert list(load_checkpoint(tmp_path / "m.npz")) == names

    def test_dtypes_that_no_variable_has(self, tmp_path: Path) -> None:
        odd = {"long": np.zeros(2, np.longdouble), "wide": np.zeros(2, np.clongdouble), "void": np.zeros(2, "V3")}
        odd |= {"record": np.zeros(2, "i4,f4"), "span": np.zeros(2, "m8[s]"), "pickle": np.array([None], object)}
        np.savez(tmp_path / "m.npz", w=np.arange(3.0), **odd)
        reader = load_checkpoint(tmp_path / "m.npz")
        assert list(reader) == ["w"] and reader["w"].tolist() == [0, 1, 2]
        assert reader.unreadable == dict.fromkeys(odd, "of a dtype that no variable has")

    def test_numpys_own_files(self, tmp_path: Path) -> None:
        table = np.array([["ab", "c"], ["", "\N{SNOWMAN}"]])
        np.savez_compressed(
            tmp_path / "m.npz",
            text=table,
            raw=np.array([b"xy", b"z"]),
            fortran=np.asfortranarray(np.arange(6).reshape(2, 3)),
            big=np.arange(3, dtype=">f4"),
            date=np.array(["2017-01-01"], "M8[D]"),
        )
        reader = load_checkpoint(tmp_path / "m.npz")
        assert reader["text"].tolist() == [[b"ab", b"c"], [b"", "\N{SNOWMAN}".encode()]]
        assert reader["raw"].tolist() == [b"xy", b"z"] and reader.info("raw").dtype == tf.string
        assert reader["fortran"].tolist() == [[0, 1, 2], [3, 4, 5]] and reader["fortran"].flags.c_contiguous
        assert reader["big"].dtype == np.float32 and reader["big"].tolist() == [0, 1, 2]
        with pytest.raises(UnimplementedError, match="date is of a dtype that no variable has"):
            reader["date"]

    def test_a_flipped_bit(self, tmp_path: Path) -> None:
        write_npz(str(tmp_path / "m.npz"), {"w": np.arange(100.0)})
        raw = bytearray((tmp_path / "m.npz").read_bytes())
        raw[raw.index(np.arange(100.0).tobytes()) + 5] ^= 1
        (tmp_path / "m.npz").write_bytes(raw)
        with pytest.raises(DataLossError, match=r"m\.npz: damaged.*Bad CRC-32 for file 'w.npy'"):
            load_checkpoint(tmp_path / "m.npz")["w"]

    def test_strings_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(
            UnimplementedError, match="words holds strings, which an .npz file could only keep as a pickle"
        ):
            write_npz(str(tmp_path / "m.npz"), {"words": TENSORS["string"]})
        assert list(tmp_path.iterdir()) == []


class TestSaver:
    def test_there_and_back(self, tmp_path: Path) -> None:
        w = tf.get_variable("a/w", [2, 3])
        n = tf.Variable(5, name="n", trainable=False)
        before = w.numpy()
        saver = tf.train.Saver()
        path = saver.save(None, tmp_path / "m", global_step=3)
        assert path == str(tmp_path / "m-3")
        w.assign(np.zeros((2, 3), np.float32))
        n.assign(8)
        buffer = w.array
        report = saver.restore(None, path)
        assert w.array is buffer and (buffer == before).all() and int(n) == 5
        assert report.loaded == ["a/w", "n"]
        reader = tf.train.load_checkpoint(path)
        assert reader.info("a/w").trainable is True and reader.info("n").trainable is False
        assert reader.global_step == 3

    def test_sess_may_be_left_out(self, tmp_path: Path) -> None:
        step = tf.Variable(12, name="global_step")
        saver = tf.train.Saver()
        assert saver.save(str(tmp_path / "m")) == str(tmp_path / "m")
        assert saver.save(str(tmp_path / "m"), 4) == str(tmp_path / "m-4")
        assert saver.save(str(tmp_path / "m"), global_step=step) == str(tmp_path / "m-12")
        assert saver.save(save_path=str(tmp_path / "m"), global_step=np.int64(6)) == str(tmp_path / "m-6")
        with tf.Session() as session:
            assert saver.save(session, str(tmp_path / "m"), step) == str(tmp_path / "m-12")
            assert saver.restore(session, str(tmp_path / "m-4")).loaded == ["global_step"]
        with pytest.raises(TypeError, match=r"write save\(path\)"):
            saver.save()
        for arguments in ((None,), (session, None), ()):
            with pytest.raises(ValueError, match="^Can't load save_path when it is None.*latest_checkpoint"):
                saver.restore(*arguments)

    def test_max_to_keep_and_the_state_file(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        saver = tf.train.Saver(max_to_keep=2)
        for step in range(4):
            saver.save(None, str(tmp_path / "m"), global_step=step)
        assert sorted(os.listdir(tmp_path)) == ["checkpoint", "m-2.safetensors", "m-3.safetensors"]
        paths = [str(tmp_path / "m-2"), str(tmp_path / "m-3")]
        lines = [f'model_checkpoint_path: "{paths[1]}"\n', *(f'all_model_checkpoint_paths: "{p}"\n' for p in paths)]
        assert (tmp_path / "checkpoint").read_text() == "".join(lines)
        assert saver.last_checkpoints == paths
        state = tf.train.get_checkpoint_state(str(tmp_path))
        assert state.model_checkpoint_path == paths[1]
        assert state.all_model_checkpoint_paths == paths
        assert tf.train.latest_checkpoint(str(tmp_path)) == paths[1]

    @pytest.mark.parametrize("max_to_keep", [None, 0])
    def test_keep_all(self, tmp_path: Path, max_to_keep: int | None) -> None:
        tf.get_variable("a", [1])
        saver = tf.train.Saver(max_to_keep=max_to_keep)
        for step in range(7):
            saver.save(str(tmp_path / "m"), step)
        assert len(list(tmp_path.glob("*.safetensors"))) == 7

    def test_saving_one_name_again_keeps_one(self, tmp_path: Path) -> None:
        a = tf.get_variable("a", [1], initializer=tf.zeros_initializer())
        saver = tf.train.Saver(max_to_keep=1)
        for value in (1, 2, 3):
            a.assign([value])
            saver.save(str(tmp_path / "m"))
        assert sorted(os.listdir(tmp_path)) == ["checkpoint", "m.safetensors"]
        assert tf.train.load_variable(str(tmp_path), "a").tolist() == [3]

    def test_keep_checkpoint_every_n_hours(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        tf.get_variable("a", [1])
        hours = 0.0
        monkeypatch.setattr("fastscope.checkpoint.saver.time.time", lambda: 1e9 + hours * 3600)
        saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=2)
        for step in range(8):
            hours = step + 0.5
            saver.save(str(tmp_path / "m"), step)
        assert {p.stem for p in tmp_path.glob("*.safetensors")} == {"m-2", "m-4", "m-6", "m-7"}

    def test_an_earlier_runs_checkpoints_are_taken_over(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        first = tf.train.Saver()
        paths = [first.save(str(tmp_path / "m"), step) for step in (1, 2)]
        second = tf.train.Saver(max_to_keep=2)
        second.recover_last_checkpoints([*paths, str(tmp_path / "m-gone")])
        assert second.last_checkpoints == paths
        second.save(str(tmp_path / "m"), 3)
        assert not (tmp_path / "m-1.safetensors").exists()

    def test_a_directory_of_tensorflows_is_taken_over(self, tmp_path: Path) -> None:
        a = tf.get_variable("a", [1])
        for step in (1, 2):
            write_bundle(str(tmp_path / f"m-{step}"), {"a": a.numpy()})
            (tmp_path / f"m-{step}.meta").touch()
        write_bundle(str(tmp_path / "m-20"), {"a": a.numpy()})
        saver = tf.train.Saver(max_to_keep=1)
        saver.recover_last_checkpoints([str(tmp_path / f"m-{step}") for step in (1, 2)])
        saver.save(str(tmp_path / "m"), 3)
        write_bundle(str(tmp_path / "m-3"), {"a": a.numpy()})
        saver.save(str(tmp_path / "m"), 4)
        bundles = [f"m-{step}.{end}" for step in (20, 3) for end in ("data-00000-of-00001", "index")]
        assert sorted(os.listdir(tmp_path)) == ["checkpoint", *bundles, "m-4.safetensors"]

    def test_relative_paths(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        tf.get_variable("a", [1])
        (tmp_path / "run").mkdir()
        monkeypatch.chdir(tmp_path)
        assert tf.train.Saver().save("run/m", 1) == "run/m-1"
        assert (tmp_path / "run/checkpoint").read_text().startswith('model_checkpoint_path: "m-1"\n')
        assert tf.train.latest_checkpoint("run") == "run/m-1"
        tf.train.Saver(save_relative_paths=True).save(str(tmp_path / "run/m"), 2)
        assert (tmp_path / "run/checkpoint").read_text().startswith('model_checkpoint_path: "m-2"\n')
        monkeypatch.chdir("run")
        tf.train.Saver().save("m", 3)
        assert tf.train.latest_checkpoint(".") == "./m-3"

    def test_a_moved_directory_is_found(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        (tmp_path / "old").mkdir()
        tf.train.Saver().save(str(tmp_path / "old/m"), 1)
        (tmp_path / "old").rename(tmp_path / "new")
        assert tf.train.latest_checkpoint(str(tmp_path / "new")) == str(tmp_path / "new/m-1")

    def test_a_latest_that_was_deleted(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        saver = tf.train.Saver()
        for step in (1, 2):
            saver.save(str(tmp_path / "m"), step)
        (tmp_path / "m-2.safetensors").unlink()
        assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "m-1")
        (tmp_path / "m-1.safetensors").unlink()
        assert tf.train.latest_checkpoint(str(tmp_path)) is None

    def test_no_state_file(self, tmp_path: Path) -> None:
        assert tf.train.latest_checkpoint(str(tmp_path)) is None
        assert tf.train.get_checkpoint_state(str(tmp_path / "nowhere")) is None

    def test_odd_names_survive_the_state_file(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        name = 'quote" back\\slash \N{SNOWMAN}\n'
        path = tf.train.Saver().save(str(tmp_path / name))
        assert tf.train.latest_checkpoint(str(tmp_path)) == path
        assert (tmp_path / "checkpoint").read_text().isascii()

    def test_a_damaged_state_file(self, tmp_path: Path) -> None:
        (tmp_path / "checkpoint").write_text("all_model_checkpoint_paths: 'm'")
        with pytest.raises(DataLossError, match="names no model_checkpoint_path"):
            tf.train.latest_checkpoint(str(tmp_path))

    def test_another_latest_filename_and_none(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        saver = tf.train.Saver(pad_step_number=True)
        path = saver.save(None, str(tmp_path / "m"), 7, "best")
        assert path == str(tmp_path / "m-00000007")
        assert tf.train.latest_checkpoint(str(tmp_path), "best") == path
        saver.save(None, str(tmp_path / "m"), 8, write_state=False)
        assert tf.train.latest_checkpoint(str(tmp_path), "best") == path
        assert saver.last_checkpoints == [path]

    def test_every_argument_of_tensorflows(self, tmp_path: Path) -> None:
        a = tf.get_variable("a", [1])
        saver = tf.train.Saver(
            [a], False, True, 5, 10000.0, "save", True, None, None, False, False, 2, True, True, None
        )
        path = saver.save(None, str(tmp_path / "m"), 7, None, "meta", False, True, False, False)
        assert path == str(tmp_path / "m-00000007") == tf.train.latest_checkpoint(str(tmp_path))
        assert (tmp_path / "checkpoint").read_text().startswith('model_checkpoint_path: "m-00000007"\n')
        tf.train.Saver(saver_def=None, builder=None, defer_build=False, write_version=2, filename="x")
        saver.save(None, str(tmp_path / "m"), strip_default_attrs=True, save_debug_info=True)

    def test_var_list_as_list_and_dict(self, tmp_path: Path) -> None:
        a = tf.get_variable("a", initializer=np.float32([1]))
        b = tf.get_variable("b", initializer=np.float32([2]))
        tf.train.Saver([b]).save(str(tmp_path / "list"))
        tf.train.Saver({"x/y": a}).save(str(tmp_path / "dict"))
        assert tf.train.list_variables(str(tmp_path / "list")) == [("b", [1])]
        assert tf.train.list_variables(str(tmp_path / "dict")) == [("x/y", [1])]
        tf.train.Saver({"x/y": b}).restore(str(tmp_path / "dict"))
        assert b.numpy().tolist() == [1]

    def test_the_variables_are_those_of_its_making(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        saver = tf.train.Saver()
        tf.get_variable("later", [1])
        saver.save(str(tmp_path / "m"))
        assert tf.train.list_variables(str(tmp_path / "m")) == [("a", [1])]

    def test_the_name_is_the_op_name(self, tmp_path: Path) -> None:
        tf.Variable(1.0, name="x")
        tf.get_variable("x", [2])
        tf.train.Saver().save(str(tmp_path / "m"))
        assert tf.train.list_variables(str(tmp_path / "m")) == [("x", []), ("x_1", [2])]

    def test_partitioned_variables_are_saved_whole(self, tmp_path: Path) -> None:
        value = np.arange(10, dtype=np.float32).reshape(5, 2)
        with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3)):
            w = tf.get_variable("w", [5, 2], initializer=tf.constant_initializer(value))
        saver = tf.train.Saver()
        saver.save(str(tmp_path / "m"))
        assert (tf.train.load_variable(str(tmp_path), "s/w") == value).all()
        w.assign(value * 0)
        saver.restore(str(tmp_path))
        assert (w.as_tensor() == value).all()
        with tf.Graph().as_default(), tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2, axis=1)):
            other = tf.get_variable("w", [5, 2])
            tf.train.Saver({"s/w": other}).restore(str(tmp_path))
            assert (other.as_tensor() == value).all()

    def test_some_parts_are_no_variable(self) -> None:
        with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3)):
            parts = list(tf.get_variable("w", [6, 2]))
        a, b = tf.get_variable("a", [2]), tf.get_variable("b", [2])
        got = r"all of the tensor (s/w|x) \[6, 2\], got s/w/part_"
        for some in (parts[1:], [parts[1]], {"x": parts[1]}, {"x": parts[:2]}, {"x": [*parts, parts[0]]}):
            with pytest.raises(ValueError, match=got):
                tf.train.Saver(some)
        with pytest.raises(ValueError, match=r"all of the tensor x \[2\], got a:0, b:0\. Pass the partitioned"):
            tf.train.Saver({"x": [a, b]})
        assert tf.train.Saver({"x": parts[::-1]}) and tf.train.Saver({"x": [a]}) and tf.train.Saver(parts[::-1])

    def test_bad_var_lists(self) -> None:
        with pytest.raises(ValueError, match="No variables to save"):
            tf.train.Saver()
        assert tf.train.Saver(allow_empty=True).last_checkpoints == []
        a = tf.get_variable("a", [1])
        with pytest.raises(ValueError, match="At least two variables have the same name: a"):
            tf.train.Saver([a, a])
        with pytest.raises(TypeError, match="Not a variable: 3. A Saver takes a list of Variables"):
            tf.train.Saver([3])
        with pytest.raises(TypeError, match="Not a variable"):
            tf.train.Saver({"a": [1, 2]})
        with pytest.raises(TypeError, match="keys of a Saver's var_list are the names .* got 1. Write"):
            tf.train.Saver({1: a})
        with pytest.raises(ValueError, match="max_to_keep is -1. Pass how many checkpoints to keep"):
            tf.train.Saver([a], max_to_keep=-1)

    def test_a_state_file_that_can_not_be_written(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        (tmp_path / "checkpoint").mkdir()
        with pytest.raises(OSError, match=r"Could not write .*/checkpoint: .*The new checkpoint .*/m-1 is complete"):
            tf.train.Saver().save(str(tmp_path / "m"), 1)
        assert list(load_checkpoint(tmp_path / "m-1")) == ["a"]

    def test_an_old_checkpoint_that_can_not_be_deleted(self, tmp_path: Path) -> None:
        tf.get_variable("a", [1])
        saver = tf.train.Saver(max_to_keep=1)
        saver.save(str(tmp_path / "m"), 1)
        (tmp_path / "m-1.safetensors").unlink()
        (tmp_path / "m-1.safetensors").mkdir()
        with pytest.warns(UserWarning, match=r"Could not delete the old checkpoint .*m-1: "):
            saver.save(str(tmp_path / "m"), 2)

    def test_a_directory_is_made_and_not_two(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        tf.get_variable("a", [1])
        saver = tf.train.Saver()
        path = saver.save(str(tmp_path / "new/m"), 3)
        assert tf.train.latest_checkpoint(str(tmp_path / "new")) == path
        monkeypatch.chdir(tmp_path)
        assert saver.save("newer/m") == "newer/m" and saver.restore("newer/m").loaded == ["a"]
        for parent in ("no/dir", "new/checkpoint/dir"):
            with pytest.raises(ValueError, match=rf"Parent directory of .*{parent}/m doesn't exist.*makedirs"):
                saver.save(f"{parent}/m")


class TestPaths:
    @pytest.fixture
    def saved(self, tmp_path: Path) -> Path:
        tf.get_variable("a", initializer=np.float32([1, 2]))
        tf.train.Saver().save(str(tmp_path / "m"), 7)
        return tmp_path

    @pytest.mark.parametrize("name", ["m-7", "m-7.safetensors", ""])
    def test_prefix_file_and_directory(self, saved: Path, name: str) -> None:
        assert tf.train.load_variable(saved / name, "a").tolist() == [1, 2]
        assert tf.train.Saver().restore(os.fsencode(saved / name)).loaded == ["a"]

    def test_a_directory_without_a_state_file(self, saved: Path) -> None:
        (saved / "checkpoint").unlink()
        assert list(load_checkpoint(saved)) == ["a"]
        tf.train.Saver().save(str(saved / "n"), write_state=False)
        with pytest.raises(ValueError, match=r"holds several checkpoints .*m-7, .*n\. Name one"):
            load_checkpoint(saved)

    def test_a_latest_that_was_deleted(self, saved: Path) -> None:
        saver = tf.train.Saver()
        for step in (8, 9):
            saver.save(str(saved / "m"), step)
        (saved / "m-9.safetensors").unlink()
        assert load_checkpoint(saved).path == tf.train.latest_checkpoint(str(saved)) + ".safetensors"
        assert load_checkpoint(saved).global_step == 8

    @pytest.mark.parametrize("place", [r"C:\\Users\\me\\run\\", "D:/run/", r"\\\\server\\share\\run\\"])
    def test_a_state_file_from_windows(self, saved: Path, place: str) -> None:
        tf.train.Saver().save(str(saved / "n"), write_state=False)
        (saved / "checkpoint").write_text(f'model_checkpoint_path: "{place}m-7"\n')
        assert tf.train.latest_checkpoint(str(saved)) == str(saved / "m-7")
        assert load_checkpoint(saved).global_step == 7

    def test_a_name_without_its_files_is_none(self, saved: Path) -> None:
        (saved / "checkpoint").unlink()
        (saved / "gone.meta").touch()
        assert load_checkpoint(saved).global_step == 7

    def test_nothing_there_lists_what_is(self, saved: Path) -> None:
        there = rf"Failed to find any matching files for {saved}/m-8 \(no such file\).*holds {saved}/m-7\."
        with pytest.raises(NotFoundError, match=f"^{there}"):
            load_checkpoint(saved / "m-8")
        with pytest.raises(NotFoundError, match="matching files for nowhere/x"):
            load_checkpoint("nowhere/x")
        with pytest.raises(ValueError, match=f"^The passed save_path is not a valid checkpoint: {saved}/m-8. {there}"):
            tf.train.Saver().restore(saved / "m-8")

    def test_a_file_of_another_kind(self, saved: Path) -> None:
        (saved / "notes.txt").write_text("hello, this is text")
        with pytest.raises(DataLossError, match="notes.txt is in a different file format.*Pass one of these"):
            load_checkpoint(saved / "notes.txt")
        (saved / "empty").mkdir()
        with pytest.raises(ValueError, match="^Couldn't find 'checkpoint' file or checkpoints in given directory"):
            load_checkpoint(saved / "empty")

    def test_exists(self, saved: Path) -> None:
        assert tf.train.checkpoint_exists(str(saved / "m-7"))
        assert not tf.train.checkpoint_exists(str(saved / "m-6"))

    def test_load_variable_is_a_copy(self, saved: Path) -> None:
        value = tf.train.load_variable(saved, "a")
        value[0] = 5
        assert value.tolist() == [5, 2]
