"""From what a user has in hand (a prefix, one of its files, a directory) to the checkpoint that is meant."""

from __future__ import annotations

import glob
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from ..errors import DataLossError
from ..errors import checkpoint as errors
from .datafile import open_regular
from .foreign import HEAD_BYTES, kind_of_file
from .hdf5 import WEIGHTS_MEMBER
from .shards import INDEX_END, shard_base, shards_of
from .state import CheckpointState, read_state

__all__ = ["Located", "bundle_files", "exists", "locate", "made_directory", "newest", "prefix_of"]

_TABLE_MAGIC: Final = (0xDB4775248B80FB57).to_bytes(8, "little")
_HDF5_MAGIC: Final = b"\x89HDF\r\n\x1a\n"
_TAIL_BYTES: Final = 1 << 14  # more than the list of members of a .keras archive
_PART: Final = re.compile(r"\.(index|meta|safetensors|data-\d{5}-of-\d{5})$")
_V1_SHARD: Final = re.compile(r"-[\d?]{5}-of-\d{5}$")  # TensorFlow itself writes "-?????-of-00002" into state files
_PLAIN: Final = re.compile(r"\.(npz|h5|hdf5|keras|ckpt|ckpt-\d+)$")
_SAVED_MODEL: Final = os.path.join("variables", "variables")  # a SavedModel's checkpoint, in its directory


class Located(NamedTuple):
    """A checkpoint that is there.

    Attributes:
        format: "safetensors", "shards" (several of these), "tf-v2", "tf-v1", "npz" or "hdf5".
        path: its one file; for tf-v2 the prefix, for a sharded tf-v1 the name without "-00000-of-00002", for shards
            their index, or where there is none their name without "-00001-of-00002.safetensors".
    """

    format: str
    path: str


def prefix_of(path: str) -> str:
    """Return `path` without ".index", ".data-00000-of-00001", ".meta" or ".safetensors"."""
    return _PART.sub("", path)


def locate(path: str | os.PathLike[str], prefix_first: bool = False) -> Located:
    """Find the checkpoint that `path` means.

    Args:
        path: a file, a prefix such as "dir/model-7", any file of a bundle or of several shards, or a directory, of
            which the `checkpoint` file names the latest.
        prefix_first: whether "model" is "model.index" where there is a directory "model", too.

    Raises:
        NotFoundError: nothing is there; the message lists what is in the directory instead.
        DataLossError: a file of another kind is there; the message says how to make a checkpoint of it.
        ValueError: a directory without a checkpoint, or with several and no `checkpoint` file.
        OSError: a file is there and can't be read.
    """
    name = os.fsdecode(path)
    if os.path.isdir(name):
        return (_beside(name) if prefix_first else None) or _latest_of(name)
    found = _find(name)
    if found is None:
        raise _why_not(name)
    _check_kind(found)
    return found


def _beside(directory: str) -> Located | None:
    """Return the checkpoint whose prefix is the name of a directory: `saver.save(session, "model")` wrote it."""
    endings = {".index": ("tf-v2", directory), ".safetensors": ("safetensors", f"{directory}.safetensors")}
    return next((Located(*found) for end, found in endings.items() if os.path.isfile(directory + end)), None)


def exists(path: str) -> bool:
    """Whether there is a checkpoint with this prefix or file name."""
    try:
        return _find(path) is not None
    except DataLossError:  # it is there, and what stands for it has no data
        return True


def bundle_files(prefix: str) -> list[str]:
    """List the files of TensorFlow's checkpoint with this prefix, the one that makes the others count first."""
    names = [prefix + ".index", *glob.glob(glob.escape(prefix) + ".data-?????-of-?????"), prefix + ".meta"]
    return [name for name in names if os.path.isfile(name)]


def newest(state: CheckpointState) -> str | None:
    """Return the latest of a state file's checkpoints that is still there."""
    paths = [state.model_checkpoint_path, *reversed(state.all_model_checkpoint_paths)]
    return next(filter(exists, paths), None)


def _find(name: str) -> Located | None:
    prefix = prefix_of(name)
    if name.endswith(INDEX_END) and os.path.isfile(name):
        return Located("shards", name)
    if name.endswith(".safetensors") and os.path.isfile(name):
        return Located("safetensors", name)
    if prefix == name and os.path.isfile(name + ".safetensors"):
        return Located("safetensors", name + ".safetensors")
    if os.path.isfile(prefix + ".index"):
        return Located("tf-v2", prefix)
    if os.path.isfile(name + INDEX_END):
        return Located("shards", name + INDEX_END)
    if shards_of(name):
        return Located("shards", name)
    shards = _V1_SHARD.sub("", prefix)
    if any(_V1_SHARD.search(file) for file in glob.glob(glob.escape(shards) + "-?????-of-?????")):
        return Located("tf-v1", shards)
    for file in (name, prefix):
        if os.path.isfile(file) and (kind := _sniff(file)):
            return Located(kind, file)
    return None


def _why_not(name: str) -> Exception:
    """Return the error for a path where there is no checkpoint."""
    with suppress(FileNotFoundError, NotADirectoryError):
        os.stat(name)  # a directory that may not be searched hides what is in it: that is no "no such file"
    prefix, there = prefix_of(name), []
    with suppress(OSError):
        there = _checkpoints_in(os.path.dirname(name) or ".")
    if glob.glob(glob.escape(prefix) + ".data-?????-of-?????"):
        why = f"{prefix}.index is not there, which says what is in the data files"
        return errors.no_checkpoint(name, why, there)
    if not os.path.exists(name):
        return errors.no_checkpoint(name, "no such file", there)
    kind = kind_of_file(name, _head(name))
    if kind is None:
        return errors.unknown_kind(name, there)
    return errors.other_kind(name, kind.what, kind.way)


def _check_kind(found: Located) -> None:
    """Raise DataLossError for a file whose first bytes deny what its name says, such as a web page."""
    if found.format in ("safetensors", "npz"):
        head = _head(found.path)
        # A safetensors file begins with a number of 8 bytes, which may look like anything.
        kind = None if head[8:9] == b"{" or head.startswith(b"PK") else kind_of_file(found.path, head)
        if kind is not None:
            raise errors.other_kind(found.path, kind.what, kind.way)


def _head(file: str) -> bytes:
    """Return a file's first bytes."""
    descriptor, _ = open_regular(file)
    try:
        return os.pread(descriptor, HEAD_BYTES, 0)
    finally:
        os.close(descriptor)


def _sniff(file: str) -> str | None:
    """Tell a file's format by its first and last bytes; None if it is no checkpoint."""
    descriptor, size = open_regular(file)
    try:
        head = os.pread(descriptor, 9, 0)
        directory = os.pread(descriptor, _TAIL_BYTES, max(0, size - _TAIL_BYTES))  # where it is a zip archive
    finally:
        os.close(descriptor)
    if directory.endswith(_TABLE_MAGIC):
        return "tf-v1"
    if head.startswith(_HDF5_MAGIC):
        return "hdf5"
    if head.startswith(b"PK"):
        is_keras = WEIGHTS_MEMBER.encode() in directory and _holds_keras_weights(file)
        return "hdf5" if is_keras else "npz"
    if head[8:] == b"{" or file.endswith(".safetensors"):
        return "safetensors"
    # The name says what it should be, so that a damaged file is called damaged and not unknown.
    return "npz" if file.endswith(".npz") else None


def _holds_keras_weights(file: str) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return WEIGHTS_MEMBER in archive.namelist()
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile):  # the reader of .npz files says what is wrong
        return False


def _latest_of(directory: str) -> Located:
    state = read_state(directory)
    latest = None if state is None else newest(state)
    there = list(filter(exists, _checkpoints_in(directory))) if latest is None else [latest]
    if len(there) > 1:
        raise errors.several_checkpoints(directory, there)
    found = _find(there[0] if there else os.path.join(directory, _SAVED_MODEL))
    if found is None:
        raise errors.directory_without(directory)
    return found


def _checkpoints_in(directory: str) -> list[str]:
    """List what looks like a checkpoint in a directory, by the names alone."""
    found = {stem for name in os.listdir(directory) for stem in _stems(name)}
    return sorted(os.path.normpath(os.path.join(directory, name)) for name in found)


def _stems(name: str) -> Iterator[str]:
    """Yield the checkpoint's name that a file's name speaks of, if it does."""
    if (base := shard_base(name)) is not None:
        yield base
    elif name.endswith((".index", ".safetensors", ".meta")):
        yield prefix_of(name)
    elif _PLAIN.search(name):
        yield name
    elif _V1_SHARD.search(name) and prefix_of(name) == name:  # no data file of a bundle
        yield _V1_SHARD.sub("", name)


def made_directory(path: str) -> str:
    """Return the directory that a checkpoint lies in, made now if only the last part of it is not there.

    Raises:
        ValueError: nor is the one that it should lie in.
    """
    directory = os.path.dirname(path) or "."
    if not os.path.isdir(directory):
        if not os.path.isdir(os.path.dirname(directory) or "."):
            raise errors.no_parent_directory(path, directory)
        with suppress(FileExistsError):  # another process was quicker
            os.mkdir(directory)
    return directory
