"""Matching names, and all or nothing: `Saver.restore`, `init_from_checkpoint`, the names of older TensorFlows."""

from __future__ import annotations

import errno
import itertools
import os
import re
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.arrays import gpu_count
from fastscope.checkpoint import load_checkpoint, modern_name, restore, write_bundle, write_safetensors
from fastscope.checkpoint.init_from import init_from_checkpoint
from fastscope.checkpoint.slots import slots_among
from fastscope.errors import DataLossError, InvalidArgumentError, NotFoundError

pytestmark = pytest.mark.filterwarnings("ignore:Nothing was restored")  # TestNothing is about it
W, B, N = np.float32([[1, 2], [3, 4]]), np.float32([5, 6]), np.int64(7)


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def ckpt(tmp_path: Path) -> str:
    """A checkpoint with old/w, old/b and global_step."""
    path = str(tmp_path / "m-7")
    write_safetensors(path + ".safetensors", {"old/w": W, "old/b": B, "global_step": N}, global_step=7)
    return path


def variables(*names: str, scope: str = "") -> list[tf.Variable]:
    """Variables of these names, with the shapes of the checkpoint's tensors and values of their own."""
    values = {"w": -W, "b": -B, "global_step": -N}
    return [tf.get_variable(f"{scope}{name}", initializer=values[name[-1:] if scope else name]) for name in names]


class TestStrict:
    def test_missing_lists_the_nearest_and_changes_nothing(self, ckpt: str) -> None:
        b, lost = variables("b", scope="old/")[0], tf.get_variable("new/w", initializer=W)
        saver = tf.train.Saver()
        before = b.numpy()
        with pytest.raises(NotFoundError, match="^Restoring from checkpoint failed") as caught:
            saver.restore(ckpt)
        message = str(caught.value)
        assert "Key new/w not found in checkpoint; nearest: old/w" in message
        assert "not asked for: global_step, old/w" in message
        assert "strict=False" in message
        assert (b.numpy() == before).all() and (lost.numpy() == W).all()

    @pytest.mark.parametrize(("shape", "dtype"), [([2, 3], tf.float32), ([4], tf.float32), ([2, 2], tf.float64)])
    def test_a_shape_or_dtype_that_differs(self, ckpt: str, shape: list[int], dtype: Any) -> None:
        tf.get_variable("old/w", shape, dtype=dtype)
        (b,) = variables("b", scope="old/")
        with pytest.raises(InvalidArgumentError, match="^Restoring from checkpoint failed") as caught:
            tf.train.Saver().restore(ckpt)
        wanted = f"old/w is {dtype.name} {shape}, in the checkpoint float32 [2, 2]"
        assert wanted in str(caught.value)
        assert (b.numpy() == -B).all()

    def test_a_damaged_tensor_changes_nothing(self, ckpt: str) -> None:
        w, b = variables("w", "b", scope="old/")
        file = Path(ckpt + ".safetensors")
        raw = bytearray(file.read_bytes())
        raw[raw.index(W.tobytes())] ^= 1  # the other tensor is read first
        file.write_bytes(raw)
        with pytest.raises(DataLossError, match="Checksum does not match for old/w"):
            tf.train.Saver([b, w]).restore(ckpt)
        assert (w.numpy() == -W).all() and (b.numpy() == -B).all()

    @pytest.mark.parametrize("kind", ["safetensors", "bundle"])
    def test_a_read_that_fails_changes_nothing(
        self, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each read of the file fails in turn; until none does."""
        tensors = {"old/w": W, "old/b": B, "global_step": N}
        write = write_bundle if kind == "bundle" else write_safetensors
        write(str(tmp_path / ("m" if kind == "bundle" else "m.safetensors")), tensors)
        made, fresh = variables("w", "b", scope="old/"), tf.get_variable("global_step", [], tf.int64)
        saver, before = tf.train.Saver(), [v.numpy() for v in made]
        for good in itertools.count():
            turns = iter(range(good))

            def failing(read: Any, turns: Any, *args: Any) -> Any:
                if next(turns, None) is None:
                    raise OSError(errno.EIO, "Input/output error")
                return read(*args)

            with monkeypatch.context() as patch:
                for read in (os.pread, os.preadv):
                    patch.setattr(os, read.__name__, partial(failing, read, turns))
                try:
                    saver.restore(tmp_path / "m")
                    break
                except OSError:
                    assert all((v.numpy() == old).all() for v, old in zip(made, before, strict=True))
                    assert not fresh._initialized
        assert good >= len(tensors) and fresh.numpy() == N and (made[0].numpy() == W).all()

    @pytest.mark.parametrize("kind", ["safetensors", "bundle"])
    def test_much_is_read_in_threads(self, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same values, and the same error of the same tensor."""
        monkeypatch.setattr(restore, "_WORTH_THREADS", 1)
        tensors = {f"w{i}": np.full((1000 + i, 3), i + 0.5, np.float32) for i in range(9)}
        path = tmp_path / ("m" if kind == "bundle" else "m.safetensors")
        (write_bundle if kind == "bundle" else write_safetensors)(str(path), tensors)
        made = [
            tf.get_variable(name, value.shape, initializer=tf.zeros_initializer()) for name, value in tensors.items()
        ]
        tf.train.Saver().restore(path)
        assert all((v.array == value).all() for v, value in zip(made, tensors.values(), strict=True))
        file = path.with_name("m.data-00000-of-00001") if kind == "bundle" else path
        damaged = bytearray(file.read_bytes())
        place = damaged.index(np.float32(7.5).tobytes() * 9)
        damaged[place] ^= 1
        file.write_bytes(damaged)
        for variable in made:
            variable.assign(-tf.ones(variable.shape))
        with pytest.raises(DataLossError, match="w7"):
            tf.train.Saver().restore(path)
        assert all((v.array == -1).all() for v in made)

    def test_a_read_only_array_changes_nothing(self, ckpt: str) -> None:
        w, b = variables("w", "b", scope="old/")
        b.array.flags.writeable = False
        with pytest.raises(ValueError, match="The array of old/b:0 is read-only.*no variable was changed"):
            tf.train.Saver().restore(ckpt)
        assert (w.numpy() == -W).all() and (b.numpy() == -B).all()
        assert tf.train.Saver().restore(ckpt, exclude="old/b").loaded == ["old/w"]

    def test_memory_that_runs_out_changes_nothing(self, ckpt: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The parts of a partitioned variable, which are copied out of the whole; a device's memory goes alike."""
        (w,) = variables("w", scope="old/")
        first, second = tf.get_variable("old/b", [2], partitioner=tf.fixed_size_partitioner(2))
        place, room = tf.Variable._place, iter(["for one"])

        def _place(self: tf.Variable, value: Any) -> Any:
            if next(room, None) is None:
                raise MemoryError
            return place(self, value)

        w.array
        monkeypatch.setattr(tf.Variable, "_place", _place)
        with pytest.raises(MemoryError):
            tf.train.Saver([w, first, second]).restore(ckpt)
        assert not first._initialized and not second._initialized and (w.numpy() == -W).all()

    def test_a_buffer_stays_and_a_fresh_one_is_not_copied(self, ckpt: str, monkeypatch: pytest.MonkeyPatch) -> None:
        (w,), fresh = variables("w", scope="old/"), tf.get_variable("old/b", [2])
        seen, version = w.array, w.version
        monkeypatch.delattr(tf.Variable, "_place")
        tf.train.Saver().restore(ckpt)
        assert w.array is seen and (seen == W).all() and w.version > version and (fresh.array == B).all()

    def test_variables_not_yet_made_stay_so_after_an_error(self, ckpt: str) -> None:
        tf.get_variable("old/w", [2, 2])
        tf.get_variable("nope", [2])
        with pytest.raises(NotFoundError):
            tf.train.Saver().restore(ckpt)
        assert not any(variable._initialized for variable in tf.global_variables())

    def test_restore_makes_the_array_without_running_the_initializer(self, ckpt: str) -> None:
        class Never(tf.zeros_initializer):
            def __call__(self, *args: Any, **kwargs: Any) -> Any:
                raise AssertionError

        w = tf.get_variable("old/w", [2, 2], initializer=Never())
        tf.train.Saver([w]).restore(ckpt)
        assert (w.array == W).all() and w.array.flags.writeable
        w.assign_add(W)
        assert (tf.train.load_variable(ckpt, "old/w") == W).all()

    def test_only_the_first_misses_get_hints(self, ckpt: str) -> None:
        for i in range(30):
            tf.get_variable(f"old/w{i}", [1])
        missing = tf.train.Saver().restore(ckpt, strict=False).missing
        assert len(missing) == 30 and sum(bool(hint) for hint in missing.values()) == 20

    def test_reshape(self, ckpt: str) -> None:
        w = tf.get_variable("old/w", [4])
        tf.train.Saver(reshape=True).restore(ckpt)
        assert w.numpy().tolist() == [1, 2, 3, 4]
        tf.get_variable("old/b", [3])
        with pytest.raises(InvalidArgumentError):
            tf.train.Saver(reshape=True).restore(ckpt)


class TestNothing:
    """A restore that loads nothing says so, whatever the reason."""

    @pytest.mark.parametrize(
        "choice", [{"strict": False}, {"include": "odl"}, {"exclude": ""}, {"strict": False, "rename": {"": None}}]
    )
    def test_a_warning(self, ckpt: str, choice: dict[str, Any]) -> None:
        tf.get_variable("new/w" if choice == {"strict": False} else "old/w", [2, 2])
        with pytest.warns(
            UserWarning, match=r"^Nothing was restored from .*m-7.* tensors are global_step, old/b, old/w\."
        ):
            report = tf.train.Saver().restore(ckpt, **choice)
        assert report.loaded == []

    @pytest.mark.filterwarnings("error")
    def test_a_saver_of_nothing_is_silent(self, ckpt: str) -> None:
        assert tf.train.Saver([], allow_empty=True).restore(ckpt).loaded == []

    @pytest.mark.filterwarnings("error")
    def test_the_name_of_a_variable_selects_it(self, ckpt: str) -> None:
        w, _ = variables("w", "b", scope="old/")
        assert tf.train.Saver().restore(ckpt, include=w.name).loaded == ["old/w"]
        assert tf.train.Saver().restore(ckpt, exclude=[w.name]).loaded == ["old/b"]


class TestSlots:
    """What an optimizer keeps doesn't hide what is missing of the model."""

    def test_the_missing_name_comes_first(self, tmp_path: Path) -> None:
        names = ["model/w", "model/b"]
        slots = [f"{name}/{slot}" for name in names for slot in ("Adam", "Adam_1")] + ["beta1_power", "beta2_power"]
        path = str(tmp_path / "m")
        write_bundle(path, dict.fromkeys(["model/w", "model/bias", *(s.replace("/b/", "/bias/") for s in slots)], B))
        for name in sorted([*slots, *names]):
            tf.get_variable(name, [2])
        with pytest.raises(NotFoundError) as caught:
            tf.train.Saver().restore(path)
        lines = str(caught.value).splitlines()
        assert lines[2:5] == [
            "Key model/b not found in checkpoint; nearest: model/w, model/bias, model/bias/Adam",
            "Key model/b/Adam not found in checkpoint (and 1 more of the optimizer's variables)",
            "not asked for: model/bias, 2 of the optimizer's variables",
        ]

    def test_slots_alone_are_named(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"w": B})
        for name in ("w", "w/Momentum"):
            tf.get_variable(name, [2])
        with pytest.raises(NotFoundError, match="Key w/Momentum not found in checkpoint\n"):
            tf.train.Saver().restore(str(tmp_path / "m"))

    @pytest.mark.parametrize(
        ("name", "is_slot"),
        [
            ("w", False), ("w/Adam", True), ("w/Adam_1", True), ("train/w/Adam", True), ("a/train/w/RMSProp_1", True),
            ("w/mine", True), ("w/part_3/Adam", True), ("w/ExponentialMovingAverage", False), ("beta1_power", True),
            ("train/beta2_power_1", True), ("my_beta1_power", False), ("other/Adam", False), ("train/w/mine", False),
            ("w/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE", True), ("optimizer/w", False),
            ("optimizer_weights/adam/lstm/kernel/momentum", True), ("optimizer/vars/3", True),
            ("optimizer/iter/.ATTRIBUTES/VARIABLE_VALUE", True), ("global_step", False),
        ],
    )  # fmt: skip
    def test_which_are_slots(self, name: str, is_slot: bool) -> None:
        assert (slots_among({name, "w"}) == {name}) is is_slot

    def test_long_names_take_no_longer_than_they_are(self) -> None:
        start_s = time.process_time()  # of this process: others may keep the machine busy
        assert slots_among(["optimizer/" * 200_000, "a/" * 500_000 + "Adam", "RNN/" * 100_000 + "w"]) == set()
        assert modern_name("RNN/" * 100_000 + "w") == "RNN/" * 100_000 + "w"
        assert time.process_time() - start_s < 10  # a square of the length would take hours


class TestLoose:
    def test_the_report(self, ckpt: str) -> None:
        b = variables("b", scope="old/")[0]
        tf.get_variable("old/v", [3])
        w = tf.get_variable("old/w", [3, 3])
        report = tf.train.Saver().restore(ckpt, strict=False)
        assert report.loaded == ["old/b"]
        assert report.missing == {"old/v": ["old/w", "old/b"]}
        assert report.unexpected == ["global_step"]
        assert report.mismatched == [("old/w", "float32 [3, 3]", "float32 [2, 2]")]
        assert report.renamed == {}
        assert (b.numpy() == B).all() and w.shape == (3, 3)
        assert str(report).splitlines()[0] == "1 loaded"

    @pytest.mark.parametrize(
        ("choice", "loaded"),
        [
            ({"include": "old"}, ["old/w", "old/b"]),
            ({"include": "old/"}, ["old/w", "old/b"]),
            ({"include": "ol"}, []),
            ({"include": "old/b"}, ["old/b"]),
            ({"include": re.compile("b$|step")}, ["old/b", "global_step"]),
            ({"include": lambda name: len(name) > 5}, ["global_step"]),
            ({"include": ["old/w", re.compile("^global")]}, ["old/w", "global_step"]),
            ({"exclude": "old"}, ["global_step"]),
            ({"include": "old", "exclude": re.compile("w$")}, ["old/b"]),
            ({"exclude": ""}, []),
        ],
    )
    def test_include_and_exclude(self, ckpt: str, choice: dict[str, Any], loaded: list[str]) -> None:
        w, b = variables("w", "b", scope="old/")
        (n,) = variables("global_step")
        report = tf.train.Saver().restore(ckpt, **choice)
        assert report.loaded == loaded and not report.missing and not report.unexpected
        changed = [v.op.name for v, value in ((w, W), (b, B), (n, N)) if (v.numpy() == value).all()]
        assert changed == loaded

    def test_what_is_excluded_may_be_missing(self, ckpt: str) -> None:
        variables("w", scope="old/")
        tf.get_variable("head/w", [2])
        assert tf.train.Saver().restore(ckpt, exclude="head").loaded == ["old/w"]

    @pytest.mark.parametrize(
        "rename",
        [
            {"old": "new"},
            {"old/": "new/"},
            {"old/": "new"},
            {"old/w": "new/w", "old/b": "new/b"},
            {re.compile(r"^old/(\w)$"): r"new/\1"},
            {"global_step": None, "": "x", "unused": "y"} | {re.compile("nothing"): "z"},
            lambda name: name.replace("old", "new"),
            lambda name: None if name == "global_step" else "new/" + name[-1],
        ],
    )
    def test_rename(self, ckpt: str, rename: Any) -> None:
        scope = "x/old/" if isinstance(rename, dict) and "" in rename else "new/"
        w, b = variables("w", "b", scope=scope)
        report = tf.train.Saver().restore(ckpt, rename=rename)
        assert (w.numpy() == W).all() and (b.numpy() == B).all()
        assert report.renamed == {f"{scope}w": "old/w", f"{scope}b": "old/b"}

    def test_rename_leaves_out_and_to_the_root(self, ckpt: str) -> None:
        w = tf.get_variable("w", initializer=-W)
        tf.train.Saver().restore(ckpt, rename={"old": ""})
        assert (w.numpy() == W).all()
        with pytest.raises(NotFoundError, match="Key w not found"):
            tf.train.Saver().restore(ckpt, rename={"old": None})

    @pytest.mark.parametrize(
        "rename",
        [{"old": 5}, {5: "old"}, {re.compile(b"w"): "v"}, ["old"], "old", 5, lambda name: 5, lambda name: [name]],
    )
    def test_what_renames_nothing(self, ckpt: str, rename: Any) -> None:
        w = tf.get_variable("old/w", initializer=-W)
        with pytest.raises(TypeError, match=r"rename= takes a mapping .* or a function of a name; a replacement is"):
            tf.train.Saver().restore(ckpt, rename=rename)
        assert (w.numpy() == -W).all()

    def test_a_replacement_that_is_none(self, ckpt: str) -> None:
        tf.get_variable("old/w", [2, 2])
        with pytest.raises(ValueError, match=r"^rename=\\2: invalid group reference.* Write a group that is to come"):
            tf.train.Saver().restore(ckpt, rename={re.compile("o(.*)"): r"\2"})

    @pytest.mark.parametrize("choice", [{"include": 5}, {"exclude": 5}, {"include": ["a", 5]}])
    def test_what_selects_nothing(self, ckpt: str, choice: Any) -> None:
        tf.get_variable("old/w", [2, 2])
        with pytest.raises(TypeError, match=r"include= and exclude= take a name or scope.*Got 5\."):
            tf.train.Saver().restore(ckpt, **choice)

    def test_two_tensors_for_one_variable(self, ckpt: str) -> None:
        w = tf.get_variable("w", initializer=-W)
        with pytest.raises(ValueError, match=r"rename= maps several tensors .* onto w: old/b, old/w"):
            tf.train.Saver().restore(ckpt, rename=lambda name: "w" if "/" in name else name)
        report = tf.train.Saver().restore(ckpt, strict=False, rename=lambda name: "nobody")
        assert report.missing == {"w": ["old/w"]} and (w.numpy() == -W).all()


NAMES = [
    ("RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix", "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel"),
    ("rnnlm/RNN/BasicLSTMCell/Linear/Bias/Adam_1", "rnnlm/rnn/basic_lstm_cell/bias/Adam_1"),
    ("RNN/BasicRNNCell/Linear/Matrix", "rnn/basic_rnn_cell/kernel"),
    ("RNN/GRUCell/Gates/Linear/Matrix", "rnn/gru_cell/gates/kernel"),
    ("RNN/GRUCell/Candidate/Linear/Bias", "rnn/gru_cell/candidate/bias"),
    ("RNN/LSTMCell/W_0", "rnn/lstm_cell/kernel"),
    ("RNN/LSTMCell/B", "rnn/lstm_cell/bias"),
    ("RNN/LSTMCell/W_F_diag", "rnn/lstm_cell/w_f_diag"),
    ("RNN/LSTMCell/W_P_0", "rnn/lstm_cell/projection/kernel"),
    (
        "BiRNN/FW/MultiRNNCell/Cell12/LSTMCell/W_O_diag/Momentum",
        "bidirectional_rnn/fw/multi_rnn_cell/cell_12/lstm_cell/w_o_diag/Momentum",
    ),
    ("BiRNN/BW/GRUCell/Gates/Linear/Bias", "bidirectional_rnn/bw/gru_cell/gates/bias"),
    ("rnn/basic_lstm_cell/weights", "rnn/basic_lstm_cell/kernel"),
    ("rnn/multi_rnn_cell/cell_1/gru_cell/gates/biases", "rnn/multi_rnn_cell/cell_1/gru_cell/gates/bias"),
    ("rnn/lstm_cell/projection/weights", "rnn/lstm_cell/projection/kernel"),
    ("rnn/lstm_cell/weights/part_0", "rnn/lstm_cell/kernel/part_0"),
    # "RNN" was TensorFlow's own scope up to 0.12 alone
    (
        "M/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights",
        "M/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/kernel",
    ),
    ("RNN/RNN/GRUCell/Gates/Linear/Bias", "RNN/rnn/gru_cell/gates/bias"),
]
MODERN = [
    "RNN/basic_lstm_cell/kernel",
    "BiRNN/FW/rnn/gru_cell/gates/bias",
    "RNN/w",
    "rnn/basic_lstm_cell/kernel",
    "dense/weights",
    "MyRNN/w",
    "rnn/lstm_cell_1/weights",
    "Cell0/w",
    "W_0",
    "RNNs/b",
]


class TestOlderNames:
    @pytest.mark.parametrize(("old", "new"), NAMES)
    def test_modern_name(self, old: str, new: str) -> None:
        assert modern_name(old) == new

    @pytest.mark.parametrize("name", MODERN)
    def test_other_names_stay(self, name: str) -> None:
        assert modern_name(name) == name

    @pytest.mark.parametrize("era", [("RNN/BasicLSTMCell/Linear/Matrix", "RNN/BasicLSTMCell/Linear/Bias"),
                                     ("rnn/basic_lstm_cell/weights", "rnn/basic_lstm_cell/biases")])  # fmt: skip
    def test_loaded_into_our_cell_and_reported(self, tmp_path: Path, era: tuple[str, str]) -> None:
        kernel = np.arange(40, dtype=np.float32).reshape(5, 8) / 100
        bias = np.arange(8, dtype=np.float32) / 10
        write_bundle(str(tmp_path / "m"), dict(zip(era, (kernel, bias), strict=True)))
        inputs = np.arange(12, dtype=np.float32).reshape(2, 2, 3) / 12
        tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(2), inputs, dtype=tf.float32)
        report = tf.train.Saver().restore(str(tmp_path / "m"))
        assert report.renamed == {"rnn/basic_lstm_cell/kernel": era[0], "rnn/basic_lstm_cell/bias": era[1]}
        assert not report.unexpected
        values = {v.op.name: v.numpy() for v in tf.global_variables()}
        assert (values["rnn/basic_lstm_cell/kernel"] == kernel).all()
        assert (values["rnn/basic_lstm_cell/bias"] == bias).all()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("RNN/basic_lstm_cell/weights/Adam", "RNN/basic_lstm_cell/kernel/Adam"),
            ("enc/RNN/dec/rnn/basic_rnn_cell/biases", "enc/RNN/dec/rnn/basic_rnn_cell/bias"),
            ("BiRNN/FW/rnn/lstm_cell/weights", "BiRNN/FW/rnn/lstm_cell/kernel"),
            ("RNN/BasicLSTMCell/Linear/Matrix", "RNN/basic_lstm_cell/kernel"),
            ("RNN/RNN/BasicLSTMCell/Linear/Matrix", "RNN/rnn/basic_lstm_cell/kernel"),
            ("RNN/RNN/BasicLSTMCell/Linear/Matrix", "rnn/rnn/basic_lstm_cell/kernel"),
            ("BiRNN/FW/GRUCell/Gates/Linear/Bias", "BiRNN/FW/gru_cell/gates/bias"),
            ("RNN/MyCell/W", "rnn/MyCell/W"),
            ("RNN/" * 30 + "BasicRNNCell/Linear/Bias", "RNN/" * 30 + "basic_rnn_cell/bias"),
        ],
    )
    def test_a_scope_of_the_programs_own(self, tmp_path: Path, old: str, new: str) -> None:
        write_bundle(str(tmp_path / "m"), {old: B})
        variable = tf.get_variable(new, initializer=-B)
        assert tf.train.Saver().restore(tmp_path / "m").renamed == {new: old}
        assert (variable.numpy() == B).all()

    def test_a_tensor_goes_where_it_changes_least(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"RNN/GRUCell/Gates/Linear/Bias": B})
        own, others = (tf.get_variable(f"{scope}/gru_cell/gates/bias", initializer=-B) for scope in ("RNN", "rnn"))
        assert tf.train.Saver().restore(tmp_path / "m", strict=False).loaded == [own.op.name]
        assert (others.numpy() == -B).all()

    def test_initial_values(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"old/RNN/GRUCell/Gates/Linear/Bias": B, "old/w": W})
        with tf.variable_scope("new"):
            bias, w = tf.get_variable("rnn/gru_cell/gates/bias", [2]), tf.get_variable("w", [2, 2])
        renamed = init_from_checkpoint(tmp_path / "m", {"old/": "new/"})
        assert renamed == {"old/rnn/gru_cell/gates/bias": "old/RNN/GRUCell/Gates/Linear/Bias"}
        assert (bias.numpy() == B).all() and (w.numpy() == W).all()

    def test_two_older_names(self, tmp_path: Path) -> None:
        names = ["RNN/BasicLSTMCell/Linear/Matrix", "rnn/basic_lstm_cell/weights"]
        write_bundle(str(tmp_path / "m"), dict.fromkeys(names, B))
        kernel = tf.get_variable("rnn/basic_lstm_cell/kernel", initializer=-B)
        message = (
            f"no rnn/basic_lstm_cell/kernel, and several tensors that older TensorFlows called so: {', '.join(names)}"
        )
        with pytest.raises(ValueError, match=message):
            tf.train.Saver().restore(tmp_path / "m", strict=False)
        with pytest.raises(ValueError, match=message):
            init_from_checkpoint(tmp_path / "m", {"/": "/"})
        assert (kernel.numpy() == -B).all()
        assert tf.train.Saver().restore(tmp_path / "m", exclude="rnn").loaded == []
        report = tf.train.Saver().restore(tmp_path / "m", rename={names[1]: kernel.op.name})
        assert report.renamed == {kernel.op.name: names[1]} and (kernel.numpy() == B).all()

    def test_the_name_itself_comes_first(self, tmp_path: Path) -> None:
        names = ("rnn/basic_lstm_cell/weights", "rnn/basic_lstm_cell/kernel")
        write_bundle(str(tmp_path / "m"), {names[0]: B, names[1]: B + 1})
        kernel = tf.get_variable(names[1], [2])
        tf.get_variable("lost", [1])
        report = tf.train.Saver().restore(str(tmp_path / "m"), strict=False)
        assert (kernel.numpy() == B + 1).all() and report.renamed == {}


class TestInitFromCheckpoint:
    def initialize(self) -> None:
        tf.global_variables_initializer().run()

    @pytest.mark.parametrize("assignment_map", [{"old/": "new/"}, [("old/", "new/")]])
    def test_scope(self, ckpt: str, assignment_map: Any) -> None:
        with tf.variable_scope("new"):
            w, b = tf.get_variable("w", [2, 2]), tf.get_variable("b", [2])
        tf.get_variable("newer/w", [9])
        init_from_checkpoint(ckpt, assignment_map)
        self.initialize()
        assert (w.numpy() == W).all() and (b.numpy() == B).all()

    def test_on_first_use_and_when_run_again(self, ckpt: str) -> None:
        w = tf.get_variable("w", initializer=-W)
        assert (w.numpy() == -W).all()
        init_from_checkpoint(ckpt, {"old/w": "w"})
        assert (w.numpy() == -W).all()  # as in TF, until the initializer runs
        w.initializer.run()
        assert (w.numpy() == W).all()
        b = tf.get_variable("b", [2])
        init_from_checkpoint(ckpt, {"old/b": b})
        assert (b.numpy() == B).all()

    def test_root_to_root_and_root_to_scope(self, ckpt: str, tmp_path: Path) -> None:
        w = tf.get_variable("old/w", [2, 2])
        init_from_checkpoint(ckpt, {"/": "/"})
        assert (w.numpy() == W).all()
        inner = tf.get_variable("x/old/b", [2])
        init_from_checkpoint(ckpt, {"/": "x/"})
        assert (inner.numpy() == B).all()

    @pytest.mark.parametrize("how", ["name", "variable", "parts", "scope"])
    def test_partitioned(self, tmp_path: Path, how: str) -> None:
        value = np.arange(10, dtype=np.float32).reshape(5, 2)
        write_bundle(str(tmp_path / "m"), {"s/v": value})
        with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)):
            v = tf.get_variable("v", [5, 2])
        given = {"name": {"s/v": "s/v"}, "variable": {"s/v": v}, "parts": {"s/v": list(v)}, "scope": {"s/": "s/"}}
        init_from_checkpoint(tmp_path / "m", given[how])
        assert (v.as_tensor() == value).all()

    @pytest.mark.parametrize(
        ("assignment_map", "message"),
        [
            (
                {"old/nope": "w"},
                r"^Tensor old/nope is not found in .*m-7 checkpoint.*It holds 3 tensors: global_step, old/b",
            ),
            (
                {"old/w": "yy"},
                r"^Assignment map with scope only name  should map to scope only old/w\..*no variable yy",
            ),
            ({"old/b": "w"}, r"^Shape of variable w:0 \(\(2, 2\)\) doesn't match with shape of tensor old/b \(\[2\]\)"),
            ({"global_step": "n"}, r"^Variable n:0 is float32, and tensor global_step of the checkpoint is int64"),
            ({"old/": "s/"}, r"^Tensor old/q \(q in old/\) is not found in .*m-7 checkpoint"),
            ({"old/": "s"}, r"maps the scope 'old/' to 's', which has no '/' at its end. Write \{'old/': 's/'\}"),
            ({"old/": "t/"}, r"no variable made with get_variable in scope 't/'"),
        ],
    )
    def test_errors_change_nothing(self, ckpt: str, assignment_map: Any, message: str) -> None:
        w, n, q = tf.get_variable("w", initializer=-W), tf.get_variable("n", []), tf.get_variable("s/q", [2, 2])
        with pytest.raises(ValueError, match=message):
            init_from_checkpoint(ckpt, [("old/w", w), *assignment_map.items()])
        self.initialize()
        assert (w.numpy() == -W).all() and q.shape == (2, 2) and n.shape == ()

    def test_not_a_variable(self, ckpt: str) -> None:
        with pytest.raises(TypeError, match="Not a variable: 3"):
            init_from_checkpoint(ckpt, {"old/w": 3})


@pytest.mark.gpu
class TestOnAGPU:
    @pytest.fixture(autouse=True)
    def gpu(self) -> Any:
        pytest.importorskip("cupy")
        if gpu_count() == 0:
            pytest.skip("no GPU")
        with tf.device("/gpu:0"):
            yield

    def test_there_and_back(self, tmp_path: Path) -> None:
        made = tf.get_variable("made", initializer=W)
        parts = tf.get_variable("parts", [5, 2], partitioner=tf.fixed_size_partitioner(2))
        value = np.arange(10, dtype=np.float32).reshape(5, 2)
        parts.assign(value)
        address = made.array.data.ptr
        path = tf.train.Saver().save(str(tmp_path / "m"))
        made.assign(-W)
        parts.assign(-value)
        tf.train.Saver().restore(path)
        assert (made.numpy() == W).all() and (parts.numpy() == value).all()
        assert made.array.data.ptr == address

    def test_variables_not_yet_made(self, ckpt: str) -> None:
        w, b = tf.get_variable("old/w", [2, 2]), tf.get_variable("b", [2])
        tf.train.Saver([w]).restore(ckpt)
        init_from_checkpoint(ckpt, {"old/b": b})
        assert (w.numpy() == W).all() and (b.numpy() == B).all()
        assert type(w.array).__module__.startswith("cupy") and type(b.array).__module__.startswith("cupy")


class TestSlotsOfParts:
    """A checkpoint has one tensor for the slots of all parts of a variable, as TensorFlow's have."""

    def build(self, axis: int = 0, optimizer: Any = None) -> tuple[Any, tf.train.Optimizer]:
        with tf.variable_scope("m"):
            partitioner = tf.fixed_size_partitioner(2, axis)
            w = tf.get_variable("w", [5, 4], partitioner=partitioner, initializer=tf.zeros_initializer())
        optimizer = optimizer or tf.train.AdamOptimizer(0.1)
        optimizer.apply_gradients([(np.ones(part.shape.as_list(), np.float32), part) for part in w])
        return w, optimizer

    # the names are those that TensorFlow 1.15.5 saves
    @pytest.mark.parametrize(
        ("optimizer", "slots"),
        [
            (tf.train.AdamOptimizer, ["Adam", "Adam_1"]),
            (lambda rate: tf.train.MomentumOptimizer(rate, 0.9), ["Momentum"]),
            (tf.train.RMSPropOptimizer, ["RMSProp", "RMSProp_1"]),
            (tf.train.AdagradOptimizer, ["Adagrad"]),
            (tf.train.GradientDescentOptimizer, []),
        ],
    )
    @pytest.mark.parametrize("axis", [0, 1])
    def test_there_and_back(self, tmp_path: Path, optimizer: Any, slots: list[str], axis: int) -> None:
        path = str(tmp_path / "m")
        with tf.Graph().as_default():
            self.build(axis, optimizer(0.1))
            tf.train.Saver().save(path)
        names = [name for name, _ in tf.train.list_variables(path) if "power" not in name]
        assert names == ["m/w", *(f"m/w/{slot}" for slot in slots)]
        whole = np.arange(20, dtype=np.float32).reshape(5, 4)
        powers = {f"beta{k}_power": np.asarray(np.float32(k) / 4) for k in (1, 2)}
        write_bundle(path, {name: whole + k for k, name in enumerate(names)} | powers)
        os.remove(path + ".safetensors")
        _, made = self.build(axis, optimizer(0.1))
        tf.train.Saver().restore(path)
        tf.train.Saver().save(path)
        again = load_checkpoint(path)
        assert all((again[name] == whole + k).all() for k, name in enumerate(names))
        assert len(made.variables()) == 2 * len(slots) + (2 if "Adam" in slots else 0)

    def test_two_optimizers_and_a_scope(self, tmp_path: Path) -> None:
        w, _ = self.build()
        with tf.variable_scope("train"):
            for _ in range(2):
                tf.train.MomentumOptimizer(0.1, 0.9).create_slots(w)
        path = tf.train.Saver().save(str(tmp_path / "m"))
        names = [name for name, _ in tf.train.list_variables(path) if "Momentum" in name]
        assert names == ["train/m/w/Momentum", "train/m/w/Momentum_1"]

    def test_of_some_parts_alone(self, tmp_path: Path) -> None:
        w, _ = self.build()
        optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        first = next(iter(w))
        optimizer.apply_gradients([(np.ones([3, 4], np.float32), first)])
        path = tf.train.Saver().save(str(tmp_path / "m"))
        assert load_checkpoint(path)["m/w/part_0/Momentum"].shape == (3, 4)
        slot = optimizer.get_slot(first, "momentum")
        assert slot is not None
        slot.assign(np.zeros([3, 4]))
        tf.train.Saver().restore(path)
        assert (slot.numpy() == 1).all()

    def test_a_partitioned_variables_dtype_is_no_ref(self) -> None:
        w, _ = self.build()
        assert w.dtype.name == "float32" and next(iter(w)).dtype.name == "float32_ref"


@pytest.mark.parametrize("write", [write_bundle, write_safetensors], ids=["bundle", "safetensors"])
def test_a_prefix_counts_before_a_directory_of_its_name(tmp_path: Path, write: Any) -> None:
    """As TensorFlow's: what `save` was given `restore` takes, even if a directory with other checkpoints lies there."""
    folder = tmp_path / "model"
    folder.mkdir()
    (w,) = variables("w")
    tf.train.Saver().save(str(folder / "other"))
    write(f"{folder}.safetensors" if write is write_safetensors else str(folder), {"w": W})
    tf.train.Saver().restore(str(folder))
    np.testing.assert_array_equal(w.numpy(), W)
    np.testing.assert_array_equal(tf.train.NewCheckpointReader(str(folder)).get_tensor("w"), W)
    np.testing.assert_array_equal(tf.train.load_variable(str(folder), "w"), -W)  # which is said to take directories
