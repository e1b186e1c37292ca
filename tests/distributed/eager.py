"""Every rank: values put together, gradients, an optimizer, checkpoints."""

import sys

import numpy as np

import fastscope as tf
import fastscope.distributed as hvd
from fastscope.distributed.buffers import Rows
from fastscope.distributed.reducing import reducer

hvd.init()
rank, size = hvd.rank(), hvd.size()
assert (hvd.local_rank(), hvd.local_size()) == (rank, size) and hvd.is_initialized()

# values
mine = np.arange(6, dtype=np.float32).reshape(2, 3) * (rank + 1)
total = sum(range(1, size + 1))
np.testing.assert_allclose(hvd.allreduce(mine), np.arange(6).reshape(2, 3) * total / size, rtol=1e-6)
np.testing.assert_allclose(hvd.allreduce(mine, op=hvd.Sum), np.arange(6).reshape(2, 3) * total, rtol=1e-6)
np.testing.assert_array_equal(hvd.allreduce(np.array([rank + 1, 7]), average=False), [total, 7 * size])
half = hvd.allreduce(tf.ones([5], tf.bfloat16) * (rank + 1))
assert half.dtype == tf.bfloat16.as_numpy_dtype and float(half[0]) == float(half.dtype.type(total / size))
gathered = hvd.allgather(np.full([rank + 1, 2], rank))
np.testing.assert_array_equal(gathered, [[k, k] for k in range(size) for _ in range(k + 1)])
np.testing.assert_array_equal(hvd.broadcast(np.array([rank + 5]), 1), [6])

# variables differ, and then are those of one rank
tf.set_random_seed(hvd.rank_seed(3))
assert (hvd.rank_seed(3) == 3) == (rank == 0)
w = tf.get_variable("w", [3, 4])
b = tf.get_variable("b", [4], tf.bfloat16, initializer=tf.ones_initializer())
big = tf.get_variable("big", [512, 1024])
before = w.numpy()
hvd.broadcast_variables([w, b, big], 1)
assert (before == w.numpy()).all() == (rank == 1)
np.testing.assert_array_equal(hvd.allgather(w.numpy()[None]), np.stack([w.numpy()] * size))

# gradients: small and large ones, two dtypes, None
grads = [
    (np.full([3, 4], rank, np.float32), w),
    # laid out in another order on one rank, which sends a copy
    (np.full([512, 1024], 2.0 * rank, np.float32, order="F" if rank == 1 else "C"), big),
    (tf.ones([4], tf.bfloat16), b),
    (None, w),
]
for _ in range(2):  # buffers are used again
    found = hvd.allreduce_gradients(grads)
    mean = (size - 1) / 2
    assert [variable for _, variable in found] == [w, big, b, w] and found[3][0] is None
    for k, value in enumerate([mean, 2 * mean, 1]):
        assert found[k][0].dtype == grads[k][0].dtype and found[k][0].shape == grads[k][0].shape
        np.testing.assert_allclose(np.asarray(found[k][0], np.float32), value, rtol=1e-6)

# an optimizer on vjp's gradients
optimizer = hvd.DistributedOptimizer(tf.train.MomentumOptimizer(0.5, 0.9))
step = tf.train.get_or_create_global_step()
kept = w.numpy()
into = tf.vjp.Gradients()
into.add(w, np.full([3, 4], rank, np.float32))
optimizer.apply_gradients(into, step)
np.testing.assert_allclose(w.numpy(), kept - 0.5 * (size - 1) / 2, rtol=1e-6)
assert optimizer.get_slot_names() == ["momentum"] and int(step) == 1
assert isinstance(optimizer, tf.train.Optimizer) and optimizer.get_slot(w, "momentum") in optimizer.variables()

# ... and on those of a recorded function
loss_of = tf.value_and_grad(lambda x: tf.reduce_sum(x * w))
_, recorded = loss_of(np.full([3, 4], rank + 1, np.float32))
((mean_of, variable),) = hvd.allreduce_gradients(recorded)
assert variable is w
np.testing.assert_allclose(mean_of, (size + 1) / 2, rtol=1e-6)

# rows: gathered where they are few, else added up; the same sums
for count, is_gathered in ((3, True), (400, False)):
    rng = np.random.default_rng(rank)
    ids = rng.integers(0, 40, count)
    values = rng.standard_normal([count, 5]).astype(np.float32)
    (rows,) = reducer("test")("rows", ["e"], [Rows(values, ids, 50)])
    whole, every = np.zeros([50, 5]), np.zeros([50, 5])
    np.add.at(whole, rows.ids, rows.values)
    for k in range(size):
        other = np.random.default_rng(k)
        other_ids = other.integers(0, 40, count)
        np.add.at(every, other_ids, other.standard_normal([count, 5]) / size)
    np.testing.assert_allclose(whole, every, atol=1e-5)
    assert (len(rows.ids) == count * size) == is_gathered
    assert is_gathered or (len(rows.ids) == len(set(rows.ids.tolist())) and rows.ids.max() < 40)

# shards
assert hvd.shard(list(range(2 * size + 1))) == [2 * rank, 2 * rank + 1]
assert hvd.shard(np.zeros([3, 4 * size]), axis=-1).shape == (3, 4)

# checkpoints
saver = tf.train.Saver([w, big])
w.assign(np.full([3, 4], rank))
path = hvd.save(saver, f"{sys.argv[1]}/model", global_step=3)
assert path.endswith("model-3") and tf.train.checkpoint_exists(path)
w.assign(np.full([3, 4], 9))
hvd.restore(saver, path)
assert (w.numpy() == 0).all()
try:
    hvd.save(saver, f"{sys.argv[1]}/no/such/model")
    raise AssertionError
except tf.errors.AbortedError as error:
    assert rank and "rank 0 failed: " in str(error) and "no/such" in str(error)
except ValueError as error:
    assert not rank and "no/such" in str(error)
print(f"rank {rank} is done")
