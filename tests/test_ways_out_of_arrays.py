"""The ways out that messages of arrays, dtypes and devices offer are taken, and lead there; see test_ways_out.py."""

from __future__ import annotations

from test_ways_out import Case, follow, ways_of

CASES = {
    "no dtype": Case("", "tf.zeros([2], 'float23')", (("float32", "tf.zeros([2], 'float32')"),)),
    "a dimension below zero": Case("", "tf.TensorShape([-1])", (("Write None", "tf.TensorShape([None])"),)),
    "a fraction for integers": Case(
        "value = 1.5",
        "tf.constant(value, tf.int32)",
        (
            ("tf.cast(value, tf.int32)", "assert tf.cast(value, tf.int32) == 1"),
            ("leave dtype out", "assert tf.constant(value) == 1.5"),
        ),
    ),
    "a number that is too large": Case(
        "value = 1 << 40",
        "tf.constant(value, tf.int32)",
        (
            ("a larger dtype, such as tf.int64", "assert tf.constant(value, tf.int64) == 1 << 40"),
            ("tf.cast(value, tf.int32) wraps around", "assert tf.cast(value, tf.int32) == 0"),
        ),
    ),
    "rows of different lengths": Case(
        "", "tf.constant([[1, 2], [3]])", (("nested lists of equal lengths", "tf.constant([[1, 2], [3, 4]])"),)
    ),
    "a random initializer of integers": Case(
        "",
        "tf.get_variable('w', [2], tf.int32, tf.random_normal_initializer()).array",
        (
            ("tf.zeros_initializer", "tf.get_variable('w', [2], tf.int32, tf.zeros_initializer()).array"),
            ("tf.constant_initializer", "tf.get_variable('w', [2], tf.int32, tf.constant_initializer(3)).array"),
            (
                "tf.random_uniform_initializer(minval, maxval)",
                "tf.get_variable('w', [2], tf.int32, tf.random_uniform_initializer(0, 9)).array",
            ),
        ),
    ),
    "integers without an end": Case(
        "",
        "tf.get_variable('w', [2], tf.int32, tf.random_uniform_initializer()).array",
        (("specify maxval", "tf.get_variable('w', [2], tf.int32, tf.random_uniform_initializer(maxval=9)).array"),),
    ),
    "a constant of another shape": Case(
        "value = [1.0, 2.0, 3.0, 4.0]",
        "tf.get_variable('w', [2, 2], initializer=tf.constant_initializer(value, verify_shape=True)).array",
        (
            (
                "leave verify_shape out",
                "assert tf.get_variable('w', [2, 2], initializer=tf.constant_initializer(value))[1, 0] == 3",
            ),
            (
                "a value of that shape",
                "value = [[1.0, 2.0], [3.0, 4.0]]\n"
                "tf.get_variable('w', [2, 2], initializer=tf.constant_initializer(value, verify_shape=True)).array",
            ),
        ),
    ),
    "an axis that is not there": Case(
        "cut = tf.fixed_size_partitioner(2, axis=1)\nscope = tf.variable_scope('s', partitioner=cut)",
        "with scope:\n    tf.get_variable('b', [4])",
        (
            (
                "an axis of this shape",
                "with tf.variable_scope('s', partitioner=tf.fixed_size_partitioner(2, axis=0)):\n"
                "    tf.get_variable('b', [4])",
            ),
            ("in a scope without", "with tf.variable_scope('t'):\n    tf.get_variable('b', [4], partitioner=None)"),
        ),
    ),
    "a device that is none": Case(
        "",
        "with tf.device('/tpu:0'):\n    tf.zeros([2])",
        (("'/cpu:0'", "with tf.device('/cpu:0'):\n    tf.zeros([2])"),),
    ),
    "a vector into a layer": Case(
        "x = np.ones([3], np.float32)",
        "tf.layers.dense(x, 4)",
        (("tf.expand_dims(x, 0)", "tf.layers.dense(tf.expand_dims(x, 0), 4)"),),
    ),
}


@ways_of(CASES)
def test_the_way_out_leads_there(case: Case, way: int) -> None:
    follow(case, way)
