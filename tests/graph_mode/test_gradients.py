"""tf.gradients beyond single functions: kinks, what it is given, what it says, rules of a program's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf


def run(fetches: Any, feed: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


def gradient_of(f: Any, values: list[float]) -> list[float]:
    x = tf.constant(values, tf.float64)
    return run(tf.gradients(f(x), x))[0].tolist()


# ---- kinks and ties


@pytest.mark.parametrize(
    ("f", "at", "expected"),
    [
        (tf.abs, [-2.0, 0.0, 3.0], [-1.0, 0.0, 1.0]),
        (tf.nn.relu, [-1.0, 0.0, 2.0], [0.0, 0.0, 1.0]),
        (tf.nn.relu6, [0.0, 3.0, 6.0, 7.0], [0.0, 1.0, 0.0, 0.0]),
        (lambda x: tf.maximum(x, 1.0), [0.0, 1.0, 2.0], [0.0, 1.0, 1.0]),
        (lambda x: tf.minimum(x, 1.0), [0.0, 1.0, 2.0], [1.0, 1.0, 0.0]),
        (lambda x: tf.maximum(tf.constant(1.0, tf.float64), x), [0.0, 1.0, 2.0], [0.0, 0.0, 1.0]),
        (lambda x: tf.clip_by_value(x, 1.0, 2.0), [0.5, 1.0, 1.5, 2.0, 3.0], [0.0, 1.0, 1.0, 1.0, 0.0]),
        (tf.reduce_max, [2.0, 5.0, 5.0], [0.0, 0.5, 0.5]),
        (tf.reduce_min, [2.0, 2.0, 5.0], [0.5, 0.5, 0.0]),
        (tf.reduce_prod, [2.0, 0.0, 5.0], [0.0, 10.0, 0.0]),
        (lambda x: tf.pow(x, 3.0), [0.0, -2.0], [0.0, 12.0]),
        (tf.sign, [-1.0, 0.0, 2.0], [0.0, 0.0, 0.0]),
        (lambda x: tf.where(x > 0.0, tf.sqrt(x), x), [0.0, 4.0], [1.0, 0.25]),
        (lambda x: tf.where(x > 0.0, tf.rsqrt(x), x), [0.0, 4.0], [1.0, -0.0625]),
        (lambda x: tf.div_no_nan(x, x), [0.0, 4.0], [0.0, 0.0]),
    ],
)
def test_at_kinks_and_ties(f: Any, at: list[float], expected: list[float]) -> None:
    assert gradient_of(f, at) == expected


def test_of_square_roots_at_zero() -> None:
    assert gradient_of(tf.sqrt, [0.0]) == [np.inf]


# ---- what it is given


def test_where_nothing_connects() -> None:
    x, y = tf.constant(1.0), tf.constant([2.0, 3.0])
    assert tf.gradients(x * 2.0, y) == [None]
    assert tf.gradients(tf.stop_gradient(y), y) == [None]
    (zeros,) = tf.gradients(x, y, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert run(zeros).tolist() == [0.0, 0.0]


def test_tensors_that_are_taken_for_constants() -> None:
    a = tf.constant(2.0)
    b = a * 3.0
    assert run(tf.gradients(a * b, [a, b], stop_gradients=[a, b])) == [6.0, 2.0]
    assert run(tf.gradients(a * b, a)) == [12.0]


def test_gradients_to_begin_with_are_fed() -> None:
    x = tf.placeholder(tf.float32, [2])
    d = tf.placeholder(tf.float32, [2])
    (found,) = tf.gradients([x * x, x], x, grad_ys=[d, None])
    assert run(found, {x: [1.0, 2.0], d: [10.0, 100.0]}).tolist() == [21.0, 401.0]


@pytest.mark.parametrize(
    ("code", "error", "opening"),
    [
        ("tf.gradients(None, x)", AttributeError, "'NoneType' object has no attribute 'op'. The ys and xs of"),
        ("tf.gradients(y, x, grad_ys=[1.0, 2.0])", ValueError, "Passed 2 grad_ys for 1 ys"),
        ("tf.gradients(y, x, unconnected_gradients='no')", ValueError, "Unknown value for unconnected_gradients: 'no'"),
        ("tf.gradients(y, x, aggregation_method=9)", ValueError, "Invalid aggregation_method specified 9."),
        (
            "tf.gradients(tf.complex(x, x), x)",
            TypeError,
            "Gradients of complex tensors must set grad_ys (y.dtype = com",
        ),
        ("tf.gradients(tf.unique(x)[0], x)", LookupError, "No gradient defined for operation 'Unique' (op type: Uniq"),
    ],
)
def test_messages(code: str, error: type[Exception], opening: str) -> None:
    x = tf.constant([1.0, 2.0])
    with pytest.raises(error) as raised:
        eval(code, {"tf": tf, "x": x, "y": x * x})
    assert str(raised.value).startswith(opening)


def test_stop_gradient_is_the_way_out_where_there_is_no_rule() -> None:
    x = tf.constant([1.0, 2.0])
    assert run(tf.gradients(tf.stop_gradient(tf.unique(x)[0]) * x, x))[0].tolist() == [1.0, 2.0]


def test_a_rank_that_is_not_known_is_said() -> None:
    x = tf.placeholder(tf.float32)
    y = tf.tensordot(x, x, 1)
    with pytest.raises(LookupError, match="needs the number of dimensions of its inputs, which is not known"):
        tf.gradients(y, x)
    x.set_shape([None, None])
    assert tf.gradients(tf.tensordot(x, x, 1), x)[0] is not None


def test_a_slice_must_say_over_how_many_dimensions_it_goes() -> None:
    x, begin = tf.constant([[1.0, 2.0]]), tf.placeholder(tf.int32, [None])
    with pytest.raises(ValueError, match="begin, end or strides must have a known length"):
        tf.strided_slice(x, begin, begin + 1)
    begin.set_shape([2])
    y = tf.strided_slice(x, begin, [1, 2])
    assert run([y, *tf.gradients(y, x)], {begin: [0, 1]})[1].tolist() == [[0.0, 1.0]]


# ---- rules of a program's own


def test_a_function_with_its_own_gradient() -> None:
    @tf.custom_gradient
    def clipped(x: Any, y: Any) -> Any:
        return [x * y, x], lambda d, e: (tf.clip_by_value(d, -1.0, 1.0), e)

    x, y = tf.constant(3.0), tf.constant(5.0)
    product, same = clipped(x, y)
    assert run([product, same]) == [15.0, 3.0]
    assert run(tf.gradients(product * 7.0 + same * 2.0, [x, y])) == [1.0, 2.0]


def test_a_function_with_its_own_gradient_and_variables() -> None:
    w = tf.get_variable("w", initializer=4.0)

    @tf.custom_gradient
    def scaled(x: Any) -> Any:
        return x * w, lambda d, variables: ([d * 10.0], [d * 100.0 for _ in variables])

    x = tf.constant(2.0)
    assert run(tf.gradients(scaled(x), [x, w])) == [10.0, 100.0]


def test_what_such_a_function_must_do() -> None:
    w = tf.get_variable("w", initializer=4.0)
    forgetful = tf.custom_gradient(lambda x: (x * w, lambda d: d))
    with pytest.raises(TypeError, match="must accept a 'variables' keyword argument. It uses w:0"):
        forgetful(tf.constant(1.0))
    with pytest.raises(ValueError, match="supports keywords arguments only when eager execution is enabled. Pass x by"):
        forgetful(x=tf.constant(1.0))
    generous = tf.custom_gradient(lambda x: (x, lambda d: (d, d)))
    x = tf.constant(1.0)
    with pytest.raises(ValueError, match="Num gradients 2 generated for op 'IdentityN.*' do not match num inputs 1."):
        tf.gradients(generous(x), x)


def test_other_rules_within_a_block() -> None:
    @tf.RegisterGradient("Seven")
    def seven(op: Any, d: Any) -> Any:
        assert op.type == "Square" and op.inputs[0] is x
        return d * 7.0

    x = tf.constant([1.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"Square": "Seven"}):
        y = tf.square(x)
    assert run(tf.gradients([y, tf.square(x)], x))[0].tolist() == [9.0, 11.0]
    with pytest.raises(KeyError, match="Registering two gradient with name 'Seven'!"):
        tf.RegisterGradient("Seven")(seven)
    with pytest.raises(KeyError, match="Registering two gradient with name 'Square'!"):
        tf.RegisterGradient("Square")(seven)
    with pytest.raises(TypeError, match="op_type must be a string"):
        tf.RegisterGradient(7)  # type: ignore[arg-type]


# ---- complex numbers


def test_real_functions_of_complex_numbers_have_the_gradients_of_tensorflow() -> None:
    x = tf.constant([-0.640625, 0.515625], tf.float64)
    z = tf.complex(x, x * 2.0)
    expected = {
        "tf.angle(z)": [0.0, 0.0],
        "tf.abs(z)": [-2.23606797749979, 2.23606797749979],
        "tf.real(z * z)": [3.84375, -3.09375],
        "tf.real(tf.exp(z))": [1.1605118281955848, -2.013200401023683],
        "tf.real(1.0 / z)": [-0.4873289708506841, -0.7522497704315886],
    }
    for code, values in expected.items():
        found = run(tf.gradients(eval(code, {"tf": tf, "z": z}), x))[0]
        np.testing.assert_allclose(found, values, rtol=1e-12, atol=1e-12)


def test_the_parts_of_real_tensors() -> None:
    x = tf.constant([1.0, 2.0])
    assert tf.real(x) is x and tf.conj(x) is x
    assert run([tf.imag(x), tf.angle(x)])[0].tolist() == [0.0, 0.0]


# ---- second derivatives


@pytest.mark.parametrize("shape", [[3], [None], None])
def test_hessians_of_any_shape(shape: Any) -> None:
    x = tf.placeholder(tf.float64, shape)
    y = tf.reduce_sum(x * x * x) + x[0] * x[1]
    (found,) = tf.hessians(y, x)
    assert run(found, {x: [1.0, 2.0, 3.0]}).tolist() == [[6.0, 1.0, 0.0], [1.0, 12.0, 0.0], [0.0, 0.0, 18.0]]
    assert str(found.get_shape()) == {3: "(3, 3)", None: "(?, ?)"}[shape[0]] if shape else "<unknown>"


def test_hessian_of_what_is_linear_is_zero() -> None:
    x = tf.constant([[1.0, 2.0]])
    assert not run(tf.hessians(tf.reduce_sum(x * 3.0), x))[0].any()


def test_the_sparse_losses_have_no_second_derivative_and_the_dense_ones_have() -> None:
    x = tf.constant([[1.0, 2.0, 0.5]], tf.float64)
    sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=x)
    with pytest.raises(LookupError, match="Gradient explicitly disabled. Reason"):
        tf.hessians(sparse, x)
    dense = tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.one_hot([1], 3, dtype=tf.float64), logits=x)
    (found,) = run(tf.hessians(dense, x))
    shares = run(tf.nn.softmax(x))[0]
    np.testing.assert_allclose(found[0, :, 0, :], np.diag(shares) - np.outer(shares, shares))


# ---- rows


def test_rows_of_parts_of_an_embedding() -> None:
    for strategy, ids in (("mod", [0, 2, 1, 2]), ("div", [0, 1, 2, 1])):
        a = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
        b = tf.Variable([[5.0, 6.0], [7.0, 8.0]])
        rows = tf.nn.embedding_lookup([a, b], ids, partition_strategy=strategy)
        found = run([rows, *tf.gradients(rows, [a, b])])
        assert found[0].tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [3.0, 4.0]]
        assert found[1].indices.tolist() == [0, 1, 1] and found[2].indices.tolist() == [0]


def test_rows_of_two_look_ups_come_in_the_order_of_the_program() -> None:
    table = tf.Variable(np.ones([4, 2], np.float32))
    y = tf.reduce_sum(tf.gather(table, [3, 1])) + 2.0 * tf.reduce_sum(tf.gather(table, [1]))
    found = run(tf.gradients(y, table)[0])
    assert found.indices.tolist() == [3, 1, 1] and found.values[:, 0].tolist() == [1.0, 1.0, 2.0]


def test_dropout_s_gradient_goes_where_its_values_went() -> None:
    x = tf.placeholder(tf.float64, [None, 4])
    keep = tf.placeholder_with_default(0.5, [])
    y = tf.nn.dropout(x, keep)
    feed = {x: np.arange(1.0, 41.0).reshape(10, 4)}
    values, slope = run([y, tf.gradients(y, x)[0]], feed)
    assert 0 < (values == 0).sum() < 40
    np.testing.assert_array_equal(values, slope * feed[x])
    assert run(y, {**feed, keep: 1.0}).tolist() == feed[x].tolist()
    assert tf.nn.dropout(x, 1.0) is x


@pytest.mark.parametrize("dtype", ["int32", "float64", "float32"])
def test_labels_of_a_softmax_become_what_the_logits_are(dtype: str) -> None:
    labels = tf.constant([[1, 0, 0], [0, 0, 1]], dtype)
    logits = tf.constant(np.sin(np.arange(6.0)).reshape(2, 3).astype(np.float32))
    losses = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    of_labels, of_logits = tf.gradients(losses, [labels, logits])
    assert losses.dtype == tf.float32
    assert of_labels is None if dtype == "int32" else of_labels.dtype == labels.dtype
    classes = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 2], logits=logits)
    with tf.Session() as session:
        found, expected = session.run([[losses, of_logits], [classes, *tf.gradients(classes, logits)]])
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_logits_are_floats() -> None:
    with pytest.raises(TypeError, match="has DataType int32 not in list of allowed values: float16"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 2], logits=tf.ones([2, 3], tf.int32))


def test_rows_of_what_was_computed_have_gradients() -> None:
    functions: list[Any] = [
        lambda x: x + 1.0,
        lambda x: tf.matmul(x, 2.0 * np.eye(3, dtype=np.float32)) / 2.0,
        lambda x: tf.identity(tf.concat([x, x], 0)[:4]),
        lambda x: tf.cond(tf.constant(True), lambda: x * 1.0, lambda: x * 2.0),
        lambda x: tf.nn.bias_add(x, [1.0, 2.0, 3.0]),
    ]
    for function in functions:
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.placeholder(tf.float32, [4, 3])
            rows = tf.gather(function(x), [2, 0, 2])
            (gradient,) = tf.gradients(rows, x)
            expected = np.repeat([[1.0], [0.0], [2.0], [0.0]], 3, 1)
            np.testing.assert_array_equal(session.run(gradient, {x: np.ones([4, 3])}), expected)


def test_slopes_of_steps_are_zero() -> None:
    for kink in (tf.nn.relu, tf.nn.relu6, tf.nn.leaky_relu):
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.placeholder(tf.float32, [3])
            (slope,) = tf.gradients(kink(x), x)
            second = tf.gradients(slope, x)[0]
            assert session.run(second, {x: [-1.0, 2.0, 3.0]}).tolist() == [0.0, 0.0, 0.0]
            (third,) = tf.gradients(second, x, unconnected_gradients="zero")
            assert session.run(third, {x: [-1.0, 2.0, 3.0]}).tolist() == [0.0, 0.0, 0.0]
            (whole,) = tf.gradients(tf.reduce_sum(slope * tf.square(x)), x)
            expected = 2 * np.array([-1.0, 2.0, 3.0]) * session.run(slope, {x: [-1.0, 2.0, 3.0]})
            np.testing.assert_allclose(session.run(whole, {x: [-1.0, 2.0, 3.0]}), expected, rtol=1e-6)
            (hessian,) = tf.hessians(tf.reduce_sum(kink(x)), x)
            assert not session.run(hessian, {x: [-1.0, 2.0, 3.0]}).any()
