"""Record what TensorFlow 1.15 answers to the cells of contrib_programs.py: python record_contrib_cells.py

It needs Python 3.7 with tensorflow==1.15.5 and protobuf<3.21. Variables hold the numbers that their names stand for, as
in record_graph_oracle.py.
"""

import json
import pathlib

import numpy as np
import tensorflow as tf
from contrib_programs import PROGRAMS

HERE = pathlib.Path(__file__).parent
rnn = tf.contrib.rnn


def distinct(*shape, k=0):
    return (((37 * np.arange(np.prod(shape, dtype=int)) + 11 + k) % 64 - 31.5) / 32).reshape(shape)


def answer(code, depth):
    with tf.Graph().as_default():
        cell = eval(code)
        outputs, state = tf.nn.dynamic_rnn(cell, tf.constant(distinct(2, 3, depth), tf.float32), dtype=tf.float32)
        variables = tf.global_variables()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for v in variables:
                v.load(distinct(*v.shape.as_list(), k=sum(map(ord, v.op.name))) / 2, session)
            results = session.run([outputs, *tf.contrib.framework.nest.flatten(state)])
    return {
        "variables": [[v.name, v.shape.as_list()] for v in variables],
        "results": [value.tolist() for value in results],
    }


recorded = {name: answer(*program) for name, program in PROGRAMS.items()}
(HERE / "contrib_cells.json").write_text(json.dumps({"tensorflow": tf.__version__, "cells": recorded}, indent=1) + "\n")
