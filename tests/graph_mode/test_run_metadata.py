"""Session.run(options=, run_metadata=): what each operation took and made."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.events.run_metadata import Timeline
from fastscope.messages import RunMetadata
from fastscope.python_io import tf_record_iterator

OPTIONS = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)


def model() -> tuple[tf.Tensor, tf.Tensor]:
    x = tf.placeholder(tf.float32, [None, 3], "x")
    with tf.variable_scope("net"):
        y = tf.matmul(x, tf.get_variable("w", [3, 4], initializer=tf.ones_initializer()), name="product")
    return x, tf.reduce_sum(y, name="total")


def test_each_operation_has_its_time_and_what_it_made() -> None:
    x, total = model()
    metadata = tf.RunMetadata()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        begin = time.time() * 1e6
        assert sess.run(total, {x: np.ones([5, 3])}, OPTIONS, metadata) == 60
        end = time.time() * 1e6
        (device,) = metadata.step_stats.dev_stats
        assert device.device == "/job:localhost/replica:0/task:0/device:CPU:0"
        by_name = {stats.node_name: stats for stats in device.node_stats}
        assert list(by_name)[-2:] == ["net/product", "total"]
        product = by_name["net/product"]
        assert product.timeline_label == "net/product = MatMul(x, net/w/read)"
        described = product.output[0].tensor_description
        assert [dim.size for dim in described.shape.dim] == [5, 4] and described.dtype == tf.float32.as_datatype_enum
        assert described.allocation_description.allocated_bytes == 5 * 4 * 4
        for stats in device.node_stats:
            assert (
                begin - 1000
                <= stats.all_start_micros
                <= stats.all_start_micros + stats.all_end_rel_micros
                <= end + 1000
            )
        # it is filled anew, and a run that is not traced leaves it alone
        sess.run(total, {x: np.ones([2, 3])}, OPTIONS, metadata)
        assert len(metadata.step_stats.dev_stats) == 1
        untouched = tf.RunMetadata()
        sess.run(total, {x: np.ones([2, 3])}, run_metadata=untouched)
        sess.run(total, {x: np.ones([2, 3])}, tf.RunOptions(timeout_in_ms=1000), untouched)
        assert untouched == tf.RunMetadata()


def test_what_a_timed_run_does_is_what_a_run_does() -> None:
    v = tf.Variable([1.0, 2.0])
    noise = tf.random_normal([3], seed=1)
    step = tf.assign_add(v, [1.0, 1.0])
    chosen = tf.cond(v[0] > 2.0, lambda: v * 10.0, lambda: v)
    results = []
    for options in ({}, {"options": OPTIONS, "run_metadata": tf.RunMetadata()}):
        with tf.Session() as sess:
            sess.run(v.initializer)
            call = sess.make_callable([step, noise, {"chosen": chosen}], accept_options=True)
            results.append([call(**options), call(**options), sess.run(chosen)])
    np.testing.assert_equal(results[0], results[1])


def test_tensorboard_s_file_and_chrome_s(tmp_path: Path) -> None:
    x, total = model()
    metadata = tf.RunMetadata()
    with tf.Session() as sess, tf.summary.FileWriter(str(tmp_path), sess.graph) as writer:
        sess.run(tf.global_variables_initializer())
        sess.run(total, {x: np.ones([5, 3])}, OPTIONS, metadata)
        writer.add_run_metadata(metadata, "step001", 1)
        with pytest.raises(ValueError, match="already used for this event type: 'step001'"):
            writer.add_run_metadata(metadata, "step001", 2)
        writer.add_run_metadata(metadata, "step002", 2)
    (path,) = tmp_path.iterdir()
    events = [tf.Event.FromString(record) for record in tf_record_iterator(str(path))]
    noted = [event for event in events if event.HasField("tagged_run_metadata")]
    assert [(event.step, event.tagged_run_metadata.tag) for event in noted] == [(1, "step001"), (2, "step002")]
    assert RunMetadata.FromString(noted[0].tagged_run_metadata.run_metadata) == metadata

    trace = json.loads(Timeline(metadata.step_stats).generate_chrome_trace_format())["traceEvents"]
    assert trace[0]["ph"] == "M" and trace[0]["args"]["name"].endswith("CPU:0 Compute")
    (product,) = [event for event in trace if event["name"] == "MatMul"]
    assert product["ph"] == "X" and product["args"] == {
        "name": "net/product",
        "op": "MatMul",
        "input0": "x",
        "input1": "net/w/read",
    }


def test_options_of_a_session_are_kept() -> None:
    config = tf.ConfigProto(graph_options=tf.GraphOptions(optimizer_options=tf.OptimizerOptions(opt_level=1)))
    config.graph_options.optimizer_options.global_jit_level = tf.OptimizerOptions.ON_1
    config.gpu_options.allow_growth = True
    with tf.Session(config=config) as sess:
        assert sess.run(tf.constant(1.0) + 1.0) == 2
    assert tf.ConfigProto().graph_options.optimizer_options.global_jit_level == tf.OptimizerOptions.DEFAULT
