"""tf.gfile: this machine's files, by the names and with the errors of TensorFlow 1.

Source: tensorflow/python/lib/io/file_io.py (TF 1.15).
"""

from __future__ import annotations

import glob
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NamedTuple, Self

from .errors import files as errors

__all__ = [
    "Copy",
    "DeleteRecursively",
    "Exists",
    "FastGFile",
    "GFile",
    "Glob",
    "IsDirectory",
    "ListDirectory",
    "MakeDirs",
    "MkDir",
    "Open",
    "Remove",
    "Rename",
    "Stat",
    "Walk",
]

_MODES = ("r", "w", "a", "r+", "w+", "a+")


class FileStatistics(NamedTuple):
    """What is known of a file.

    Attributes:
        length: bytes.
        mtime_nsec: when it was last written, ns since 1970.
        is_directory: whether it is one.
    """

    length: int
    mtime_nsec: int
    is_directory: bool


def _local(path: Any) -> str:
    """Return a path as text; "file://" may stand before it.

    Raises:
        InvalidArgumentError: it is an address of somewhere else.
    """
    text = os.fsdecode(path)
    if text.startswith("file://"):
        return text.removeprefix("file://")
    if "://" in text:
        raise errors.not_local(text)
    return text


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn an OSError into TensorFlow's error of the same kind."""
    try:
        yield
    except OSError as reason:
        raise errors.of_system(path, reason) from reason


def Exists(filename: Any) -> bool:
    """Return whether there is a file or directory."""
    return os.path.exists(_local(filename))


def IsDirectory(dirname: Any) -> bool:
    """Return whether there is a directory of this name."""
    return os.path.isdir(_local(dirname))


def MkDir(dirname: Any) -> None:
    """Make a directory; one that is there is left alone.

    Raises:
        NotFoundError: what it should lie in is not there.
    """
    path = _local(dirname)
    if not os.path.isdir(path):
        with _told(path):
            os.mkdir(path)


def MakeDirs(dirname: Any) -> None:
    """Make a directory and those that it lies in; what is there is left alone."""
    path = _local(dirname)
    with _told(path):
        os.makedirs(path, exist_ok=True)


def ListDirectory(dirname: Any) -> list[str]:
    """Return the names of what is in a directory, in no order.

    Raises:
        NotFoundError: there is none.
    """
    path = _local(dirname)
    if not os.path.isdir(path):
        raise errors.no_directory(path)
    with _told(path):
        return os.listdir(path)


def Glob(filename: Any) -> list[str]:
    """Return the paths that fit a pattern, or one of a list of patterns, sorted."""
    patterns = [filename] if isinstance(filename, (str, bytes, os.PathLike)) else filename
    return [path for pattern in patterns for path in sorted(glob.glob(_local(pattern)))]


def Remove(filename: Any) -> None:
    """Delete a file.

    Raises:
        NotFoundError: there is none.
        FailedPreconditionError: it is a directory.
    """
    path = _local(filename)
    with _told(path):
        os.remove(path)


def DeleteRecursively(dirname: Any) -> None:
    """Delete a directory with all that is in it.

    Raises:
        NotFoundError: there is none.
    """
    path = _local(dirname)
    if not os.path.exists(path):
        raise errors.nothing_to_delete(path)
    with _told(path):
        shutil.rmtree(path)


def Copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    """Copy a file.

    Raises:
        NotFoundError: there is none.
        AlreadyExistsError: the target is there, and `overwrite` is not said.
    """
    source, target = _free(oldpath, newpath, overwrite)
    with _told(source):
        shutil.copyfile(source, target)


def Rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    """Give a file or directory another name.

    Raises:
        NotFoundError: there is none.
        AlreadyExistsError: the new name is there, and `overwrite` is not said.
    """
    source, target = _free(oldname, newname, overwrite)
    with _told(source):
        os.replace(source, target)


def _free(old: Any, new: Any, overwrite: bool) -> tuple[str, str]:
    target = _local(new)
    if not overwrite and os.path.exists(target):
        raise errors.file_exists(target)
    return _local(old), target


def Stat(filename: Any) -> FileStatistics:
    """Return length, time and kind of a file.

    Raises:
        NotFoundError: there is none.
    """
    path = _local(filename)
    with _told(path):
        found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(path))


def Walk(top: Any, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield (directory, names of directories in it, names of files in it), from `top` down.

    Args:
        in_order: a directory before what is in it; else after it.
    """
    yield from os.walk(_local(top), topdown=in_order)


class GFile:
    """A file, which is opened when it is first read or written.

    Args:
        name: its path.
        mode: "r", "w", "a", each with "+" for both ways; with a "b" its contents are bytes.

    Raises:
        InvalidArgumentError: another mode.
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        self._path = _local(name)
        self._binary = "b" in mode
        if mode.replace("b", "") not in _MODES:
            raise errors.bad_mode(mode)
        self._name, self._mode = name, mode
        self._file: Any = None

    @property
    def name(self) -> Any:
        """The path, as it was given."""
        return self._name

    @property
    def mode(self) -> str:
        """How it was opened."""
        return self._mode

    def _opened(self) -> Any:
        if self._file is None:
            with _told(self._path):
                self._file = open(self._path, self._mode.replace("b", "") + "b")  # noqa: SIM115 - it is an object's
        return self._file

    def _readable(self) -> Any:
        if "r" not in self._mode and "+" not in self._mode:
            raise errors.not_for_reading(self._path)
        return self._opened()

    def _given(self, data: bytes) -> Any:
        return data if self._binary else data.decode()

    def read(self, n: int = -1) -> Any:
        """Return the next `n` bytes, by default the rest: bytes if it was opened with "b", else text."""
        return self._given(self._readable().read(n))

    def readline(self) -> Any:
        """Return the next line with its end; nothing at the end of the file."""
        return self._given(self._readable().readline())

    def readlines(self) -> list[Any]:
        """Return the lines that are left."""
        return [self._given(line) for line in self._readable().readlines()]

    def write(self, file_content: Any) -> None:
        """Write text or bytes.

        Raises:
            PermissionDeniedError: it is open for reading.
        """
        if self._mode in ("r", "rb"):
            raise errors.not_for_writing(self._path)
        self._opened().write(file_content.encode() if isinstance(file_content, str) else file_content)

    def seek(self, offset: int | None = None, whence: int = io.SEEK_SET, position: int | None = None) -> None:
        """Go to a place, in bytes; `position` is an older name of `offset`."""
        self._readable().seek(position if offset is None else offset, whence)

    def tell(self) -> int:
        """Return the place, in bytes."""
        return int(self._opened().tell())

    def size(self) -> int:
        """Return the length of the file, in bytes."""
        return Stat(self._path).length

    def flush(self) -> None:
        """Hand what was written over to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Close it; reading or writing opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line


FastGFile = Open = GFile
