"""What a program may ask of how Horovod was built: here it is MPI alone.

Source: horovod.tensorflow's names.
"""

from __future__ import annotations

from .world import world_of

__all__ = [
    "ccl_built",
    "ddl_built",
    "gloo_built",
    "gloo_enabled",
    "is_homogeneous",
    "mlsl_built",
    "mpi_built",
    "mpi_enabled",
    "mpi_threads_supported",
    "nccl_built",
]


def mpi_built() -> bool:
    """Return True: arrays travel by MPI."""
    return True


def mpi_enabled() -> bool:
    """Return True: arrays travel by MPI."""
    return True


def mpi_threads_supported() -> bool:
    """Return whether several threads may call MPI at once.

    Raises:
        ValueError: init was not called.
    """
    mpi = world_of("mpi_threads_supported").mpi
    return bool(mpi.Query_thread() == mpi.THREAD_MULTIPLE)


def is_homogeneous() -> bool:
    """Return whether all machines have as many ranks as this one.

    Raises:
        ValueError: init was not called.
    """
    return world_of("is_homogeneous").is_homogeneous


def gloo_built() -> bool:
    """Return False: MPI is the only way."""
    return False


def gloo_enabled() -> bool:
    """Return False: MPI is the only way."""
    return False


def nccl_built() -> bool:
    """Return False: arrays on a GPU travel by MPI as well."""
    return False


def ddl_built() -> bool:
    """Return False: MPI is the only way."""
    return False


def ccl_built() -> bool:
    """Return False: MPI is the only way."""
    return False


def mlsl_built() -> bool:
    """Return False: MPI is the only way."""
    return False
