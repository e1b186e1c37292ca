"""Everything of fastscope on /gpu:0, against the same on /cpu:0."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both import DEVICES, OPTIMIZERS, D, H, N, T, cupy, draw, here, on_both, same

import fastscope as tf
from fastscope import arrays, checkpoint, vjp

pytestmark = pytest.mark.gpu


class TestVariables:
    @pytest.mark.parametrize(
        "make",
        [
            tf.zeros_initializer,
            tf.ones_initializer,
            lambda: tf.constant_initializer(2.5),
            lambda: tf.random_uniform_initializer(-1, 3),
            lambda: tf.random_normal_initializer(0.5, 2.0),
            tf.truncated_normal_initializer,
            tf.glorot_uniform_initializer,
            tf.orthogonal_initializer,
            tf.variance_scaling_initializer,
        ],
    )
    def test_initial_values_are_those_of_the_cpu(self, make: Callable[[], Any]) -> None:
        a, b = on_both(lambda: arrays.unwrap(tf.get_variable("w", [6, 5], initializer=make())))
        same(a, b, 1e-6)

    def test_attributes(self) -> None:
        def run() -> list[Any]:
            v = tf.get_variable("v", [2, 3], initializer=tf.random_uniform_initializer(-1, 3))
            found = [
                v.T,
                v.sum(0),
                v.mean(axis=1),
                v.reshape(3, 2),
                v.astype(tf.float64),
                v.copy(),
                v.dot(v.T),
                v.max(),
            ]
            found += [
                v.real,
                v.ravel(),
                v.swapaxes(0, 1),
                v.squeeze(),
                v.argmax(0),
                v.std(),
                v.clip(0, 1),
                v.take([1], 1),
            ]
            v.assign_add(np.ones([2, 3], np.float32))
            assert v.item(1, 2) == v.item(5) == v.numpy()[1, 2] and tf.Variable(0.5).item() == 0.5
            assert isinstance(v.item(0), float) and v.tolist() == v.numpy().tolist()
            assert (v.ndim, v.size, v.nbytes, v.itemsize) == (2, 6, 24, 4)
            return found

        same(*on_both(run))

    def test_writes(self) -> None:
        def run() -> list[Any]:
            v = tf.get_variable("v", [2, 3], initializer=tf.ones_initializer())
            before = arrays.unwrap(v)
            v.assign(draw(2, 3))
            v.assign_add(here(draw(2, 3, seed=1)))
            v.assign_sub(0.5 * np.ones([2, 3], np.float32))
            v.load(draw(2, 3, seed=2) + v.numpy())
            assert arrays.unwrap(v) is before
            return [v.numpy(), arrays.unwrap(v), v @ here(draw(3, 4)), tf.exp(v) + v]

        a, b = on_both(run)
        assert isinstance(b[0], np.ndarray)
        same(a[1:], b[1:])
        np.testing.assert_array_equal(a[0], b[0])

    def test_session_and_partitions(self) -> None:
        def run() -> Any:
            partitioner = tf.fixed_size_partitioner(3)
            parts = tf.get_variable("p", [7, 2], partitioner=partitioner)
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                fetched = session.run([part for part in parts])
            assert all(isinstance(value, np.ndarray) for value in fetched)
            return parts.as_tensor()

        same(*on_both(run))

    def test_reuse_finds_the_same_variable(self) -> None:
        with tf.device("/gpu:0"), tf.variable_scope("a"):
            v = tf.get_variable("v", [2])
        with tf.variable_scope("a", reuse=True):
            assert tf.get_variable("v", [2]) is v
        assert v.device.lower().endswith("gpu:0")


CELLS: dict[str, Callable[[], Any]] = {
    "BasicRNNCell": lambda: tf.nn.rnn_cell.BasicRNNCell(H),
    "GRUCell": lambda: tf.nn.rnn_cell.GRUCell(H),
    "BasicLSTMCell": lambda: tf.nn.rnn_cell.BasicLSTMCell(H),
    "odd": lambda: tf.nn.rnn_cell.BasicLSTMCell(H - 1, forget_bias=0.5),
    "LSTMCell": lambda: tf.nn.rnn_cell.LSTMCell(H, use_peepholes=True, num_proj=3, cell_clip=0.5),
    "MultiRNNCell": lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(H), tf.nn.rnn_cell.GRUCell(H)]),
    "ResidualWrapper": lambda: tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.BasicLSTMCell(D)),
}


CONTRIB: dict[str, Callable[[], Any]] = {
    "layer_norm": lambda: tf.contrib.rnn.LayerNormBasicLSTMCell(H),
    "coupled": lambda: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(H, True, num_proj=3, num_unit_shards=2),
    "glstm": lambda: tf.contrib.rnn.GLSTMCell(H, number_of_groups=2),
    "nas": lambda: tf.contrib.rnn.NASCell(H),
    "ugrnn": lambda: tf.contrib.rnn.UGRNNCell(H),
    "intersection": lambda: tf.contrib.rnn.IntersectionRNNCell(H, num_in_proj=H),
    "sru": lambda: tf.contrib.rnn.SRUCell(H),
    "ind_rnn": lambda: tf.contrib.rnn.IndRNNCell(H),
    "indy_gru": lambda: tf.contrib.rnn.IndyGRUCell(H),
    "indy_lstm": lambda: tf.contrib.rnn.IndyLSTMCell(H),
    "block": lambda: tf.contrib.rnn.LSTMBlockCell(H, use_peephole=True),
    "gru_block": lambda: tf.contrib.rnn.GRUBlockCell(H),
    "attention": lambda: tf.contrib.rnn.AttentionCellWrapper(tf.nn.rnn_cell.GRUCell(H), 2),
    "highway": lambda: tf.contrib.rnn.HighwayWrapper(tf.nn.rnn_cell.GRUCell(D)),
    "projections": lambda: tf.contrib.rnn.InputProjectionWrapper(
        tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(H), 2), 3
    ),
}


class TestContribCells:
    @pytest.mark.parametrize("make", CONTRIB.values(), ids=CONTRIB)
    def test_dynamic_rnn_and_a_step_from_the_host(self, make: Callable[[], Any]) -> None:
        def run() -> Any:
            cell = make()
            outputs = tf.nn.dynamic_rnn(cell, draw(N, T, D).astype(np.float64), dtype=tf.float32)
            return [outputs, cell(draw(N, D), cell.zero_state(N, tf.float32))]

        same(*on_both(run))


@pytest.fixture(params=CELLS)
def make_cell(request: pytest.FixtureRequest) -> Callable[[], Any]:
    return CELLS[request.param]


class TestCells:
    def test_step(self, make_cell: Callable[[], Any]) -> None:
        def run() -> Any:
            cell = make_cell()
            return cell(here(draw(N, D)), cell.zero_state(N, tf.float32))

        same(*on_both(run))

    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_dynamic_rnn(self, make_cell: Callable[[], Any], with_lengths: bool) -> None:
        lengths = np.array([2, 0, 5]) if with_lengths else None

        def run() -> Any:
            x = here(draw(N, T, D))
            return tf.nn.dynamic_rnn(make_cell(), x, sequence_length=lengths, dtype=tf.float32)

        same(*on_both(run))

    def test_host_inputs_go_where_the_weights_are(self) -> None:
        def run() -> Any:
            cell = tf.nn.rnn_cell.BasicLSTMCell(H)
            return tf.nn.dynamic_rnn(cell, draw(N, T, D), dtype=tf.float32)

        same(*on_both(run))

    def test_bidirectional(self) -> None:
        def run() -> Any:
            fw, bw = (tf.nn.rnn_cell.BasicLSTMCell(H) for _ in range(2))
            lengths = np.array([2, 4, 5])
            return tf.nn.bidirectional_dynamic_rnn(fw, bw, here(draw(N, T, D)), lengths, dtype=tf.float32)

        same(*on_both(run))

    @pytest.mark.parametrize("with_embedding", [False, True])
    def test_ids(self, with_embedding: bool) -> None:
        def run() -> Any:
            cell = tf.nn.rnn_cell.BasicLSTMCell(H)
            state = cell.zero_state(2, tf.float32)
            table = tf.get_variable("embedding", [6, D]) if with_embedding else None
            how = {"embedding": table} if with_embedding else {"depth": D}
            outputs = []
            for ids in ([1, 3], [0, 2], [3, 3]):
                output, state = cell.step_ids(ids, state, **how)
                outputs.append(output)
            return outputs, state

        same(*on_both(run))


class TestGradients:
    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_through_a_cell(self, make_cell: Callable[[], Any], with_lengths: bool) -> None:
        lengths = np.array([2, 0, 5]) if with_lengths else None

        def run() -> Any:
            cell = make_cell()
            x = here(draw(N, T, D))
            outputs, pull = vjp.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32)
            grads = vjp.Gradients()
            d_x = pull(outputs * 2 - 1, into=grads)
            return [outputs, d_x, *(gradient for gradient, _ in grads.pairs())]

        same(*on_both(run), 1e-5)

    def test_through_a_language_model(self) -> None:
        ids, labels = np.array([[1, 5, 0], [2, 2, 4]]), np.array([[0, 3, 1], [4, 2, 0]])

        def run() -> Any:
            table = tf.get_variable("embedding", [6, D])
            w, b = tf.get_variable("w", [H, 5]), tf.get_variable("b", [5])
            x, pull_x = vjp.embedding_lookup(table, ids)
            cell = tf.nn.rnn_cell.BasicLSTMCell(H)
            hidden, pull_hidden = vjp.dynamic_rnn(cell, x, dtype=tf.float32)
            logits, pull_logits = vjp.dense(hidden, w, b)
            loss, pull_loss = vjp.softmax_cross_entropy(logits, labels)
            decay, pull_decay = vjp.l2([w], 0.1)
            grads = vjp.Gradients()
            pull_x(pull_hidden(pull_logits(pull_loss(), into=grads), into=grads), into=grads)
            pull_decay(into=grads)
            return [loss, decay, *(gradient for gradient, _ in grads.pairs())]

        same(*on_both(run), 1e-5)


class TestOptimizers:
    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_three_steps(self, name: str) -> None:
        def run() -> Any:
            optimizer = OPTIMIZERS[name]()
            v = tf.get_variable("v", [3, 7])
            step = tf.train.get_or_create_global_step()
            for k in range(3):
                optimizer.apply_gradients([(here(draw(3, 7, seed=k)), v)], step)
            slots = [optimizer.get_slot(v, slot) for slot in optimizer.get_slot_names()]
            return [arrays.unwrap(x) for x in (v, *slots)]

        same(*on_both(run))


class TestCheckpoints:
    @pytest.mark.parametrize("of_tensorflow", [False, True])
    @pytest.mark.parametrize("source", DEVICES)
    def test_from_one_device_to_the_other(self, tmp_path: Path, of_tensorflow: bool, source: str) -> None:
        target = DEVICES[source == DEVICES[0]]

        def build(seed: int, device: str) -> Any:
            tf.reset_default_graph()
            tf.set_random_seed(seed)
            with tf.device(device):
                cell = tf.nn.rnn_cell.BasicLSTMCell(H)
                tf.nn.dynamic_rnn(cell, here(draw(N, T, D)), dtype=tf.float32)
            return {v.op.name: v for v in tf.global_variables()}

        saved, path = build(1, source), str(tmp_path / "model")
        values = {name: v.numpy().copy() for name, v in saved.items()}
        if of_tensorflow:
            checkpoint.write_bundle(path, values)
        else:
            tf.train.Saver().save(path)
        restored = build(2, target)
        places = {name: arrays.unwrap(v) for name, v in restored.items()}
        tf.train.Saver().restore(path)
        for name, v in restored.items():
            assert arrays.unwrap(v) is places[name]
            assert isinstance(places[name], cupy.ndarray) == (target == "/gpu:0")
            np.testing.assert_array_equal(v.numpy(), values[name])
