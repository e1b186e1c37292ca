"""Several safetensors files that are one checkpoint, as Hugging Face cuts large models.

    model-00001-of-00002.safetensors    some of the tensors
    model-00002-of-00002.safetensors    the others
    model.safetensors.index.json        {"weight_map": {tensor: file}}; a folder may lack it

Source: https://huggingface.co/docs/safetensors (documentation)
"""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from ..errors import checkpoint as errors
from .reader import CheckpointReader, TensorInfo
from .safetensors_file import SafetensorsReader

__all__ = ["INDEX_END", "ShardedReader", "shard_base", "shards_of"]

INDEX_END: Final = ".safetensors.index.json"
_SHARD: Final = re.compile(r"-(\d{5})-of-(\d{5})\.safetensors$")


class _Entry(NamedTuple):
    info: TensorInfo
    reader: SafetensorsReader


class ShardedReader(CheckpointReader[_Entry]):
    """The tensors of all shards as one mapping."""

    format = "safetensors"

    def __init__(self, path: str) -> None:
        """Open the shards and check their headers.

        Args:
            path: the index; where there is none, the shards' name without "-00001-of-00002.safetensors".

        Raises:
            OSError: a file can't be opened.
            DataLossError: one is damaged, or the index and the shards contradict each other.
            NotFoundError: a shard is not there.
        """
        super().__init__(path)
        folder = os.path.dirname(path)
        homes = _read_index(path) if path.endswith(INDEX_END) else None
        files = _expected(path) if homes is None else sorted(set(homes.values()))
        readers = {file: _open(os.path.join(folder, file), path) for file in files}
        if homes is None:
            homes = {name: file for file, reader in readers.items() for name in (*reader, *reader.unreadable)}
        for name, file in homes.items():
            reader = readers[file]
            if name in reader.unreadable:
                self.unreadable[name] = reader.unreadable[name]
            elif name not in reader:
                raise errors.damaged(path, 0, f"it says that {name} lies in {file}, which doesn't hold it")
            else:
                self._entries[name] = _Entry(reader.info(name), reader)
        self.has_checksums = all(reader.has_checksums for reader in readers.values())
        self.global_step = next((r.global_step for r in readers.values() if r.global_step is not None), None)

    def _read(self, name: str, entry: _Entry) -> np.ndarray:
        return entry.reader[name]

    def _mapped(self, name: str, entry: _Entry) -> np.ndarray:
        return entry.reader.mapped(name)

    def _read_into(self, name: str, entry: _Entry, out: np.ndarray) -> None:
        entry.reader.read_into(name, out)


def shard_base(file: str) -> str | None:
    """Return a shard's name without "-00001-of-00002.safetensors", an index's without its end; None for other files."""
    if file.endswith(INDEX_END):
        return file.removesuffix(INDEX_END)
    return _SHARD.sub("", file) if _SHARD.search(file) else None


def shards_of(base: str) -> list[str]:
    """List the shards `base`-00001-of-00002.safetensors that are there."""
    return sorted(filter(_SHARD.search, glob.glob(glob.escape(base) + "-?????-of-?????.safetensors")))


def _expected(base: str) -> list[str]:
    """Return the names of all shards, of which at least one is there."""
    counts = {match[2] for file in shards_of(base) if (match := _SHARD.search(file))}
    if len(counts) > 1:
        raise errors.several_shardings(base, sorted(counts))
    count = counts.pop()
    return [f"{os.path.basename(base)}-{k:05d}-of-{count}.safetensors" for k in range(1, int(count) + 1)]


def _open(file: str, index: str) -> SafetensorsReader:
    try:
        return SafetensorsReader(file)
    except FileNotFoundError:
        raise errors.missing_part(file, index) from None


def _read_index(path: str) -> Mapping[str, str]:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        text = file.read()
    try:
        index: Any = json.loads(text)
        homes = index["weight_map"]
        good = all(isinstance(file, str) and file == os.path.basename(file) and file for file in homes.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as reason:
        raise errors.damaged(path, 0, f"no index of safetensors files ({reason!r})") from None
    if not good:
        raise errors.damaged(path, 0, "it names files outside of its directory")
    return homes
