"""tf.contrib.framework.py_func: structures in and out."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastscope as fs
import fastscope.compat.v1 as tf


def scaled(x: Any, by: Any, more: Any) -> dict[str, Any]:
    return {"sum": x + by, "rest": [x * by, more["count"]]}


def test_structures_of_tensors_go_in_and_come_out() -> None:
    x = tf.placeholder(tf.float32, [2])
    results = tf.contrib.framework.py_func(
        scaled,
        [x],
        {"by": tf.constant(3.0), "more": {"count": tf.constant(7)}},
        output_types={"sum": tf.float32, "rest": [tf.float32, tf.int32]},
        output_shapes={"sum": [2], "rest": [None, []]},
        name="both",
    )
    assert results["sum"].op.name == "both" and results["sum"].op.type == "PyFunc"
    assert results["sum"].shape.as_list() == [2] and results["rest"][1].shape.ndims == 0
    with tf.Session() as sess:
        found = sess.run(results, {x: [1.0, 2.0]})
    np.testing.assert_equal(found, {"sum": [4.0, 5.0], "rest": [[3.0, 6.0], 7]})


def test_one_result_whose_type_a_function_tells() -> None:
    y = tf.contrib.framework.py_func(np.sinh, [tf.constant([0.0])], output_types=lambda x: x.dtype, stateful=False)
    assert y.op.type == "PyFuncStateless" and y.shape.ndims is None
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y), [0.0])


def test_at_once() -> None:
    fs.enable_eager_execution()
    types = {"sum": fs.float32, "rest": [fs.float32, fs.int32]}
    found = fs.contrib.framework.py_func(scaled, [np.float32(2)], {"by": np.float32(3), "more": {"count": 1}}, types)
    assert float(found["sum"]) == 5 and float(found["rest"][0]) == 6 and int(found["rest"][1]) == 1
