"""Variables that are the same on all ranks, and the checkpoints of them.

Source: horovod.tensorflow's names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy
from ..checkpoint.saver import Saver
from ..graph import Action, Operation, current
from ..scoping.variables import PartitionedVariable, Variable
from ..session.initialization import global_variables
from .world import World, checked_root, entries_of, together, world_of

__all__ = ["broadcast_global_variables", "broadcast_variables", "restore", "save"]


def broadcast_variables(variables: Iterable[Any], root_rank: int = 0) -> Operation:
    """Give all ranks the values of one; in a graph whenever the operation runs that it returns, else now.

    Args:
        variables: the same on all ranks.
        root_rank: whose values they get.

    Raises:
        ValueError: init was not called, or there is no such rank.
        InvalidArgumentError: the ranks' variables differ; the message names them.
        FailedPreconditionError: a variable has no value yet.
        AbortedError: a rank does not come.
    """
    world = world_of("broadcast_variables")
    root = checked_root(world, root_rank)
    parts = [part for each in variables for part in (each if isinstance(each, PartitionedVariable) else (each,))]

    def run(*_: Any) -> None:
        _broadcast(world, parts, root)

    recorder = current()
    if recorder is not None:
        return recorder.add("HorovodBroadcast", recorder.claim("HorovodBroadcast"), run, (), [], [])
    run()
    return Action("HorovodBroadcast", lambda: None)


def broadcast_global_variables(root_rank: int) -> Operation:
    """Give all ranks the values that one has in all global variables; see `broadcast_variables`."""
    return broadcast_variables(global_variables(), root_rank)


def _broadcast(world: World, variables: list[Variable], root: int) -> None:
    arrays = [variable._read() for variable in variables]
    what = world.agree("broadcast_variables", (*entries_of(variables), root))
    if world.size == 1:
        return
    for variable, array in zip(variables, arrays, strict=True):
        host = to_numpy(array)
        _send(world, host, root, what)
        if host is not array:
            array[...] = array_module(array).asarray(host)
        variable._touch()


def save(saver: Saver, *args: Any, **kwargs: Any) -> str:
    """Let rank 0 save, while the others wait until the checkpoint is whole; return its path on all.

        path = hvd.save(saver, "ckpt/model", global_step=step)

    Args:
        saver: the same on all ranks.
        args, kwargs: what `Saver.save` takes.

    Raises:
        AbortedError: rank 0 could not; on rank 0 what it met.
    """
    return together(world_of("save"), "save", 0, lambda: saver.save(*args, **kwargs))


def restore(saver: Saver, *args: Any, **kwargs: Any) -> None:
    """Let rank 0 restore, and give all ranks its values: nobody else reads the file.

    Args:
        saver: the same on all ranks.
        args, kwargs: what `Saver.restore` takes.

    Raises:
        AbortedError: rank 0 could not; on rank 0 what it met.
    """
    world = world_of("restore")
    together(world, "restore", 0, lambda: saver.restore(*args, **kwargs) and None)
    targets = saver._targets
    what = world.agree("restore", tuple((name, str(t.shape), t.dtype.name) for name, t in targets.items()))
    if world.size == 1:
        return
    for target in targets.values():
        host = np.ascontiguousarray(target.read()) if world.rank == 0 else np.empty(target.shape, target.dtype.dtype)
        _send(world, host, 0, what)
        if world.rank:
            for part, value in target.staged(host):
                part._adopt(value)


def _send(world: World, host: Any, root: int, what: str) -> None:
    """Send the bytes of an array that lies flat on the host, or receive them."""
    world.wait(world.comm.Ibcast(host.reshape(-1).view(np.uint8), root), what)
