"""Training on several processes or machines, over mpi4py, in the words of `horovod.tensorflow`.

import fastscope.distributed as hvd

hvd.init()
optimizer = hvd.DistributedOptimizer(tf.train.AdamOptimizer(1e-3))
hvd.broadcast_global_variables(0)

$ mpiexec -n 2 python train.py
"""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from .builds import (
    ccl_built,
    ddl_built,
    gloo_built,
    gloo_enabled,
    is_homogeneous,
    mlsl_built,
    mpi_built,
    mpi_enabled,
    mpi_threads_supported,
    nccl_built,
)
from .hooks import BroadcastGlobalVariablesHook
from .optimizer import Compression, DistributedOptimizer
from .reducing import Average, Sum, allreduce_gradients
from .shards import rank_seed, shard
from .values import allgather, allreduce, broadcast
from .variables import broadcast_global_variables, broadcast_variables, restore, save
from .world import init, is_initialized, local_rank, local_size, rank, shutdown, size

__all__ = [
    "Average",
    "BroadcastGlobalVariablesHook",
    "Compression",
    "DistributedOptimizer",
    "Sum",
    "allgather",
    "allreduce",
    "allreduce_gradients",
    "broadcast",
    "broadcast_global_variables",
    "broadcast_variables",
    "ccl_built",
    "ddl_built",
    "gloo_built",
    "gloo_enabled",
    "init",
    "is_homogeneous",
    "is_initialized",
    "local_rank",
    "local_size",
    "mlsl_built",
    "mpi_built",
    "mpi_enabled",
    "mpi_threads_supported",
    "nccl_built",
    "rank",
    "rank_seed",
    "restore",
    "save",
    "shard",
    "shutdown",
    "size",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("distributed", __all__)
