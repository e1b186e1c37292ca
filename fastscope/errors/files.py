"""Messages of tf.gfile, and of reading and writing whole files.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

import errno

from . import (
    AlreadyExistsError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
    UnknownError,
)

_KINDS: dict[int | None, type[OpError]] = {
    errno.ENOENT: NotFoundError,
    errno.ENOTDIR: FailedPreconditionError,
    errno.EISDIR: FailedPreconditionError,
    errno.ENOTEMPTY: FailedPreconditionError,
    errno.EEXIST: AlreadyExistsError,
    errno.EACCES: PermissionDeniedError,
    errno.EPERM: PermissionDeniedError,
}


def of_system(path: str, reason: OSError) -> OpError:
    """The operating system refused."""
    kind = _KINDS.get(reason.errno, UnknownError)
    return kind(f"{path}; {reason.strerror}")


def not_written(path: str, reason: OSError) -> OSError:
    """A whole file that could not be written; keeps the errno."""
    return OSError(
        reason.errno,
        f"Could not write {path}: {reason.strerror}. Nothing was replaced: a file that was there is as it was. Make "
        "room or give another path, and write it again",
    )


def no_directory(path: str) -> NotFoundError:
    """A directory to list that is not there."""
    return NotFoundError(f"Could not find directory {path}: tf.gfile.MakeDirs makes one.")


def nothing_to_delete(path: str) -> NotFoundError:
    """A directory to delete that is not there."""
    return NotFoundError(f"{path} not found: ask tf.gfile.Exists before it is deleted.")


def file_exists(path: str) -> AlreadyExistsError:
    """The target of a copy or a new name is there."""
    return AlreadyExistsError(f"file already exists: {path}. overwrite=True replaces it.")


def bad_mode(mode: str) -> InvalidArgumentError:
    """A way to open a file that there is not."""
    return InvalidArgumentError(
        f"mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+', but {mode!r}. A 'b' at its end reads and writes bytes."
    )


def not_for_reading(path: str) -> PermissionDeniedError:
    """Reading from a file that is written."""
    return PermissionDeniedError(f"File isn't open for reading: {path}. tf.gfile.GFile(path, 'r') opens it so.")


def not_for_writing(path: str) -> PermissionDeniedError:
    """Writing into a file that is read."""
    return PermissionDeniedError(f"File isn't open for writing: {path}. tf.gfile.GFile(path, 'w') opens it so.")


def not_local(path: str) -> InvalidArgumentError:
    """An address of somewhere else."""
    scheme = path.partition("://")[0]
    return InvalidArgumentError(
        f"File system scheme {scheme!r} not implemented (file: {path!r}). Only this machine's files are read: "
        "copy it here first, and give the path of the copy."
    )


def no_text(value: object) -> TypeError:
    """Something that is neither text nor bytes."""
    return TypeError(f"Expected binary or unicode string, got {value!r}. str(value) makes text of it.")
