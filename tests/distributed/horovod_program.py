"""A program for Horovod and TensorFlow 1, as it is written for those."""

import horovod.tensorflow as hvd
import numpy as np
import tensorflow as tf

hvd.init()
config = tf.ConfigProto()
config.gpu_options.visible_device_list = str(hvd.local_rank())
x = tf.placeholder(tf.float32, [None, 2])
w = tf.get_variable("w", [2, 1], initializer=tf.ones_initializer())
loss = tf.reduce_mean(tf.matmul(x, w))
optimizer = tf.train.GradientDescentOptimizer(0.5 * hvd.size())
optimizer = hvd.DistributedOptimizer(optimizer, compression=hvd.Compression.none)
global_step = tf.train.get_or_create_global_step()
train = optimizer.minimize(loss, global_step=global_step)


class Tell(tf.train.SessionRunHook):
    def end(self, session):
        print(f"rank {hvd.rank()} ends with {session.run(w).ravel()}\n", end="", flush=True)


hooks = [Tell(), hvd.BroadcastGlobalVariablesHook(0), tf.train.StopAtStepHook(last_step=3)]
with tf.train.MonitoredTrainingSession(checkpoint_dir=None, hooks=hooks, config=config) as session:
    while not session.should_stop():
        session.run(train, {x: np.full([1, 2], hvd.rank())})
