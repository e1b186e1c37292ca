"""Records what TensorFlow answers to `rnn_programs.py`, into `rnn.json`.

In an environment of its own, from the folder of this file:

    pip install tensorflow-cpu tf-keras
    TF_USE_LEGACY_KERAS=1 python record_rnn.py
"""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

import numpy as np
import rnn_programs as programs

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    raise SystemExit("set TF_USE_LEGACY_KERAS=1: the cells of TF1 are not in Keras 3")

import tensorflow

tf = tensorflow.compat.v1
tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.FATAL)


def given(name: str, shape: tuple[int, ...]) -> Any:
    return tf.constant(programs.numbers(name, shape), tf.float32)


def listed(array: Any) -> Any:
    """Returns nested lists of the shortest decimals that name the float32 values."""
    return json.loads(json.dumps(np.asarray(array, np.float64).round(9).tolist()))


def variables() -> list[list[Any]]:
    return [[v.name, v.shape.as_list()] for v in tf.global_variables()]


def session() -> Any:
    """Returns a session in which every variable holds its numbers."""
    sess = tf.Session()
    for v in tf.global_variables():
        v.load(programs.numbers(v.op.name, tuple(v.shape.as_list())), sess)
    return sess


def record_cell(case: str, cell: str) -> dict[str, Any]:
    with tf.Graph().as_default():
        code = f"cell = {cell}\nsizes = cell.state_size\nreturn cell, x, lengths"
        made, x, lengths = programs.run(code, tf, given, "float32")
        flat = [given(f"state_{k}", (3, int(size))) for k, size in enumerate(tf.nest.flatten(made.state_size))]
        state = tf.nest.pack_sequence_as(made.state_size, flat)
        result = tf.nn.dynamic_rnn(made, x, lengths, initial_state=state)
        ends = tf.nest.flatten(result)
        loss = tf.add_n(
            [tf.reduce_sum(end * given(f"d_{k}", tuple(end.shape.as_list()))) for k, end in enumerate(ends)]
        )
        trained = tf.trainable_variables()
        grads = tf.gradients(loss, [x, *flat, *trained])
        with session() as sess:
            values, grads = sess.run((ends, grads))
        return {
            "case": case,
            "cell": cell,
            "variables": variables(),
            "structure": programs.structure(result),
            "values": [listed(v) for v in values],
            "d_inputs": listed(grads[0]),
            "d_state": [listed(g) for g in grads[1 : 1 + len(flat)]],
            "d_variables": {v.name: listed(g) for v, g in zip(trained, grads[1 + len(flat) :], strict=True)},
        }


def record_program(case: str, code: str) -> dict[str, Any]:
    with tf.Graph().as_default():
        try:
            result = programs.run(code, tf, given, "float32")
        except Exception as error:
            return {
                "case": case,
                "code": code,
                "error": type(error).__name__,
                "message": str(error).partition("\n")[0],
            }
        ends = programs.leaves(result)
        with session() as sess:
            values = sess.run(ends)
        return {
            "case": case,
            "code": code,
            "variables": variables(),
            "structure": programs.structure(result),
            "values": [listed(v) for v in values],
        }


def record_optimizer(case: str, code: str) -> dict[str, Any]:
    with tf.Graph().as_default():
        with tf.variable_scope("m"):
            w, b = tf.get_variable("w", [2, 3]), tf.get_variable("b", [3])
        step = tf.Variable(0, trainable=False, name="step")
        optimizer = eval(code, {"tf": tf, "step": step})
        fed = [tf.placeholder(tf.float32, v.shape) for v in (w, b)]
        train = optimizer.apply_gradients(list(zip(fed, (w, b), strict=True)), global_step=step)
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            for v in (w, b):
                v.load(programs.numbers(v.op.name, tuple(v.shape.as_list())), sess)
            steps = []
            for t in range(4):
                grads = [programs.numbers(f"grad {t} {v.op.name}", tuple(v.shape)) for v in (w, b)]
                sess.run(train, dict(zip(fed, grads, strict=True)))
                steps.append([listed(value) for value in sess.run([w, b])])
            final = {v.name: listed(sess.run(v)) for v in tf.global_variables()}
        slots = {
            name: [getattr(optimizer.get_slot(v, name), "name", None) for v in (w, b)]
            for name in optimizer.get_slot_names()
        }
        return {
            "case": case,
            "code": code,
            "variables": [v.name for v in tf.global_variables()],
            "optimizer_variables": [v.name for v in optimizer.variables()],
            "slots": slots,
            "steps": steps,
            "final": final,
        }


def record_clipping() -> list[dict[str, Any]]:
    results = []
    for clip, use_norm in ((0.5, None), (100.0, None), (0.5, 2.0)):
        with tf.Graph().as_default(), tf.Session() as sess:
            arrays = [given("clip a", (2, 3)), None, given("clip b", (4,))]
            clipped, norm = tf.clip_by_global_norm(arrays, clip, None if use_norm is None else tf.constant(use_norm))
            values = sess.run([c for c in clipped if c is not None])
            results.append(
                {
                    "clip_norm": clip,
                    "use_norm": use_norm,
                    "norm": float(sess.run(norm) if use_norm is None else use_norm),
                    "values": [listed(v) for v in values],
                    "none": [c is None for c in clipped],
                }
            )
    return results


def main() -> None:
    recorded = {
        "recorded_with": f"tensorflow {tensorflow.__version__}",
        "cells": [record_cell(*entry) for entry in programs.CELLS],
        "programs": [record_program(*entry) for entry in programs.PROGRAMS],
        "optimizers": [record_optimizer(*entry) for entry in programs.OPTIMIZERS],
        "clip_by_global_norm": record_clipping(),
    }
    lines = [json.dumps("recorded_with") + ": " + json.dumps(recorded.pop("recorded_with"))]
    for section, cases in recorded.items():
        body = ",\n".join(json.dumps(case) for case in cases)
        lines.append(f"{json.dumps(section)}: [\n{body}\n]")
    path = pathlib.Path(__file__).with_name("rnn.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
