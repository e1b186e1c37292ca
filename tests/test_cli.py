"""The command line: what it prints, its exit codes, and errors of one line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope
from fastscope.checkpoint import load_checkpoint, write_bundle, write_safetensors
from fastscope.looking.cli import main, progress
from fastscope.looking.cli.statistics import histogram_lines, statistics

GOLDEN = Path(__file__).parent / "golden" / "checkpoints"
COMMANDS = ["tree", "list", "show", "verify", "diff", "convert", "rename", "completion"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object, code: int = 0) -> str:
        found = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert found == code, err
        if code == 2:
            assert out == "" and err.startswith("fastscope: ") and err.count("\n") == 1 and err.endswith("\n")
            return err
        assert err == ""
        return out

    return call


@pytest.fixture
def ckpt(tmp_path: Path) -> Path:
    tensors = {
        "a/w": np.arange(12, dtype=np.float32).reshape(3, 4),
        "a/b": np.array([1.0, np.nan, np.inf, -2.0]),
        "n": np.array(7, np.int64),
        "words": np.array([b"one", b"tw\xff"], object),
    }
    write_safetensors(str(tmp_path / "m.safetensors"), tensors, trainable={"a/w": True}, global_step=5)
    return tmp_path / "m.safetensors"


def test_the_last_folder_of_a_target_is_made(run: Any, ckpt: Path, tmp_path: Path) -> None:
    for target in ("new/m.safetensors", "other/m.npz", "third/m.ckpt"):
        assert f"3 tensors from {ckpt}" in run("convert", ckpt, tmp_path / target, "--exclude", "words")
    run("rename", ckpt, tmp_path / "fourth" / "m.safetensors", "--map", "a/w=a/v")
    assert "Parent directory of " in run("convert", ckpt, tmp_path / "not" / "there" / "m.safetensors", code=2)


class TestTreeAndList:
    def test_tree(self, run: Any) -> None:
        out = run("tree", GOLDEN / "training")
        assert "├── global_step" in out and out.endswith("9 tensors, 30 parameters, 124 B\n")
        assert "Adam" not in run("tree", GOLDEN / "training", "--depth", 1)
        assert json.loads(run("tree", GOLDEN / "training", "--json"))["parameters"] == 30

    def test_list(self, run: Any, ckpt: Path) -> None:
        assert run("list", ckpt).splitlines() == [
            "a/b\tfloat64\t[4]", "a/w\tfloat32\t[3, 4]", "n\tint64\t[]", "words\tstring\t[2]",
        ]  # fmt: skip
        data = json.loads(run("list", ckpt, "--json"))
        assert data["format"] == "safetensors" and data["global_step"] == 5
        assert data["tensors"][1] == {"name": "a/w", "dtype": "float32", "shape": [3, 4], "trainable": True}

    def test_parts_slots_and_order(self, run: Any, tmp_path: Path) -> None:
        names = ["m.block10.w", "m.block2.w", "m.block2.w/Adam"]
        write_safetensors(str(tmp_path / "dots.safetensors"), dict.fromkeys(names[:2], np.zeros(2)))
        write_safetensors(str(tmp_path / "both.safetensors"), dict.fromkeys(names, np.zeros(2)))
        assert self.names(run("tree", tmp_path / "dots")) == ["m", "block2", "w", "block10", "w"]
        assert self.names(run("tree", tmp_path / "dots", "--in-order")) == ["m", "block10", "w", "block2", "w"]
        assert self.names(run("tree", tmp_path / "both")) == ["m.block2.w", "Adam", "m.block10.w"]
        out = run("tree", tmp_path / "both", "--separator", ".", "--no-slots")
        assert self.names(out) == ["m", "block2", "w", "block10", "w"]
        assert out.endswith("2 tensors, 4 parameters, 32 B\n")
        last = run("tree", tmp_path / "both").splitlines()[-2:]
        assert last == ["2 tensors, 4 parameters, 32 B without the optimizer's 1", "3 tensors, 6 parameters, 48 B"]
        data = json.loads(run("tree", tmp_path / "both", "--json"))
        assert data["optimizer"] == {"tensors": 1, "parameters": 2, "bytes": 16}

    def names(self, out: str) -> list[str]:
        return re.findall(r"── (\S+)", out)

    def test_list_some(self, run: Any, ckpt: Path) -> None:
        assert run("list", ckpt, "--include", "^a/", "--exclude", "b").splitlines() == ["a/w\tfloat32\t[3, 4]"]
        data = json.loads(run("list", ckpt, "--include", "words", "--json"))
        assert [one["name"] for one in data["tensors"]] == ["words"]

    def test_shards_of_hugging_face(self, run: Any, tmp_path: Path) -> None:
        homes = {"a.w": "model-00001-of-00002.safetensors", "a.b": "model-00002-of-00002.safetensors"}
        for name, file in homes.items():
            write_safetensors(str(tmp_path / file), {name: np.zeros(2)})
        (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": homes}))
        for path in (tmp_path, tmp_path / "model.safetensors.index.json", tmp_path / "model"):
            assert self.names(run("tree", path)) == ["a", "b", "w"]
        run("convert", tmp_path, tmp_path / "one.safetensors")
        assert run("diff", tmp_path / "model", tmp_path / "one") == "2 of 2 common tensors are the same\n"

    @pytest.mark.parametrize("name", ["v1_types", "v2_types.index", "v1_sharded", "tf2_object"])
    def test_every_format(self, run: Any, name: str) -> None:
        assert len(run("list", GOLDEN / name).splitlines()) == len(load_checkpoint(GOLDEN / name))

    def test_names_that_a_terminal_would_act_on(self, run: Any, tmp_path: Path) -> None:
        names = ["a/esc\x1b[31m", "a/line\nbreak", "a/tab\t", "a/ünï", "a/\udcff"]
        write_bundle(str(tmp_path / "odd"), {name: np.zeros(2) for name in names})
        shown = [r"a/esc\x1b[31m", r"a/line\nbreak", r"a/tab\t", "a/ünï", r"a/\udcff"]
        assert sorted(line.split("\t")[0] for line in run("list", tmp_path / "odd").splitlines()) == sorted(shown)
        tree = run("tree", tmp_path / "odd")
        assert all(f"── {name[2:]} " in tree for name in shown)
        assert {one["name"] for one in json.loads(run("list", tmp_path / "odd", "--json"))["tensors"]} == {*names}
        assert "format can't hold the name 'a/\\udcff'" in run("convert", tmp_path / "odd", tmp_path / "o.npz", code=2)
        assert "format can't hold" in run("convert", tmp_path / "odd", tmp_path / "o.safetensors", code=2)
        run("convert", tmp_path / "odd", tmp_path / "o.ckpt")
        run("diff", tmp_path / "odd", tmp_path / "o.ckpt")


class TestShow:
    def test_statistics(self, run: Any, ckpt: Path) -> None:
        data = json.loads(run("show", ckpt, "a/w", "--json", "--bins", 3))
        expected = {"elements": 12, "zeros": 1, "nan": 0, "infinite": 0, "minimum": 0, "maximum": 11, "mean": 5.5}
        assert {key: data[key] for key in expected} == pytest.approx(expected)
        assert data["deviation"] == pytest.approx(np.arange(12).std())
        assert data["counts"] == [4, 4, 4] and data["edges"] == pytest.approx([0, 11 / 3, 22 / 3, 11])
        text = run("show", ckpt, "a/w", "--bins", 3)
        assert text.startswith("a/w  float32 [3, 4]  48 B\n")
        assert len([line for line in text.splitlines() if "█" * 40 + " 4" in line]) == 3

    def test_what_is_not_finite_is_counted_apart(self, run: Any, ckpt: Path) -> None:
        data = json.loads(run("show", ckpt, "a/b", "--json"))
        assert (data["nan"], data["infinite"], data["minimum"], data["maximum"]) == (1, 1, -2, 1)
        assert sum(data["counts"]) == 2

    def test_small_values_are_printed(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        assert run("show", ckpt, "n").endswith("\n7\n")
        assert run("show", ckpt, "a/w").endswith("\n[[ 0.  1.  2.  3.]\n [ 4.  5.  6.  7.]\n [ 8.  9. 10. 11.]]\n")
        write_safetensors(str(tmp_path / "l.safetensors"), {"l": np.arange(21.0), "e": np.zeros((0, 3))})
        assert "[" not in run("show", tmp_path / "l", "l").split("\n", 1)[1]
        assert run("show", tmp_path / "l", "e").endswith("\n[]\n")

    def test_a_scalar_and_strings(self, run: Any, ckpt: Path) -> None:
        assert json.loads(run("show", ckpt, "n", "--json"))["mean"] == 7
        assert run("show", ckpt, "words").splitlines() == ["words  string [2]", "'one'", "'tw\\xff'"]
        assert json.loads(run("show", ckpt, "words", "--json"))["values"] == ["'one'", "'tw\\xff'"]

    @pytest.mark.parametrize(
        "value",
        [
            np.zeros((0, 3)),
            np.full(3, np.nan),
            np.array([1e308, -1e308]),
            np.array([True, False]),
            np.array([3 + 4j, 0]),
            np.array([5e-324, 0]),
            np.array([2**63 - 1, -(2**63)]),
            np.array(["1", "2"]).astype(np.float16),
        ],
    )
    def test_odd_values(self, value: np.ndarray) -> None:
        found = statistics(value, 5)
        finite = np.abs(value[np.isfinite(value)]) if value.dtype.kind == "c" else value[np.isfinite(value)]
        assert sum(found.counts) == finite.size
        assert (found.minimum is None) == (finite.size == 0)
        if finite.size:
            assert found.maximum == finite.max() and np.isfinite([found.mean, found.deviation]).all()
            assert len(histogram_lines(found)) == 5
        else:
            assert histogram_lines(found) == []
        json.dumps(found.to_dict(), allow_nan=False)

    def test_large_integers_are_exact(self, run: Any, tmp_path: Path) -> None:
        write_safetensors(str(tmp_path / "i.safetensors"), {"i": np.array([-(2**63), 2**62 + 1])})
        data = json.loads(run("show", tmp_path / "i", "i", "--json"))
        assert (data["minimum"], data["maximum"]) == (-(2**63), 2**62 + 1)
        assert "  maximum    4,611,686,018,427,387,905\n" in run("show", tmp_path / "i", "i")

    def test_many_strings(self, run: Any, tmp_path: Path) -> None:
        words = np.array([b"%d" % i for i in range(1030)], object)
        write_safetensors(str(tmp_path / "s.safetensors"), {"s": words})
        lines = run("show", tmp_path / "s", "s").splitlines()
        assert lines[1:] == [f"'{i}'" for i in range(20)] + ["... and 1,010 more"]
        assert len(json.loads(run("show", tmp_path / "s", "s", "--json"))["values"]) == 1030
        text = run("show", tmp_path / "s", "s", "--png", tmp_path / "s.png", code=2)
        assert "s holds strings, of which there is no histogram. Leave out --png" in text

    def test_a_constant_is_one_bar(self, run: Any, tmp_path: Path) -> None:
        write_safetensors(str(tmp_path / "c.safetensors"), {"c": np.full(3, 2.0)})
        assert run("show", tmp_path / "c", "c").splitlines()[-2].split() == ["1", "..", "3", "█" * 40, "3"]

    def test_a_scope_is_no_tensor(self, run: Any, ckpt: Path) -> None:
        assert "Key a not found" in (err := run("show", ckpt, "a", code=2)) and "nearest: a/b, a/w" in err

    def test_png(self, run: Any, ckpt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("matplotlib")
        run("show", ckpt, "a/w", "--png", tmp_path / "w.png")
        assert (tmp_path / "w.png").read_bytes().startswith(b"\x89PNG")
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        assert "needs matplotlib" in run("show", ckpt, "a/w", "--png", tmp_path / "w.png", code=2)


def damage(path: Path, tensor: bytes) -> None:
    """Change one byte of a tensor."""
    raw = path.read_bytes()
    assert raw.count(tensor) == 1
    path.write_bytes(raw.replace(tensor, bytes([tensor[0] ^ 1]) + tensor[1:]))


class TestVerify:
    def test_sound(self, run: Any, ckpt: Path) -> None:
        assert run("verify", ckpt) == f"{ckpt} (safetensors): 4 of 4 tensors: their checksums match\n"
        assert json.loads(run("verify", ckpt, "--json")) == {
            "path": str(ckpt), "tensors": 4, "damaged": {}, "unreadable": {}, "has_checksums": True,
        }  # fmt: skip
        for name in ("v1_types", "v2_types", "v1_sharded"):
            assert "their checksums match" in run("verify", GOLDEN / name)

    def test_damaged(self, run: Any, ckpt: Path) -> None:
        damage(ckpt, np.arange(12, dtype=np.float32).tobytes())
        lines = run("verify", ckpt, code=1).splitlines()
        assert re.match(r"x a/w  .*m\.safetensors: Checksum does not match for a/w", lines[0])
        assert lines[1:] == [f"{ckpt} (safetensors): 3 of 4 tensors: their checksums match"]
        assert list(json.loads(run("verify", ckpt, "--json", code=1))["damaged"]) == ["a/w"]

    def test_a_missing_data_file(self, run: Any, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {"w": np.zeros(2)})
        (tmp_path / "m.data-00000-of-00001").unlink()
        assert "x w  " in run("verify", tmp_path / "m", code=1)

    def test_without_checksums(self, run: Any, tmp_path: Path) -> None:
        header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
        (tmp_path / "m.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
        out = run("verify", tmp_path / "m")
        assert out.endswith("1 of 1 tensors: read; the file has no checksums to compare\n")


class TestDiff:
    def test_a_damaged_tensor_is_counted(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        other = {**load_checkpoint(ckpt), "n": np.array(8, np.int64)}
        write_safetensors(str(tmp_path / "o.safetensors"), other)
        damage(ckpt, np.arange(12, dtype=np.float32).tobytes())
        lines = run("diff", ckpt, tmp_path / "o", code=1).splitlines()
        assert lines[0] == "~ n  largest difference 1" and lines[1].startswith("x a/w  ")
        assert lines[2:] == ["2 of 4 common tensors are the same"]
        data = json.loads(run("diff", ckpt, tmp_path / "o", "--json", code=1))
        assert list(data["damaged"]) == ["a/w"] and [one["name"] for one in data["values"]] == ["n"]

    def test_the_same(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "tf"), load_checkpoint(ckpt))
        assert run("diff", ckpt, tmp_path / "tf") == "4 of 4 common tensors are the same\n"

    def test_everything_that_can_differ(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        other = dict(load_checkpoint(ckpt))
        del other["n"]
        other["new"] = np.zeros(1)
        other["a/w"] = other["a/w"].T
        other["a/b"] = np.array([1.25, np.nan, np.inf, -2.0])
        other["words"] = np.array([b"one", b"two"], object)
        write_bundle(str(tmp_path / "tf"), other)
        assert run("diff", ckpt, tmp_path / "tf", code=1).splitlines() == [
            "- n",
            "+ new",
            "! a/w  float32 [3, 4] | float32 [4, 3]",
            "~ words  largest difference inf",
            "~ a/b  largest difference 0.25",
            "0 of 3 common tensors are the same",
        ]
        data = json.loads(run("diff", ckpt, tmp_path / "tf", "--json", code=1))
        assert data["only_in_a"] == ["n"] and data["values"][0] == {"name": "a/b", "largest_difference": 0.25}

    @pytest.mark.parametrize(
        ("a", "b", "gap"),
        [
            ([1.0], [1.5], 0.5),
            (1.0, 1.5, 0.5),
            ([np.nan], [np.nan], 0),
            ([np.nan], [1.0], np.inf),
            ([np.inf], [np.inf], 0),
            ([np.inf], [-np.inf], np.inf),
            ([0.0], [-0.0], 0),
            ([], [], 0),
            ([True], [False], 1),
            ([1 + 1j], [1 - 1j], 2),
            ([2**63 - 1], [0], 2**63 - 1),
            ([2**60, 5], [2**60 + 1, 5], 1),
            ([2**63 - 1, 0], [-(2**63), 0], 2**64 - 1),
            (np.uint64([2**64 - 1]), np.uint64([0]), 2**64 - 1),
            (np.int8([-128, 1]), np.int8([127, 1]), 255),
        ],
    )
    def test_largest_difference(self, run: Any, tmp_path: Path, a: Any, b: Any, gap: float) -> None:
        for name, value in (("a", a), ("b", b)):
            write_safetensors(str(tmp_path / f"{name}.safetensors"), {"v": np.array(value)})
        out = run("diff", tmp_path / "a", tmp_path / "b", "--json", code=int(gap > 0))
        found = [one["largest_difference"] for one in json.loads(out)["values"]]
        assert found == ([None] if gap == np.inf else [gap] if gap else [])

    def test_tolerance(self, run: Any, tmp_path: Path) -> None:
        write_safetensors(str(tmp_path / "a.safetensors"), {"v": np.array([1.0])})
        write_safetensors(str(tmp_path / "b.safetensors"), {"v": np.array([1.5])})
        run("diff", tmp_path / "a", tmp_path / "b", "--tolerance", 0.5)
        run("diff", tmp_path / "a", tmp_path / "b", "--tolerance", 0.4, code=1)


class TestConvert:
    @pytest.mark.parametrize("target", ["o.safetensors", "o.ckpt", "o.index"])
    def test_there_and_back(self, run: Any, ckpt: Path, tmp_path: Path, target: str) -> None:
        out = run("convert", ckpt, tmp_path / target)
        assert out == f"{tmp_path / target}: 4 tensors from {ckpt} (safetensors)\n"
        run("diff", ckpt, tmp_path / target)
        run("convert", tmp_path / target, tmp_path / "back.safetensors")
        assert run("diff", ckpt, tmp_path / "back") == "4 of 4 common tensors are the same\n"

    def test_metadata_survives(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        run("convert", ckpt, tmp_path / "o.safetensors")
        reader = load_checkpoint(tmp_path / "o.safetensors")
        assert reader.global_step == 5 and reader.info("a/w").trainable is True
        assert reader.info("n").trainable is None

    def test_npz(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        assert "words holds strings" in run("convert", ckpt, tmp_path / "o.npz", code=2)
        assert not (tmp_path / "o.npz").exists()
        run("convert", ckpt, tmp_path / "o.npz", "--exclude", "^words$")
        assert np.load(tmp_path / "o.npz")["a/w"].tolist() == load_checkpoint(ckpt)["a/w"].tolist()
        assert run("diff", ckpt, tmp_path / "o.npz", code=1).startswith("- words\n")

    def test_include(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        run("convert", ckpt, tmp_path / "o.safetensors", "--include", "^a/", "--exclude", "b$")
        assert list(load_checkpoint(tmp_path / "o")) == ["a/w"]

    def test_every_dtype_from_tensorflow(self, run: Any, tmp_path: Path) -> None:
        run("convert", GOLDEN / "v2_types", tmp_path / "o.safetensors")
        run("diff", GOLDEN / "v2_types", tmp_path / "o")
        run("convert", tmp_path / "o.safetensors", tmp_path / "tf")
        assert (tmp_path / "tf.index").read_bytes() == (GOLDEN / "v2_types.index").read_bytes()

    @pytest.mark.parametrize("target", ["o.h5", "o.pt", "o.txt", "model-1.5"])
    def test_a_format_that_is_not_written(self, run: Any, ckpt: Path, tmp_path: Path, target: str) -> None:
        extension = "." + target.partition(".")[2]
        assert f"no format goes by '{extension}'. End the name in" in run("convert", ckpt, tmp_path / target, code=2)
        assert list(tmp_path.iterdir()) == [ckpt]

    @pytest.mark.parametrize("target", ["o", "model-7", "m.ckpt-7", "m.index"])
    def test_names_of_a_bundle(self, run: Any, ckpt: Path, tmp_path: Path, target: str) -> None:
        run("convert", ckpt, tmp_path / "no" / "new" / target, code=2)
        run("convert", ckpt, tmp_path / "new" / target)
        assert load_checkpoint(tmp_path / "new" / target).format == "tf-v2"

    def test_a_directory_is_no_target(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        text = run("convert", ckpt, tmp_path, "--force", code=2)
        assert f"{tmp_path} is a directory. Name the checkpoint to write in it, such as {tmp_path}/model." in text

    def test_an_empty_target(self, run: Any, ckpt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for command in ("convert", "rename"):
            assert "OUT is empty. Name the checkpoint to write" in run(command, ckpt, "", code=2)
        assert list(tmp_path.iterdir()) == [ckpt]

    def test_nothing_is_replaced_unasked(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        for target in ("o.safetensors", "o.tf"):
            run("convert", ckpt, tmp_path / target)
            assert "is there already. Pass --force" in run("convert", ckpt, tmp_path / target, code=2)
            run("convert", ckpt, tmp_path / target, "--force")

    def test_over_itself(self, run: Any, ckpt: Path) -> None:
        before = dict(load_checkpoint(ckpt))
        run("convert", ckpt, ckpt, "--force")
        assert list(load_checkpoint(ckpt)) == list(before)


class TestUnreadable:
    """A checkpoint with tensors of a dtype that no array has: they are shown, and never left out in silence."""

    @pytest.fixture
    def odd(self, tmp_path: Path) -> Path:
        np.savez(tmp_path / "odd.npz", w=np.arange(3.0), day=np.array(["2017-01-01"], "M8[D]"))
        return tmp_path / "odd.npz"

    def test_list_and_tree(self, run: Any, odd: Path) -> None:
        what = "of a dtype that no variable has"
        assert run("list", odd).splitlines() == ["w\tfloat64\t[3]", f"day\tunreadable\t{what}"]
        assert json.loads(run("list", odd, "--json"))["unreadable"] == {"day": what}
        lines = run("tree", odd).splitlines()
        assert lines[2].split() == ["├──", "day", "unreadable", "0", "0", "B"]
        assert lines[-1] == "2 tensors, 3 parameters, 24 B"
        assert json.loads(run("tree", odd, "--json"))["children"][0]["tensor"]["shape"] is None

    def test_it_is_not_the_same(self, run: Any, odd: Path) -> None:
        same = "1 of 1 common tensors are the same\n"
        assert run("diff", odd, odd, code=1) == f"? day  of a dtype that no variable has\n{same}"
        assert list(json.loads(run("diff", odd, odd, "--json", code=1))["unreadable"]) == ["day"]

    @pytest.mark.parametrize("command", ["convert", "rename"])
    def test_it_is_not_lost(self, run: Any, odd: Path, command: str) -> None:
        target = odd.parent / "o.safetensors"
        text = run(command, odd, target, code=2)
        assert "odd.npz: day is of a dtype that no variable has, and would be lost." in text
        assert "--exclude '^day$'" in text and not target.exists()
        run(command, odd, target, "--exclude", "^day$")
        assert list(load_checkpoint(target)) == ["w"]


class TestRename:
    def test_scopes_and_names(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        out = run("rename", ckpt, tmp_path / "o.safetensors", "--map", "a=model/x", "--map", "n=step")
        assert out.splitlines()[:3] == ["a/b -> model/x/b", "a/w -> model/x/w", "n -> step"]
        assert list(load_checkpoint(tmp_path / "o")) == ["model/x/b", "model/x/w", "step", "words"]

    def test_regex(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        data = json.loads(
            run("rename", ckpt, tmp_path / "o.safetensors", "--regex", "--map", r"^(\w)/(\w)$=\2/\1", "--json")
        )
        assert data["renamed"] == {"a/b": "b/a", "a/w": "w/a"} and data["tensors"] == 4

    def test_rnn(self, run: Any, tmp_path: Path) -> None:
        run("rename", GOLDEN / "char_rnn", tmp_path / "o.ckpt", "--rnn", "--map", "rnnlm=m")
        assert "m/multi_rnn_cell/cell_0/basic_lstm_cell/kernel" in load_checkpoint(tmp_path / "o.ckpt")

    def test_two_into_one(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        text = run("rename", ckpt, tmp_path / "o.safetensors", "--map", "a/w=x", "--map", "a/b=x", code=2)
        assert "onto x: a/b, a/w" in text

    def test_a_map_that_fits_nothing(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        text = run("rename", ckpt, tmp_path / "o.safetensors", "--map", "a=b", "--map", "wrods=x", code=2)
        assert "--map wrods: no tensor has this name, and none lies in such a scope; nearest: words" in text
        assert not (tmp_path / "o.safetensors").exists()

    def test_nothing_left_of_a_name(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        for pair in (["--map", "a/w="], ["--regex", "--map", "^a.*="]):
            text = run("rename", ckpt, tmp_path / "o.safetensors", *pair, code=2)
            assert re.search("--map leaves nothing of the name a/[bw]. Write a name after the =", text)
        run("rename", ckpt, tmp_path / "o.safetensors", "--map", "a=")
        assert list(load_checkpoint(tmp_path / "o")) == ["b", "n", "w", "words"]

    def test_a_pattern_with_an_equals_sign(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        run("rename", ckpt, tmp_path / "o.safetensors", "--regex", "--map", "a(?=/w)=x")
        assert list(load_checkpoint(tmp_path / "o")) == ["a/b", "n", "words", "x/w"]

    def test_a_bad_replacement(self, run: Any, ckpt: Path, tmp_path: Path) -> None:
        text = run("rename", ckpt, tmp_path / "o.safetensors", "--regex", "--map", r"a/(.*)=\2", code=2)
        assert r"--map \2: invalid group reference" in text

    def test_a_bad_map(self, ckpt: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["rename", str(ckpt), "o", "--map", "nonsense"])
        assert caught.value.code == 2 and "'nonsense' is not of the form OLD=NEW" in capsys.readouterr().err


def test_nothing_asked_for_is_helped(run: Any) -> None:
    out = run()
    assert out.startswith("usage: fastscope ") and all(f"    {command} " in out for command in COMMANDS)


class TestErrors:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["list", "nowhere"], "any matching files for nowhere (no such file)"),
            (["list", __file__], f"{__file__} is in a different file format: a file of another kind"),
            (["list", GOLDEN / "training" / "no"], "training/no (no such file)"),
            (["show", GOLDEN / "v2_types", "flaot32"], "nearest: float32"),
            (
                ["convert", GOLDEN / "v2_types", "/dev/null/o.safetensors"],
                "Could not save /dev/null/o.safetensors: Not a directory",
            ),
            (["rename", GOLDEN / "v2_types", "o", "--regex", "--map", "(=x"], "missing ), unterminated subpattern"),
        ],
    )
    def test_one_line_and_exit_code_2(self, run: Any, arguments: list[object], message: str) -> None:
        assert message in run(*arguments, code=2)

    def test_a_damaged_file(self, run: Any, ckpt: Path) -> None:
        ckpt.write_bytes(ckpt.read_bytes()[:-1])
        assert re.search(r"m\.safetensors: .*ends at byte \d+", run("tree", ckpt, code=2))

    def test_unknown_commands(self, capsys: pytest.CaptureFixture[str]) -> None:
        for arguments in (
            ["frobnicate"],
            ["show"],
            ["show", "a", "b", "--bins", "0"],
            ["tree", "a", "--depth", "-1"],
            ["diff", "a", "b", "--tolerance", "nan"],
            ["diff", "a", "b", "--tolerance", "inf"],
            ["diff", "a", "b", "--tolerance=-1"],
            ["diff", "a", "b", "--tolerance", "much"],
            ["convert", "a", "b", "--include", "("],
        ):
            with pytest.raises(SystemExit) as caught:
                main(arguments)
            err = capsys.readouterr().err
            assert caught.value.code == 2
            assert err.startswith("fastscope: ") and err.count("\n") == 1 and "--help" in err

    def test_a_directory_without_one(self, run: Any, tmp_path: Path) -> None:
        assert f"Couldn't find 'checkpoint' file or checkpoints in given directory {tmp_path}." in run(
            "list", tmp_path, code=2
        )

    def test_data_without_an_index(self, run: Any, tmp_path: Path) -> None:
        shutil.copy(GOLDEN / "char_rnn.data-00000-of-00001", tmp_path / "m.data-00000-of-00001")
        for end in ("", ".data-00000-of-00001"):
            assert f"({tmp_path}/m.index is not there" in run("list", tmp_path / f"m{end}", code=2)

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["--version"])
        assert caught.value.code == 0 and capsys.readouterr().out == f"fastscope {fastscope.__version__}\n"

    def test_an_error_nobody_thought_of(self, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(options: Any) -> int:
            raise AttributeError("first\nsecond")

        monkeypatch.setattr("fastscope.looking.cli.commands.list_tensors", fail)
        assert run("list", "x", code=2) == "fastscope: first second\n"

    def test_ctrl_c(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(options: Any) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr("fastscope.looking.cli.commands.list_tensors", interrupt)
        assert main(["list", "x"]) == 130

    @pytest.mark.parametrize("command", COMMANDS)
    def test_help_shows_an_example(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main([command, "--help"])
        assert caught.value.code == 0
        assert f"example: fastscope {command} " in capsys.readouterr().out


def command(*arguments: str, **kwargs: Any) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    line = [sys.executable, "-m", "fastscope", *arguments]
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, **kwargs)


class TestProcess:
    def test_python_m_fastscope(self) -> None:
        result = command("list", str(GOLDEN / "training"))
        assert result.returncode == 0 and result.stdout.startswith("beta1_power\tfloat32\t[]\n")
        assert command("list", "nowhere").returncode == 2

    def test_output_that_is_closed(self) -> None:
        line = f"{sys.executable} -m fastscope tree {GOLDEN / 'char_rnn'} >&-"
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        result = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (0, "")

    @pytest.mark.parametrize("place", ["2>&-", "2>/dev/full", "2>/dev/full >/dev/full"])
    def test_errors_that_can_not_be_printed(self, place: str) -> None:
        line = f"{sys.executable} -m fastscope list nowhere {place}"
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        result = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout, result.stderr) == (2, "", "")

    def test_a_bar_where_standard_error_is_closed(self) -> None:
        script = "import sys; from fastscope.looking.cli import main, progress; progress._WAIT_S = 0; "
        script += "sys.exit(main(['diff', *sys.argv[1:]]))"
        line = f'{sys.executable} -c "{script}" {GOLDEN / "char_rnn"} {GOLDEN / "char_rnn"} 2>&-'
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        result = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout) == (0, "6 of 6 common tensors are the same\n")

    def test_a_full_disk_under_the_output(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        script = "import sys; from fastscope.looking.cli import main; sys.exit(main(['list', sys.argv[1]]))"
        limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        with open(tmp_path / "out", "wb") as out:
            result = subprocess.run(
                [sys.executable, "-c", limit + script, str(GOLDEN / "char_rnn")],
                env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (result.returncode, result.stderr) == (2, "fastscope: File too large\n")

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
    def test_a_terminal_without_the_lines_of_a_tree(self, encoding: str) -> None:
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), PYTHONIOENCODING=encoding)
        line = [sys.executable, "-m", "fastscope", "tree", str(GOLDEN / "char_rnn")]
        result = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
        assert "\n|-- rnnlm " in result.stdout and "\n|   `-- softmax_w " in result.stdout

    def test_a_pipe_that_is_closed_early(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {f"scope/name_{i}": np.zeros(0) for i in range(20_000)})
        line = f"{sys.executable} -m fastscope list {tmp_path / 'm'} | head -n 1; echo ${{PIPESTATUS[0]}}"
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        result = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)
        assert result.stdout == "scope/name_0\tfloat64\t[0]\n0\n" and result.stderr == ""


# Programs that print what a shell offers after a line, their second argument; the first is the Python to run.
ZSH = """\
python=$1 line=$2
fastscope() { $python -m fastscope "$@"; }
source ./script
COMP_WORDS=(fastscope ${(s: :)line})
[[ $line == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$(( $#COMP_WORDS - 1 ))
setopt ksharrays  # as bashcompinit calls it
_fastscope
printf "%s\\n" "${COMPREPLY[@]}"
"""
FISH = """\
set -g python $argv[1]
function fastscope; $python -m fastscope $argv; end
source script
complete -C "fastscope $argv[2]"
"""
SHELLS = {"zsh": ["zsh", "-f", "-c", ZSH, "zsh"], "fish": ["fish", "--no-config", "-c", FISH]}


class TestCompletion:
    def complete(self, *words: str, cwd: Path | None = None) -> list[str]:
        """What bash offers after these words."""
        script = main_output("completion", "bash")
        fastscope = f'fastscope() {{ {sys.executable} -m fastscope "$@"; }}\n'
        ask = f"COMP_WORDS=({' '.join(words) or ''} {'' if words[-1] else chr(39) * 2}); COMP_CWORD={len(words) - 1}\n"
        program = fastscope + script + ask + '_fastscope; printf "%s\\n" "${COMPREPLY[@]}"'
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        result = subprocess.run(
            ["bash", "-c", program], capture_output=True, text=True, check=True, env=environment, cwd=cwd
        )
        assert result.stderr == ""
        return result.stdout.split()

    @pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
    def test_bash(self, tmp_path: Path) -> None:
        (tmp_path / "my model.safetensors").touch()
        assert self.complete("fastscope", "co") == ["convert", "completion"]
        assert self.complete("fastscope", "show", str(GOLDEN / "char_rnn"), "rnnlm/soft") == [
            "rnnlm/softmax_b", "rnnlm/softmax_w",
        ]  # fmt: skip
        assert self.complete("fastscope", "convert", "--fo") == ["--force"]
        assert self.complete("fastscope", "completion", "z") == ["zsh"]
        assert self.complete("fastscope", "tree", "my", cwd=tmp_path) == ["my", "model.safetensors"]
        for quoted in (r"'my\ mo'", "'\"my mo'", "\\'my\\ mo"):  # as bash hands them over
            assert self.complete("fastscope", "tree", quoted, cwd=tmp_path) == ["my", "model.safetensors"]
        write_safetensors(str(tmp_path / "my model.safetensors"), {"a/b": np.zeros(1)})
        for quoted in (r"'my\ model.safetensors'", "'\"my model.safetensors\"'"):
            assert self.complete("fastscope", "show", quoted, "a", cwd=tmp_path) == ["a/b"]

    HOSTILE = ("$(touch pwned)", "`touch pwned`", "a b", "*", "x")

    @pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
    def test_a_tensors_name_is_not_run(self, tmp_path: Path) -> None:
        write_bundle(str(tmp_path / "m"), {name: np.zeros(1) for name in self.HOSTILE})
        offered = self.complete("fastscope", "show", "m", "", cwd=tmp_path)
        assert sorted(offered) == sorted(" ".join(self.HOSTILE).split())
        assert sorted(path.name for path in tmp_path.iterdir()) == ["m.data-00000-of-00001", "m.index"]

    @pytest.mark.parametrize(
        ("line", "offered"),
        [
            ("co", ["completion", "convert"]),
            ("show m ", sorted(HOSTILE)),
            ("show m a", ["a b"]),
            ("convert --fo", ["--force"]),
            ("completion z", ["zsh"]),
            ("tree m.i", ["m.index"]),
        ],
    )
    @pytest.mark.parametrize("shell", ["zsh", "fish"])
    def test_zsh_and_fish(self, tmp_path: Path, shell: str, line: str, offered: list[str]) -> None:
        if shutil.which(shell) is None:
            pytest.skip(f"needs {shell}")
        write_bundle(str(tmp_path / "m"), {name: np.zeros(1) for name in self.HOSTILE})
        (tmp_path / "script").write_text(main_output("completion", shell))
        result = subprocess.run(
            [*SHELLS[shell], sys.executable, line],
            capture_output=True, text=True, check=True, cwd=tmp_path,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), HOME=str(tmp_path)),
        )  # fmt: skip
        assert sorted(one.partition("\t")[0] for one in result.stdout.splitlines()) == offered
        assert not (tmp_path / "pwned").exists()

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_it_knows_every_command_and_option(self, shell: str) -> None:
        script = main_output("completion", shell)
        for name in COMMANDS:
            assert name in script
            for option in re.findall(r"--([a-z]+)", main_output(name, "--help").partition("example:")[0]):
                assert option in script, f"{name} --{option}"


def main_output(*arguments: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):  # --help ends with one
        assert main(arguments) == 0
    return out.getvalue()


class TestProgress:
    def test_nothing_where_no_terminal_looks(self, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
        monkeypatch.setattr(progress, "_WAIT_S", 0)
        with progress.Progress("working", 10) as bar:
            bar.advance(5)
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize("rich", [True, False])
    def test_on_a_terminal(self, capsys: pytest.CaptureFixture[str], monkeypatch: Any, rich: bool) -> None:
        monkeypatch.setattr(progress, "_WAIT_S", 0)
        monkeypatch.setattr(progress, "_EVERY_S", 0)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        if rich:
            pytest.importorskip("rich")
        else:
            monkeypatch.setitem(sys.modules, "rich", None)
        with progress.Progress("working", 10) as bar:
            bar.advance(4)
            bar.advance(3)
        err = capsys.readouterr().err
        assert "working" in err and (rich or err == "\rworking  40 %\rworking  70 %\n")

    def test_quick_work_shows_nothing(self, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        with progress.Progress("working", 10) as bar:
            bar.advance(4)
        assert capsys.readouterr().err == ""
