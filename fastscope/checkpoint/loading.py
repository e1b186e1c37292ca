"""Opening a checkpoint of any kind.

`import fastscope` imports this module; the readers are imported when a file of their kind is opened.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from .reader import CheckpointReader

__all__ = ["NewCheckpointReader", "list_variables", "load_checkpoint", "load_variable"]


def load_checkpoint(ckpt_dir_or_file: str | os.PathLike[str]) -> CheckpointReader[Any]:
    """Open a checkpoint as a lazy mapping from tensor name to array.

    Args:
        ckpt_dir_or_file: a prefix such as "dir/model-7", any of the checkpoint's files, or a directory, of which
            the latest is taken.

    Raises:
        NotFoundError: nothing is there.
        ValueError: a directory without a checkpoint.
        DataLossError: it is damaged, and the message names file and offset; or it is a file of another kind, and the
            message says how to make a checkpoint of it.
    """
    return _opened(ckpt_dir_or_file, prefix_first=False)


def NewCheckpointReader(filepattern: str | os.PathLike[str]) -> CheckpointReader[Any]:
    """Open a checkpoint as `load_checkpoint` does; a prefix counts before a directory of the same name."""
    return _opened(filepattern, prefix_first=True)


def list_variables(ckpt_dir_or_file: str | os.PathLike[str]) -> list[tuple[str, list[int]]]:
    """Return name and shape of each tensor of a checkpoint, sorted by name."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file: str | os.PathLike[str], name: str) -> np.ndarray:
    """Return one tensor of a checkpoint, in memory of its own.

    Args:
        ckpt_dir_or_file: as for `load_checkpoint`.
        name: the tensor's, or the name of a variable, which has ":0" at its end.

    Raises:
        NotFoundError: the checkpoint has none of this name; the message holds the nearest names.
    """
    reader = load_checkpoint(ckpt_dir_or_file)
    return reader[name if name in reader else name.removesuffix(":0")]


def _opened(path: str | os.PathLike[str], prefix_first: bool) -> CheckpointReader[Any]:
    from .paths import locate

    kind, found = locate(path, prefix_first)
    return _reader(kind)(found)


def _reader(kind: str) -> type[CheckpointReader[Any]]:
    if kind == "safetensors":
        from .safetensors_file import SafetensorsReader

        return SafetensorsReader
    if kind == "shards":
        from .shards import ShardedReader

        return ShardedReader
    if kind == "hdf5":
        from .hdf5 import Hdf5Reader

        return Hdf5Reader
    if kind == "tf-v2":
        from .bundle import BundleReader

        return BundleReader
    if kind == "tf-v1":
        from .v1 import V1Reader

        return V1Reader
    from .npz import NpzReader

    return NpzReader
