"""Test files that were written for TensorFlow: what they take from its inner modules."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.launcher import testing as test_util

FILE = """
    import numpy as np
    from tensorflow.core.framework import graph_pb2, summary_pb2
    from tensorflow.core.protobuf import config_pb2
    from tensorflow.python.client import session, timeline
    from tensorflow.python.eager import context
    from tensorflow.python.framework import constant_op, dtypes, ops, tensor_shape, test_util
    from tensorflow.python.ops import array_ops, control_flow_ops, math_ops, resource_variable_ops, variables
    from tensorflow.python.platform import test
    from tensorflow.python.util import compat


    class Benchmark(test.Benchmark):
        def benchmarkSum(self):
            with session.Session(config=test.benchmark_config()) as sess:
                assert self.run_op_benchmark(sess, math_ops.reduce_sum(constant_op.constant([1.0])))["iters"] == 10


    @test_util.run_all_in_graph_and_eager_modes
    class AllTest(test_util.TensorFlowTestCase):
        def testEvaluate(self):
            self.assertFalse(context.executing_eagerly())
            self.assertAllEqual(self.evaluate(constant_op.constant([1, 2]) + 1), [2, 3])


    class SomeTest(test.TestCase):
        @test_util.run_deprecated_v1
        def testVariable(self):
            v = resource_variable_ops.ResourceVariable([1.0, 2.0], name="v")
            late = control_flow_ops.with_dependencies([v.assign([3.0, 4.0]).op], constant_op.constant(5.0))
            with self.cached_session() as sess, context.graph_mode():
                self.evaluate(variables.global_variables_initializer())
                self.assertEqual(sess.run(late), 5.0)
                self.assertAllEqual(self.evaluate(v), [3.0, 4.0])
            self.assertEqual(late.op.name, "control_dependency")

        @test_util.run_in_graph_and_eager_modes(use_gpu=True)
        def testShapes(self):
            with test_util.device(use_gpu=False):
                x = array_ops.placeholder(dtypes.float32, tensor_shape.matrix(None, 3))
            self.assertEqual(x.shape.as_list(), [None, 3])
            self.assertEqual(tensor_shape.unknown_shape(ndims=2).ndims, 2)
            self.assertIsNone(tensor_shape.as_shape(None).ndims)
            self.assertEqual(test_util.NHWCToNCHW([8, 5, 6, 3]), [8, 3, 5, 6])
            self.assertEqual(compat.as_bytes("x"), b"x")
            self.assertEquals(dtypes.float32_ref.base_dtype, dtypes.float32)

        @test_util.run_v1_only("it is about graphs")
        def testMessages(self):
            options = config_pb2.RunOptions(trace_level=config_pb2.RunOptions.FULL_TRACE)
            metadata = config_pb2.RunMetadata()
            with session.Session(config=config_pb2.ConfigProto(allow_soft_placement=True)) as sess:
                sess.run(constant_op.constant(1.0) + 1.0, options=options, run_metadata=metadata)
            self.assertIn("traceEvents", timeline.Timeline(metadata.step_stats).generate_chrome_trace_format())
            graph = graph_pb2.GraphDef.FromString(ops.get_default_graph().as_graph_def().SerializeToString())
            test_util.assert_equal_graph_def(graph, ops.get_default_graph().as_graph_def())
            self.assertEqual(summary_pb2.Summary().value, [])

        @test_util.run_v2_only
        def testLater(self):
            raise AssertionError


    if __name__ == "__main__":
        Benchmark().benchmarkSum()
        test.main()
"""


def test_a_file_of_tests_runs(tmp_path: Path) -> None:
    script = tmp_path / "some_test.py"
    script.write_text(textwrap.dedent(FILE))
    command = [sys.executable, "-m", "fastscope", "run", str(script)]
    environment = {**os.environ, "FASTSCOPE_DEVICE": "/cpu:0"}  # a double of a GPU is in this process only
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert '"name": "Benchmark", "iters": 10, "wall_time": ' in done.stdout
    assert "OK (skipped=3)" in done.stderr  # newer Pythons do not count a skipped one as run


def test_operations_of_a_graph() -> None:
    tf.add(tf.constant(1.0, name="one"), 2.0, name="sum")
    graph = tf.get_default_graph()
    assert test_util.assert_ops_in_graph({"sum": "Add"}, graph)["sum"].input[0] == "one"
    with pytest.raises(ValueError, match="Expected op for node sum is different. It is to be a Mul, and is a Add"):
        test_util.assert_ops_in_graph({"sum": "Mul"}, graph)
    with pytest.raises(ValueError, match="and is missing"):
        test_util.assert_ops_in_graph({"none": "Mul"}, graph)
    before = graph.as_graph_def()
    assert test_util.get_node_def_from_graph("one", before).op == "Const"
    assert test_util.get_node_def_from_graph("none", before) is None
    tf.constant(2.0)
    with pytest.raises(AssertionError):
        test_util.assert_equal_graph_def(before, graph.as_graph_def())


def test_axes_are_put_in_another_order() -> None:
    x = np.arange(24).reshape(1, 2, 3, 4)
    assert test_util.NHWCToNCHW(x).shape == (1, 4, 2, 3)
    assert test_util.NCHWToNHWC(tf.constant(x)).shape.as_list() == [1, 3, 4, 2]
    np.testing.assert_array_equal(test_util.NCHWToNHWC(test_util.NHWCToNCHW(x)), x)


def test_a_class_is_no_method() -> None:
    with pytest.raises(ValueError, match="run_all_in_graph_and_eager_modes for a class") as caught:
        test_util.run_in_graph_and_eager_modes(tf.test.TestCase)
    assert str(caught.value)
