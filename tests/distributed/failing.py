"""Every rank: trains and saves, until something happens to rank 1."""

import os
import signal
import sys
import time

import numpy as np

import fastscope as tf
import fastscope.distributed as hvd

what, folder = sys.argv[1:]
hvd.init(timeout=2.0)
one = hvd.rank() == 1
w = tf.get_variable("w", [3, 4], initializer=tf.ones_initializer())
b = tf.get_variable("b", [5 if what == "shape" and one else 4])
if what == "variable" and one:
    extra = tf.get_variable("extra", [2])
hvd.broadcast_variables([w])
optimizer = hvd.DistributedOptimizer(tf.train.GradientDescentOptimizer(0.1))
saver = tf.train.Saver([w])
for step in range(1, 100):
    if step == 4 and one:
        print("it happens", flush=True)
        if what == "raises":
            raise KeyError("no such word")
        if what == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "hangs":
            time.sleep(60)
        if what == "stops":
            os.kill(os.getpid(), signal.SIGSTOP)
        if what == "ends":
            sys.exit(0)
        if what == "elsewhere":
            hvd.allreduce(np.ones(3))
        if what == "dtype":
            w = tf.get_variable("w64", [3, 4], tf.float64)
    gradient = np.full(w.shape.as_list(), 1, w.dtype.as_numpy_dtype)
    if what == "nan" and step == 4 and one:
        gradient[1, 2] = np.nan
    pairs = [(gradient, w), (np.ones(b.shape.as_list(), np.float32), b)]
    if what == "variable" and step == 4 and one:
        pairs.append((np.ones(2, np.float32), extra))
    if what == "shape" and step < 4:
        pairs.pop()
    optimizer.apply_gradients(pairs)
    hvd.save(saver, f"{folder}/model", global_step=step)
