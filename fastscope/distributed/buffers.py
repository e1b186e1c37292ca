"""Arrays of all ranks added up: in one large buffer a dtype, which is there once and used again.

Many small messages cost a latency each, so small arrays are packed; large ones go to MPI as they lie. Arrays on a GPU
do too where MPI is CUDA-aware, in buffers on the GPU; else they pass through pinned memory of the host, as rows always
do. float16 and bfloat16 travel and add up as float32, since MPI knows neither.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arrays import array_module, to_numpy
from ..errors import distributed as errors
from .world import World

__all__ = ["Rows", "Sums"]

_LARGE = 1 << 20  # bytes: from here on a copy costs more than a message; the least that a rank has of a piece
_PIECE = 1 << 24  # bytes of a message: it is still in a cache when it is scaled, and the next is under way meanwhile
_AHEAD = 1  # pieces that are under way while one is scaled
_BLOCK = 1 << 18  # elements that are scaled and then looked at
_INDEX = np.dtype(np.int64)


class Rows(NamedTuple):
    """Rows `values` `[n, ...]` at `ids` `[n]` of an array of `height` rows; equal ids add up."""

    values: Any
    ids: Any
    height: int


class _Kind(NamedTuple):
    """Which buffer it is: of a dtype, on the host or on the GPU."""

    dtype: np.dtype[Any]
    on_gpu: bool


class _Place(NamedTuple):
    """Where an array lies in the buffer of its kind, in elements."""

    kind: _Kind
    begin: int
    end: int


class Sums:
    """Adds up lists of arrays of the same shapes and dtypes, again and again.

    Args:
        world: the ranks.
        names: of the arrays, for messages.
        like: arrays, or Rows, of which only the shapes and dtypes count.
    """

    def __init__(self, world: World, names: Sequence[str], like: Sequence[Any]) -> None:
        self._world = world
        self._names = list(names)
        self._ends: dict[_Kind, int] = {}
        self._places = [self._placed(each) for each in like]
        xp = array_module(*(each.values if isinstance(each, Rows) else each for each in like))
        self._buffers = {kind: _empty(end, kind, xp) for kind, end in self._ends.items()}
        self._stream = None if xp is np else xp.cuda.get_current_stream
        if xp is not np:
            world.tell_of_gpus()

    def _placed(self, array: Any) -> _Place:
        is_rows = isinstance(array, Rows)
        # with a mark for each row that some rank has: those without are left as they are
        count = array.height * (_row_size(array.values) + 1) if is_rows else int(np.prod(array.shape, dtype=np.int64))
        dtype = _travels_as(np.dtype((array.values if is_rows else array).dtype))
        kind = _Kind(dtype, self._world.cuda_aware and not is_rows and array_module(array) is not np)
        begin = self._ends.get(kind, 0)
        self._ends[kind] = begin + count
        return _Place(kind, begin, begin + count)

    def reduce(self, arrays: Sequence[Any], what: str, average: bool, finite: bool) -> list[Any]:
        """Return the sums, or means, over all ranks: views of buffers, valid until the next call.

        Rows are gathered where that moves fewer bytes than adding up whole arrays would, and then come as the rows of
        all ranks behind one another.

        Args:
            arrays: of the shapes and dtypes of `like`.
            what: the call, for messages.
            average: divide by the number of ranks.
            finite: look for NaN and infinity.

        Raises:
            InvalidArgumentError: a sum is not finite.
        """
        world = self._world
        gathered = self._gathered(arrays, what)
        scale = 1 / world.size if average else 1.0
        all_finite = all([_scaled(values, scale) for values, _ in gathered.values()])
        under_way: deque[tuple[Any, Any]] = deque()
        for source, view in self._pieces(arrays, gathered):
            under_way.append((self._sent(source, view), view))
            if len(under_way) > _AHEAD:
                all_finite &= self._arrived(*under_way.popleft(), what, scale)
        while under_way:
            all_finite &= self._arrived(*under_way.popleft(), what, scale)
        if finite and not all_finite:
            raise self._not_finite(arrays, what)
        results = [self._result(k, arrays[k], gathered) for k in range(len(arrays))]
        if self._stream is not None:
            self._stream().synchronize()  # until what is on the host has been copied: the next call writes into it
        return results

    # ---- whole arrays

    def _sent(self, source: Any, view: Any) -> Any:
        """Begin to add up a piece; return the request that is done when it is there."""
        world = self._world
        if array_module(view) is np:
            return world.comm.Iallreduce(source, view, world.mpi.SUM)
        assert self._stream is not None
        self._stream().synchronize()  # MPI knows nothing of streams
        # which waits, though not for ranks: all have agreed. Open MPI takes a GPU's arrays in no other call
        world.comm.Allreduce(source, view, world.mpi.SUM)
        return world.mpi.REQUEST_NULL

    def _arrived(self, request: Any, view: Any, what: str, scale: float) -> bool:
        """Wait for a piece and scale it while it is in a cache; return whether it is finite."""
        self._world.wait(request, what)
        return _scaled(view, scale)

    def _pieces(self, arrays: Sequence[Any], gathered: dict[int, Any]) -> Iterator[tuple[Any, Any]]:
        """Yield what is sent and the part of a buffer that receives it, in pieces that are large and not too large."""
        for source, view in self._messages(arrays, gathered):
            step = max(_PIECE, self._world.size * _LARGE) // view.itemsize
            for begin in range(0, len(view), step):
                part = slice(begin, begin + step)
                yield (source if source is self._world.mpi.IN_PLACE else source[part]), view[part]

    def _messages(self, arrays: Sequence[Any], gathered: dict[int, Any]) -> Iterator[tuple[Any, Any]]:
        """Yield the same in whole messages: small arrays that are neighbours in a buffer as one, packed."""
        in_place = self._world.mpi.IN_PLACE
        for kind, buffer in self._buffers.items():
            begin = end = 0  # of what is packed
            for k, (place, array) in enumerate(zip(self._places, arrays, strict=True)):
                if place.kind != kind or k in gathered:
                    continue
                view = buffer[place.begin : place.end]
                is_large = view.nbytes >= _LARGE  # by what all ranks know: how an array lies may differ
                if is_large and _lies_flat(array, view):
                    yield array.reshape(-1), view
                else:
                    _fill(view, array)
                    if is_large:
                        yield in_place, view
                if begin < end and (is_large or end != place.begin):
                    yield in_place, buffer[begin:end]
                    begin = end
                if not is_large:
                    begin, end = (begin if begin < end else place.begin), place.end
            if begin < end:
                yield in_place, buffer[begin:end]

    def _result(self, k: int, array: Any, gathered: dict[int, Any]) -> Any:
        if k in gathered:
            return _beside(array, *gathered[k])
        place = self._places[k]
        flat = self._buffers[place.kind][place.begin : place.end]
        if isinstance(array, Rows):
            marks = flat[len(flat) - array.height :]
            ids = np.flatnonzero(marks)
            whole = flat[: len(flat) - array.height].reshape(array.height, *array.values.shape[1:])
            return _beside(array, whole[ids], ids)
        return _taken(flat.reshape(array.shape), array)

    # ---- rows

    def _gathered(self, arrays: Sequence[Any], what: str) -> dict[int, tuple[Any, Any]]:
        """Return values and ids of all ranks for those Rows that are better gathered than added up."""
        world = self._world
        rows = [k for k, array in enumerate(arrays) if isinstance(array, Rows)]
        if not rows:
            return {}
        counts = np.empty((world.size, len(rows)), _INDEX)
        world.wait(world.comm.Iallgather(np.array([len(arrays[k].ids) for k in rows], _INDEX), counts), what)
        found = {}
        for k, count in zip(rows, counts.T, strict=True):
            width, itemsize = _row_size(arrays[k].values), self._places[k].kind.dtype.itemsize
            moved = int(count.sum()) * (width * itemsize + _INDEX.itemsize)
            whole = 2 * (world.size - 1) / world.size * (self._places[k].end - self._places[k].begin) * itemsize
            if moved * (world.size - 1) / world.size <= whole:
                found[k] = self._all_rows(arrays[k], count, self._places[k].kind.dtype, what)
        return found

    def _all_rows(self, rows: Rows, counts: Any, dtype: np.dtype[Any], what: str) -> tuple[Any, Any]:
        world, width = self._world, _row_size(rows.values)
        values = np.empty((int(counts.sum()), *rows.values.shape[1:]), dtype)
        ids = np.empty(len(values), _INDEX)
        mine = np.ascontiguousarray(to_numpy(rows.values), dtype), np.ascontiguousarray(to_numpy(rows.ids), _INDEX)
        world.wait(world.comm.Iallgatherv(mine[0], (values, counts * width)), what)
        world.wait(world.comm.Iallgatherv(mine[1], (ids, counts)), what)
        return values, ids

    # ---- NaN

    def _not_finite(self, arrays: Sequence[Any], what: str) -> Exception:
        """Return an error that names the ranks whose own arrays are not finite; all ranks come here."""
        own = next((name for name, array in zip(self._names, arrays, strict=True) if not _is_finite(array)), None)
        every = self._world.comm.allgather(own)
        return errors.not_finite(what, {rank: name for rank, name in enumerate(every) if name is not None})


def _travels_as(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float32) if dtype.itemsize == 2 and dtype.kind in "fV" else dtype


def _row_size(values: Any) -> int:
    return int(np.prod(values.shape[1:], dtype=np.int64))


def _empty(count: int, kind: _Kind, xp: Any) -> Any:
    """Return a buffer; on the host it is pinned where there are arrays on a GPU."""
    if kind.on_gpu:
        return xp.empty(count, kind.dtype)
    if xp is np:
        return np.empty(count, kind.dtype)
    from cupyx import empty_pinned

    return empty_pinned(count, kind.dtype)


def _lies_flat(array: Any, view: Any) -> bool:
    flat = not isinstance(array, Rows) and array.dtype == view.dtype and bool(array.flags.c_contiguous)
    return flat and array_module(array) is array_module(view)


def _fill(view: Any, array: Any) -> None:
    """Write an array into its part of a buffer; Rows as a whole array and marks."""
    if not isinstance(array, Rows):
        whole = view.reshape(array.shape)
        if array_module(array) is array_module(view):
            whole[...] = array
        elif array.dtype == view.dtype:
            array.get(out=whole)  # into pinned memory: no other copy is made
        else:
            whole[...] = to_numpy(array)
        return
    view[:] = 0
    whole, marks = view[: len(view) - array.height], view[len(view) - array.height :]
    ids = to_numpy(array.ids)
    np.add.at(whole.reshape(array.height, -1), ids, to_numpy(array.values).reshape(len(ids), -1).astype(view.dtype))
    marks[ids] = 1


def _scaled(array: Any, scale: float) -> bool:
    """Scale an array in place; return whether all of it is finite."""
    if array.dtype.kind not in "fc":
        if scale != 1.0:
            array[...] = array * scale
        return True
    xp, flat, finite = array_module(array), array.reshape(-1), True
    step = _BLOCK if xp is np else max(1, len(flat))
    with np.errstate(over="ignore", invalid="ignore"):
        for begin in range(0, len(flat), step):
            block = flat[begin : begin + step]
            if scale != 1.0:
                block *= scale
            # a sum is finite only if all are; it may be too large where all are finite, so those are looked at
            finite = finite and (bool(xp.isfinite(block.sum())) or bool(xp.isfinite(block).all()))
    return finite


def _is_finite(array: Any) -> bool:
    values = to_numpy(array.values if isinstance(array, Rows) else array)
    values = values.astype(np.float32) if values.dtype.kind == "V" or values.dtype.itemsize == 2 else values
    return values.dtype.kind not in "fc" or bool(np.isfinite(values).all())


def _like(array: Any, result: Any) -> Any:
    """Return a result with the dtype of an array, and where that lies."""
    if result.dtype != array.dtype:
        result = result.astype(array.dtype)
    return array_module(array).asarray(result)


def _taken(result: Any, array: Any) -> Any:
    """Return what lies in a buffer, with the dtype of an array and where that lies."""
    xp = array_module(array)
    if xp is array_module(result) or result.dtype != array.dtype:
        return _like(array, result)
    found = xp.empty(result.shape, result.dtype)
    found.set(result)  # from pinned memory: no other copy is made
    return found


def _beside(rows: Rows, values: Any, ids: Any) -> Rows:
    return Rows(_like(rows.values, values), _like(rows.ids, ids), rows.height)
