"""Record what TensorFlow 1.15 answers to the cells of contrib_programs.py: python record_contrib_cells.py

It needs Python 3.7 with tensorflow==1.15.5 and protobuf<3.21. Variables hold the numbers that their names stand for, as
in record_graph_oracle.py.
"""

import json
import pathlib

import numpy as np
import tensorflow as tf
from contrib_programs import OF_OTHER_INPUTS, PROGRAMS
from tensorflow.contrib.rnn.python.ops import rnn_cell as inner  # noqa: F401

HERE = pathlib.Path(__file__).parent
rnn = tf.contrib.rnn


def distinct(*shape, k=0):
    return (((37 * np.arange(np.prod(shape, dtype=int)) + 11 + k) % 64 - 31.5) / 32).reshape(shape)


def answer(code, shapes):
    with tf.Graph().as_default():
        cell = eval(code)
        inputs = [tf.constant(distinct(2, 3, *shape), tf.float32) for shape in shapes]
        given = inputs[0] if len(inputs) == 1 else tuple(inputs)
        outputs, state = tf.nn.dynamic_rnn(cell, given, dtype=tf.float32)
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


recorded = {name: answer(code, [[depth]]) for name, (code, depth) in PROGRAMS.items()}
recorded.update({name: answer(*program) for name, program in OF_OTHER_INPUTS.items()})
(HERE / "contrib_cells.json").write_text(json.dumps({"tensorflow": tf.__version__, "cells": recorded}, indent=1) + "\n")
