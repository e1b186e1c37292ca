"""Messages of training on several ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import AbortedError, InvalidArgumentError


def no_mpi(reason: Exception) -> ModuleNotFoundError:
    """There is no mpi4py, or no MPI below it."""
    return ModuleNotFoundError(
        f"fastscope.distributed needs mpi4py and an MPI, and did not get them: {reason}. pip install 'fastscope[mpi]' "
        "brings both.",
        name="mpi4py",
    )


def not_initialized(name: str) -> ValueError:
    """A function was called before init."""
    return ValueError(
        f"distributed.{name}: nothing is known of other ranks yet. Call fastscope.distributed.init() first."
    )


def ranks_missing(what: str, seconds: float, rank: int, states: Mapping[int, str]) -> AbortedError:
    """Ranks do not come to what all must do; `states`: what is known of each."""
    told = "; ".join(f"rank {other} {state}" for other, state in sorted(states.items()))
    return AbortedError(
        f"{what}: rank {rank} waited for {seconds:.3g} s, and {told}. All ranks must come here equally often. "
        "Where one works alone for longer, write init(timeout=seconds)."
    )


def connection_lost(what: str, rank: int, reason: Exception) -> AbortedError:
    """MPI itself gave up."""
    return AbortedError(f"{what}: rank {rank} lost the connection to another rank: {reason}")


def ranks_differ(lists: Sequence[tuple[str, Sequence[str]]]) -> InvalidArgumentError:
    """Ranks do different things; `lists`: for each rank what it does and with which arrays."""
    first, entries = lists[0]
    other = next(k for k, each in enumerate(lists) if each != lists[0])
    there, others = lists[other]
    if there != first:
        found = f"rank 0 is at {first}, rank {other} at {there}"
    else:
        found = f"in {first} rank 0 has {_only(entries, others)}, rank {other} has {_only(others, entries)}"
    return InvalidArgumentError(
        f"The ranks do not do the same: {found}. Expected the same calls with the same variables, shapes and dtypes, "
        "in the same order: build one network on all ranks."
    )


def _only(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """Return the entries that the other has not, or else the first that stands elsewhere."""
    few = [entry for entry in mine if entry not in theirs]
    if not few and len(mine) != len(theirs):
        return f"only {len(mine)} arrays"
    few = few or [next(a for a, b in zip(mine, theirs, strict=True) if a != b)]
    return ", ".join(few[:3]) + (f" and {len(few) - 3} more" if len(few) > 3 else "")


def not_finite(what: str, found: Mapping[int, str]) -> InvalidArgumentError:
    """Gradients that hold NaN or infinity; `found`: for each rank the first variable."""
    told = ", ".join(f"that of {name} on rank {rank}" for rank, name in sorted(found.items()))
    where = told or "their sum, which no rank's own part explains: it is too large for its dtype"
    return InvalidArgumentError(
        f"{what}: a gradient is not finite: {where}. No variable was changed. A smaller learning rate or clipping "
        "helps, and a checkpoint from before."
    )


def too_few_to_share(length: int, size: int) -> ValueError:
    """Less elements than ranks."""
    return ValueError(
        f"distributed.shard: {length} elements cannot be shared by {size} ranks. Expected one a rank at least."
    )


def bad_root(root: Any, size: int) -> ValueError:
    """A root that is no rank."""
    return ValueError(f"root_rank={root!r} is no rank. Expected 0 to {size - 1}.")


def bad_op(op: Any) -> ValueError:
    """An unknown way to put values together."""
    return ValueError(f"distributed: op={op!r} is not known. Expected distributed.Average or distributed.Sum.")


def one_backward_pass(count: Any) -> ValueError:
    """More than one way back for a step."""
    return ValueError(
        f"distributed.DistributedOptimizer: backward_passes_per_step={count!r}. Expected 1: add up gradients over "
        "several ways back yourself, and give apply_gradients their mean."
    )


def failed_elsewhere(what: str, rank: int, reason: str) -> AbortedError:
    """What one rank does for all did not succeed."""
    return AbortedError(f"{what}: rank {rank} failed: {reason}")
