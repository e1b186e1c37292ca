"""Records which random numbers TensorFlow 1.15 draws, into `philox.json`.

In an environment of its own (Python 3.7), from the folder of this file:

    pip install 'tensorflow==1.15.5' 'protobuf<3.21'
    python record_philox.py

A case is [draw, graph's seed, operation's seed, arguments, the operation's two seeds, values of three runs in one
session]. Floats are written as `float.hex` does. Of a long draw every 97th value is kept.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import random_seed

tf.compat.v1.logging.set_verbosity("FATAL")


def drawn_by(gamma):
    """Return the draw itself, before it is divided by the rate and made larger than 0."""
    return gamma.op.inputs[1].op.inputs[0]


DRAWS = {
    "uniform": lambda seed, shape, dtype: tf.random_uniform(shape, dtype=dtype, seed=seed),
    "uniform_int": lambda seed, shape, low, high, dtype: tf.random_uniform(shape, low, high, dtype, seed=seed),
    "normal": lambda seed, shape, dtype: tf.random_normal(shape, dtype=dtype, seed=seed),
    "truncated_normal": lambda seed, shape, dtype: tf.truncated_normal(shape, dtype=dtype, seed=seed),
    "permutation": lambda seed, count: tf.random_shuffle(tf.range(count), seed=seed),
    "multinomial": lambda seed, logits, count: tf.multinomial(tf.constant(logits), count, seed=seed),
    "gamma": lambda seed, shape, concentrations: drawn_by(
        tf.random_gamma(shape, concentrations, dtype="float64", seed=seed)
    ),
    "poisson": lambda seed, shape, rates: tf.random_poisson(rates, shape, dtype="float64", seed=seed),
}
STATELESS = {
    "uniform": tf.random.stateless_uniform,
    "normal": tf.random.stateless_normal,
    "truncated_normal": tf.random.stateless_truncated_normal,
}
SEEDS = [(None, 1), (5, None), (1, 0), (42, 7), (2**31 + 5, 2**33 + 1), (0, 0), (None, -1)]
TYPES = {"uniform_int": "RandomUniformInt", "permutation": "RandomShuffle", "multinomial": "Multinomial"}


def written(array):
    values = np.ravel(array)
    values = values[::97] if values.size > 500 else values
    return [float(value).hex() if values.dtype.kind == "f" else int(value) for value in values]


def session():
    return tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1))


def record(draw, graph_seed, seed, arguments):
    with tf.Graph().as_default() as graph:
        if graph_seed is not None:
            tf.set_random_seed(graph_seed)
        before = {"uniform": 3, "normal": 3, "truncated_normal": 3, "uniform_int": 3}.get(draw)
        result = DRAWS[draw](seed, **arguments)
        operations = graph.get_operations()
        place = next(k for k, op in enumerate(operations) if "seed2" in op.node_def.attr)
        assert before is None or place == before
        seeds = [operations[place].get_attr(name) for name in ("seed", "seed2")]
        with session() as sess:
            runs = [written(sess.run(result)) for _ in range(3)]
    return [draw, graph_seed, seed, place, arguments, seeds, runs]


def record_stateless(draw, seed, arguments):
    with tf.Graph().as_default(), session() as sess:
        return [draw, seed, arguments, written(sess.run(STATELESS[draw](seed=seed, **arguments)))]


def record_shuffle(size, buffer, seeds, epochs, kind):
    graph_seed, seed = seeds
    with tf.Graph().as_default(), session() as sess:
        if graph_seed is not None:
            tf.set_random_seed(graph_seed)
        data = tf.data.Dataset.range(size).shuffle(buffer, seed=seed, reshuffle_each_iteration=kind != "same")
        data = data.repeat(epochs) if kind == "fused" else data.map(lambda x: x).repeat(epochs)
        order = sess.run(data.batch(size * epochs).make_one_shot_iterator().get_next())
        return [size, buffer, list(random_seed.get_seed(seed)), epochs, kind, order.tolist()]


def main():
    cases = []
    for draw in ("uniform", "normal", "truncated_normal"):
        for dtype in ("float16", "float32", "float64"):
            cases += [record(draw, *SEEDS[0], {"shape": shape, "dtype": dtype}) for shape in ([], [1], [2, 3], [17])]
        cases += [record(draw, *seeds, {"shape": [9], "dtype": "float32"}) for seeds in SEEDS]
        cases += [record(draw, None, 3, {"shape": [40, 250], "dtype": dtype}) for dtype in ("float32", "float64")]
        cases.append(record(draw, None, 3, {"shape": [0], "dtype": "float32"}))
    for low, high, dtype in (
        (0, 10, "int32"), (-5, 5, "int32"), (-(2**31), 2**31 - 1, "int32"), (0, 10, "int64"),
        (-(2**62), 2**62, "int64"), (7, 8, "int32"),
    ):  # fmt: skip
        arguments = {"shape": [7], "low": low, "high": high, "dtype": dtype}
        cases += [record("uniform_int", *seeds, arguments) for seeds in SEEDS[:2]]
    cases += [record("permutation", *SEEDS[0], {"count": count}) for count in (0, 1, 2, 5, 6, 8, 9, 10, 13, 700)]
    inf = float("inf")
    for logits in ([[0.0, 1.0, 2.0]], [[0.0, 0.0], [5.0, 0.0], [-1.0, 1.0]], [[-inf, 1.0, 2.0, -inf]], [[90.0, 91.0]]):
        cases += [record("multinomial", 1, 3, {"logits": logits, "count": count}) for count in (1, 5, 20)]
    concentrations = [[0.001, 0.05, 0.3, 0.999], [1.0, 1.5, 40.0, 1e5]]
    rates = [[0.0, 0.5, 3.0, 9.999, -1.0], [10.0, 17.5, 99.0, 1234.5, 1e6]]
    for seeds in SEEDS:
        cases.append(record("gamma", *seeds, {"shape": [3], "concentrations": concentrations}))
        if None not in seeds[1:]:  # the rates become an operation after the seed is taken
            cases.append(record("poisson", *seeds, {"shape": [3], "rates": rates}))
    cases.append(record("gamma", None, 3, {"shape": [40, 50], "concentrations": [0.2, 1.0, 2.0]}))
    cases.append(record("gamma", None, 3, {"shape": [], "concentrations": 2.0}))
    cases.append(record("poisson", None, 3, {"shape": [40, 50], "rates": [2.0, 10.0, 60.0]}))
    cases.append(record("poisson", None, 3, {"shape": [], "rates": 20.0}))
    stateless = []
    for seed in ([1, 2], [0, 0], [-1, 5], [2**40 + 3, 2**50 + 1], [7, -9]):
        for draw in STATELESS:
            stateless += [
                record_stateless(draw, seed, {"shape": [7], "dtype": dtype})
                for dtype in ("float16", "float32", "float64")
            ]
    shuffles = [
        record_shuffle(size, buffer, seeds, epochs, kind)
        for size, buffer in ((10, 10), (10, 3), (4, 10), (6, 1), (1, 1))
        for kind in ("fused", "anew", "same")
        for seeds, epochs in (((None, 1), 3), ((3, 2), 2))
    ]
    found = {"runs": cases, "stateless": stateless, "dataset_shuffle": shuffles}
    lines = [f'"{name}": [\n' + ",\n".join(map(json.dumps, part)) + "\n]" for name, part in found.items()]
    pathlib.Path(__file__).with_name("philox.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
