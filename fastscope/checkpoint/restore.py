"""Matching a checkpoint's tensors with variables, and loading them all or not at all."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import DType
from ..errors import checkpoint as errors
from ..graph import Tensor
from ..scoping.recorded import initialize_with
from .names import older_names
from .reader import CheckpointReader
from .slots import slots_among
from .tensor_slices import fill

__all__ = ["Mismatch", "Rename", "RestoreReport", "Select", "Target", "parts_of", "rename_by_table", "restore_targets"]

Rename = Mapping[Any, str | None] | Callable[[str], str | None]
_WORTH_THREADS, _THREADS = 16 << 20, 4  # bytes to read; more threads than that wait for the memory
_HINTS: Final = 20  # so many misses get the nearest names, which take a look at every name
_MOST_NAMES: Final = 10  # in one line of a report
Select = str | re.Pattern[str] | Callable[[str], bool] | Iterable[Any]


class Mismatch(NamedTuple):
    """A variable and a tensor of the same name that don't fit each other.

    Attributes:
        name: the variable.
        variable: its dtype and shape, as text.
        tensor: the tensor's.
    """

    name: str
    variable: str
    tensor: str


@dataclass(frozen=True)
class RestoreReport:
    """What a restore did, or, where it raised, what kept it from doing it.

    Attributes:
        loaded: variables that have the checkpoint's values now.
        missing: variables that the checkpoint doesn't hold, the first 20 with the nearest names that it does.
        unexpected: tensors of the checkpoint that no variable asked for.
        mismatched: variables whose tensor has another shape or dtype.
        renamed: for variables loaded from a tensor of another name, that name.
    """

    loaded: list[str] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)
    mismatched: list[Mismatch] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        slots = slots_among({*self.loaded, *self.missing, *self.unexpected, *(bad.name for bad in self.mismatched)})
        lines = [
            f"Key {name} not found in checkpoint{errors.hint(near)}"
            for name, near in self.missing.items()
            if name not in slots
        ]
        lost = [name for name in self.missing if name in slots]
        if lost:  # they come by the dozen, and after what is lost of the model
            more = f" (and {len(lost) - 1} more of the optimizer's variables)" if lost[1:] else ""
            lines.append(f"Key {lost[0]} not found in checkpoint{more}")
        lines += [
            f"Assign requires shapes of both tensors to match: {bad.name} is {bad.variable}, "
            f"in the checkpoint {bad.tensor}"
            for bad in self.mismatched
        ]
        lines += [f"{name} from {key}" for name, key in self.renamed.items()]
        if self.unexpected:
            lines.append(f"not asked for: {_counted(self.unexpected, slots)}")
        return "\n".join([f"{len(self.loaded)} loaded", *lines])


def _counted(names: Sequence[str], slots: Collection[str]) -> str:
    """List the first names, and count the others and the optimizer's."""
    others = [name for name in names if name not in slots]
    shown = others[:_MOST_NAMES]
    if len(others) > len(shown):
        shown.append(f"{len(others) - len(shown)} more")
    if len(others) < len(names):
        shown.append(f"{len(names) - len(others)} of the optimizer's variables")
    return ", ".join(shown)


class Target:
    """What one tensor of a checkpoint stands for: a variable, or all parts of a partitioned one.

    `alone`: a part, as if it were none.
    """

    def __init__(self, name: str, parts: Sequence[Any], *, alone: bool = False) -> None:
        self.name = name
        self._parts = [(part, None if alone else _slice_of(part)) for part in parts]
        info = None if alone else getattr(parts[0], "_save_slice_info", None)
        shape = parts[0].shape if info is None else info.full_shape
        self.shape = tuple(int(n) for n in shape)
        self.dtype: DType = parts[0].dtype.base_dtype
        self.trainable: bool = parts[0].trainable

    @property
    def variable_name(self) -> str:
        """The variable's own name, "a/w:0"; of a partitioned one the first part's."""
        return str(self._parts[0][0].name)

    @property
    def variables(self) -> list[Any]:
        """The variable, or its parts."""
        return [part for part, _ in self._parts]

    @property
    def is_whole(self) -> bool:
        """Whether it is one variable that is no part, or the parts are all that there are of one."""
        places = [place for _, place in self._parts if place is not None]
        if len(places) < len(self._parts):
            return len(self._parts) == 1
        return fill(self.shape, places)

    def initialize_with(self, value: Callable[[], np.ndarray]) -> None:
        """Make `value()`, of the target's shape, the initial value."""
        for part, where in self._parts:
            initialize_with(part, value if where is None else _Slice(value, where))

    def read(self) -> np.ndarray:
        """Return the value on the host; the variable's own memory where that is on the host."""
        part, where = self._parts[0]
        if where is None:
            return to_numpy(part._read())
        whole = np.empty(self.shape, self.dtype.dtype)
        for part, where in self._parts:
            whole[where] = to_numpy(part._read())
        return whole

    def staged(self, value: np.ndarray) -> Iterator[tuple[Any, Any]]:
        """Yield the variable, or each part, and what it will adopt; `value` may become the variable's memory."""
        for part, where in self._parts:
            if isinstance(part._array, np.ndarray) and not part._array.flags.writeable:
                raise errors.read_only(part.name)
            yield part, part._staged(value if where is None else value[where])


class _Slice:
    """The initial value of one part of a partitioned variable."""

    def __init__(self, value: Callable[[], np.ndarray], where: tuple[slice, ...]) -> None:
        self._value, self._where = value, where

    def __call__(self) -> np.ndarray:
        return self._value()[self._where]


def parts_of(value: Any) -> list[Any]:
    """Return the variables that `value` consists of: itself, or its parts.

    Raises:
        TypeError: it is neither a Variable nor made of them.
    """
    if isinstance(value, Tensor):
        raise errors.not_saveable(value)
    if hasattr(value, "op"):
        return [value]
    try:
        parts = list(value)
    except TypeError:
        parts = []
    if not parts or not all(hasattr(part, "op") for part in parts):
        raise errors.not_saveable(value)
    return parts


def _slice_of(part: Any) -> tuple[slice, ...] | None:
    info = getattr(part, "_save_slice_info", None)
    if info is None:
        return None
    spans = zip(info.var_offset, info.var_shape, strict=True)
    return tuple(slice(start, start + size) for start, size in spans)


def _first_failure(
    reader: CheckpointReader[Any], targets: Mapping[str, Target], report: RestoreReport, keys_of: Mapping[str, str]
) -> str:
    """Return what TensorFlow says of the first variable that cannot be restored."""
    if report.missing:
        return f"Key {next(iter(report.missing))} not found in checkpoint"
    name = report.mismatched[0].name
    key = keys_of[name]
    if key in reader.unreadable:
        return reader.unreadable[key]
    tensor, target = reader.info(key), targets[name]
    if tensor.dtype != target.dtype:
        expected, original = target.dtype.name, tensor.dtype.name
        return f"tensor_name = {key}; expected dtype {expected} does not equal original dtype {original}"
    wanted, found = (",".join(map(str, shape)) for shape in (target.shape, tensor.shape))
    return f"Assign requires shapes of both tensors to match. lhs shape= [{wanted}] rhs shape= [{found}]"


def restore_targets(
    reader: CheckpointReader[Any],
    targets: Mapping[str, Target],
    *,
    strict: bool = True,
    include: Select | None = None,
    exclude: Select | None = None,
    rename: Rename | None = None,
    reshape: bool = False,
) -> RestoreReport:
    """Load what matches into the targets, all of it or, after an error, nothing.

    Args:
        reader: the checkpoint.
        targets: by the name that each should have in the checkpoint.
        strict: raise if a target is missing or does not fit; else load the others.
        include: which targets to load: a name or scope, a compiled pattern that is searched for, a
            predicate, or several of these. None means all.
        exclude: which of these not to load.
        rename: how a tensor's name in the checkpoint becomes the target's: a mapping from name, scope
            or compiled pattern to its replacement (the first that fits counts), or a function. None
            instead of a name leaves the tensor out.
        reshape: accept another shape with the same number of elements.

    Raises:
        NotFoundError: with `strict`, a target is missing.
        InvalidArgumentError: with `strict`, a shape or dtype doesn't fit.
        DataLossError: the file is damaged.
        ValueError: a variable's array is read-only, `rename` maps two tensors onto one target, or two have older names
            of one.
        TypeError: `rename`, `include` or `exclude` is of another kind.
    """
    keys, report = _match(reader, targets, include, exclude, rename)
    pairs = list(keys.items())
    for name, key in pairs:
        target = targets[name]
        if key in reader.unreadable:
            del keys[name]
            report.mismatched.append(Mismatch(name, _describe(target.dtype, target.shape), reader.unreadable[key]))
            continue
        tensor = reader.info(key)
        same_shape = tensor.elements == math.prod(target.shape) if reshape else tensor.shape == target.shape
        if tensor.dtype != target.dtype or not same_shape:
            del keys[name]
            report.mismatched.append(Mismatch(name, _describe(target.dtype, target.shape), _describe(*tensor[:2])))
    if strict and (report.missing or report.mismatched):
        first = _first_failure(reader, targets, report, keys_of=dict(pairs))
        raise errors.restore_failed(str(report), bool(report.missing), _castable(reader, targets, pairs), first)
    # Everything is read, verified and on its device before the first variable changes.
    staged: list[tuple[Any, Any]] = []
    values = _read_all(reader, keys.values(), [targets[name].shape for name in keys])
    for name, value in zip(keys, values, strict=True):
        staged.extend(targets[name].staged(value))
    for variable, array in staged:
        variable._adopt(array)
    report.loaded.extend(keys)
    report.renamed.update((name, key) for name, key in keys.items() if name != key)
    if targets and not keys:
        warnings.warn(errors.nothing_restored(reader.path, list(targets), list(reader)), stacklevel=3)
    return report


def _castable(
    reader: CheckpointReader[Any], targets: Mapping[str, Target], pairs: Iterable[tuple[str, str]]
) -> tuple[str, str] | None:
    """Return the first variable, and its tensor, that differ in dtype alone."""
    for name, key in pairs:
        if key not in reader.unreadable:
            info, target = reader.info(key), targets[name]
            if info.shape == target.shape and info.dtype != target.dtype:
                return target.dtype.name, key
    return None


def _read_all(
    reader: CheckpointReader[Any], keys: Collection[str], shapes: Sequence[tuple[int, ...]]
) -> Iterator[np.ndarray]:
    """Yield tensors in memory of their own, in these shapes.

    Reading is the system's copying of pages, without the GIL: where there is much of it, several threads share it.
    """
    if sum(reader.info(key).nbytes for key in keys) < _WORTH_THREADS:
        yield from (_read(reader, key, shape) for key, shape in zip(keys, shapes, strict=True))
        return
    from concurrent.futures import ThreadPoolExecutor  # only here: importing fastscope is quicker without

    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(partial(_read, reader), keys, shapes)


def _read(reader: CheckpointReader[Any], key: str, shape: tuple[int, ...]) -> np.ndarray:
    info = reader.info(key)
    out = np.empty(shape, info.dtype.dtype)
    reader.read_into(key, out.reshape(info.shape))
    return out


def _match(
    reader: CheckpointReader[Any],
    targets: Mapping[str, Target],
    include: Select | None,
    exclude: Select | None,
    rename: Rename | None,
) -> tuple[dict[str, str], RestoreReport]:
    """Pair each wanted target with a tensor's name; shapes are not looked at yet."""
    by_name = _renamed([*reader, *reader.unreadable], targets, rename)
    wanted = [
        name
        for name in targets
        if (include is None or _selects(include, name)) and not (exclude is not None and _selects(exclude, name))
    ]
    if any(name not in by_name for name in wanted):  # names of an older TensorFlow, looked for only where there is need
        for name, older in older_names(list(by_name), targets).items():
            if len(older) > 1 and name in wanted and name not in by_name:
                raise errors.several_older_names(name, [by_name[old] for old in older])
            by_name.setdefault(name, by_name[older[0]])
    keys = {name: by_name[name] for name in wanted if name in by_name}
    lost = [name for name in wanted if name not in keys]
    missing = {name: errors.nearest(name, reader) if i < _HINTS else [] for i, name in enumerate(lost)}
    asked = {by_name[name] for name in targets if name in by_name}
    unexpected = [key for key in reader if key not in asked]
    return keys, RestoreReport(missing=missing, unexpected=unexpected)


def _renamed(reader: Iterable[str], targets: Mapping[str, Target], rename: Rename | None) -> dict[str, str]:
    """Return tensor names by the name that they stand for."""
    if rename is None:
        return {key: key for key in reader}
    found: dict[str, list[str]] = {}
    if not callable(rename):
        rename = _by_table(rename)
    for key in reader:
        name = rename(key)
        if isinstance(name, str):
            found.setdefault(name, []).append(key)
        elif name is not None:
            raise errors.bad_rename(name)
    for name, keys in found.items():
        if len(keys) > 1 and name in targets:
            raise errors.ambiguous_rename(name, keys)
    return {name: keys[0] for name, keys in found.items()}


def _by_table(table: Any) -> Callable[[str], str | None]:
    """Return the function that renames by a table, which is checked here."""
    if not isinstance(table, Mapping):
        raise errors.bad_rename(table)
    for old, new in table.items():
        if not isinstance(getattr(old, "pattern", old), str) or not (new is None or isinstance(new, str)):
            raise errors.bad_rename({old: new})

    def rename(key: str) -> str | None:
        try:
            return rename_by_table(key, table)
        except re.error as reason:
            raise errors.bad_pattern("rename=", reason.pattern, reason) from None

    return rename


def rename_by_table(key: str, table: Mapping[Any, str | None]) -> str | None:
    """Rename by the first entry that fits: a name, scope or compiled pattern -> its replacement, None to leave out."""
    for old, new in table.items():
        if isinstance(old, re.Pattern):
            if old.search(key):
                return None if new is None else old.sub(new, key)
        elif (rest := _below(key, old)) is not None:
            return None if new is None else "/".join(part for part in (new.rstrip("/"), rest) if part)
    return key


def _below(name: str, scope: str) -> str | None:
    """Return what follows `scope` in `name`: "" for the same name, None if it lies elsewhere.

    `scope` may be a variable's name, which has ":0" at its end.
    """
    scope = scope.removesuffix(":0").rstrip("/")
    if not scope:
        return name
    if name == scope:
        return ""
    return name[len(scope) + 1 :] if name.startswith(scope + "/") else None


def _selects(select: Select, name: str) -> bool:
    if isinstance(select, str):
        return _below(name, select) is not None
    if isinstance(select, re.Pattern):
        return select.search(name) is not None
    if callable(select):
        return bool(select(name))
    if not isinstance(select, Iterable):
        raise errors.bad_select(select)
    return any(_selects(one, name) for one in select)


def _describe(dtype: DType, shape: Sequence[int]) -> str:
    return f"{dtype.name} {list(shape)}"
