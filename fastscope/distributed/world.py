"""Who takes part: ranks, the calls that all make together, and what becomes of them when one does not come.

A call that all ranks make begins by agreeing: a few bytes say which call it is and with which arrays. So ranks that do
different things notice it before a byte of theirs is mixed. Waiting is done by tests of a request that does not block:
meanwhile a rank answers others that ask where it is, and asks itself when it has waited for too long.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from ..errors import distributed as errors

__all__ = ["World", "init", "is_initialized", "local_rank", "local_size", "rank", "shutdown", "size", "world_of"]

_ASK, _ANSWER = 1, 2  # tags
_LOOK_S = 0.05  # between two looks at questions
_ANSWER_S = 1.0  # that an answer may take


class World:
    """The ranks of a program, seen from one of them.

    Attributes:
        rank, size: of this process, and how many there are.
        local_rank, local_size: the same on this machine.
        is_homogeneous: whether all machines have as many ranks as this one.
        comm: mpi4py's communicator, of fastscope's own.
        mpi: the module mpi4py.MPI.
        cuda_aware: whether MPI is given arrays of a GPU as they lie.
    """

    def __init__(self, mpi: Any, comm: Any, timeout: float, cuda_aware: bool | None = None) -> None:
        self.mpi = mpi
        self.comm = comm.Dup()
        self._watch = comm.Dup()  # questions and answers
        self.rank, self.size = self.comm.rank, self.comm.size
        local = self.comm.Split_type(mpi.COMM_TYPE_SHARED)
        self.local_rank, self.local_size = local.rank, local.size
        self.is_homogeneous = len(set(self.comm.allgather(local.size))) == 1
        self.cuda_aware = _is_cuda_aware(mpi) if cuda_aware is None else cuda_aware
        self._has_told_of_gpus = False
        self._timeout = timeout
        self._calls = 0
        self._asked = 0
        self._at = "its program"
        self._sent: list[Any] = []
        self._digests: dict[Any, int] = {}
        self._agreed = np.empty(2, np.int64)
        processes = local.allgather((self.rank, os.getpid()))
        self._neighbours = {rank: pid for rank, pid in processes if rank != self.rank}
        local.Free()
        if self.size > 1 and self.local_rank == 0:  # mpiexec tells of a dead process by this number alone
            told = ", ".join(f"rank {rank} is process {pid}" for rank, pid in processes)
            _tell(f"on {socket.gethostname()} {told}")

    # ---- calls that all make

    def agree(self, what: str, entries: tuple[Any, ...], timeout: float | None = None) -> str:
        """Wait for all ranks, and check that they do the same; return `what` with the number of the call.

        Args:
            what: the call.
            entries: what it is made with; text of it is shown where ranks differ.
            timeout: seconds to wait; infinity where one rank does something for all.

        Raises:
            AbortedError: a rank does not come.
            InvalidArgumentError: a rank does something else.
        """
        self._calls += 1
        what = f"{what} (call {self._calls})"
        key = (what.partition(" (")[0], entries)
        if (digest := self._digests.get(key)) is None:
            digest = self._digests[key] = _digest(key)
        self._agreed[:] = digest, -digest
        self.wait(self.comm.Iallreduce(self.mpi.IN_PLACE, self._agreed, self.mpi.MAX), what, timeout)
        if self._agreed[0] != -self._agreed[1]:
            raise errors.ranks_differ(self.comm.allgather((what, [_text(entry) for entry in entries])))
        return what

    def wait(self, request: Any, what: str, timeout: float | None = None) -> None:
        """Wait until a request is done.

        Raises:
            AbortedError: a rank does not come, or is gone.
        """
        self._at = what
        begun = time.monotonic()
        look, ask = begun + _LOOK_S, begun + (self._timeout if timeout is None else timeout)
        try:
            while not request.Test():
                os.sched_yield()
                now = time.monotonic()
                if now < look:
                    continue
                look = now + _LOOK_S
                self._answer()
                self._look_for_dead(what, now - begun)
                if now > ask and not self._all_are_here(request, what, now - begun):
                    return
        except self.mpi.Exception as reason:
            raise errors.connection_lost(what, self.rank, reason) from reason
        finally:
            self._at = "its program"

    def leave(self) -> None:
        """Wait until all ranks end, and tell those that ask that this one has."""
        request = self._watch.Ibarrier()
        self._at = "its end"
        while not request.Test():
            self._answer()
            time.sleep(_LOOK_S / 5)

    def tell_of_gpus(self) -> None:
        """Say once, on the first rank, which way arrays on a GPU go."""
        if self._has_told_of_gpus:
            return
        self._has_told_of_gpus = True
        if self.rank == 0:
            library = " ".join(self.mpi.Get_library_version().splitlines()[0].split(",")[0].split())
            way = "as they lie: it is" if self.cuda_aware else "through pinned memory of the host: it is not"
            print(
                f"fastscope.distributed: arrays on a GPU go to {library} {way} CUDA-aware", file=sys.stderr, flush=True
            )

    # ---- who is missing

    def _answer(self) -> None:
        """Tell those that ask where this rank is."""
        status = self.mpi.Status()
        while self._watch.Iprobe(self.mpi.ANY_SOURCE, _ASK, status):
            number = self._watch.recv(source=status.source, tag=_ASK)
            self._sent = [sent for sent in self._sent if not sent.Test()]
            self._sent.append(self._watch.isend((number, self._at), status.source, _ANSWER))

    def _look_for_dead(self, what: str, seconds: float) -> None:
        dead = {rank: f"is dead: its process {pid} is gone" for rank, pid in self._neighbours.items() if _is_gone(pid)}
        if dead:
            raise errors.ranks_missing(what, seconds, self.rank, dead)

    def _all_are_here(self, request: Any, what: str, seconds: float) -> bool:
        """Ask all where they are: return True if all are here and it only takes long, False if it is done meanwhile.

        Raises:
            AbortedError: one is elsewhere.
        """
        self._asked += 1
        others = [rank for rank in range(self.size) if rank != self.rank]
        self._sent += [self._watch.isend(self._asked, rank, _ASK) for rank in others]
        places: dict[int, str] = {}
        status = self.mpi.Status()
        end = time.monotonic() + _ANSWER_S
        while len(places) < len(others) and time.monotonic() < end:
            if request.Test():
                return False
            self._answer()
            while self._watch.Iprobe(self.mpi.ANY_SOURCE, _ANSWER, status):
                number, place = self._watch.recv(source=status.source, tag=_ANSWER)
                if number == self._asked:
                    places[status.source] = place
            time.sleep(_LOOK_S / 5)
        silent = "does not answer: it hangs, or works alone"
        away = {rank: places.get(rank) for rank in others if places.get(rank) != what}
        states = {rank: f"is at {place}" if place else silent for rank, place in away.items()}
        if states:
            raise errors.ranks_missing(what, seconds, self.rank, states)
        return True


def _is_gone(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except FileNotFoundError:
        return os.path.isdir("/proc/self")
    except OSError:
        return False


def _tell(what: str) -> None:
    print(f"fastscope.distributed: {what}", file=sys.stderr, flush=True)


def _is_cuda_aware(mpi: Any) -> bool:
    """Ask the MPI library whether it takes pointers of a GPU: by a function that Open MPI and MPICH both have."""
    query = getattr(ctypes.CDLL(mpi.__file__), "MPIX_Query_cuda_support", None)  # mpi4py is linked with the library
    return query is not None and bool(query())


def _digest(key: Any) -> int:
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8).digest()) >> 2


def _text(entry: Any) -> str:
    return " ".join(map(str, entry)) if isinstance(entry, tuple) else str(entry)


_world: World | None = None


def init(comm: Any = None, timeout: float = 8.0, cuda_aware: bool | None = None) -> None:
    """Take part in a program of several ranks, which mpiexec started; a second call changes nothing.

        $ mpiexec -n 2 python train.py

    From then on an exception that nobody catches ends all ranks, with a line that names the rank.

    Args:
        comm: a communicator of mpi4py; None = all ranks.
        timeout: seconds that ranks wait for one that does not come before all end with an error.
        cuda_aware: whether MPI takes CuPy's arrays as they lie; None = what it says itself. Where it does not, they
            pass through pinned memory of the host.

    Raises:
        ModuleNotFoundError: mpi4py is missing, or no MPI is found.
    """
    global _world
    if _world is not None:
        return
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as reason:
        raise errors.no_mpi(reason) from reason
    _world = World(MPI, MPI.COMM_WORLD if comm is None else comm, timeout, cuda_aware)
    if _world.size > 1:
        sys.excepthook = _ending(_world, sys.excepthook)
        atexit.register(_leave, os.getpid())


def _ending(
    world: World, before: Callable[[type[BaseException], BaseException, TracebackType | None], Any]
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return what is called with an exception that nobody caught: it ends all ranks."""

    def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        before(kind, error, trace)
        reason = f"rank {world.rank} of {world.size} ends all ranks: {kind.__name__}: {error}"
        _tell(reason)
        time.sleep(0.2)  # what was printed must pass through mpiexec before it kills
        world.comm.Abort(1)

    return end


def _leave(pid: int) -> None:
    if os.getpid() == pid:  # not in a forked child
        shutdown()


def shutdown() -> None:
    """Take part no longer; waits until all ranks are there or at their ends."""
    global _world
    leaving, _world = _world, None
    if leaving is not None and leaving.size > 1:
        leaving.leave()


def world_of(name: str) -> World:
    """Return the ranks; `name`: the function that asks.

    Raises:
        ValueError: init was not called.
    """
    if _world is None:
        raise errors.not_initialized(name)
    return _world


def is_initialized() -> bool:
    """Return whether init was called."""
    return _world is not None


def rank() -> int:
    """Return the number of this process among all, from 0."""
    return world_of("rank").rank


def size() -> int:
    """Return how many processes there are."""
    return world_of("size").size


def local_rank() -> int:
    """Return the number of this process among those of its machine, from 0: which GPU is its own."""
    return world_of("local_rank").local_rank


def local_size() -> int:
    """Return how many processes this machine has."""
    return world_of("local_size").local_size


def checked_root(world: World, root: Any) -> int:
    """Return the rank that gives its values to all.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(root, int) or not 0 <= root < world.size:
        raise errors.bad_root(root, world.size)
    return root


def together(world: World, what: str, root: int, function: Callable[[], Any]) -> Any:
    """Call a function on one rank alone; return on all what it returned.

    Raises:
        AbortedError: it raised, on the other ranks; on `root` what it raised.
    """
    what = world.agree(what, ())
    result, reason, raised = None, "", None
    if world.rank == root:
        try:
            result = function()
        except Exception as error:
            raised, reason = error, f"{type(error).__name__}: {error}"
    world.agree(what.partition(" (")[0], ("done",), float("inf"))
    result, reason = world.comm.bcast((result, reason), root)
    if raised is not None:
        raise raised
    if reason:
        raise errors.failed_elsewhere(what, root, reason)
    return result


def entries_of(variables: Sequence[Any]) -> tuple[Any, ...]:
    """Return what is said of variables where ranks differ."""
    return tuple((v.name, str(v.shape), v.dtype.name) for v in variables)
