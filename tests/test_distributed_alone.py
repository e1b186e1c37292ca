"""One rank: a program without mpiexec works, and what is wrong is said before anything is sent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import fastscope as tf
import fastscope.distributed as hvd
from fastscope.distributed.world import world_of


def test_without_mpi4py(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    hvd.shutdown()
    with pytest.raises(
        ModuleNotFoundError, match=r"needs mpi4py and an MPI, .* pip install 'fastscope\[mpi\]'"
    ) as caught:
        hvd.init()
    assert caught.value.name == "mpi4py"


@pytest.mark.parametrize("function", [hvd.rank, hvd.size, hvd.local_rank, hvd.local_size])
def test_before_init(function: Any) -> None:
    hvd.shutdown()
    assert not hvd.is_initialized()
    with pytest.raises(ValueError, match="nothing is known of other ranks yet"):
        function()


@pytest.fixture
def alone() -> Iterator[None]:
    pytest.importorskip("mpi4py")
    hook = sys.excepthook
    hvd.init()
    hvd.init()
    yield
    hvd.shutdown()
    assert sys.excepthook is hook


def test_alone(alone: None) -> None:
    assert (hvd.rank(), hvd.size(), hvd.local_rank(), hvd.local_size()) == (0, 1, 0, 1)
    w = tf.get_variable("w", [2, 3])
    kept = w.numpy()
    hvd.broadcast_global_variables(0)
    optimizer = hvd.DistributedOptimizer(tf.train.GradientDescentOptimizer(1.0))
    optimizer.apply_gradients([(np.ones([2, 3], np.float32), w)])
    np.testing.assert_array_equal(w.numpy(), kept - 1)
    assert hvd.allreduce(np.float32(3)) == 3 and hvd.shard([1, 2]) == [1, 2] and hvd.rank_seed(7) == 7
    np.testing.assert_array_equal(hvd.allgather(np.ones([2, 1])), np.ones([2, 1]))


def test_what_horovod_programs_ask(alone: None) -> None:
    assert hvd.mpi_built() and hvd.mpi_enabled() and hvd.is_homogeneous()
    assert isinstance(hvd.mpi_threads_supported(), bool)
    others = (hvd.gloo_built, hvd.gloo_enabled, hvd.nccl_built, hvd.ddl_built, hvd.ccl_built, hvd.mlsl_built)
    assert not any(ask() for ask in others)
    w = tf.get_variable("w", initializer=np.zeros(2, np.float32))
    gradient = np.array([1 / 3, 1e-9], np.float32)
    inner = tf.train.GradientDescentOptimizer(1.0)
    optimizer = hvd.DistributedOptimizer(inner, compression=hvd.Compression.fp16, op=hvd.Sum)
    optimizer.apply_gradients([(gradient, w)])
    np.testing.assert_array_equal(w.numpy(), -gradient)  # to the last bit: nothing became float16


def test_wrong_arguments(alone: None) -> None:
    w = tf.get_variable("w", [2])
    with pytest.raises(ValueError, match="0 elements cannot be shared by 1 ranks"):
        hvd.shard([])
    with pytest.raises(ValueError, match="root_rank=1 is no rank. Expected 0 to 0"):
        hvd.broadcast_variables([w], 1)
    with pytest.raises(ValueError, match="op='Max' is not known"):
        hvd.allreduce(np.ones(2), op="Max")
    inner = tf.train.GradientDescentOptimizer(1.0)
    with pytest.raises(ValueError, match="op='Max' is not known"):
        hvd.DistributedOptimizer(inner, op="Max")
    with pytest.raises(ValueError, match="backward_passes_per_step=2. Expected 1: add up gradients over"):
        hvd.DistributedOptimizer(inner, backward_passes_per_step=2)
    with pytest.raises(TypeError, match="pair"):
        hvd.allreduce_gradients([w])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="shape"):
        hvd.allreduce_gradients([(np.ones(3, np.float32), w)])


def test_a_connection_that_is_lost(alone: None) -> None:
    world = world_of("test")

    class Lost:
        def Test(self) -> bool:
            raise world.mpi.Exception(1)

    with pytest.raises(tf.errors.AbortedError, match="allreduce: rank 0 lost the connection to another rank"):
        world.wait(Lost(), "allreduce")


def test_a_gradient_that_is_not_finite(alone: None) -> None:
    w = tf.get_variable("w", [2])
    with pytest.raises(tf.errors.InvalidArgumentError, match="that of w:0 on rank 0"):
        hvd.allreduce_gradients([(np.array([1, np.inf], np.float32), w)])
