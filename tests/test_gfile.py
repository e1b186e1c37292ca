"""tf.gfile, tf.resource_loader and tf.compat's texts answer as TensorFlow 1.15 does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import fastscope as tf

g: Any = tf.gfile


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "c").write_text("abc\nde\n")
    return str(tmp_path)


def test_files_and_folders(folder: str) -> None:
    assert g.MkDir(folder) is g.MakeDirs(f"{folder}/x/y") is None and g.Exists(f"{folder}/x/") and g.IsDirectory(folder)
    g.Copy(f"{folder}/c", f"{folder}/n")
    g.Rename(f"{folder}/n", f"{folder}/m")
    g.Copy(f"{folder}/c", f"{folder}/m", overwrite=True)
    assert sorted(g.ListDirectory(folder)) == ["c", "m", "x"] and not g.IsDirectory(f"{folder}/zz")
    assert g.Glob(f"{folder}/[cm]") == [f"{folder}/c", f"{folder}/m"] == g.Glob([f"{folder}/c", f"{folder}/m*"])
    down = [(name.replace(folder, "D"), inner, sorted(files)) for name, inner, files in g.Walk(folder)]
    assert down == [("D", ["x"], ["c", "m"]), ("D/x", ["y"], []), ("D/x/y", [], [])]
    assert [name for name, _, _ in g.Walk(folder, in_order=False)] == [f"{folder}/x/y", f"{folder}/x", folder]
    found = g.Stat(f"{folder}/c")
    assert found.length == 7 and found.mtime_nsec > 0 and not found.is_directory and g.Stat(folder).is_directory
    g.Remove(f"{folder}/m")
    g.MkDir(f"{folder}/one")
    g.DeleteRecursively(folder)
    assert not g.Exists(folder) and list(g.Walk(folder)) == []


def test_reading_and_writing(folder: str) -> None:
    file = g.GFile(f"{folder}/c")
    assert (file.readline(), file.tell(), file.read(), file.size()) == ("abc\n", 4, "de\n", 7)
    assert (file.name, file.mode) == (f"{folder}/c", "r")
    file.seek(1)
    assert file.readlines() == ["bc\n", "de\n"]
    file.seek(offset=0)
    assert list(file) == ["abc\n", "de\n"]
    with g.Open(f"file://{folder}/c", "rb") as file:
        assert file.read(2) == b"ab" and file.read() == b"c\nde\n"
    with g.FastGFile(f"{folder}/c", "a") as file:
        file.write("ü")
        file.write(b"!")
        file.flush()
        assert Path(folder, "c").read_text() == "abc\nde\nü!"
    with g.GFile(f"{folder}/c", "w+") as file:
        file.write("new")
        file.seek(0)
        assert file.read() == "new"


@pytest.mark.parametrize(
    ("error", "text", "call"),
    [
        ("NotFoundError", "D/zz; No such file or directory", lambda d: g.Remove(f"{d}/zz")),
        ("NotFoundError", "D/zz; No such file or directory", lambda d: g.Stat(f"{d}/zz")),
        ("NotFoundError", "D/zz; No such file or directory", lambda d: g.Open(f"{d}/zz").read()),
        ("NotFoundError", "Could not find directory D/zz: tf.gfile.MakeDirs", lambda d: g.ListDirectory(f"{d}/zz")),
        ("NotFoundError", "D/zz not found: ask tf.gfile.Exists", lambda d: g.DeleteRecursively(f"{d}/zz")),
        ("NotFoundError", "D/q/w; No such file or directory", lambda d: g.GFile(f"{d}/q/w", "w").write("x")),
        ("AlreadyExistsError", "file already exists: D/c. overwrite=True", lambda d: g.Copy(f"{d}/c", f"{d}/c")),
        ("AlreadyExistsError", "file already exists: D/c.", lambda d: g.Rename(f"{d}/c", f"{d}/c")),
        ("FailedPreconditionError", "D; Is a directory", lambda d: g.Remove(d)),
        ("InvalidArgumentError", "mode is not 'r' or 'w' or 'a'", lambda d: g.GFile(f"{d}/c", "x")),
        ("PermissionDeniedError", "File isn't open for reading", lambda d: g.GFile(f"{d}/c", "w").read()),
        ("PermissionDeniedError", "File isn't open for writing", lambda d: g.GFile(f"{d}/c").write("x")),
        ("InvalidArgumentError", "File system scheme 'gs' not implemented", lambda d: g.Exists("gs://bucket/c")),
    ],
)
def test_errors(folder: str, error: str, text: str, call: Any) -> None:
    with pytest.raises(getattr(tf.errors, error)) as caught:
        call(folder)
    assert str(caught.value).replace(folder, "D").startswith(text) and isinstance(caught.value, tf.errors.OpError)


def test_files_beside_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.path.dirname(__file__)
    assert tf.resource_loader.get_data_files_path() == here
    assert tf.resource_loader.get_path_to_datafile("conftest.py") == os.path.join(here, "conftest.py")
    assert tf.resource_loader.load_resource("conftest.py").startswith(b'"""A fresh default graph')


def test_text_and_bytes() -> None:
    compat = tf.compat
    assert compat.as_bytes("é") == b"\xc3\xa9" == compat.as_bytes(b"\xc3\xa9")
    assert compat.as_text("a") == compat.as_str(b"a") == compat.as_str_any(b"a") == "a" and compat.as_str_any(3) == "3"
    assert compat.path_to_str(Path("a/b")) == "a/b" and isinstance("a", compat.bytes_or_text_types)
    for function in (compat.as_bytes, compat.as_text):
        with pytest.raises(TypeError, match="Expected binary or unicode string, got 3. str"):
            function(3)
