"""Every rank: a graph that is trained, with an embedding, by momentum; and operations of values."""

import sys

import numpy as np

import fastscope.compat.v1 as tf
import fastscope.distributed as hvd

hvd.init()
rank, size = hvd.rank(), hvd.size()
rng = np.random.default_rng(4)
ids_of_all, targets_of_all = rng.integers(0, 9, [5, 3 * size]), rng.standard_normal([5, 3 * size, 2]).astype(np.float32)


def trained(ids_of_step, targets_of_step, wrap, **options):
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        ids = tf.placeholder(tf.int32, [None])
        targets = tf.placeholder(tf.float32, [None, 2])
        table = tf.get_variable("table", [200, 4])
        w = tf.get_variable("w", [4, 2])
        loss = tf.reduce_mean(tf.square(tf.matmul(tf.nn.embedding_lookup(table, ids), w) - targets))
        optimizer = tf.train.MomentumOptimizer(0.3, 0.9)
        if wrap == "minimize":
            train = hvd.DistributedOptimizer(optimizer, **options).minimize(loss)
        elif wrap == "clipped":
            distributed = hvd.DistributedOptimizer(optimizer)
            grads, variables = zip(*distributed.compute_gradients(loss), strict=True)
            assert isinstance(grads[0], tf.IndexedSlices) and grads[1].shape.as_list() == [4, 2]
            clipped, _ = tf.clip_by_global_norm(grads, 0.1)
            train = distributed.apply_gradients(zip(clipped, variables, strict=True))
        elif wrap == "gradients":
            distributed = hvd.DistributedOptimizer(optimizer)
            train = distributed.apply_gradients(zip(tf.gradients(loss, [table, w]), [table, w], strict=True))
        elif wrap == "alone clipped":
            grads, variables = zip(*optimizer.compute_gradients(loss), strict=True)
            clipped, _ = tf.clip_by_global_norm(grads, 0.1)
            train = optimizer.apply_gradients(zip(clipped, variables, strict=True))
        else:
            train = optimizer.minimize(loss)
        start = hvd.broadcast_global_variables(0)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            if rank:
                session.run(w.assign(tf.zeros([4, 2])))
            session.run(start)
            for step_ids, step_targets in zip(ids_of_step, targets_of_step, strict=True):
                session.run(train, {ids: step_ids, targets: step_targets})
            operations = [op.type for op in tf.get_default_graph().get_operations()]
            assert operations.count("HorovodAllreduce") == (0 if "alone" in wrap else 1)
            return session.run([table, w])


mine = hvd.shard(ids_of_all, axis=1), hvd.shard(targets_of_all, axis=1)
alone = trained(ids_of_all, targets_of_all, "alone")
for wrap, options in (("minimize", {}), ("gradients", {}), ("minimize", {"sparse_as_dense": True})):
    together = trained(*mine, wrap, **options)
    if options:  # momentum moves rows that nobody looked up
        assert np.abs(together[0] - alone[0]).max() > 1e-4
        continue
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
for a, b in zip(trained(ids_of_all, targets_of_all, "alone clipped"), trained(*mine, "clipped"), strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)

with tf.Graph().as_default(), tf.Session() as session:
    x = tf.placeholder(tf.float32, [None, 2])
    every, mean, first = hvd.allgather(x), hvd.allreduce(x, name="mean"), hvd.broadcast(x, 0)
    assert (every.shape.as_list(), mean.shape.as_list(), mean.op.name) == ([None, 2], [None, 2], "mean")
    found = session.run([every, mean, first], {x: np.full([1, 2], rank)})
    np.testing.assert_array_equal(found[0], [[k, k] for k in range(size)])
    np.testing.assert_allclose(found[1], [[(size - 1) / 2] * 2])
    np.testing.assert_array_equal(found[2], [[0, 0]])

    # gradients: of a loss that each rank has of its own, here rank + 1 times the sum
    own = tf.constant(np.full([rank + 1, 2], 3.0, np.float32))
    weights = tf.constant(np.arange(1.0, size * (size + 1) + 1, dtype=np.float32).reshape(-1, 2)) * float(rank + 1)
    factor = size * (size + 1) / 2  # 1 + 2 + ... of all ranks
    slopes = session.run(
        tf.gradients(hvd.allreduce(x) * float(rank + 1), x)
        + tf.gradients(hvd.allreduce(x, op=hvd.Sum) * float(rank + 1), x)
        + tf.gradients(hvd.broadcast(x, size - 1) * float(rank + 1), x)
        + tf.gradients(hvd.allgather(own) * weights, own),
        {x: np.zeros([1, 2])},
    )
    np.testing.assert_allclose(slopes[0], [[factor / size] * 2])
    np.testing.assert_allclose(slopes[1], [[factor] * 2])
    np.testing.assert_allclose(slopes[2], [[factor if rank == size - 1 else 0] * 2])
    first_row = rank * (rank + 1) // 2
    rows = np.arange(1.0, size * (size + 1) + 1).reshape(-1, 2)[first_row : first_row + rank + 1]
    np.testing.assert_allclose(slopes[3], rows * factor)

    # rows stay rows
    some = tf.IndexedSlices(tf.fill([rank + 1, 2], float(rank)), tf.range(rank + 1), tf.constant([9, 2]))
    for op, share in ((None, size), (hvd.Sum, 1)):
        together = hvd.allreduce(some, op=op)
        assert isinstance(together, tf.IndexedSlices)
        values, indices = session.run([together.values, together.indices])
        np.testing.assert_allclose(values, [[k / share] * 2 for k in range(size) for _ in range(k + 1)])
        np.testing.assert_array_equal(indices, [row for k in range(size) for row in range(k + 1)])

    # a checkpoint reaches ranks that initialized nothing
    v = tf.get_variable("v", [3])
    saver = tf.train.Saver()
    session.run(v.initializer)
    path = hvd.save(saver, session, f"{sys.argv[1]}/graph", global_step=1)
    kept = hvd.broadcast(v, 0)
    kept = session.run(kept)
with tf.Graph().as_default(), tf.Session() as session:
    v = tf.get_variable("v", [3])
    hvd.restore(tf.train.Saver(), session, path)
    np.testing.assert_array_equal(session.run(v), kept)
with tf.Graph().as_default():
    v = tf.get_variable("v", initializer=np.float32(rank))
    train = hvd.DistributedOptimizer(tf.train.GradientDescentOptimizer(1.0)).minimize(v * float(rank + 1))
    with tf.train.MonitoredTrainingSession(hooks=[hvd.BroadcastGlobalVariablesHook(1)]) as session:
        session.run(train)
        np.testing.assert_allclose(session.run(v), 1 - (size + 1) / 2)
with tf.Graph().as_default(), tf.Session() as session:
    v = tf.get_variable("v", initializer=np.float32(0))
    optimizer = hvd.DistributedOptimizer(tf.train.GradientDescentOptimizer(1.0), op=hvd.Sum)
    train = optimizer.minimize(v * float(rank + 1))
    session.run(v.initializer)
    session.run(train)
    np.testing.assert_allclose(session.run(v), -size * (size + 1) / 2)
print(f"rank {rank} is done")
