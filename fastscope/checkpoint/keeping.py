"""What a program does to checkpoints itself: note them in the state file, ask for their times, remove them.

Source: tensorflow/python/training/checkpoint_management.py (TF 1.15).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from ..errors import checkpoint as errors
from .paths import bundle_files, prefix_of
from .state import CheckpointState, store_state

__all__ = ["generate_checkpoint_state_proto", "get_checkpoint_mtimes", "remove_checkpoint", "update_checkpoint_state"]


def generate_checkpoint_state_proto(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Iterable[str] | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> CheckpointState:
    """Return what `update_checkpoint_state` writes: where the directory is relative, so are the paths, to it.

    Raises:
        ValueError: not a time for each path.
    """
    paths = list(all_model_checkpoint_paths or ())
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)
    times = list(all_model_checkpoint_timestamps or ())
    if times and len(times) != len(paths):
        raise errors.times_of_paths(paths, times)
    if not os.path.isabs(save_dir):
        paths = [path if os.path.isabs(path) else os.path.relpath(path, save_dir) for path in paths]
    return CheckpointState(paths[-1], paths, times, last_preserved_timestamp or 0.0)


def update_checkpoint_state(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Iterable[str] | None = None,
    latest_filename: str | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> None:
    """Write the `checkpoint` file of a directory, which says what `latest_checkpoint` finds.

    Args:
        save_dir: the directory.
        model_checkpoint_path: the latest checkpoint.
        all_model_checkpoint_paths: all of them, oldest first; None = this one.
        latest_filename: what the file is called, "checkpoint" by default.
        all_model_checkpoint_timestamps: when each was made, in seconds since 1970.
        last_preserved_timestamp: when the last one was made that is kept for good.

    Raises:
        ValueError: not a time for each path.
        RuntimeError: the checkpoint is called as the file is.
        OSError: it could not be written; an older one is as it was.
    """
    state = generate_checkpoint_state_proto(
        save_dir,
        model_checkpoint_path,
        all_model_checkpoint_paths,
        all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )
    filename = latest_filename or "checkpoint"
    if os.path.join(save_dir, filename) == state.model_checkpoint_path:
        raise errors.state_and_checkpoint(state.model_checkpoint_path)
    store_state(save_dir, state, filename)


def _files(prefix: str) -> list[str]:
    whole = [prefix + ".safetensors", prefix]  # ours, and TensorFlow's first format
    return [*bundle_files(prefix), *filter(os.path.isfile, whole)]


def get_checkpoint_mtimes(checkpoint_prefixes: Iterable[str]) -> list[float]:
    """Return when checkpoints were written, in seconds since 1970; those that are not there are left out."""
    files = [_files(prefix_of(prefix)) for prefix in checkpoint_prefixes]
    return [os.path.getmtime(found[0]) for found in files if found]


def remove_checkpoint(
    checkpoint_prefix: str, checkpoint_format_version: int = 2, meta_graph_suffix: str = "meta"
) -> None:
    """Delete the files of a checkpoint, the graph beside it too; one that is not there is none."""
    graph = f"{checkpoint_prefix}.{meta_graph_suffix}"
    for path in dict.fromkeys([*_files(checkpoint_prefix), *filter(os.path.isfile, [graph])]):
        os.remove(path)
