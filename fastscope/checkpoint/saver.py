"""TF1's Saver on fastscope's own files, in a graph on TensorFlow's: to a checkpoint and back, the newest few kept.

`import fastscope` imports this module. What it stands on is imported when it is first used: it would make up a third of
the time that the import takes.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..errors import NotFoundError
from ..errors import checkpoint as errors
from ..errors.files import not_written
from ..errors.reprs import never_raises
from ..graph import GraphKeys, get_collection, get_default_graph
from ..later import bring

if TYPE_CHECKING:
    from .restore import Rename, RestoreReport, Select, Target
    from .state import CheckpointState

__all__ = ["Saver", "checkpoint_exists", "get_checkpoint_state", "latest_checkpoint"]


class Saver:
    """Saves variables to checkpoints and restores them.

    Example:
        >>> saver = tf.train.Saver(max_to_keep=3)
        >>> path = saver.save("ckpt/model", global_step=7)    # ckpt/model-7.safetensors
        >>> saver.restore(path)

    A save is atomic and durable: whatever kills the process or the machine, and whenever, the
    checkpoints that were there before still load.

    Source: tensorflow/python/training/saver.py
    """

    def __init__(
        self,
        var_list: Mapping[str, Any] | Iterable[Any] | None = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: Any = None,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        """Choose the variables, once and for all.

        Args:
            var_list: Variables, or a mapping from the name in the checkpoint to the Variable. By
                default all global variables and those in the collection SAVEABLE_OBJECTS. The parts
                of a partitioned variable are saved as the one tensor that they make up.
            reshape: on restore, accept another shape with the same number of elements.
            sharded: accepted for TF1's sake, as are name, restore_sequentially, saver_def, builder, write_version and
                filename: a checkpoint is one file of one format.
            defer_build: choose the variables when `build` is called.
            max_to_keep: how many checkpoints to keep, from 1 on; None or 0 keeps all.
            keep_checkpoint_every_n_hours: of those that go, keep one for every so many hours.
            allow_empty: allow no variables at all.
            pad_step_number: write the step with 8 digits.
            save_relative_paths: write paths into the `checkpoint` file relative to its directory.

        Raises:
            ValueError: no variables, two of one name, some parts of a partitioned one without the others,
                less than no checkpoints to keep, or variables and `defer_build`.
            TypeError: something in `var_list` is no Variable.
        """
        if defer_build and var_list is not None:
            raise errors.built_later()
        self._allow_empty, self._is_built = allow_empty, False
        self._targets: dict[str, Target] = {}
        if not defer_build:
            self._build(_default_variables() if var_list is None else var_list)
        if max_to_keep is not None and max_to_keep < 0:
            raise errors.negative_max_to_keep(max_to_keep)
        self._in_graph = get_default_graph().recorder is not None
        self._reshape = reshape
        self._max_to_keep = max_to_keep
        self._saving = threading.RLock()  # what two threads delete and replace would be each other's
        self._keep_every_s = keep_checkpoint_every_n_hours * 3600
        self._next_keep_s = time.time() + self._keep_every_s
        self._pad_step_number = pad_step_number
        self._relative = save_relative_paths
        self._kept: list[tuple[str, float]] = []  # prefix and time of saving, oldest first
        self._taken_over: set[str] = set()  # those of them that this Saver did not write
        self._meta: Any = None  # the graph that was written last, and how to know it again

    def _build(self, var_list: Mapping[str, Any] | Iterable[Any]) -> None:
        self._targets = _targets(var_list)
        if not self._targets and not self._allow_empty:
            raise errors.no_variables()
        self._is_built = True

    def build(self) -> None:
        """Choose the variables, if `defer_build` put that off: all that there are by now.

        Raises:
            ValueError: there are none.
        """
        if not self._is_built:
            self._build(_default_variables())

    @never_raises
    def __repr__(self) -> str:
        last = f", last checkpoint {self.last_checkpoints[-1]!r}" if self._kept else ""
        return f"<fastscope.train.Saver of {len(self._targets)} tensors{last}>"

    @property
    def last_checkpoints(self) -> list[str]:
        """Prefixes of the checkpoints that this Saver keeps, oldest first; none where it keeps all."""
        return [path for path, _ in self._kept]

    def set_last_checkpoints(self, last_checkpoints: Sequence[str]) -> None:
        """Take over checkpoints of an earlier run: these prefixes, oldest first.

        When their time comes they are deleted where they lie beside the new checkpoint, and only there: a state file
        can name anything.
        """
        now = time.time()
        self._kept = [(path, now) for path in last_checkpoints]
        self._taken_over = set(last_checkpoints)

    def recover_last_checkpoints(self, checkpoint_paths: Sequence[str]) -> None:
        """Take over those of an earlier run's checkpoints that are still there, oldest first."""
        kept = [path for path in checkpoint_paths if checkpoint_exists(path)]
        self.set_last_checkpoints(kept)

    def save(
        self,
        sess: Any = None,
        save_path: Any = None,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str:
        """Write the variables to a checkpoint and return its prefix.

        In a graph it is TensorFlow's V2 checkpoint, "model-7.index" and "model-7.data-00000-of-00001", else
        "model-7.safetensors".

        Args:
            sess: accepted for TF1's sake, and may be left out: `save(path, global_step=7)`.
            save_path: prefix of the files; with a step, "-7" is appended. Its directory is made if it is not there, as
                in TensorFlow; the one that this lies in is not.
            global_step: an int, or a Variable or array that holds one; noted in the file.
            latest_filename: name of the state file, None for "checkpoint".
            meta_graph_suffix: of the file for the graph, "model-7.meta".
            write_meta_graph: write the graph, with its collections; where everything is computed at once there is none.
            strip_default_attrs, save_debug_info: accepted for TF1's sake.
            write_state: write the state file, and delete checkpoints that are one too many.

        Raises:
            OSError: it could not be written. No earlier checkpoint was touched.
            ValueError: the directory doesn't exist, nor the one that it should lie in; or `latest_filename` has a
                folder in it, or is the checkpoint's name.
            RuntimeError: `build` was not called.
        """
        from .paths import made_directory, prefix_of

        if not self._is_built:
            raise errors.not_built()
        path, global_step = _path_and_rest(sess, save_path, global_step, errors.no_save_path)
        _check_filename(latest_filename or "checkpoint", path)
        step = None if global_step is None else _step_number(global_step)
        prefix = prefix_of(path)
        if step is not None:
            prefix += f"-{step:08d}" if self._pad_step_number else f"-{step}"
        directory = made_directory(prefix)
        with self._saving:
            self._write(prefix, step)
            if write_state:
                self._keep(prefix, directory, latest_filename or "checkpoint")
            if self._in_graph and write_meta_graph:
                graph = sess.graph if hasattr(sess, "graph") else get_default_graph()
                if graph.recorder is not None:
                    _write_graph(f"{prefix}.{meta_graph_suffix}", bring("graphdef.meta", "meta_bytes")(self, graph))
        return prefix

    # ---- the graph

    @property
    def saver_def(self) -> Any:
        """Names of the operations that a file of the graph has for it, a `SaverDef`."""
        return self.as_saver_def()

    def as_saver_def(self) -> Any:
        """Return the names of the operations that a file of the graph has for it, a `SaverDef`."""
        return bring("graphdef.meta", "saver_def_of")(self)

    to_proto = as_saver_def

    def export_meta_graph(
        self,
        filename: Any = None,
        collection_list: Sequence[str] | None = None,
        as_text: bool = False,
        export_scope: str | None = None,
        clear_devices: bool = False,
        clear_extraneous_savers: bool = False,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> Any:
        """Return the default graph, its collections and this Saver as a `MetaGraphDef`, and write it.

        Args:
            filename, collection_list, as_text, export_scope, clear_devices: see `tf.train.export_meta_graph`.
            clear_extraneous_savers, strip_default_attrs, save_debug_info: accepted for TF1's sake.
        """
        export = bring("graphdef.meta", "export_with")
        return export(self, filename, collection_list, as_text, export_scope, clear_devices)

    def _write(self, prefix: str, step: int | None) -> None:
        values = {name: target.read() for name, target in self._targets.items()}
        ours = prefix + ".safetensors"
        if not self._in_graph:
            from .safetensors_file import write_safetensors

            trainable = {name: target.trainable for name, target in self._targets.items()}
            write_safetensors(ours, values, trainable=trainable, global_step=step)
            return
        from .bundle_writer import write_bundle

        write_bundle(prefix, values)
        with suppress(FileNotFoundError):  # what a program that computes at once saved here would be read first
            os.remove(ours)

    def restore(
        self,
        sess: Any = None,
        save_path: Any = None,
        *,
        strict: bool = True,
        include: Select | None = None,
        exclude: Select | None = None,
        rename: Rename | None = None,
    ) -> RestoreReport:
        """Load a checkpoint into the variables: fastscope's own, or one that TensorFlow wrote.

        RNN variable names of TensorFlow 0.x and 1.0 are recognised, and reported as renamed.

        Args:
            sess: accepted for TF1's sake, and may be left out: `restore(path)`.
            save_path: prefix, file or directory of the checkpoint.
            strict: raise if a variable is missing or doesn't fit; else load the others.
            include: which variables to load: a name or scope, a compiled pattern that is searched
                for, a predicate, or several of these. None means all.
            exclude: which of these not to load.
            rename: how a name in the checkpoint becomes the variable's: a mapping from name, scope or
                compiled pattern to its replacement (the first that fits counts), or a function. None
                instead of a name leaves the tensor out.

        Returns:
            What was loaded, missing, unexpected, mismatched and renamed. Where nothing was loaded, a warning says so.

        Raises:
            ValueError: there is no such checkpoint, or `save_path` is None.
            NotFoundError: with `strict`, a variable is missing.
            InvalidArgumentError: with `strict`, a shape or dtype doesn't fit.
            DataLossError: the file is damaged. After any error every variable is as it was.
        """
        from .loading import NewCheckpointReader
        from .restore import restore_targets

        if not self._is_built:
            raise errors.not_built()
        path, _ = _path_and_rest(sess, save_path, None, errors.restore_of_none)
        try:
            reader = NewCheckpointReader(path)
        except NotFoundError as reason:  # as in TensorFlow, where loading and restoring disagree about it
            raise errors.not_a_checkpoint(path, reason) from None
        return restore_targets(
            reader,
            self._targets,
            strict=strict,
            include=include,
            exclude=exclude,
            rename=rename,
            reshape=self._reshape,
        )

    def _keep(self, prefix: str, directory: str, filename: str) -> None:
        """Note the new checkpoint in the state file, then delete what is too much."""
        from .state import write_state

        self._kept = [kept for kept in self._kept if kept[0] != prefix]
        self._taken_over.discard(prefix)
        doomed = []
        if self._max_to_keep:  # else, as in TensorFlow, the latest alone is noted
            self._kept.append((prefix, time.time()))
            doomed = self._kept[: -self._max_to_keep]
            self._kept = self._kept[-self._max_to_keep :]
        noted = list(dict.fromkeys([*self.last_checkpoints, prefix]))
        write_state(directory, prefix, noted, filename, relative=self._relative)
        # Only now: the state file must never name a checkpoint that is gone.
        for path, saved_s in doomed:
            if saved_s > self._next_keep_s:
                self._next_keep_s += self._keep_every_s
            elif path in self._taken_over and not _same_directory(os.path.dirname(path), directory):
                warnings.warn(errors.not_deleted(path, directory), stacklevel=3)
            else:
                _delete(path)


def latest_checkpoint(checkpoint_dir: str, latest_filename: str | None = None) -> str | None:
    """Return the prefix of a directory's latest checkpoint, None if there is none."""
    from .paths import newest

    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    return None if state is None else newest(state)


def get_checkpoint_state(checkpoint_dir: str, latest_filename: str | None = None) -> CheckpointState | None:
    """Return what a directory's `checkpoint` file says, None if there is none."""
    from .state import read_state

    return read_state(checkpoint_dir, latest_filename or "checkpoint")


def checkpoint_exists(checkpoint_prefix: str) -> bool:
    """Whether there is a checkpoint with this prefix, ours or TensorFlow's."""
    from .paths import exists

    return exists(checkpoint_prefix)


def _path_and_rest(sess: Any, save_path: Any, global_step: Any, without: Callable[[], Exception]) -> tuple[str, Any]:
    """Sort out `f(sess, path, step)` and `f(path, step)`; `without` says that there is no path."""
    if isinstance(sess, (str, bytes, os.PathLike)):
        save_path, global_step = sess, save_path if global_step is None else global_step
    if save_path is None:
        raise without()
    return os.fsdecode(save_path), global_step


def _check_filename(name: str, path: str) -> None:
    """Refuse a name of the state file that is none, or that of the checkpoint."""
    if os.path.dirname(name):
        raise errors.filename_with_folder(name)
    if os.path.basename(path) == name:
        raise errors.filename_collides(name, path)


def _step_number(global_step: Any) -> int:
    return int(global_step.numpy() if hasattr(global_step, "numpy") else global_step)


def _default_variables() -> list[Any]:
    found = get_collection(GraphKeys.GLOBAL_VARIABLES) + get_collection(GraphKeys.SAVEABLE_OBJECTS)
    return list(dict.fromkeys(found))


def _targets(var_list: Mapping[str, Any] | Iterable[Any]) -> dict[str, Target]:
    from .restore import Target, parts_of

    named: dict[str, list[Any]] = {}
    if hasattr(var_list, "op"):
        raise errors.variable_without_list(var_list)
    if isinstance(var_list, Mapping):
        for name, value in var_list.items():
            if not isinstance(name, str):
                raise errors.name_not_str(name)
            named[name] = parts_of(value)
    else:
        for variable in [part for value in var_list for part in parts_of(value)]:
            info = getattr(variable, "_save_slice_info", None)
            name = variable.op.name if info is None else info.full_name
            if info is None and name in named:
                raise errors.duplicate_name(name)
            named.setdefault(name, []).append(variable)
    cut = get_default_graph().partitioned_variables
    targets: dict[str, Target] = {}
    for name, parts in named.items():
        target = Target(name, parts)
        if target.is_whole:
            targets[name] = target
        elif name in cut or isinstance(var_list, Mapping):
            raise errors.not_all_parts(name, target.shape, [part.name for part in parts])
        else:  # slots of an optimizer that was given gradients for some parts alone
            targets.update({part.op.name: Target(part.op.name, [part], alone=True) for part in parts})
    return targets


def _write_graph(path: str, data: bytes) -> None:
    """Write a graph beside a checkpoint: whole, or not at all."""
    temporary = f"{path}.tmp{os.getpid()}.{threading.get_ident()}"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError as reason:
        with suppress(FileNotFoundError):
            os.remove(temporary)
        raise not_written(path, reason) from reason


def _same_directory(one: str, other: str) -> bool:
    return os.path.realpath(one or ".") == os.path.realpath(other)


def _delete(prefix: str) -> None:
    from .paths import bundle_files

    files = [prefix + ".safetensors"]
    if not os.path.exists(files[0]):  # taken over from TensorFlow; beside a file of ours a bundle is an export
        files = bundle_files(prefix)
    try:
        for file in files:
            os.remove(file)
    except OSError as reason:
        warnings.warn(f"Could not delete the old checkpoint {prefix}: {reason}", stacklevel=4)
