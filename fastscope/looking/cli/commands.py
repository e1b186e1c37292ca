"""What each command does. A command returns its exit code and raises for everything that goes wrong."""

from __future__ import annotations

import json
import math
import os
import re
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from ...arrays.dtypes import string
from ...checkpoint import load_checkpoint, modern_name, write_bundle, write_npz, write_safetensors
from ...checkpoint.paths import made_directory
from ...checkpoint.reader import CheckpointReader, TensorInfo
from ...checkpoint.restore import rename_by_table
from ...errors import DataLossError, NotFoundError
from ...errors import checkpoint as errors
from ..trees import human_bytes, printable
from ..trees import show as show_tree
from ..trees import tree as make_tree
from .completion import script
from .progress import Progress
from .statistics import Statistics, histogram_lines, statistics, write_png

__all__ = [
    "Command",
    "check",
    "completion",
    "convert",
    "diff",
    "list_tensors",
    "rename",
    "run",
    "show",
    "tree",
    "verify",
]

Command = Callable[[Namespace], int]
_MOST_STRINGS: Final = 20
_MOST_VALUES: Final = 20  # of a small tensor, all of which are shown
_BUNDLE_EXTENSION: Final = re.compile(r"|\.(ckpt(-\d+)?|index|tf)")  # "model.ckpt-7"


def tree(options: Namespace) -> int:
    """Print the tensors as a tree."""
    reader = load_checkpoint(options.path)
    result = make_tree(
        reader, options.depth, separator=options.separator, slots=options.slots, in_order=options.in_order
    )
    if options.json:
        print(result.to_json())
    else:
        show_tree(result)
    return 0


def list_tensors(options: Namespace) -> int:
    """Print one line a tensor, its fields separated by tabs."""
    reader = load_checkpoint(options.path)
    names, unreadable = (
        list(_chosen(options, reader)),
        {n: reader.unreadable[n] for n in _chosen(options, reader.unreadable)},
    )
    if options.json:
        head = {"path": reader.path, "format": reader.format, "global_step": reader.global_step}
        tensors = [{"name": name, **_described(reader.info(name))} for name in names]
        print(json.dumps({**head, "tensors": tensors, "unreadable": unreadable}))
    else:
        for name in names:
            info = reader.info(name)
            print(f"{printable(name)}\t{info.dtype.name}\t{list(info.shape)}")
        for name, what in unreadable.items():
            print(f"{printable(name)}\tunreadable\t{what}")
    return 0


def show(options: Namespace) -> int:
    """Print a tensor's statistics and histogram."""
    reader = load_checkpoint(options.path)
    info, value = reader.info(options.name), reader[options.name]
    if info.dtype == string:
        if options.png:
            raise errors.no_histogram(options.name)
        items = [repr(item)[1:] for item in value.reshape(-1)]
        if options.json:
            print(json.dumps({"name": options.name, **_described(info), "values": items}))
            return 0
        print(f"{printable(options.name)}  string {list(info.shape)}", *items[:_MOST_STRINGS], sep="\n")
        if len(items) > _MOST_STRINGS:
            print(f"... and {len(items) - _MOST_STRINGS:,} more")
        return 0
    found = statistics(value, options.bins)
    if options.png:
        write_png(options.png, options.name, found)
    if options.json:
        print(json.dumps({"name": options.name, **_described(info), **found.to_dict()}))
    else:
        print(f"{printable(options.name)}  {info.dtype.name} {list(info.shape)}  {human_bytes(info.nbytes)}")
        _print_statistics(found)
        if value.size <= _MOST_VALUES:
            print(np.array2string(value, max_line_width=100, threshold=_MOST_VALUES))
    return 0


def verify(options: Namespace) -> int:
    """Read every tensor and compare its checksum; 1 if one is damaged."""
    reader = load_checkpoint(options.path)
    damaged: dict[str, str] = {}
    with Progress("reading", sum(reader.info(name).nbytes for name in reader)) as progress:
        for name in reader:
            try:
                progress.advance(reader[name].nbytes)
            except (DataLossError, NotFoundError) as error:
                damaged[name] = str(error)
    if options.json:
        result = {"path": reader.path, "tensors": len(reader), "damaged": damaged, "unreadable": reader.unreadable}
        print(json.dumps({**result, "has_checksums": reader.has_checksums}))
    else:
        for name, what in damaged.items():
            print(f"x {printable(name)}  {what}")
        for name, what in reader.unreadable.items():
            print(f"? {printable(name)}  {what}")
        found = "their checksums match" if reader.has_checksums else "read; the file has no checksums to compare"
        print(f"{reader.path} ({reader.format}): {len(reader) - len(damaged):,} of {len(reader):,} tensors: {found}")
    return int(bool(damaged))


def _print_statistics(found: Statistics) -> None:
    numbers = {key: value for key, value in found.to_dict().items() if not isinstance(value, tuple)}
    width = max(map(len, numbers))
    for key, value in numbers.items():
        print(f"  {key:{width}}  {value:.6g}" if isinstance(value, float) else f"  {key:{width}}  {value:,}")
    print(*histogram_lines(found), sep="\n")


def diff(options: Namespace) -> int:
    """Compare two checkpoints; 1 if they differ.

    A tensor that can't be read in one of them, or is damaged there, counts as one that differs. In JSON a largest
    difference of null is an infinite one: a NaN, an infinity or a string beside something else.
    """
    a, b = load_checkpoint(options.first), load_checkpoint(options.second)
    unreadable = {**a.unreadable, **b.unreadable}
    result: dict[str, Any] = {"unreadable": unreadable}
    result["only_in_a"] = [name for name in a if name not in b and name not in unreadable]
    result["only_in_b"] = [name for name in b if name not in a and name not in unreadable]
    result["types"], result["values"], result["damaged"] = [], [], {}
    common = [name for name in a if name in b]
    with Progress("comparing", sum(a.info(name).nbytes for name in common)) as progress:
        for name in common:
            one, two = a.info(name), b.info(name)
            if one[:2] != two[:2]:
                result["types"].append({"name": name, "a": _described(one), "b": _described(two)})
                continue
            try:
                difference = _difference(a[name], b[name])
            except (DataLossError, NotFoundError) as error:
                result["damaged"][name] = str(error)
                continue
            if difference > options.tolerance:
                result["values"].append({"name": name, "largest_difference": difference})
            progress.advance(one.nbytes)
    differ = any(result.values())
    if options.json:
        for one in result["values"]:  # JSON has no infinity
            one["largest_difference"] = one["largest_difference"] if one["largest_difference"] < math.inf else None
        print(json.dumps({"differ": differ, **result}, allow_nan=False))
    else:
        _print_diff(result, len(common))
    return int(differ)


def _print_diff(result: Mapping[str, Any], common: int) -> None:
    for name, what in result["unreadable"].items():
        print(f"? {printable(name)}  {what}")
    for name in result["only_in_a"]:
        print(f"- {printable(name)}")
    for name in result["only_in_b"]:
        print(f"+ {printable(name)}")
    for one in result["types"]:
        a, b = one["a"], one["b"]
        print(f"! {printable(one['name'])}  {a['dtype']} {a['shape']} | {b['dtype']} {b['shape']}")
    for one in sorted(result["values"], key=lambda one: -one["largest_difference"]):
        print(f"~ {printable(one['name'])}  largest difference {one['largest_difference']:.6g}")
    for name, what in result["damaged"].items():
        print(f"x {printable(name)}  {what}")
    same = common - len(result["types"]) - len(result["values"]) - len(result["damaged"])
    print(f"{same:,} of {common:,} common tensors are the same")


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest absolute difference; infinity where a NaN or a string meets something else."""
    if a.dtype == object:
        return 0.0 if (a == b).all() else math.inf
    if a.tobytes() == b.tobytes():
        return 0.0
    if a.dtype.kind in "biu":  # float64 can't tell all integers apart; unsigned, no gap is too wide
        unsigned = f"u{a.dtype.itemsize}"
        gaps = np.maximum(a, b).astype(unsigned) - np.minimum(a, b).astype(unsigned)
        return int(gaps.max())
    wide = np.complex128 if a.dtype.kind == "c" else np.float64
    with np.errstate(invalid="ignore", over="ignore"):
        gaps = np.abs(a.astype(wide) - b.astype(wide))
    same = (a == b) | ((a != a) & (b != b))  # infinities that are the same, and NaN beside NaN
    return float(np.where(same, 0, np.where(np.isnan(gaps), np.inf, gaps)).max(initial=0.0))


def convert(options: Namespace) -> int:
    """Write a checkpoint in another format."""
    reader = load_checkpoint(options.source)
    return _write(options, reader, {name: name for name in reader})


def rename(options: Namespace) -> int:
    """Write a checkpoint with other names."""
    reader = load_checkpoint(options.source)
    modern = {name: modern_name(name) if options.rnn else name for name in reader}
    table: dict[Any, str | None] = {}
    try:
        for old, new in options.map:
            key = re.compile(old) if options.regex else old
            if all(rename_by_table(name, {key: None}) is not None for name in modern.values()):
                raise errors.nothing_renamed(old, modern.values())
            table[key] = new
        new_names = {name: rename_by_table(modern[name], table) or "" for name in reader}
        for name in _chosen(options, [name for name, new in new_names.items() if name and not new]):
            raise errors.no_name_left(name)
        return _write(options, reader, new_names)
    except re.error as reason:
        raise errors.bad_pattern("--map ", reason.pattern, reason) from None


def _write(options: Namespace, reader: CheckpointReader[Any], new_names: Mapping[str, str]) -> int:
    extension = _extension(options.target)
    if not options.force and any(map(os.path.exists, (options.target, options.target + ".index"))):
        raise errors.target_exists(options.target)
    for name in _chosen(options, reader.unreadable):
        raise errors.would_be_lost(reader.path, name, reader.unreadable[name])
    names: dict[str, str] = {}
    for name in _chosen(options, reader):
        new = new_names[name]
        if new in names:
            raise errors.ambiguous_rename(new, [names[new], name])
        names[new] = name
    made_directory(options.target)
    with Progress("reading", sum(reader.info(name).nbytes for name in names.values())) as progress:
        tensors = _Renamed(reader, names, progress)
        if extension == ".npz":
            write_npz(options.target, tensors)
        elif extension == ".safetensors":
            trainable = {new: reader.info(old).trainable for new, old in names.items()}
            write_safetensors(options.target, tensors, trainable=trainable, global_step=reader.global_step)
        else:
            write_bundle(options.target.removesuffix(".index"), tensors)
    changed = {old: new for new, old in names.items() if old != new}
    if options.json:
        print(json.dumps({"path": options.target, "tensors": len(names), "renamed": changed}))
    else:
        for old, new in changed.items():
            print(f"{printable(old)} -> {printable(new)}")
        print(f"{options.target}: {len(names):,} tensors from {reader.path} ({reader.format})")
    return 0


def _chosen(options: Namespace, names: Iterable[str]) -> Iterator[str]:
    """Yield the names that --include and --exclude leave."""
    for name in names:
        if (options.include is None or options.include.search(name)) and not (
            options.exclude is not None and options.exclude.search(name)
        ):
            yield name


def _extension(target: str) -> str:
    """Return what the end of a file's name says of its format, "" for a TensorFlow checkpoint's prefix."""
    if not target:
        raise errors.no_target()
    if os.path.isdir(target):
        raise errors.target_is_directory(target)
    extension = os.path.splitext(target)[1]
    if extension in (".safetensors", ".npz"):
        return extension
    if not _BUNDLE_EXTENSION.fullmatch(extension):
        raise errors.unknown_format(target, extension)
    return ""


class _Renamed(Mapping[str, np.ndarray]):
    """A checkpoint's tensors under their new names, read when asked for."""

    def __init__(self, reader: CheckpointReader[Any], names: Mapping[str, str], progress: Progress) -> None:
        self._reader, self._names, self._progress = reader, names, progress

    def __getitem__(self, name: str) -> np.ndarray:
        value = self._reader.mapped(self._names[name])  # all of them at once would not fit
        self._progress.advance(value.nbytes)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def completion(options: Namespace) -> int:
    """Print a completion script."""
    print(script(options.shell), end="")
    return 0


def _described(info: TensorInfo) -> dict[str, Any]:
    return {"dtype": info.dtype.name, "shape": list(info.shape), "trainable": info.trainable}


def run(options: Namespace) -> int:
    """Run a program; its exit code."""
    from ...launcher import run as run_program

    return run_program(options.program, options.arguments, options.allow_errors)


def check(options: Namespace) -> int:
    """Print what programs use and is not here; 1 if there is anything."""
    from ...launcher import check as check_programs

    report = check_programs(options.paths)
    if options.json:
        missing = [one._asdict() for one in report.missing]
        unread = [{"file": file, "reason": reason} for file, reason in report.unread]
        print(json.dumps({"names": sorted(report.names), "missing": missing, "unread": unread}, indent=1))
    else:
        for one in report.missing:
            print(one)
        for file, reason in report.unread:
            print(f"{file}: not read: {reason}")
        names = {one.name for one in report.missing}
        programs = "1 program" if report.files == 1 else f"{report.files} programs"
        print(f"{programs}, {len(report.names)} names of TensorFlow, {len(names)} not here")
    return 1 if report.missing or report.unread else 0
