"""Files as people have them: of other kinds, cut in shards, private, in the way; each is named for what it is."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import stat
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import fastscope as tf
from fastscope.checkpoint import load_checkpoint, write_bundle, write_npz, write_safetensors
from fastscope.errors import DataLossError, NotFoundError, UnimplementedError

W, B = np.float32([[1, 2], [3, 4]]), np.float32([5, 6])
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 48000\n"


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


def zip_of(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")
    return stream.getvalue()


def tar_of(name: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return stream.getvalue()


def saved(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


KINDS = [
    ("model.pt", zip_of("model/data.pkl", "model/data/0"), "a PyTorch file", "weights_only=True"),
    ("pytorch_model.bin", zip_of("archive/data.pkl"), "a PyTorch file", "'pytorch_model.safetensors'"),
    ("script.pt", zip_of("s/data.pkl", "s/constants.pkl"), "a TorchScript module", "torch.jit.load"),
    ("old.pth", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M", "a PyTorch file", "torch.load('old.pth'"),
    ("named.pth", b"\x80\x02}q\0.", "a PyTorch file", "torch.load"),
    ("model.keras", zip_of("config.json", "metadata.json"), "a Keras archive without", "model.save_weights"),
    ("w.npy", saved(W), "a .npy file, one array without a name", "numpy.savez('w.npz', w=numpy.load('w.npy'))"),
    ("w.dat", saved(W), "a .npy file", "numpy.savez('w.npz', w=numpy.load('w.dat'))"),
    ("p.bin", pickle.dumps({"w": 1}), "a pickle, which runs code", "If you trust it"),
    ("model.onnx", b"\x08\x08\x12\x07pytorch", "an ONNX model", "onnx.load('model.onnx').graph.initializer"),
    ("m.gguf", b"GGUF\x03\0\0\0", "a GGUF file", "gguf.GGUFReader('m.gguf')"),
    ("m.tflite", b"\x1c\0\0\0TFL3", "a TensorFlow Lite model", "SavedModel"),
    ("frozen.pb", b"\n\x10\n\x01x", "a graph of TensorFlow", "end in .index"),
    ("alone.meta", b"\n\x10\n\x01x", "a graph of TensorFlow", "end in .index"),
    ("m.mat", b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB file", "scipy.io.loadmat('m.mat')"),
    ("flax.msgpack", b"\x81\xa1w\xc0", "a msgpack file", "msgpack_restore"),
    ("m.tar", tar_of("model.ckpt"), "a packed archive", "Unpack it"),
    ("m.tar.gz", b"\x1f\x8b\x08\0", "a packed archive", "Unpack it"),
    ("notes.zip", zip_of("readme.txt"), "a zip archive without arrays", "Unpack it"),
    ("model.ckpt", b"\n<!DOCTYPE html><html>404", "a web page", "link to the file"),
    ("x.ckpt", b"<?xml version='1.0'?><Error>", "an XML text", "error message"),
    ("config.json", b'{"hidden_size": 4}', "a JSON text", "lies beside it"),
    ("nothing.ckpt", b"", "an empty file", "again"),
]  # fmt: skip


class TestOtherKinds:
    @pytest.mark.parametrize(("name", "data", "what", "way"), KINDS, ids=[kind[0] for kind in KINDS])
    def test_it_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, what: str, way: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path(name).write_bytes(data)
        for call in (load_checkpoint, tf.train.Saver([], allow_empty=True).restore):
            with pytest.raises(DataLossError, match=rf"^{re.escape(name)} is {re.escape(what)}.* in a different file"):
                call(name)
            with pytest.raises(DataLossError, match=re.escape(way)):
                call(name)

    @pytest.mark.parametrize("name", ["m.safetensors", "m.npz"])
    @pytest.mark.parametrize(
        ("data", "what"),
        [(b"", "an empty file"), (b"<html>404", "a web page"), (saved(W), "a .npy file"), (b"GGUF\3", "a GGUF file"),
         (pickle.dumps({"w": W}), "a pickle"), (b"\x1f\x8b\x08\0", "a packed archive")],
    )  # fmt: skip
    def test_whatever_its_name_says(self, tmp_path: Path, name: str, data: bytes, what: str) -> None:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DataLossError, match=rf"{name} is {what}.*in a different file format"):
            load_checkpoint(tmp_path / name)

    @pytest.mark.parametrize("nbytes", [0x0280, 0x8B1F])  # of a header: its first bytes are a pickle's, and gzip's
    def test_a_header_may_look_like_anything(self, tmp_path: Path, nbytes: int) -> None:
        header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode().ljust(nbytes)
        (tmp_path / "m.safetensors").write_bytes(nbytes.to_bytes(8, "little") + header + bytes(4))
        assert load_checkpoint(tmp_path / "m.safetensors")["w"].tolist() == [0]

    @pytest.mark.parametrize("name", [kind[0] for kind in KINDS if kind[0].endswith(("npy", "dat"))])
    def test_numpys_way_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.chdir(tmp_path)
        Path(name).write_bytes(saved(W))
        self.follow(name)
        assert (load_checkpoint("w.npz")["w"] == W).all()

    def test_a_pickles_way_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("p.pkl").write_bytes(pickle.dumps({"a/w": W}))
        self.follow("p.pkl")
        assert (load_checkpoint("p.npz")["a/w"] == W).all()

    @pytest.mark.slow
    @pytest.mark.parametrize("way", ["zip", "old", "script"])
    def test_torchs_way_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
        torch = pytest.importorskip("torch")
        monkeypatch.chdir(tmp_path)
        layer = torch.nn.Linear(2, 2)
        if way == "script":
            torch.jit.script(layer).save("m.pt")
        else:
            state = {**layer.state_dict(), "turned": layer.weight.detach().T, "half": layer.bias.detach().bfloat16()}
            torch.save(state, "m.pt", _use_new_zipfile_serialization=way == "zip")
        self.follow("m.pt")
        reader = load_checkpoint("m.safetensors")
        assert (reader["weight"] == layer.weight.detach().numpy()).all()
        assert way == "script" or (reader["turned"] == reader["weight"].T).all()

    @pytest.mark.slow
    def test_onnxs_way_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        onnx = pytest.importorskip("onnx")
        monkeypatch.chdir(tmp_path)
        tensor = onnx.numpy_helper.from_array(W, "w")
        onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "g", [], [], [tensor])), "m.onnx")
        self.follow("m.onnx")
        assert (load_checkpoint("m.npz")["w"] == W).all()

    def follow(self, name: str) -> None:
        """Run the line of Python that the message offers."""
        with pytest.raises(DataLossError) as caught:
            load_checkpoint(name)
        exec(str(caught.value).split("`")[1], {})

    @pytest.mark.parametrize("name", ["m.safetensors", "m.npz", "m.index", "m.ckpt", "m.data-00000-of-00001"])
    def test_what_git_left_in_a_files_place(self, tmp_path: Path, name: str) -> None:
        if name.startswith("m.data"):
            write_bundle(str(tmp_path / "m"), {"w": W})
        (tmp_path / name).write_bytes(LFS)
        with pytest.raises(DataLossError, match=rf"{name} is a pointer of Git LFS.*`git lfs pull`"):
            _ = load_checkpoint(tmp_path / name)["w"]
        assert tf.train.checkpoint_exists(str(tmp_path / name))

    def test_a_saved_model(self, tmp_path: Path) -> None:
        (tmp_path / "variables").mkdir()
        write_bundle(str(tmp_path / "variables/variables"), {"w": W})
        (tmp_path / "saved_model.pb").write_bytes(b"\x08\1")
        assert list(load_checkpoint(tmp_path)) == ["w"]


class TestInTheWay:
    @pytest.mark.parametrize("name", ["checkpoint", "m.data-00000-of-00001", "m.index", "m.safetensors", "m"])
    def test_a_pipe_is_not_waited_for(self, tmp_path: Path, name: str) -> None:
        write_bundle(str(tmp_path / "m"), {"w": W})
        (tmp_path / name).unlink(missing_ok=True)
        os.mkfifo(tmp_path / name)
        if name == "checkpoint":
            with pytest.warns(UserWarning, match="checkpoint is ignored: it is no state file of checkpoints .*pipe"):
                assert tf.train.latest_checkpoint(str(tmp_path)) is None
        elif name in ("m.data-00000-of-00001", "m.safetensors", "m"):
            # beside the bundle of the same prefix only its data file is in the way
            if name.startswith("m.data"):
                with pytest.raises(DataLossError, match="m.data-00000-of-00001 is no file that holds data"):
                    _ = load_checkpoint(tmp_path / "m")["w"]
            else:
                assert (load_checkpoint(tmp_path / "m")["w"] == W).all()
        else:
            with pytest.raises(NotFoundError, match="m.index is not there"):
                load_checkpoint(tmp_path / "m")

    def test_a_device(self) -> None:
        with pytest.raises(DataLossError, match="/dev/zero is no file that holds data.*Copy what comes out of it"):
            load_checkpoint("/dev/zero")

    def test_what_one_may_not_read(self, tmp_path: Path) -> None:
        """What permissions hide is not called missing."""
        for name in "ab":
            (tmp_path / name).mkdir()
        write_safetensors(str(tmp_path / "a/m.safetensors"), {"w": W})
        write_safetensors(str(tmp_path / "b/m.safetensors"), {"w": W})
        (tmp_path / "b/checkpoint").write_text('model_checkpoint_path: "m"')
        os.chmod(tmp_path / "b/m.safetensors", 0)
        os.chmod(tmp_path / "a", 0)
        code = (
            "import contextlib, os, fastscope as tf, fastscope.checkpoint.restore\n"
            "with contextlib.suppress(PermissionError): tf.train.load_checkpoint('b/m')\n"  # imports what it takes
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "for call, path in ((tf.train.load_checkpoint, 'a/m'), (tf.train.load_checkpoint, 'a'),\n"
            "                   (tf.train.latest_checkpoint, 'a'), (tf.train.load_checkpoint, 'b'),\n"
            "                   (tf.train.Saver([], allow_empty=True).restore, 'b/m')):\n"
            "    try: call(path)\n"
            "    except PermissionError as error: print(error)\n"
        )
        for folder in (tmp_path, *tmp_path.parents[:2]):  # pytest's own, which it keeps to the user
            os.chmod(folder, 0o711)
        environment = {**os.environ, "PYTHONPATH": str(Path(tf.__file__).parents[1])}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment
        )
        os.chmod(tmp_path / "a", 0o700)
        assert done.stdout.count("Permission denied") == 5, done.stdout + done.stderr


class TestPermissions:
    """What its owner made private stays private."""

    def test_of_the_savers_files(self, tmp_path: Path) -> None:
        tf.get_variable("w", [2])
        saver = tf.train.Saver()
        for _ in range(2):
            path = saver.save(str(tmp_path / "m"))
            files = [tmp_path / "checkpoint", Path(path + ".safetensors")]
            for file in files:
                os.chmod(file, 0o600)
        saver.save(str(tmp_path / "m"))
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]

    @pytest.mark.parametrize("kind", ["bundle", "npz"])
    def test_of_other_formats(self, tmp_path: Path, kind: str) -> None:
        def write() -> None:
            if kind == "npz":
                write_npz(str(tmp_path / "m.npz"), {"w": W})
            else:
                write_bundle(str(tmp_path / "m"), {"w": W})

        write()
        for mode in (0o640, 0o600):
            for file in tmp_path.iterdir():
                os.chmod(file, mode)
            write()  # the data file of a bundle has another name each time
            assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {mode}


class TestTakenOver:
    """A Saver deletes what lies beside its checkpoints, whatever a state file names."""

    @pytest.mark.parametrize("named", ["../victim", "sub/../../victim", "link/victim", "{absolute}/victim"])
    def test_what_lies_elsewhere_stays(self, tmp_path: Path, named: str) -> None:
        write_safetensors(str(tmp_path / "victim.safetensors"), {"w": B})
        folder = tmp_path / "ckpt"
        (folder / "sub").mkdir(parents=True)
        write_safetensors(str(folder / "m-0.safetensors"), {"w": B})
        (folder / "link").symlink_to(tmp_path)
        paths = [named.format(absolute=tmp_path), "m-0"]
        (folder / "checkpoint").write_text("".join(f'all_model_checkpoint_paths: "{p}"\n' for p in paths)
                                           + 'model_checkpoint_path: "m-0"')  # fmt: skip
        tf.get_variable("w", [2])
        saver = tf.train.Saver(max_to_keep=1)
        state = tf.train.get_checkpoint_state(str(folder))
        assert state is not None
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        assert len(saver.last_checkpoints) == 2
        with pytest.warns(UserWarning, match=r"victim is one checkpoint too many, and stays: this Saver didn't write"):
            path = saver.save(str(folder / "m"), 1)
        assert (tmp_path / "victim.safetensors").exists()
        assert not (folder / "m-0.safetensors").exists() and saver.last_checkpoints == [path]

    @pytest.mark.filterwarnings("error")
    def test_its_own_may_lie_anywhere(self, tmp_path: Path) -> None:
        tf.get_variable("w", [2])
        saver = tf.train.Saver(max_to_keep=1)
        first = saver.save(str(tmp_path / "one/m"))
        saver.save(str(tmp_path / "two/m"))
        assert not tf.train.checkpoint_exists(first)


# What TensorFlow 1.15.5 answers to each of these texts; None is what it says, with a warning, where one doesn't parse.
STATES = [
    ('model_checkpoint_path: "m-1"\n', "m-1"),
    ("model_checkpoint_path: 'm-1'\n", "m-1"),
    ('# by hand\nmodel_checkpoint_path: "m-1" # the best one\n', "m-1"),
    ('model_checkpoint_path: "m" "-1"\n', "m-1"),
    ("model_checkpoint_path: 'm' \"-1\"", "m-1"),
    ('model_checkpoint_path: "x"\nmodel_checkpoint_path: "m-1"\n', "m-1"),
    ('model_checkpoint_path: "m-1"; all_model_checkpoint_paths: ["m-1", "m-2"]', "m-1"),
    ('model_checkpoint_path: "m-1"\r\n', "m-1"),
    ('all_model_checkpoint_timestamps: 15.5\nmodel_checkpoint_path: "m-1"\nlast_preserved_timestamp: 1e9\n', "m-1"),
    (r'model_checkpoint_path: "\155\x2d\061"', "m-1"),
    ("hello world\n", None),
    ('{"model_checkpoint_path": "m-1"}', None),
    ('model_checkpoint_path "m-1"\n', None),
    ("model_checkpoint_path: m-1\n", None),
    ('model_checkpoint_path: "m-1"\nfoo: 3\n', None),
    ('\ufeffmodel_checkpoint_path: "m-1"\n', None),
    ('model_checkpoint_path: "m-\n1"\n', None),
    ('model_checkpoint_path: "m-1', None),
    ('model_checkpoint_path: ["m-1"', None),
    ("<html>", None),
    ("\0\0\0", None),
    ("a" * 100_000 + ": " + "\\" * 100_000, None),
    ('model_checkpoint_path: "' + "\\" * 100_001, None),
    (LFS.decode(), None),
]


class TestStateFile:
    @pytest.mark.parametrize(("text", "latest"), STATES, ids=[text[:40] for text, _ in STATES])
    def test_by_hand_or_of_another_kind(self, tmp_path: Path, text: str, latest: str | None) -> None:
        write_bundle(str(tmp_path / "m-1"), {"w": W})
        (tmp_path / "checkpoint").write_text(text, "utf-8", newline="")
        start_s = time.monotonic()
        if latest is None:
            with pytest.warns(UserWarning, match="checkpoint is ignored: it is no state file"):
                assert tf.train.latest_checkpoint(str(tmp_path)) is None
        else:
            assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / latest)
        assert time.monotonic() - start_s < 2  # in proportion to its length

    def test_a_directory_of_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "checkpoint").mkdir()
        with pytest.warns(UserWarning, match="checkpoint is ignored"):
            assert tf.train.latest_checkpoint(str(tmp_path)) is None


class TestNames:
    def test_a_variables_name_is_its_tensors(self, tmp_path: Path) -> None:
        with tf.variable_scope("s"):
            v = tf.get_variable("v", initializer=B)
        path = tf.train.Saver().save(str(tmp_path / "m"))
        assert (tf.train.load_variable(path, v.name) == B).all()
        with pytest.raises(NotFoundError, match="Key s/v:1 not found.*nearest: s/v"):
            tf.train.load_variable(path, "s/v:1")

    def test_a_tensor_whose_own_name_has_a_number(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"v:0": W, "v": B})
        assert tf.train.load_variable(tmp_path / "m", "v:0").shape == (2, 2)

    @pytest.mark.parametrize("given", ["w", ["w"], 5, [("w",)]])
    def test_no_assignment_map(self, tmp_path: Path, given: Any) -> None:
        write_bundle(str(tmp_path / "m"), {"w": B})
        with pytest.raises(TypeError, match="An assignment map is a dict, or pairs"):
            tf.train.init_from_checkpoint(tmp_path / "m", given)

    def test_an_assignment_map_turned_round(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"w": B})
        v = tf.get_variable("v", [2])
        with pytest.raises(TypeError, match=r"keys of an assignment map are names.*Write \{'w': variable\}"):
            tf.train.init_from_checkpoint(tmp_path / "m", {v: "w"})
        with pytest.raises(TypeError, match=r"got None\. Write \{'name': variable\}"):
            tf.train.init_from_checkpoint(tmp_path / "m", {None: [v]})  # type: ignore[dict-item]
        with pytest.raises(TypeError, match="Variables to save should be passed in a dict or a list"):
            tf.train.Saver(v)

    def test_a_tensor_mapped_to_a_scope(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"s/v": B})
        tf.get_variable("t/v", [2])
        with pytest.raises(ValueError, match=r"the tensor 's/v' to the scope 't/'\. Write \{'s/v': 't/name'\} for one"):
            tf.train.init_from_checkpoint(tmp_path / "m", {"s/v": "t/"})


FLOAT8 = {
    "F8_E4M3": ml_dtypes.float8_e4m3fn,
    "F8_E5M2": ml_dtypes.float8_e5m2,
    "F8_E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "F8_E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
    "F8_E8M0": ml_dtypes.float8_e8m0fnu,
}


class TestFloat8:
    VALUES = np.float32([0.5, 1, 2, 4])

    @pytest.mark.parametrize(("code", "scalar"), FLOAT8.items())
    def test_of_safetensors(self, tmp_path: Path, code: str, scalar: type) -> None:
        data = self.VALUES.astype(scalar)
        header = json.dumps({"q": {"dtype": code, "shape": [4], "data_offsets": [0, 4]}}).encode()
        (tmp_path / "m.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + data.tobytes())
        reader = load_checkpoint(tmp_path / "m")
        assert reader["q"].dtype == scalar and (reader["q"].astype(np.float32) == self.VALUES).all()
        assert reader.info("q").dtype.name == np.dtype(scalar).name

    def test_its_variable_is_of_another_dtype(self, tmp_path: Path) -> None:
        path = str(tmp_path / "m")
        write_safetensors(path + ".safetensors", {"q": self.VALUES.astype(ml_dtypes.float8_e5m2)})
        variable = tf.get_variable("q", [4])
        with pytest.raises(ValueError, match=r"q is float32 \[4\], in the checkpoint float8_e5m2 \[4\]") as caught:
            tf.train.Saver().restore(path)
        (line,) = re.findall(r"variable\.assign\(.*\)(?=\.)", str(caught.value))
        exec(line, {"variable": variable, "tf": tf, "path": path})
        assert (variable.numpy() == self.VALUES).all()

    def test_from_format_to_format(self, tmp_path: Path) -> None:
        tensors = {np.dtype(scalar).name: self.VALUES.astype(scalar) for scalar in FLOAT8.values()}
        write_safetensors(str(tmp_path / "m.safetensors"), tensors)
        reader = load_checkpoint(tmp_path / "m.safetensors")
        assert {name: array.tobytes() for name, array in reader.items()} == {
            name: array.tobytes() for name, array in tensors.items()
        }
        with pytest.raises(UnimplementedError, match="float8_e8m0fnu.*has no number for.*Leave it out"):
            write_bundle(str(tmp_path / "b"), tensors)
        del tensors["float8_e8m0fnu"]
        write_bundle(str(tmp_path / "b"), tensors)
        assert {name: array.dtype.name for name, array in load_checkpoint(tmp_path / "b").items()} == {
            name: name for name in tensors
        }
        with pytest.raises(UnimplementedError, match=r"float8_e\w+ .*\.npz.*Leave it out"):
            write_npz(str(tmp_path / "n.npz"), tensors)
        assert not (tmp_path / "n.npz").exists()

    def test_what_no_array_has_is_not_called_missing(self, tmp_path: Path) -> None:
        header = json.dumps({"q": {"dtype": "F4", "shape": [4], "data_offsets": [0, 2]}}).encode()
        (tmp_path / "m.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"00")
        q = tf.get_variable("q", [4])
        with pytest.raises(ValueError, match=r"q is float32 \[4\], in the checkpoint of safetensors' dtype F4, which"):
            tf.train.Saver().restore(tmp_path / "m")
        with pytest.raises(UnimplementedError, match="q is of safetensors' dtype F4"):
            tf.train.init_from_checkpoint(tmp_path / "m", {"q": q})


class TestShards:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        write_safetensors(str(tmp_path / "model-00001-of-00002.safetensors"), {"a": W})
        write_safetensors(str(tmp_path / "model-00002-of-00002.safetensors"), {"b": B, "c": B + 1})
        return tmp_path

    def index(self, folder: Path, **homes: Any) -> Path:
        path = folder / "model.safetensors.index.json"
        path.write_text(json.dumps({"metadata": {"total_size": 32}, "weight_map": homes}))
        return path

    @pytest.mark.parametrize("name", ["", "model", "model.safetensors.index.json"])
    def test_one_checkpoint(self, folder: Path, name: str) -> None:
        shards = [f"model-0000{k}-of-00002.safetensors" for k in (1, 2)]
        self.index(folder, a=shards[0], b=shards[1])
        reader = load_checkpoint(folder / name)
        assert list(reader) == ["a", "b"] and (reader["a"] == W).all() and (reader.mapped("b") == B).all()
        b = tf.get_variable("b", [2])
        assert tf.train.Saver().restore(folder / name).loaded == ["b"] and (b.numpy() == B).all()

    @pytest.mark.parametrize("name", ["", "model"])
    def test_without_an_index(self, folder: Path, name: str) -> None:
        assert list(load_checkpoint(folder / name)) == ["a", "b", "c"]
        assert list(load_checkpoint(folder / "model-00002-of-00002.safetensors")) == ["b", "c"]
        (folder / "model-00001-of-00002.safetensors").unlink()
        with pytest.raises(NotFoundError, match=r"model-00001-of-00002.safetensors; No such file.*It is a part of"):
            load_checkpoint(folder / name)

    def test_two_cuts(self, folder: Path) -> None:
        write_safetensors(str(folder / "model-00001-of-00003.safetensors"), {"a": W})
        with pytest.raises(ValueError, match=r"several cuts, of 00002 and of 00003 shards, without .*index\.json"):
            load_checkpoint(folder / "model")

    def test_an_index_that_lies(self, folder: Path) -> None:
        path = self.index(folder, a="model-00002-of-00002.safetensors")
        with pytest.raises(DataLossError, match="a lies in model-00002-of-00002.safetensors, which doesn't hold it"):
            load_checkpoint(path)
        self.index(folder, a="../model-00001-of-00002.safetensors")
        with pytest.raises(DataLossError, match="names files outside of its directory"):
            load_checkpoint(path)
        for text in ("{}", "[", '{"weight_map": {"a": 5}}', '{"weight_map": [1]}'):
            path.write_text(text)
            with pytest.raises(DataLossError, match="index of safetensors|names files outside"):
                load_checkpoint(path)


class TestHdf5:
    @pytest.fixture
    def path(self, tmp_path: Path) -> str:
        h5py = pytest.importorskip("h5py")
        path = str(tmp_path / "m.h5")
        with h5py.File(path, "w") as file:
            file["lstm/lstm/kernel:0"] = W
            file["names"] = np.array([b"one", b"two"], object)
            file.create_dataset("packed", data=np.zeros((10, 10)), compression="gzip")
            file["link"] = h5py.SoftLink("/lstm")
            file["away"] = h5py.ExternalLink("other.h5", "/x")
            file.create_dataset("odd", data=np.zeros(3, [("x", "f4")]))
        return path

    def test_datasets_are_tensors(self, path: str) -> None:
        reader = load_checkpoint(path)
        assert list(reader) == ["lstm/lstm/kernel", "names", "packed"] and list(reader.unreadable) == ["odd"]
        assert (reader["lstm/lstm/kernel"] == W).all() and reader["names"].tolist() == [b"one", b"two"]
        assert reader["packed"].shape == (10, 10)

    def test_a_keras_archive(self, path: str, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
            archive.writestr("config.json", "{}")
            archive.write(path, "model.weights.h5")
        assert (load_checkpoint(tmp_path / "m.keras")["lstm/lstm/kernel"] == W).all()

    def test_without_h5py(self, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "h5py", None)
        with pytest.raises(ImportError, match=r"pip install 'fastscope\[keras\]'"):
            load_checkpoint(path)

    def test_a_damaged_one(self, path: str) -> None:
        raw = Path(path).read_bytes()
        for cut in (20, 100, len(raw) // 2):
            Path(path).write_bytes(raw[:cut])
            with pytest.raises(DataLossError, match="no sound HDF5 file"):
                load_checkpoint(path)

    def test_a_size_that_nothing_stands_for(self, path: str) -> None:
        h5py = pytest.importorskip("h5py")
        with h5py.File(path, "w") as file:
            file.create_dataset("w", (10**12,), "f4", chunks=(1000,))
        with pytest.raises(DataLossError, match="w can't be as big as it says"):
            _ = load_checkpoint(path)["w"]


class TestNpzHeaders:
    def npz(self, tmp_path: Path, text: str, data: bytes = b"", version: int = 1) -> Path:
        width = 2 if version == 1 else 4
        member = b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(width, "little") + text.encode() + data
        with zipfile.ZipFile(tmp_path / "m.npz", "w") as archive:
            archive.writestr("w.npy", member)
        return tmp_path / "m.npz"

    @pytest.mark.parametrize(
        "header",
        [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3L,\n",  # no end: a TokenError of Python's tokenizer
            "{'descr': '|S0', 'fortran_order': False, 'shape': (100000000,), }\n",  # strings of no width: any number
            "{'descr': '<U0', 'fortran_order': False, 'shape': (100000000,), }\n",
            "{'descr': '|V0', 'fortran_order': False, 'shape': (100000000,), }\n",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -2), }\n",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,), }\n",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "0, " * 65 + "0), }\n",
            "{'descr': 'wrong', 'fortran_order': False, 'shape': (2,), }\n",
            "{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': 5, }\n",
            "{'descr': [('a', '<f4'), 5], 'fortran_order': False, 'shape': (2,), }\n",
            "{'shape': " + "(" * 200 + "\n",
            "{" * 9000 + "\n",
            "{'descr': '<f4'}\n",
            "\0\n",
            "",
        ],
    )
    @pytest.mark.parametrize("version", [1, 2, 3, 9])
    def test_damaged(self, tmp_path: Path, header: str, version: int) -> None:
        path = self.npz(tmp_path, header, bytes(8), version)
        with (
            pytest.raises(DataLossError, match=r"m.npz: damaged.*no sound \.npz file")
            if "V0" not in header
            else (pytest.raises(UnimplementedError, match="w is of a dtype that no variable has"))
        ):
            _ = load_checkpoint(path)["w"]

    @pytest.mark.parametrize(
        "header",
        [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }    \n",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n",
            '{"shape": (2,), "descr": "<f4", "fortran_order": False}\n',
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }" + " " * 1000 + "\n",
        ],
    )
    @pytest.mark.parametrize("version", [1, 2])
    def test_as_other_programs_write_them(self, tmp_path: Path, header: str, version: int) -> None:
        reader = load_checkpoint(self.npz(tmp_path, header, B.tobytes(), version))
        assert reader["w"].tolist() == [5, 6]

    def test_opening_reads_a_header_an_array_and_no_more(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What zipfile and NumPy do to open a member would make up most of the time."""
        arrays = {f"a/{k}": np.full(k % 7, k) for k in range(300)}
        for save in (np.savez, np.savez_compressed):
            save(tmp_path / "m.npz", **arrays)
            with monkeypatch.context() as patched:
                patched.setattr(zipfile.ZipFile, "open", None)
                reader = load_checkpoint(tmp_path / "m.npz")
            assert (reader["a/299"] == arrays["a/299"]).all() and len(reader) == 300

    def test_what_numpy_writes(self, tmp_path: Path) -> None:
        arrays = {"f": np.asfortranarray(W), "s": np.array(5), "e": np.zeros((0, 3)), "u": np.array(["a", "bc"]),
                  "big": W.astype(">f8"), "many": np.zeros((1,) * 20)}  # fmt: skip
        for save in (np.savez, np.savez_compressed):
            save(tmp_path / "m.npz", **arrays)
            reader = load_checkpoint(tmp_path / "m.npz")
            assert {n: list(a.shape) for n, a in arrays.items()} == reader.get_variable_to_shape_map()
            assert (reader["f"] == W).all() and (reader["big"] == W).all() and reader["u"].tolist() == [b"a", b"bc"]
