"""Writing files so that a crash at any moment leaves either the old file or the new one, whole.

    target directory                          what a kill at this moment leaves
    ├─ model-6.safetensors                    the previous checkpoint, always
    └─ .fastscope-k3v9x2.tmp/                 1 make a staging directory, lock it          a leftover
         └─ model-7.safetensors               2 write, fsync each file                     a leftover
    model-7.safetensors                       3 rename it out of the staging directory     both checkpoints
    (fsync of the target directory)           4 now a power cut can't undo the rename      both checkpoints

A leftover is told from another process's save in progress by the lock: the kernel drops it when its holder dies,
however it dies. Each save removes the leftovers of its directory first.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..errors import files as errors

__all__ = ["Staging", "staging", "write_text", "write_whole"]

_PREFIX, _SUFFIX = ".fastscope-", ".tmp"


class Staging:
    """A directory for files that are not yet in place, and the way to put them there."""

    def __init__(self, directory: str, target: str) -> None:
        self.directory = directory
        self.target = target

    def path(self, name: str) -> str:
        """Return where to write the file that will be `name` in the target directory."""
        return os.path.join(self.directory, name)

    def publish(self, *names: str, instead_of: str | None = None) -> None:
        """Make the files durable, then rename them into place, the last one when the others are there for good.

        The last one should make the others count, as a bundle's index does. A file gets the permissions of the one that
        it replaces; where none is there, those of `instead_of` in the target directory, or the process's own.

        Raises:
            OSError: fsync or rename failed. A name that was not reached keeps its old file.
        """
        for name in names:
            for older in filter(None, (name, instead_of)):
                with suppress(FileNotFoundError):
                    os.chmod(self.path(name), os.stat(os.path.join(self.target, older)).st_mode & 0o777)
                    break
            _fsync(self.path(name), os.O_RDONLY)
        for group in (names[:-1], names[-1:]):
            for name in group:
                os.rename(self.path(name), os.path.join(self.target, name))
            if group:
                _fsync(self.target, os.O_RDONLY | os.O_DIRECTORY)


@contextmanager
def staging(target: str) -> Iterator[Staging]:
    """Yield a `Staging` for files of the directory `target`; what was not published is gone afterwards.

    Example:
        >>> with staging("ckpt") as area:
        ...     open(area.path("a.txt"), "w").close()
        ...     area.publish("a.txt")

    Raises:
        OSError: `target` is no directory that one can write to.
    """
    _remove_leftovers(target)
    directory, lock = _make_locked(target)
    try:
        yield Staging(directory, target)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)


def write_text(path: str, text: str) -> None:
    """Write a small file atomically and durably."""
    _write(path, text.encode())


def write_whole(path: str, data: bytes) -> None:
    """Write a file atomically and durably, in a folder that is made if it is not there; into a pipe or device as it is.

    Raises:
        OSError: it could not be written. A file that was there is as it was.
    """
    real = os.path.realpath(path)  # a link stays one
    try:
        os.makedirs(os.path.dirname(real), exist_ok=True)
        if os.path.exists(real) and not os.path.isfile(real):
            with open(real, "wb") as file:
                file.write(data)
        else:
            _write(real, data)
    except OSError as reason:
        raise errors.not_written(path, reason) from reason


def _write(path: str, data: bytes) -> None:
    target, name = os.path.split(os.path.abspath(path))
    with staging(target) as area:
        with open(area.path(name), "wb") as file:
            file.write(data)
        area.publish(name)


def _make_locked(target: str) -> tuple[str, int]:
    while True:
        directory = tempfile.mkdtemp(_SUFFIX, _PREFIX, target)
        # Another save may take it for a leftover in the instant before it is locked: then make another one.
        with suppress(FileNotFoundError):
            lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(OSError):  # a file system without locks: the save goes on, a leftover would stay
                fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.isdir(directory):
                return directory, lock
            os.close(lock)


def _remove_leftovers(target: str) -> None:
    for entry in os.scandir(target):
        if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX) and entry.is_dir(follow_symlinks=False):
            with suppress(OSError):  # a living save holds the lock, or its owner has just removed it
                _remove_if_abandoned(entry.path)


def _remove_if_abandoned(directory: str) -> None:
    lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(directory)
    finally:
        os.close(lock)


def _fsync(path: str, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
