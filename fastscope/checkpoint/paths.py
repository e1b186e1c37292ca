"""From what a user has in hand (a prefix, one of its files, a directory) to the checkpoint that is meant."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ..errors import checkpoint as errors
from .state import CheckpointState, read_state

__all__ = ["Located", "bundle_files", "exists", "locate", "newest", "prefix_of"]

_TABLE_MAGIC: Final = (0xDB4775248B80FB57).to_bytes(8, "little")
_PART: Final = re.compile(r"\.(index|meta|safetensors|data-\d{5}-of-\d{5})$")
_V1_SHARD: Final = re.compile(r"-[\d?]{5}-of-\d{5}$")  # TensorFlow itself writes "-?????-of-00002" into state files
_PLAIN: Final = re.compile(r"\.(npz|ckpt|ckpt-\d+)$")


class Located(NamedTuple):
    """A checkpoint that is there.

    Attributes:
        format: "safetensors", "tf-v2", "tf-v1" or "npz".
        path: its one file; for tf-v2 the prefix, for a sharded tf-v1 the name without "-00000-of-00002".
    """

    format: str
    path: str


def prefix_of(path: str) -> str:
    """Return `path` without ".index", ".data-00000-of-00001", ".meta" or ".safetensors"."""
    return _PART.sub("", path)


def locate(path: str | os.PathLike[str]) -> Located:
    """Find the checkpoint that `path` means.

    Args:
        path: a file, a prefix such as "dir/model-7", any file of a bundle, or a directory, of which
            the `checkpoint` file names the latest.

    Raises:
        ValueError: there is none; the message lists what is in the directory instead.
    """
    name = os.fsdecode(path)
    if os.path.isdir(name):
        return _latest_of(name)
    found = _find(name)
    if found is None:
        raise errors.not_a_checkpoint(name, _why_not(name), _checkpoints_in(os.path.dirname(name) or "."))
    return found


def exists(path: str) -> bool:
    """Whether there is a checkpoint with this prefix or file name."""
    return _find(path) is not None


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
    if name.endswith(".safetensors") and os.path.isfile(name):
        return Located("safetensors", name)
    if prefix == name and os.path.isfile(name + ".safetensors"):
        return Located("safetensors", name + ".safetensors")
    if os.path.isfile(prefix + ".index"):
        return Located("tf-v2", prefix)
    shards = _V1_SHARD.sub("", prefix)
    if glob.glob(glob.escape(shards) + "-?????-of-?????"):
        return Located("tf-v1", shards)
    for file in (name, prefix):
        if os.path.isfile(file) and (kind := _sniff(file)):
            return Located(kind, file)
    return None


def _why_not(name: str) -> str:
    prefix = prefix_of(name)
    if glob.glob(glob.escape(prefix) + ".data-?????-of-?????"):
        return f"{prefix}.index is not there, which says what is in the data files"
    return "a file of another kind" if os.path.exists(name) else "no such file"


def _sniff(file: str) -> str | None:
    """Tell a file's format by its first and last bytes; None if it is no checkpoint."""
    with open(file, "rb") as stream:
        head = stream.read(9)
        stream.seek(max(0, os.path.getsize(file) - 8))
        tail = stream.read(8)
    if tail == _TABLE_MAGIC:
        return "tf-v1"
    if head.startswith(b"PK"):
        return "npz"
    if head[8:] == b"{" or file.endswith(".safetensors"):
        return "safetensors"
    # The name says what it should be, so that a damaged file is called damaged and not unknown.
    return "npz" if file.endswith(".npz") else None


def _latest_of(directory: str) -> Located:
    state = read_state(directory)
    latest = None if state is None else newest(state)
    there = list(filter(exists, _checkpoints_in(directory))) if latest is None else [latest]
    if len(there) > 1:
        raise errors.several_checkpoints(directory, there)
    found = _find(there[0]) if there else None
    if found is None:
        raise errors.not_a_checkpoint(directory, "a directory that holds none")
    return found


def _checkpoints_in(directory: str) -> list[str]:
    """List what looks like a checkpoint in a directory, by the names alone."""
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    found = {stem for name in names for stem in _stems(name)}
    return sorted(os.path.normpath(os.path.join(directory, name)) for name in found)


def _stems(name: str) -> Iterator[str]:
    """Yield the checkpoint's name that a file's name speaks of, if it does."""
    if name.endswith((".index", ".safetensors", ".meta")):
        yield prefix_of(name)
    elif _PLAIN.search(name):
        yield name
    elif _V1_SHARD.search(name) and prefix_of(name) == name:  # no data file of a bundle
        yield _V1_SHARD.sub("", name)
