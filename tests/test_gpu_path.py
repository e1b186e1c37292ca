"""Everything of fastscope that runs on /gpu:0, against the same on /cpu:0; and what it costs there.

On a GPU this is a test of the results. On the CPU double of CuPy (`pytest -p cupy_on_cpu`, with the
double's folder on PYTHONPATH) launches, products, copies and synchronisations are counted exactly as
well; with CUPY_ON_CPU_DEFER=1 work waits in its stream until something synchronises, so that whatever
reads too early reads the past. Without either these tests are skipped.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import arrays, checkpoint, vjp
from fastscope.arrays import to_numpy
from fastscope.fused import LSTMStateTuple, cuda_persist

if not arrays.gpu_count():
    pytest.skip("needs CuPy and a GPU, or CuPy on the CPU double: -p cupy_on_cpu", allow_module_level=True)

cupy = arrays.import_cupy()
double = sys.modules.get("cupy_on_cpu")
needs_double = pytest.mark.skipif(double is None, reason="only the CPU double counts")

DEVICES = ("/cpu:0", "/gpu:0")
T, N, D, H = 5, 3, 4, 8
EXAMPLES = Path(__file__).parent.parent / "examples"


def on_both(run: Callable[[], Any]) -> tuple[Any, Any]:
    """Return what `run` returns in an empty graph with /cpu:0 as the device, and with /gpu:0."""
    found = []
    for name in DEVICES:
        tf.reset_default_graph()
        tf.set_random_seed(7)
        with tf.device(name):
            found.append(run())
    return found[0], found[1]


def same(on_cpu: Any, on_gpu: Any, tolerance: float = 3e-6) -> None:
    """Compare two arrays, or nests of them; those of a GPU have to be CuPy's."""
    if isinstance(on_cpu, (list, tuple)):
        assert len(on_cpu) == len(on_gpu)
        for a, b in zip(on_cpu, on_gpu, strict=True):
            same(a, b, tolerance)
        return
    on_gpu = arrays.unwrap(on_gpu)
    assert isinstance(on_gpu, cupy.ndarray)
    assert on_gpu.dtype == on_cpu.dtype
    np.testing.assert_allclose(to_numpy(on_gpu), to_numpy(on_cpu), rtol=tolerance, atol=tolerance)


def draw(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng([seed, *shape]).normal(0.2, 0.7, shape).astype(np.float32)


def here(value: Any) -> Any:
    """Return a host array as an array of the device that is open."""
    return arrays.unwrap(tf.constant(value))


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


OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "sgd": lambda: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9),
    "nesterov": lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "rmsprop": lambda: tf.train.RMSPropOptimizer(0.01, momentum=0.5),
    "centered": lambda: tf.train.RMSPropOptimizer(0.01, centered=True),
    "adagrad": lambda: tf.train.AdagradOptimizer(0.1),
    "adam": lambda: tf.train.AdamOptimizer(0.01),
}
FUSED_OPTIMIZERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam")


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


def counted(run: Callable[[], Any]) -> dict[str, int]:
    """Return what the second call does on the device, memory for the pool aside; nothing = all zero."""
    assert double is not None
    run()
    cupy.cuda.runtime.deviceSynchronize()
    before = double.counts()
    result = run()
    syncs = double.counts()["syncs"] - before["syncs"]
    cupy.cuda.runtime.deviceSynchronize()
    del result
    found = double.counts(before) | {"syncs": syncs}
    return {name: k for name, k in found.items() if k and name not in ("mallocs", "frees")}


@needs_double
class TestCounts:
    """What the fused functions cost, exactly. No copy to the host and no synchronisation anywhere."""

    @pytest.fixture
    def five(self) -> tuple[Any, ...]:
        shapes = (T, N, D), (N, H), (N, H), (D + H, 4 * H), (4 * H,)
        return tuple(cupy.asarray(draw(*shape, seed=9)) for shape in shapes)

    def test_step(self, five: Any) -> None:
        from fastscope.fused import cuda

        x, *rest = five
        assert counted(lambda: cuda.lstm_step(x[0], *rest, 1.0)) == {"launches": 2, "gemms": 1}

    def test_step_ids(self, five: Any) -> None:
        from fastscope.fused import cuda

        ids, table = cupy.asarray([1, 3, 0]), cupy.asarray(draw(6, D))
        rest = five[1:]
        found = counted(lambda: cuda.lstm_step_ids(ids, *rest, 1.0))
        assert found == {"launches": 1, "gemms": 1}
        found = counted(lambda: cuda.lstm_step_ids(ids, *rest, 1.0, embedding=table))
        assert found == {"launches": 2, "gemms": 1}

    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_sequence(self, five: Any, with_lengths: bool) -> None:
        """One launch and one product a step, and the product of all inputs."""
        from fastscope.fused import cuda

        lengths = cupy.asarray(np.array([2, 0, 5])) if with_lengths else None
        found = counted(lambda: cuda.lstm_sequence(*five, 1.0, lengths))
        assert found == {"launches": T, "gemms": T + 1}

    def test_training(self, five: Any) -> None:
        """Forward, three copies for the tape; backward, three products over all steps, one sum."""
        from fastscope.fused import cuda

        found = counted(lambda: cuda.lstm_sequence(*five, 1.0, keep=True))
        assert found.pop("launches") + found.pop("d2d") == T + 3
        assert found == {"gemms": T + 1}
        d_outputs, d_state = cupy.ones((T, N, H), "float32"), LSTMStateTuple(five[1], five[2])
        _, _, tape = cuda.lstm_sequence(*five, 1.0, keep=True)
        found = counted(lambda: cuda.lstm_sequence_vjp(tape, d_outputs, d_state))
        assert found == {"launches": T + 1, "gemms": T + 3, "d2d": 1}

    def test_bias_of_many_rows(self) -> None:
        """More than 256 rows are added up in two launches."""
        from fastscope.fused import cuda

        shapes = (T, 60, D), (60, H), (60, H), (D + H, 4 * H), (4 * H,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        _, _, tape = cuda.lstm_sequence(*five, 1.0, keep=True)
        d_outputs = cupy.ones((T, 60, H), "float32")
        found = counted(lambda: cuda.lstm_sequence_vjp(tape, d_outputs, None))
        assert found == {"launches": T + 2, "gemms": T + 3, "d2d": 1}

    @pytest.mark.parametrize("name", FUSED_OPTIMIZERS)
    def test_optimizer(self, name: str) -> None:
        """One launch a variable."""
        with tf.device("/gpu:0"):
            optimizer = OPTIMIZERS[name]()
            variables = [tf.get_variable(f"v{k}", [3, 7]) for k in range(2)]
            pairs = [(cupy.asarray(draw(3, 7)), v) for v in variables]
            assert counted(lambda: optimizer.apply_gradients(pairs)) == {"launches": 2}

    def test_persist(self, five: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from fastscope.fused import cuda

        monkeypatch.setenv(cuda_persist.SWITCH, "1")
        found = counted(lambda: cuda.lstm_sequence(*five, 1.0))
        assert found.pop("gemms") == 1
        assert found.pop("launches") <= 2  # the kernel, and the zero it counts from
        assert not found


class TestPersist:
    @pytest.mark.parametrize("units", [8, 7])
    @pytest.mark.parametrize("keep", [False, True])
    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_equals_the_single_steps(
        self, monkeypatch: pytest.MonkeyPatch, units: int, keep: bool, with_lengths: bool
    ) -> None:
        from fastscope.fused import cuda

        shapes = (T, N, D), (N, units), (N, units), (D + units, 4 * units), (4 * units,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        lengths = cupy.asarray(np.array([2, 0, 5])) if with_lengths else None
        outputs, state, tape = cuda.lstm_sequence(*five, 1.0, lengths, keep=keep)
        monkeypatch.setenv(cuda_persist.SWITCH, "1")
        got, got_state, got_tape = cuda.lstm_sequence(*five, 1.0, lengths, keep=keep)
        same([outputs.get(), state.c.get(), state.h.get()], [got, got_state.c, got_state.h])
        if keep:
            same(tape.cells.get(), got_tape.cells)


class TestErrors:
    """Met by who calls `fused` directly; a kernel would stray in memory."""

    def test_shapes_and_dtypes(self) -> None:
        from fastscope.fused import cuda

        shapes = (T, N, D), (N, H), (N, H), (D + H, 4 * H), (4 * H,)
        x, c, h, kernel, bias = (cupy.asarray(draw(*shape)) for shape in shapes)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"c of shape \(3, 8\), got \(2, 8\)"):
            cuda.lstm_sequence(x, c[:2], h, kernel, bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"kernel of shape \(12, 32\), got"):
            cuda.lstm_step(x[0], c, h, kernel[1:], bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"x of shape \(5, 3, 4\), got"):
            cuda.lstm_sequence(x[:, :2], c, h, kernel, bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"x of shape \(T, N, D\), got"):
            cuda.lstm_sequence(x[0], c, h, kernel, bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"lengths of shape \(3\), got"):
            cuda.lstm_sequence(x, c, h, kernel, bias, 1.0, cupy.asarray([1, 2]))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"ids of shape \(3\), got"):
            cuda.lstm_step_ids(cupy.asarray([1, 2]), c, h, kernel, bias, 1.0)
        with pytest.raises(TypeError, match=r"got float64 for bias"):
            cuda.lstm_step(x[0], c, h, kernel, bias.astype("float64"), 1.0)
        _, _, tape = cuda.lstm_sequence(x, c, h, kernel, bias, 1.0, keep=True)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"d_outputs of shape \(5, 3, 8\)"):
            cuda.lstm_sequence_vjp(tape, x, None)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"of shape \(3, 8\), got \(12, 32\)"):
            cuda.sgd_update(c, kernel, 0.1)

    def test_no_inputs_at_all(self) -> None:
        """D = 0: the product of x with its part of the kernel is zero."""
        from fastscope.fused import cuda, reference

        shapes = (T, N, 0), (N, H), (N, H), (H, 4 * H), (4 * H,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        outputs, _, tape = cuda.lstm_sequence(*five, 1.0, keep=True)
        expected, _, reference_tape = reference.lstm_sequence(*five, 1.0, keep=True)
        same(expected.get(), outputs)
        grads = cuda.lstm_sequence_vjp(tape, outputs, None)
        wanted = reference.lstm_sequence_vjp(reference_tape, outputs, None)
        same([a.get() for a in wanted], list(grads), 1e-5)


class TestStreams:
    def test_arguments_by_name(self) -> None:
        from fastscope.fused import cuda

        w, g = cupy.ones(3, "float32"), cupy.arange(3, dtype="float32")
        cuda.sgd_update(lr=0.5, g=g, w=w)
        assert w.get().tolist() == [1.0, 0.5, 0.0]

    def test_work_goes_to_the_current_stream(self) -> None:
        from fastscope.fused import cuda

        shapes = (T, N, D), (N, H), (N, H), (D + H, 4 * H), (4 * H,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        expected = cuda.lstm_sequence(*five, 1.0)[0].get()
        cupy.cuda.runtime.deviceSynchronize()
        streams = [cupy.cuda.Stream(non_blocking=True) for _ in range(2)]
        found = []
        for stream in streams:
            with stream:
                found.append(cuda.lstm_sequence(*five, 1.0)[0])
        for stream, outputs in zip(streams, found, strict=True):
            stream.synchronize()
            same(expected, outputs, 0)


@pytest.fixture
def char_rnn(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The example, which is a module beside the tests and no part of fastscope."""
    pytest.importorskip("rich")
    if not (EXAMPLES / "char_rnn.py").exists():
        pytest.skip("the examples are not here")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    yield pytest.importorskip("char_rnn")
    for name in ("char_rnn", "char_rnn_display"):
        sys.modules.pop(name, None)


class TestCharRnn:
    BATCH, LAYERS, STEPS = 4, 2, 40  # 40 characters a step, in the example

    def training(self, char_rnn: Any, tmp_path: Path) -> Any:
        text = "".join(chr(97 + (k * k // 7 + k) % 23) for k in range(24_000))
        path = tmp_path / "text.txt"
        path.write_text(text)
        options = types.SimpleNamespace(
            batch_size=self.BATCH,
            layers=self.LAYERS,
            num_units=H,
            learning_rate=1e-2,
            keep_prob=1.0,
            temperature=0.6,
            output=tmp_path,
        )
        return char_rnn.Training(options, char_rnn.Corpus(str(path)))

    def test_trains_and_writes_as_on_the_cpu(self, char_rnn: Any, tmp_path: Path) -> None:
        def run() -> Any:
            training = self.training(char_rnn, tmp_path)
            losses = [training.train(0.1 * k) for k in range(4)]
            assert len(training.sample(12)) == 12
            return [losses, [arrays.unwrap(v) for v in training.network.variables()]]

        (cpu_losses, cpu_values), (losses, values) = on_both(run)
        same([np.asarray(loss) for loss in cpu_losses], losses, 1e-5)
        same(cpu_values, values, 1e-4)

    @needs_double
    def test_cost_of_a_training_step(self, char_rnn: Any, tmp_path: Path) -> None:
        """The ids and the labels go up, nothing comes back, nothing waits."""
        with tf.device("/gpu:0"):
            training = self.training(char_rnn, tmp_path)
            found = counted(lambda: training.train(0.0))
        ids = self.STEPS * self.BATCH
        assert (found.pop("h2d"), found.pop("h2d_bytes")) == (2, 2 * ids * 4)
        lstm = self.LAYERS * ((self.STEPS + 1) + (self.STEPS + 3))
        assert found.pop("gemms") == lstm + 3
        # Two launches a layer and step, and 75 launches and copies for all the rest of the training.
        assert found.pop("launches") + found.pop("d2d") == 2 * self.LAYERS * self.STEPS + 75
        assert not found
