"""Every rank: gradients on a GPU, where MPI takes them as they lie ("direct") or not ("pinned")."""

import sys

import cupy
import numpy as np

import fastscope as tf
import fastscope.distributed as hvd
from fastscope.arrays import to_numpy
from fastscope.distributed.buffers import Rows
from fastscope.distributed.reducing import reducer

hvd.init(cuda_aware={"direct": True, "pinned": False}[sys.argv[1]])
rank, size = hvd.rank(), hvd.size()
mean = (size - 1) / 2

with tf.device("/gpu:0"):
    w, big = tf.get_variable("w", [3, 4]), tf.get_variable("big", [600, 1024])
    half = tf.get_variable("half", [5], tf.float16, initializer=tf.ones_initializer())
with tf.device("/cpu:0"):
    host = tf.get_variable("host", [2, 2])
hvd.broadcast_variables(tf.global_variables(), 0)

# small and large ones, of two dtypes, in another order of memory, and one on the host between them
for scale in (1.0, 3.0):  # buffers are used again
    gradients = [
        (cupy.full([3, 4], scale * rank, np.float32), w),
        (np.full([2, 2], scale * rank, np.float32), host),
        (cupy.full([1024, 600], 2 * scale * rank, np.float32).T, big),
        (cupy.full([5], scale * rank, np.float16), half),
    ]
    found = hvd.allreduce_gradients(gradients)
    for (given, _), (value, _), times in zip(gradients, found, (1, 1, 2, 1), strict=True):
        assert type(value) is type(given) and value.dtype == given.dtype and value.shape == given.shape
        np.testing.assert_allclose(to_numpy(value), times * scale * mean)

# rows come back to the GPU
rows = Rows(cupy.ones([2, 3], np.float32), cupy.array([rank, 5]), 1000)
(found,) = reducer("rows")("rows", ["table"], [rows], average=False)
assert isinstance(found.values, cupy.ndarray) and isinstance(found.ids, cupy.ndarray)
total = np.zeros([1000, 3])
np.add.at(total, to_numpy(found.ids), to_numpy(found.values))
np.testing.assert_array_equal(total.sum(axis=1)[[*range(size), 5]], [3] * size + [3 * size])

# what is not finite is found there, before anything is changed
before = w.numpy()
optimizer = hvd.DistributedOptimizer(tf.train.GradientDescentOptimizer(0.5))
bad = cupy.full([3, 4], float("nan") if rank == 1 else 1.0, np.float32)
try:
    optimizer.apply_gradients([(bad, w)])
except tf.errors.InvalidArgumentError as error:
    assert "that of w:0 on rank 1" in str(error), error
else:
    raise AssertionError("a gradient that is no number was applied")
np.testing.assert_array_equal(w.numpy(), before)
optimizer.apply_gradients([(cupy.full([3, 4], rank, np.float32), w)])
np.testing.assert_allclose(w.numpy(), before - 0.5 * mean, rtol=1e-6)
print(f"rank {rank} is done")
