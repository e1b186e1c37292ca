"""Messages about checkpoints: files that are damaged or missing, names and shapes that don't fit.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Sequence
from typing import Any

from . import DataLossError, InvalidArgumentError, NotFoundError, UnimplementedError


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return the up to three names that look most like `name`."""
    from difflib import get_close_matches  # seldom needed, and slow to import

    by_end = {full: full.rpartition("/")[2] for full in known}
    close = get_close_matches(name, by_end, n=3, cutoff=0.6)
    leaf = name.rpartition("/")[2]
    below = name.rstrip("/") + "/"
    close += [full for full, end in by_end.items() if (end == leaf or full.startswith(below)) and full not in close]
    return close[:3]


def hint(names: Sequence[str]) -> str:
    """Return "; nearest: a, b", or "" where there are none."""
    return f"; nearest: {', '.join(names)}" if names else ""


def damaged(path: str, offset: int, problem: str) -> DataLossError:
    """The file's bytes make no sense at `offset` (bytes from its start)."""
    return DataLossError(
        f"{path}: damaged, or not a checkpoint of this kind: at byte {offset}, {problem}. "
        f"Take another copy or an earlier checkpoint."
    )


def past_end(path: str, offset: int, nbytes: int, size: int, what: str) -> DataLossError:
    """A place that lies outside of the file."""
    return DataLossError(
        f"{path}: truncated or damaged: {what} should take {nbytes} bytes at byte {offset}, and the "
        f"file ends at byte {size}. Take another copy or an earlier checkpoint."
    )


def bad_checksum(path: str, name: str, offset: int, nbytes: int, stored: int, found: int | None) -> DataLossError:
    """A tensor's or a block's bytes are not those that were written."""
    return DataLossError(
        f"{path}: Checksum does not match for {name} ({nbytes} bytes at byte {offset}): stored "
        f"{stored} vs. calculated {found}. The file is damaged: take another copy or an earlier "
        f"checkpoint."
    )


def bad_bool(path: str, name: str) -> DataLossError:
    """A bool tensor with a byte that is neither 0 nor 1."""
    return DataLossError(f"{path}: damaged: {name} is bool and holds bytes other than 0 and 1.")


def newer_format(path: str, version: Any) -> UnimplementedError:
    """Our own file, written by a later fastscope."""
    return UnimplementedError(
        f"{path}: written in version {version} of fastscope's format, and this fastscope reads "
        f"version 1. Upgrade fastscope."
    )


def key_not_found(name: str, path: str, known: Iterable[str]) -> NotFoundError:
    """A tensor that the checkpoint doesn't hold."""
    return NotFoundError(f"Key {name} not found in checkpoint {path}{hint(nearest(name, known))}.")


def save_failed(path: str, reason: Exception) -> OSError:
    """A save that could not be completed; keeps the errno."""
    if not isinstance(reason, OSError):
        # The safetensors library gives the operating system's number in its text alone.
        number = re.search(r"\(os error (\d+)\)", str(reason))
        reason = OSError(int(number[1]) if number else errno.EIO, str(reason))
    return OSError(
        reason.errno,
        f"Could not save {path}: {reason.strerror}. Nothing was replaced: the checkpoints that were "
        f"there are as they were",
    )


def state_failed(path: str, latest: str, reason: OSError) -> OSError:
    """The state file could not be written; the checkpoint itself was."""
    return OSError(
        reason.errno,
        f"Could not write {path}: {reason.strerror}. The new checkpoint {latest} is complete, and {path} "
        f"still names the one before",
    )


def name_not_text(name: str, path: str) -> ValueError:
    """A tensor whose name is no Unicode, as TensorFlow's files allow, in a format whose names are."""
    return ValueError(f"{path}: its format can't hold the name {name!r}, which is no UTF-8. Rename the tensor.")


def impossible_name(name: str, path: str) -> ValueError:
    """A tensor under a name that the file format keeps for itself, or has no room for."""
    return ValueError(f"{path}: its format can't hold a tensor named {name!r:.80}. Rename it.")


def no_variables() -> ValueError:
    """A Saver of nothing."""
    return ValueError("No variables to save. Make the variables before the Saver, or pass allow_empty=True.")


def duplicate_name(name: str) -> ValueError:
    """Two variables would be saved under one name."""
    return ValueError(
        f"At least two variables have the same name: {name}. Pass a dict from the name in the "
        f"checkpoint to the variable."
    )


def name_not_str(name: Any) -> TypeError:
    """A dict of a Saver whose keys are no names."""
    return TypeError(
        f"The keys of a Saver's var_list are the names in the checkpoint, each a str; got {name!r}. Write "
        f"{{'name': variable}}."
    )


def not_saveable(value: Any) -> TypeError:
    """An entry of a Saver's var_list that is no variable."""
    return TypeError(
        f"names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a variable: {value}. "
        "A Saver takes a list of Variables or a dict from name to Variable."
    )


def not_all_parts(name: str, shape: Sequence[int], parts: Sequence[str]) -> ValueError:
    """A Saver is given some parts of a partitioned variable, or variables that are no parts, as one tensor."""
    return ValueError(
        f"Expected variables that together are all of the tensor {name} {list(shape)}, got {', '.join(parts)}. Pass "
        f"the partitioned variable itself, or all of its parts."
    )


def negative_max_to_keep(count: int) -> ValueError:
    """A Saver that would keep less than nothing."""
    return ValueError(f"max_to_keep is {count}. Pass how many checkpoints to keep, or None to keep all.")


def no_parent_directory(path: str, directory: str) -> ValueError:
    """The directory to save in is not there, nor the one that it should lie in."""
    return ValueError(
        f"Parent directory of {path} doesn't exist, can't save. Make it first: "
        f"os.makedirs({directory!r}, exist_ok=True)."
    )


def no_save_path() -> TypeError:
    """save() without a path."""
    return TypeError("A path is missing: write save(path), or save(sess, path) as in TensorFlow 1.")


def restore_of_none() -> ValueError:
    """restore() without a path, or with what latest_checkpoint found in an empty directory."""
    return ValueError(
        "Can't load save_path when it is None. Where it comes from tf.train.latest_checkpoint, that directory holds no "
        "checkpoint yet: `if path: saver.restore(sess, path)`."
    )


def _there(found: Sequence[str]) -> str:
    return f" Its directory holds {', '.join(found[:5])}." if found else ""


def no_checkpoint(path: str, why: str, found: Sequence[str] = ()) -> NotFoundError:
    """Nothing at `path`; `found` are checkpoints in its directory."""
    return NotFoundError(
        f"Failed to find any matching files for {path} ({why}). Expected a prefix such as 'dir/model-7', one of its "
        f"files, or a directory with a `checkpoint` file.{_there(found)}"
    )


def not_a_checkpoint(path: str, reason: NotFoundError) -> ValueError:
    """A restore from where nothing is; `reason` is what opening it said."""
    return ValueError(f"The passed save_path is not a valid checkpoint: {path}. {reason}")


def directory_without(directory: str) -> ValueError:
    """A directory without a checkpoint."""
    return ValueError(
        f"Couldn't find 'checkpoint' file or checkpoints in given directory {directory}. Pass the directory that the "
        f"checkpoints were saved in, or the prefix of one, such as 'dir/model-7'."
    )


def other_kind(path: str, what: str, way: str) -> DataLossError:
    """A file of a kind that is known, and no checkpoint; `way` has places for its name and for a new one's."""
    stem = re.sub(r"\.\w+$", "", path)
    way = way.format(path=path, npz=f"{stem}.npz", safetensors=f"{stem}.safetensors", h5=f"{stem}.weights.h5")
    return DataLossError(f"{path} is {what}, in a different file format than a checkpoint. {way}.")


def unknown_kind(path: str, found: Sequence[str] = ()) -> DataLossError:
    """A file that is no checkpoint, nor of another kind that is known."""
    return DataLossError(
        f"{path} is in a different file format: a file of another kind than .safetensors, .npz, Keras' .h5 and .keras, "
        f"and TensorFlow's checkpoints. Pass one of these, or a prefix such as 'dir/model-7'.{_there(found)}"
    )


def no_regular_file(path: str) -> DataLossError:
    """A pipe, a device or a socket where a file with data should be."""
    return DataLossError(
        f"{path} is no file that holds data (a pipe, a device, a directory or a socket). Copy what comes out of it "
        f"into a file, and pass that."
    )


def lfs_pointer(path: str) -> DataLossError:
    """What Git leaves in a large file's place."""
    return DataLossError(
        f"{path} is a pointer of Git LFS, not the file itself, which Git left on the server. Fetch it in its "
        f"repository: `git lfs pull`."
    )


def h5py_missing(path: str) -> ImportError:
    """A file of Keras, and no library to read it."""
    return ImportError(f"{path} is an HDF5 file. Install the library that reads it: `pip install 'fastscope[keras]'`.")


def several_shardings(base: str, counts: Sequence[str]) -> ValueError:
    """Shards of different sets beside each other, and no index that names one set."""
    return ValueError(
        f"{base} is there in several cuts, of {' and of '.join(counts)} shards, without {base}.safetensors.index.json "
        f"to say which counts. Move the shards of the older one away."
    )


def missing_part(path: str, whole: str) -> NotFoundError:
    """One of several files that are one checkpoint is not there."""
    return NotFoundError(
        f"{path}; No such file or directory. It is a part of {whole}: copy all files of the checkpoint."
    )


def state_ignored(path: str, reason: Exception) -> str:
    """A warning: a `checkpoint` file that is none."""
    return f"{path} is ignored: it is no state file of checkpoints ({reason})."


def not_deleted(path: str, directory: str) -> str:
    """A warning: a checkpoint that was taken over, and whose time has come."""
    return (
        f"{path} is one checkpoint too many, and stays: this Saver didn't write it, and it doesn't lie in {directory}. "
        f"Delete it by hand if it should go."
    )


def nothing_restored(path: str, variables: Sequence[str], tensors: Sequence[str]) -> str:
    """A warning: a restore that found nothing to load, or was told to."""
    return (
        f"Nothing was restored from {path}, and every variable is as it was. The variables are {_first(variables)}; "
        f"the tensors are {_first(tensors)}. Where names differ, rename= says how; include= and exclude= take them in "
        f"full, from the root."
    )


def _first(names: Sequence[str]) -> str:
    return ", ".join([*names[:5], *(["..."] if names[5:] else [])]) or "none"


def variable_without_list(value: Any) -> TypeError:
    """A Saver that is given a variable itself."""
    return TypeError(
        f"Variables to save should be passed in a dict or a list: {value!r}. Write Saver([variable]), or "
        f"Saver({{'name': variable}})."
    )


def no_assignment_map(got: Any) -> TypeError:
    """init_from_checkpoint is given something else than a map."""
    return TypeError(
        f"An assignment map is a dict, or pairs, from names in the checkpoint to variables; got {got!r:.200}. Write "
        f"{{'/': '/'}} for all of them, {{'old/scope/': 'scope/'}}, or {{'name': variable}}."
    )


def assignment_turned_round(key: Any, value: Any) -> TypeError:
    """init_from_checkpoint is given a map whose keys are no names."""
    return TypeError(
        f"The keys of an assignment map are names in the checkpoint, each a str; got {key!r}. Write "
        f"{{{value if isinstance(value, str) else 'name'!r}: variable}}."
    )


def tensor_to_scope(key: str, value: str) -> ValueError:
    """init_from_checkpoint maps one tensor to a scope."""
    return ValueError(
        f"The assignment map maps the tensor {key!r} to the scope {value!r}. Write {{{key!r}: {value + 'name'!r}}} for "
        f"one variable, or {{{key + '/'!r}: {value!r}}} for all below a scope."
    )


def several_checkpoints(directory: str, found: Sequence[str]) -> ValueError:
    """A directory whose state file is missing, or names none of the several checkpoints in it."""
    return ValueError(
        f"{directory} holds several checkpoints and no `checkpoint` file that names one of them: "
        f"{', '.join(found[:5])}. Name one of them."
    )


def restore_failed(
    report: str, missing: bool, castable: tuple[str, str] | None, first: str
) -> NotFoundError | InvalidArgumentError:
    """A strict restore whose variables and tensors don't match; `report` lists them.

    `castable` is dtype and tensor's name of the first variable whose tensor has another dtype; `first` is what
    TensorFlow says, which programs look for behind "Original error:".
    """
    kind = NotFoundError if missing else InvalidArgumentError
    cast = ""
    if castable is not None:
        dtype, key = castable
        cast = (
            f" Another dtype is cast by hand, as a NumPy array: "
            f"variable.assign(tf.train.load_variable(path, {key!r}).astype({dtype!r}))."
        )
    return kind(
        f"Restoring from checkpoint failed. This is because its tensors and the variables don't match; no variable "
        f"was changed:\n{report}\n"
        f"Pass strict=False to load what fits, or include=, exclude= and rename= to say what to load.{cast} "
        f"Original error:\n\n{first}"
    )


def read_only(name: str) -> ValueError:
    """A restore into an array that somebody has made read-only."""
    return ValueError(
        f"The array of {name} is read-only, so that nothing can be restored into it; no variable was changed. Set "
        f"its flags.writeable to True, or leave it out: exclude=."
    )


def bad_rename(got: Any) -> TypeError:
    """A `rename` that is neither a table nor a function, or what is no name in it or comes out of it."""
    return TypeError(
        f"rename= takes a mapping from names, scopes or compiled patterns to their replacements, or a function of a "
        f"name; a replacement is a str, or None to leave the tensor out. Got {got!r}."
    )


def bad_select(got: Any) -> TypeError:
    """An `include` or `exclude` that selects nothing."""
    return TypeError(
        f"include= and exclude= take a name or scope, a compiled pattern, a function of a name, or several of these in "
        f"a list. Got {got!r}."
    )


def ambiguous_rename(variable: str, keys: Sequence[str]) -> ValueError:
    """Two tensors of the checkpoint are renamed to one variable."""
    return ValueError(
        f"rename= maps several tensors of the checkpoint onto {variable}: {', '.join(keys)}. Make it "
        f"map one of them, or leave the others out by mapping them to None."
    )


def several_older_names(name: str, found: Sequence[str]) -> ValueError:
    """A checkpoint that holds a variable under several of the names that it has had."""
    return ValueError(
        f"The checkpoint has no {name}, and several tensors that older TensorFlows called so: {', '.join(found)}. "
        f"Say which it is: rename={{{found[0]!r}: {name!r}}} in restore, or the tensor's own name in an assignment map."
    )


def bad_state(path: str) -> DataLossError:
    """A `checkpoint` file that names no checkpoint."""
    return DataLossError(
        f"{path}: damaged: it names no model_checkpoint_path. Delete it, and pass the checkpoint's "
        f"own path instead of the directory."
    )


def unreadable(path: str, name: str, what: str) -> UnimplementedError:
    """A tensor of a kind that no array has; `what` says which."""
    return UnimplementedError(f"{path}: {name} is {what}. The other tensors can be read.")


def not_a_table(path: str, size: int) -> DataLossError:
    """A file that should be one of TensorFlow's tables and isn't, or is cut off."""
    return DataLossError(
        f"{path}: not an sstable (bad magic number at byte {max(0, size - 8)}): the file is truncated, "
        f"or in a different file format. Pass the checkpoint's prefix, such as 'dir/model-7'."
    )


def snappy_missing(path: str) -> ImportError:
    """A compressed block, and no library to unpack it."""
    return ImportError(
        f"{path} is compressed with snappy. Install the library that unpacks it: `pip install 'fastscope[snappy]'`."
    )


def missing_shard(path: str, name: str) -> NotFoundError:
    """A data file of a checkpoint is not there."""
    return NotFoundError(
        f"{path}; No such file or directory. The index says that {name} lies there: copy all files of "
        f"the checkpoint, the .data- ones too."
    )


def bad_slices(path: str, name: str) -> DataLossError:
    """The parts of a partitioned tensor are missing, overlap, or leave a gap."""
    return DataLossError(
        f"{path}: damaged: the slices of {name} don't make up the whole tensor. Take another copy or "
        f"an earlier checkpoint."
    )


def no_strings_in_npz(path: str, name: str) -> UnimplementedError:
    """A string tensor that should go into an .npz file."""
    return UnimplementedError(
        f"{path}: {name} holds strings, which an .npz file could only keep as a pickle, and loading a "
        f"pickle runs code. Leave it out, or write .safetensors or a TensorFlow checkpoint."
    )


def no_place_for_dtype(path: str, name: str, dtype: str, kind: str) -> UnimplementedError:
    """A tensor of a dtype that the file format doesn't have."""
    return UnimplementedError(
        f"{path}: {name} is {dtype}, which {kind} has no number for. Leave it out, cast it, or write .safetensors."
    )


def not_rnn_shapes(kind: str, expected: str, **arrays: Any) -> ValueError:
    """Arrays that can't be the weights of one layer of an LSTM, a GRU or a simple RNN."""
    found = ", ".join(f"{name} {list(array.shape)}" for name, array in arrays.items())
    return ValueError(f"Expected the weights of one {kind} layer, {expected}; got {found}.")


def not_rnn_dtype(dtype: Any) -> TypeError:
    """Integers, or something else, as weights."""
    return TypeError(f"Expected the weights of a layer as floating-point numbers; got {dtype}. Convert them first.")


def no_such_lstm(what: str, name: str) -> ValueError:
    """A cell of a kind that the other library has no layer for."""
    return ValueError(
        f"The cell of {name} has {what}, and no layer of the other library would compute the same. Convert one without."
    )


def no_layers(prefix: str, known: Iterable[str]) -> ValueError:
    """A state_dict without the weights of a recurrent layer."""
    names = sorted(known)
    return ValueError(
        f"There is no weight_ih_l0 of a recurrent layer under {prefix!r}; got {_first(names)}. Pass prefix= as it "
        f"stands before that name, such as 'encoder.lstm.'."
    )


def no_cells(scope: str, known: Iterable[str]) -> ValueError:
    """A checkpoint without the weights of a cell that torch has a layer for."""
    return ValueError(
        f"There is no lstm_cell, basic_lstm_cell, cudnn_compatible_gru_cell or basic_rnn_cell below {scope!r}; got "
        f"{_first(sorted(known))}. Pass the scope that dynamic_rnn was called in, such as 'model/rnn'."
    )


def not_keras(path: str) -> ValueError:
    """A checkpoint of another kind where a file of Keras is asked for."""
    return ValueError(f"{path} is no file of Keras. Pass a .h5, .weights.h5 or .keras file, or load_checkpoint it.")


def same_place(name: str, one: str, other: str) -> ValueError:
    """Two layers of a file of Keras that would get one name."""
    return ValueError(
        f"{one} and {other} would both become {name}: layers of stacked cells or of nested models are not told apart. "
        f"Convert them one by one: from_keras_lstm, from_keras_gru."
    )


def hard_sigmoid(path: str, layers: Sequence[str]) -> str:
    """A warning: layers of Keras whose gates are not those of our cells."""
    return (
        f"{path}: the gates of {_first(layers)} are hard_sigmoid, as tf.keras had them in TensorFlow 1; those of our "
        f"cells are sigmoids, and the outputs will differ."
    )


def tensor_not_found(key: str, how: str, path: Any, known: Iterable[str]) -> ValueError:
    """init_from_checkpoint names a tensor that isn't there; `how` says where the name comes from."""
    names = sorted(known)
    came = f" ({how})" if how else ""
    return ValueError(
        f"Tensor {key}{came} is not found in {path} checkpoint{hint(nearest(key, names))}. It holds "
        f"{len(names)} tensors: {', '.join(names[:10])}{', ...' if len(names) > 10 else ''}."
    )


def no_such_variable(key: str, name: str, known: Sequence[str]) -> ValueError:
    """init_from_checkpoint maps a tensor to a variable that get_variable didn't make."""
    scope = name.rpartition("/")[0]
    return ValueError(
        f"Assignment map with scope only name {scope} should map to scope only {key}. There is no "
        f"variable {name} made with get_variable{hint(nearest(name, known))}. Make it first; or for a whole "
        f"scope write a '/' at the end of both names."
    )


def scope_without_slash(key: str, value: str) -> ValueError:
    """init_from_checkpoint maps a scope to a name without the '/' at its end."""
    return ValueError(
        f"The assignment map maps the scope {key!r} to {value!r}, which has no '/' at its end. Write "
        f"{{{key!r}: {value + '/'!r}}}."
    )


def empty_scope(scope: str) -> ValueError:
    """init_from_checkpoint maps to a scope in which get_variable made nothing."""
    return ValueError(
        f"There is no variable made with get_variable in scope {scope!r}. Make the variables before "
        f"init_from_checkpoint."
    )


def init_shape_differs(variable: str, shape: Sequence[int], key: str, found: Sequence[int]) -> ValueError:
    """init_from_checkpoint: shapes differ."""
    return ValueError(
        f"Shape of variable {variable} ({tuple(shape)}) doesn't match with shape of tensor {key} "
        f"({list(found)}) from checkpoint reader."
    )


def init_dtype_differs(variable: str, dtype: Any, key: str, found: Any) -> ValueError:
    """init_from_checkpoint: dtypes differ."""
    return ValueError(
        f"Variable {variable} is {dtype.name}, and tensor {key} of the checkpoint is {found.name}. "
        f"Make the variable with dtype={found!r}, or load and cast the value."
    )


def bad_pattern(argument: str, pattern: Any, reason: re.error) -> ValueError:
    """A regular expression, or its replacement, that is none; `pattern` as it was given in `argument`."""
    return ValueError(f"{argument}{pattern}: {reason}. Write a group that is to come back as (...) and \\1.")


def nothing_renamed(old: str, known: Iterable[str]) -> ValueError:
    """A renaming that fits no tensor."""
    return ValueError(
        f"--map {old}: no tensor has this name, and none lies in such a scope{hint(nearest(old, known))}."
    )


def unknown_format(path: str, extension: str) -> ValueError:
    """A conversion into a file whose name says a format that is not written."""
    return ValueError(
        f"{path}: no format goes by {extension!r}. End the name in .safetensors or .npz; for a TensorFlow checkpoint "
        f"in .ckpt or .index, or give it no extension."
    )


def no_target() -> ValueError:
    """A conversion into a file without a name."""
    return ValueError("OUT is empty. Name the checkpoint to write, such as model.safetensors.")


def no_name_left(name: str) -> ValueError:
    """A renaming that takes all of a tensor's name."""
    return ValueError(f"--map leaves nothing of the name {name}. Write a name after the =, or leave it out: --exclude.")


def no_histogram(name: str) -> ValueError:
    """A picture of strings."""
    return ValueError(f"{name} holds strings, of which there is no histogram. Leave out --png.")


def target_is_directory(path: str) -> IsADirectoryError:
    """A conversion would write over a directory."""
    return IsADirectoryError(f"{path} is a directory. Name the checkpoint to write in it, such as {path}/model.")


def target_exists(path: str) -> FileExistsError:
    """A conversion would replace a file."""
    return FileExistsError(f"{path} is there already. Pass --force to replace it, or choose another name.")


def would_be_lost(path: str, name: str, what: str) -> UnimplementedError:
    """A conversion of a checkpoint with a tensor that can't be read; `what` says why."""
    return UnimplementedError(
        f"{path}: {name} is {what}, and would be lost. To write the others alone pass --exclude '^{re.escape(name)}$'."
    )


def matplotlib_missing() -> ImportError:
    """A picture is asked for and matplotlib is not installed."""
    return ImportError("Drawing needs matplotlib, which is not installed: `pip install 'fastscope[examples]'`.")


def variable_not_found(name: str) -> ValueError:
    """A name that no variable has."""
    return ValueError(f"Variable {name} wasn't found. tf.global_variables() lists them.")


def variable_not_unique(name: str, found: list[str]) -> ValueError:
    """A name that several variables begin with."""
    return ValueError(f"Variable {name} doesn't uniquely identify a variable. Write one of {found}.")


def checkpoint_lacks(tensor: str, path: Any) -> ValueError:
    """A tensor that a checkpoint does not have."""
    return ValueError(f"Checkpoint is missing variable [{tensor}]: {path}. tf.train.list_variables(path) lists it.")


def no_variables_to_restore() -> ValueError:
    """Nothing to give values to."""
    return ValueError("var_list cannot be empty. Give slim.get_variables_to_restore(), or some of it.")


def shape_in_checkpoint_differs(shape: Any, name: str, wanted: Any) -> ValueError:
    """A tensor of a checkpoint with another shape than its variable."""
    return ValueError(
        f"Total size of new array must be unchanged for {name} lh_shape: [{shape}], rh_shape: [{wanted}]. Take it out "
        "of var_list, or give reshape_variables=True to assign_from_checkpoint_fn."
    )


def times_of_paths(paths: list[str], times: list[float]) -> ValueError:
    """update_checkpoint_state with another number of times."""
    return ValueError(
        f"Checkpoint timestamps, if provided, must match checkpoint paths (got paths {paths} and timestamps {times})"
    )


def state_and_checkpoint(path: str) -> RuntimeError:
    """A checkpoint that is called as the file beside it is."""
    return RuntimeError(
        f"Save path '{path}' conflicts with path used for checkpoint state. Please use a different save path: "
        "'model' instead of 'checkpoint', or another latest_filename=."
    )


def filename_with_folder(name: str) -> ValueError:
    """latest_filename with a folder in it."""
    return ValueError(
        f"'latest_filename' must not contain path components, got {name!r}: the file lies beside the checkpoint."
    )


def filename_collides(name: str, path: str) -> ValueError:
    """A checkpoint that is called as the file beside it is."""
    return ValueError(
        f"'latest_filename' collides with 'save_path': {name!r} and {path!r}. 'model' is a usual name of a checkpoint."
    )


def not_built() -> RuntimeError:
    """A Saver with defer_build=True that saves before it was built."""
    return RuntimeError("`build()` should be called before save if defer_build==True")


def built_later() -> ValueError:
    """A Saver of given variables that is to be built later."""
    return ValueError(
        "If `var_list` is provided then build cannot be deferred. Either set defer_build=False or var_list=None."
    )
