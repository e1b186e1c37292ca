"""Training in a graph: what minimize writes down, and what a run of it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.arrays import CPU, default_device

F = np.float32  # in a graph hyperparameters are float32
OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "GradientDescent": lambda: tf.train.GradientDescentOptimizer(F(0.1)),
    "Momentum": lambda: tf.train.MomentumOptimizer(F(0.1), F(0.9)),
    "Nesterov": lambda: tf.train.MomentumOptimizer(F(0.1), F(0.9), use_nesterov=True),
    "RMSProp": lambda: tf.train.RMSPropOptimizer(F(0.01), F(0.9), F(0.5)),
    "CenteredRMSProp": lambda: tf.train.RMSPropOptimizer(F(0.01), F(0.9), centered=True),
    "Adam": lambda: tf.train.AdamOptimizer(F(0.1), F(0.9), F(0.999)),
    "Adagrad": lambda: tf.train.AdagradOptimizer(F(0.1)),
    "Adadelta": lambda: tf.train.AdadeltaOptimizer(F(10.0), F(0.95)),
    "Ftrl": lambda: tf.train.FtrlOptimizer(
        F(0.1), l1_regularization_strength=F(0.01), l2_regularization_strength=F(0.1)
    ),
    "ProximalGradientDescent": lambda: tf.train.ProximalGradientDescentOptimizer(F(0.1)),
    "ProximalAdagrad": lambda: tf.train.ProximalAdagradOptimizer(F(0.1), l2_regularization_strength=F(0.0)),
    "LazyAdam": lambda: tf.contrib.opt.LazyAdamOptimizer(F(0.1), F(0.9), F(0.999)),
}
START = np.float32([[1.0, -2.0, 3.0], [0.5, 0.25, -0.75], [4.0, 5.0, -6.0]])


def session() -> Any:
    s = tf.Session()
    s.run(tf.global_variables_initializer())
    return s


def eager(make: Callable[[], Any], steps: list[np.ndarray[Any, Any]], start: Any = START) -> np.ndarray[Any, Any]:
    """What the optimizer does where everything is computed at once."""
    tf.enable_eager_execution()
    try:
        with tf.Graph().as_default():
            w, optimizer = tf.Variable(start), make()
            for gradient in steps:
                optimizer.apply_gradients([(gradient, w)])
            return np.array(w.numpy())
    finally:
        tf.disable_eager_execution()


class TestSteps:
    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_a_run_does_what_the_eager_optimizer_does(self, name: str) -> None:
        w = tf.Variable(START, name="w")
        x = tf.placeholder(tf.float32, [3, 3])
        train = OPTIMIZERS[name]().minimize(tf.reduce_sum(w * x))
        gradients = [START * k - 1 for k in (1, -2, 3)]
        with session() as s:
            for gradient in gradients:
                assert s.run(train, {x: gradient}) is None
            found = s.run(w)
        np.testing.assert_allclose(found, eager(OPTIMIZERS[name], gradients), rtol=2e-6)

    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_rows_with_equal_indices_add_up(self, name: str) -> None:
        w = tf.Variable(START, name="w")
        ids, rows = [2, 0, 2], tf.placeholder(tf.float32, [3, 3])
        train = OPTIMIZERS[name]().apply_gradients([(tf.IndexedSlices(rows, tf.constant(ids)), w)])
        dense = np.zeros_like(START)
        np.add.at(dense, ids, START)
        with session() as s:
            s.run(train, {rows: START})
            s.run(train, {rows: START})
            found = s.run(w)
        expected = eager(OPTIMIZERS[name], [dense, dense])
        np.testing.assert_allclose(found[[0, 2]], expected[[0, 2]], rtol=2e-6)
        np.testing.assert_array_equal(found[1], START[1])  # no gradient, no momentum yet

    def test_adam_moves_all_rows_and_momentum_only_those_with_a_gradient(self) -> None:
        row = tf.placeholder(tf.int32, [1])
        moved = {}
        for name in ("Adam", "Momentum", "LazyAdam"):
            w = tf.Variable(START, name="w")
            gradient = tf.IndexedSlices(tf.constant([[1.0, 1.0, 1.0]]), row)
            train = OPTIMIZERS[name]().apply_gradients([(gradient, w)])
            with session() as s:
                s.run(train, {row: [0]})
                before = s.run(w)
                s.run(train, {row: [1]})
                moved[name] = (s.run(w) != before).any(1).tolist()
        one = [False, True, False]
        assert moved == {"Adam": [True, True, False], "Momentum": one, "LazyAdam": one}

    def test_a_penalty_holds_weights_at_0(self) -> None:
        w = tf.Variable([0.5, -2.0, 0.05])
        loss = tf.reduce_sum(w * [1.0, 1.0, 0.0])
        train = tf.train.ProximalGradientDescentOptimizer(0.5, 0.2, 1.0).minimize(loss)
        with session() as s:
            s.run(train)
            np.testing.assert_allclose(s.run(w), [0.0, -2.4 / 1.5, 0.0], rtol=1e-6)

    def test_float64_takes_float32_hyperparameters(self) -> None:
        w = tf.Variable([1.0], dtype=tf.float64)
        train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w))
        with session() as s:
            s.run(train)
            assert s.run(w)[0] == 1 - float(np.float32(0.1))

    def test_the_rate_is_a_tensor_a_placeholder_a_variable_or_a_function(self) -> None:
        rate = tf.placeholder(tf.float32, [])
        kept = tf.Variable(0.25, trainable=False)
        for given, expected in ((rate, 0.5), (kept, 0.75), (lambda: 0.125, 0.875), (rate * 0.5, 0.75)):
            w = tf.Variable([1.0])
            train = tf.train.GradientDescentOptimizer(given).minimize(tf.reduce_sum(w), var_list=[w])
            with session() as s:
                s.run(train, {rate: 0.5})
                assert s.run(w).tolist() == [expected]

    def test_a_constraint_holds_after_the_update(self) -> None:
        w = tf.Variable([1.0, -1.0], constraint=lambda value: tf.maximum(value, 0.0))
        train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(w * [1.0, 1.0]))
        with session() as s:
            s.run(train)
            assert s.run(w).tolist() == [0.5, 0.0]

    def test_one_optimizer_in_two_graphs(self) -> None:
        optimizer = tf.train.AdamOptimizer(0.1)
        for _ in range(2):
            with tf.Graph().as_default():
                w = tf.Variable([1.0, 2.0], name="w")
                train = optimizer.minimize(tf.reduce_sum(w))
                with session() as s:
                    s.run(train)
                    np.testing.assert_allclose(s.run(w), [0.9, 1.9], rtol=1e-6)

    def test_a_run_outside_the_block_of_its_graph(self) -> None:
        with tf.Graph().as_default():
            w = tf.Variable([1.0, 2.0], name="w")
            train = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(w))
            s = session()
        s.run(train)
        np.testing.assert_allclose(s.run(w), [0.9, 1.9], rtol=1e-6)


class TestNames:
    def test_the_operation_and_its_slots(self) -> None:
        with tf.variable_scope("net"):
            w = tf.get_variable("w", initializer=[1.0])
        step = tf.train.get_or_create_global_step()
        train = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(w), global_step=step)
        assert (train.name, train.type) == ("Adam", "AssignAdd")
        names = [operation.name for operation in tf.get_default_graph().get_operations()]
        assert {"Adam/update", "Adam/update_net/w/ApplyAdam", "Adam/learning_rate", "Adam/Assign_1"} <= set(names)
        assert [v.name for v in tf.global_variables()][2:] == [
            "beta1_power:0", "beta2_power:0", "net/w/Adam:0", "net/w/Adam_1:0",
        ]  # fmt: skip
        assert tf.get_collection(tf.GraphKeys.TRAIN_OP) == [train]
        with session() as s:
            s.run(train)
            assert s.run(step) == 1

    def test_without_a_step_it_is_a_group(self) -> None:
        w = tf.Variable([1.0], name="w")
        loss = tf.reduce_sum(w)
        first = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        second = tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="mine")
        assert [(train.name, train.type) for train in (first, second)] == [
            ("GradientDescent", "NoOp"),
            ("mine", "NoOp"),
        ]

    def test_compute_gradients_has_none_for_what_the_loss_does_not_know(self) -> None:
        w, u = tf.Variable([1.0], name="w"), tf.Variable([1.0], name="u")
        optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        (gradient, first), (nothing, second) = optimizer.compute_gradients(tf.reduce_sum(w), [w, u])
        assert (first, nothing, second) == (w, None, u)
        assert gradient.shape.as_list() == [1]
        optimizer.apply_gradients([(gradient, w), (nothing, u)])
        assert [v.name for v in optimizer.variables()] == ["w/Momentum:0"]

    def test_variables_in_a_dict(self) -> None:
        weights = {"x": tf.Variable(1.0, name="b"), "w": tf.Variable(2.0, name="a")}
        loss, optimizer = weights["x"] * weights["w"], tf.train.GradientDescentOptimizer(0.5)
        for given, names in ((weights.values(), ["b:0", "a:0"]), (weights, ["a:0", "b:0"])):  # a dict's keys are sorted
            assert [v.name for _, v in optimizer.compute_gradients(loss, given)] == names
        assert len(tf.group(weights.values()).control_inputs) == len(tf.group(weights).control_inputs) == 2
        with pytest.raises(TypeError, match="Failed to convert object of type <class 'dict_values'> to Tensor"):
            tf.gradients(loss, weights.values())
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(optimizer.minimize(loss, var_list=weights.values()))
            assert session.run(weights) == {"x": 0.0, "w": 1.5}

    def test_slots_are_there_before_the_first_run(self) -> None:
        w = tf.Variable([1.0, 2.0], name="w")
        optimizer = tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.5)
        optimizer.minimize(tf.reduce_sum(w))
        slot = optimizer.get_slot(w, "accumulator")
        with session() as s:
            assert s.run(slot).tolist() == [0.5, 0.5]

    def test_a_scope_that_is_opened_again_gives_its_slots_if_it_reuses(self) -> None:
        w = tf.Variable([1.0], name="w")

        def train() -> Any:
            with tf.variable_scope("train", reuse=tf.AUTO_REUSE):
                return tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(w))

        first, second = train(), train()
        assert (first.name, second.name) == ("train/Momentum", "train_1/Momentum")
        assert [v.name for v in tf.global_variables()] == ["w:0", "train/w/Momentum:0"]
        with tf.variable_scope("train"), pytest.raises(ValueError, match="Variable train/w/Momentum already exists"):
            tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(w))

    def test_a_scopes_partitioner_and_regularizer_are_not_for_slots(self) -> None:
        with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)) as scope:
            w = tf.Variable(START, name="w")
            scope.set_regularizer(tf.contrib.layers.l2_regularizer(0.1))
            tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(w))
            assert scope.partitioner is not None
        assert [v.name for v in tf.global_variables()] == ["s/w:0", "s/s/w/Momentum:0"]
        assert tf.losses.get_regularization_losses() == []

    def test_get_variable_of_a_tensor_and_a_dtype(self) -> None:
        first = tf.constant([1.0, 2.0]) * 2.0
        v = tf.get_variable("v", dtype=tf.float32, initializer=first)
        with session() as s:
            assert s.run(v).tolist() == [2.0, 4.0]
        with pytest.raises(ValueError, match=r"^If initializer is a constant, do not specify shape.* shape \[2\], and"):
            tf.get_variable("u", [2], initializer=first)

    def test_ftrl_names_its_slots_as_told(self) -> None:
        w = tf.Variable([1.0], name="w")
        tf.train.FtrlOptimizer(0.1, accum_name="a", linear_name="z").minimize(tf.reduce_sum(w))
        assert [v.name for v in tf.global_variables()] == ["w:0", "w/a:0", "w/z:0"]


class Own(tf.train.Optimizer):
    """An optimizer of a program's own, in TF's protocol."""

    def __init__(self) -> None:
        super().__init__(False, "Own")

    def _prepare(self) -> None:
        self.rate = tf.constant(0.5)

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "sum", self._name)

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        total = tf.assign_add(self.get_slot(var, "sum"), grad)
        return tf.assign_sub(var, self.rate * total)


def test_an_optimizer_of_the_programs_own() -> None:
    w = tf.Variable([1.0, 2.0], name="w")
    train = Own().minimize(tf.reduce_sum(w * w))
    with session() as s:
        s.run(train)
        s.run(train)
        assert s.run(w).tolist() == [-1.0, -2.0]
    assert [v.name for v in tf.global_variables()] == ["w:0", "w/Own:0"]


class TestErrors:
    def test_what_cannot_be_minimized(self) -> None:
        optimizer = tf.train.GradientDescentOptimizer(0.1)
        with pytest.raises(ValueError, match=r"^No variables to optimize\."):
            optimizer.minimize(tf.constant(1.0))
        w = tf.Variable([1.0], name="w")
        with pytest.raises(ValueError, match=r"^No gradients provided for any variable, check your graph .*'w:0'"):
            optimizer.minimize(tf.constant(1.0))
        with pytest.raises(ValueError, match=r"^Invalid type tf.int32 for Const_2:0, expected: \[tf.float32"):
            optimizer.minimize(tf.constant(1))
        with pytest.raises(ValueError, match="has to be a tensor in a graph: pass what the function returns"):
            optimizer.minimize(lambda: tf.reduce_sum(w))
        with pytest.raises(ValueError, match="^gate_gradients must be one of: Optimizer.GATE_NONE, .*Not 7"):
            optimizer.minimize(tf.reduce_sum(w), gate_gradients=7)

    def test_gradients_that_do_not_fit(self) -> None:
        optimizer, w = tf.train.GradientDescentOptimizer(0.1), tf.Variable([1.0, 2.0], name="w")
        with pytest.raises(ValueError, match=r"^Dimension 0 in both shapes must be equal, but are 2 and 3\. .*ApplyGr"):
            optimizer.apply_gradients([(tf.constant([1.0, 2.0, 3.0]), w)])
        with pytest.raises(ValueError, match=r"Shape must be rank 0 but is rank 1 for 'GradientDescent_1/update_w"):
            tf.train.GradientDescentOptimizer([0.1, 0.2]).minimize(tf.reduce_sum(w))
        with pytest.raises(TypeError, match=r"^the gradient of w:0 has to be float32 as the variable is, got int32"):
            optimizer.apply_gradients([(tf.constant([1, 2]), w)])
        with pytest.raises(ValueError, match=r"^No gradients provided for any variable: .*dtype=float32_ref"):
            optimizer.apply_gradients([(None, w)])

    def test_a_gradient_of_another_shape_in_the_run(self) -> None:
        w, x = tf.Variable([1.0, 2.0], name="w"), tf.placeholder(tf.float32)
        train = tf.train.GradientDescentOptimizer(0.1).apply_gradients([(x, w)])
        with session() as s:
            with pytest.raises(Exception, match=r"the gradient of w:0 has to have the variable's shape"):
                s.run(train, {x: [1.0, 2.0, 3.0]})
            assert s.run(w).tolist() == [1.0, 2.0]

    def test_rows_that_do_not_fit(self) -> None:
        w = tf.Variable(START, name="w", constraint=abs)
        ids, rows = tf.placeholder(tf.int32), tf.placeholder(tf.float32)
        optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        with pytest.raises(RuntimeError, match=r"^Cannot use a constraint function on a sparse variable\."):
            optimizer.apply_gradients([(tf.IndexedSlices(rows, ids), w)])
        u = tf.Variable(START, name="u")
        train = optimizer.apply_gradients([(tf.IndexedSlices(rows, ids), u)])
        with session() as s:
            if default_device() == CPU:  # on a GPU looking at indices would wait for it
                with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[1\] = 3 is not in \[0, 3\)"):
                    s.run(train, {ids: [0, 3], rows: START[:2]})
            with pytest.raises(Exception, match=r"IndexedSlices for a variable of shape \[3, 3\] have values \[n, 3\]"):
                s.run(train, {ids: [0, 1], rows: START[:2, :2]})
            np.testing.assert_array_equal(s.run(u), START)

    def test_an_uninitialized_slot(self) -> None:
        w = tf.Variable([1.0], name="w")
        s = session()
        train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(w))
        with pytest.raises(tf.errors.FailedPreconditionError, match="Attempting to use uninitialized value w/Momentum"):
            s.run(train)

    def test_arguments(self) -> None:
        with pytest.raises(ValueError, match="^Must specify the optimizer name"):
            tf.train.GradientDescentOptimizer(0.1, name="")
        with pytest.raises(ValueError, match="^initial_accumulator_value must be positive: 0.0"):
            tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.0)
        with pytest.raises(ValueError, match="^l1_regularization_strength -1.0 needs to be zero or positive"):
            tf.train.FtrlOptimizer(0.1, l1_regularization_strength=-1.0)
        with pytest.raises(ValueError, match="^learning_rate_power 0.5 needs to be negative or zero"):
            tf.train.FtrlOptimizer(0.1, learning_rate_power=0.5)


@pytest.mark.parametrize("make", [tf.train.AdamOptimizer, tf.train.GradientDescentOptimizer, tf.train.FtrlOptimizer])
@pytest.mark.parametrize("rate", ["0.1", 1j])
def test_a_hyperparameter_is_a_number_when_the_line_is_written(make: Any, rate: Any) -> None:
    w = tf.Variable([1.0])
    with pytest.raises(TypeError, match=r"a hyperparameter has to be a number.*, got ('0.1'\. Write float|1j\.)"):
        make(rate).minimize(tf.reduce_sum(w))
    tf.enable_eager_execution()
    with pytest.raises(TypeError, match="a hyperparameter has to be a number"):
        make(rate).apply_gradients([(np.ones(1, np.float32), tf.Variable([1.0]))])
    make(float("0.1"))


def test_the_gradients_of_one_operation_have_the_names_of_their_gate() -> None:
    w, b, u = tf.get_variable("w", [2, 3]), tf.get_variable("b", [3]), tf.get_variable("u", [3, 3])
    y = tf.nn.xw_plus_b(tf.placeholder(tf.float32, [4, 2]), w, b)
    loss = tf.reduce_sum(tf.matmul(tf.concat([y, u], 0), u)) + tf.nn.l2_loss(b)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    names = {gate: [g.name for g, _ in optimizer.compute_gradients(loss, gate_gradients=gate)] for gate in (1, 0)}
    assert names[optimizer.GATE_OP] == [  # TensorFlow 1.15's answers
        "gradients/xw_plus_b/MatMul_grad/tuple/control_dependency_1:0",
        "gradients/AddN_1:0",
        "gradients/AddN:0",  # of the layer whose gradients are complete first
    ]
    assert names[optimizer.GATE_NONE][0] == "gradients_1/xw_plus_b/MatMul_grad/MatMul_1:0"
