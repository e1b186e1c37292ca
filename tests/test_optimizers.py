"""Optimizers against TensorFlow's trajectories, their slots, and what they refuse."""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import vjp
from fastscope.arrays import gpu_count
from fastscope.errors import FailedPreconditionError

GOLDEN = pathlib.Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))
import rnn_programs as programs  # noqa: E402

RECORD_AGAIN = "record again: TF_USE_LEGACY_KERAS=1 python tests/golden/record_rnn.py"
RECORDED = json.loads((GOLDEN / "rnn.json").read_text())


def numbers(name: str, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    return programs.numbers(name, shape).astype(dtype)


def weights() -> list[Any]:
    """m/w [2, 3] and m/b [3] with the numbers of their names."""
    with tf.variable_scope("m"):
        made = [tf.get_variable("w", [2, 3]), tf.get_variable("b", [3])]
    for v in made:
        v.load(numbers(v.op.name, tuple(v.shape)))
    return made


def test_programs_are_the_recorded_ones() -> None:
    assert [(c["case"], c["code"]) for c in RECORDED["optimizers"]] == programs.OPTIMIZERS, RECORD_AGAIN


@pytest.fixture(autouse=True)
def host_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a GPU it would be the default; the values of these tests are NumPy's."""
    monkeypatch.setenv("FASTSCOPE_DEVICE", "/cpu:0")


@pytest.fixture(params=["/cpu:0", pytest.param("/gpu:0", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> Any:
    if request.param == "/gpu:0" and not gpu_count():
        pytest.skip("needs CuPy and a GPU")
    with tf.Graph().as_default(), tf.device(request.param):
        yield request.param


def address(v: Any) -> int:
    array = v.array
    return int(array.ctypes.data if isinstance(array, np.ndarray) else array.data.ptr)


@pytest.mark.parametrize("as_store", [False, True], ids=["pairs", "store"])
@pytest.mark.parametrize("recorded", RECORDED["optimizers"], ids=lambda c: c["case"])
def test_trajectory(recorded: dict[str, Any], as_store: bool, device: str) -> None:
    pair = weights()
    buffers = [address(v) for v in pair]
    step = tf.Variable(0, trainable=False, name="step")
    optimizer = eval(recorded["code"], {"tf": tf, "step": step})
    for t, expected in enumerate(recorded["steps"]):
        grads = [numbers(f"grad {t} {v.op.name}", tuple(v.shape)) for v in pair]
        before = [v.version for v in pair]
        if as_store:
            store = vjp.Gradients()
            for v, g in zip(pair, grads, strict=True):
                store.add(v, tf.constant(g))
            optimizer.apply_gradients(store, global_step=step)
        else:
            optimizer.apply_gradients(zip(grads, pair, strict=True), global_step=step)
        for v, value in zip(pair, expected, strict=True):
            np.testing.assert_allclose(v.numpy(), value, rtol=0, atol=1e-6)
        assert all(v.version > old for v, old in zip(pair, before, strict=True))
    assert buffers == [address(v) for v in pair]
    assert [v.name for v in tf.global_variables()] == recorded["variables"], RECORD_AGAIN
    assert [v.name for v in optimizer.variables()] == recorded["optimizer_variables"]
    assert {name: [optimizer.get_slot(v, name).name for v in pair] for name in optimizer.get_slot_names()} == recorded[
        "slots"
    ]
    for v in tf.global_variables():
        np.testing.assert_allclose(v.numpy(), recorded["final"][v.name], rtol=0, atol=1e-6)


@pytest.mark.parametrize("recorded", RECORDED["clip_by_global_norm"], ids=lambda c: str(c["clip_norm"]))
def test_clip_by_global_norm(recorded: dict[str, Any]) -> None:
    arrays = [numbers("clip a", (2, 3)), None, numbers("clip b", (4,))]
    kept = [None if a is None else a.copy() for a in arrays]
    clipped, norm = tf.clip_by_global_norm(arrays, recorded["clip_norm"], recorded["use_norm"])
    np.testing.assert_allclose(norm, recorded["norm"], rtol=1e-6)
    assert [c is None for c in clipped] == recorded["none"]
    for c, expected in zip([c for c in clipped if c is not None], recorded["values"], strict=True):
        assert c.dtype == np.float32
        np.testing.assert_allclose(c, expected, rtol=0, atol=1e-6)
    for a, before in zip(arrays, kept, strict=True):
        assert a is None or (a == before).all()
    if recorded["use_norm"] is None:
        np.testing.assert_allclose(tf.global_norm(arrays), recorded["norm"], rtol=1e-6)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_clip_of_an_infinite_norm_is_nan(bad: float) -> None:
    clipped, _ = tf.clip_by_global_norm([np.array([1.0, bad], np.float32)], 1.0)
    assert np.isnan(clipped[0]).all()


@pytest.mark.parametrize("wrong", [np.ones(2, np.float32), vjp.Gradients(), "ab"])
def test_a_norm_is_of_a_list(wrong: Any) -> None:
    for function in (tf.global_norm, lambda t: tf.clip_by_global_norm(t, 1.0)):
        with pytest.raises(TypeError, match="t_list should be a sequence: a list or tuple of gradients, got"):
            function(wrong)


def test_a_norm_is_not_negative() -> None:
    with pytest.raises(ValueError, match="clip_norm is the largest norm that is left.*got -1"):
        tf.clip_by_global_norm([np.ones(2, np.float32)], -1)


class TestSlots:
    def test_made_in_advance(self) -> None:
        with tf.Graph().as_default():
            pair = weights()
            optimizer = tf.train.AdamOptimizer()
            optimizer.create_slots(pair)
            names = [v.name for v in tf.global_variables()]
            assert names[2:4] == ["beta1_power:0", "beta2_power:0"] and len(names) == 8
            optimizer.apply_gradients([(v.numpy(), v) for v in pair])
            assert [v.name for v in tf.global_variables()] == names

    def test_lie_below_the_variable_scope_and_powers_below_the_name_scope(self) -> None:
        with tf.Graph().as_default():
            w = weights()[0]
            with tf.variable_scope("train"), tf.name_scope("opt"):
                tf.train.AdamOptimizer(0.1).apply_gradients([(w.numpy(), w)])
            assert [v.name for v in tf.global_variables()][2:] == [
                "train/opt/beta1_power:0",
                "train/opt/beta2_power:0",
                "train/m/w/Adam:0",
                "train/m/w/Adam_1:0",
            ]
            assert [v.name for v in tf.trainable_variables()] == ["m/w:0", "m/b:0"]

    @pytest.mark.parametrize("name", ["Adam", "Momentum", "RMSProp", "Adagrad"])
    def test_do_not_raise_under_reuse(self, name: str) -> None:
        rates = {"Momentum": (0.1, 0.9)}.get(name, (0.1,))
        with tf.Graph().as_default(), tf.variable_scope("m") as scope:
            w = tf.get_variable("w", [2])
            scope.reuse_variables()
            optimizer = getattr(tf.train, f"{name}Optimizer")(*rates)
            optimizer.apply_gradients([(np.ones(2, np.float32), w)])
            assert f"m/m/w/{name}" in [v.op.name for v in optimizer.variables()]
            with pytest.raises(ValueError, match="does not exist"):
                tf.get_variable(f"m/w/{name}", [2])

    def test_a_second_optimizer_has_its_own(self) -> None:
        with tf.Graph().as_default():
            w = weights()[0]
            one, two = tf.train.AdamOptimizer(0.1), tf.train.AdamOptimizer(0.1)
            for optimizer in (one, two, one):
                optimizer.apply_gradients([(w.numpy(), w)])
            names = [optimizer.get_slot(w, slot).op.name for optimizer in (one, two) for slot in "mv"]
            assert names == ["m/w/Adam", "m/w/Adam_1", "m/w/Adam_2", "m/w/Adam_3"]

    def test_follow_dtype_and_initializer_runs(self) -> None:
        with tf.Graph().as_default():
            w = tf.Variable(np.ones(2), name="w")
            optimizer = tf.train.RMSPropOptimizer(0.1)
            assert optimizer.get_slot(w, "rms") is None and optimizer.variables() == []
            optimizer.apply_gradients([(np.full(2, 3.0), w)])
            rms = optimizer.get_slot(w, "rms")
            assert rms.dtype == tf.float64 and not rms.trainable
            np.testing.assert_allclose(rms.numpy(), 1 + 0.1 * 8)
            tf.global_variables_initializer().run()
            assert (rms.numpy() == 1).all() and (w.numpy() == 1).all()


class TestApplying:
    def test_constraint_holds_after_the_step(self) -> None:
        with tf.Graph().as_default():
            w = tf.get_variable("w", [3], initializer=tf.zeros_initializer(), constraint=lambda v: np.maximum(v, 0))
            grads = np.array([1, -1, 2], np.float32)
            tf.train.GradientDescentOptimizer(0.5).apply_gradients([(grads, w)])
            np.testing.assert_array_equal(w.numpy(), np.float32([0, 0.5, 0]))

    def test_none_skips_a_variable(self) -> None:
        with tf.Graph().as_default():
            w, b = weights()
            before = w.numpy()
            tf.train.AdamOptimizer(0.1).apply_gradients([(None, w), (np.ones(3, np.float32), b)])
            np.testing.assert_array_equal(w.numpy(), before)

    def test_a_write_that_is_interrupted_is_noticed(self) -> None:
        class Interrupted(tf.train.GradientDescentOptimizer):
            def _update(self, w: Any, slots: Any, g: Any, *numbers: float) -> None:
                super()._update(w, slots, g, *numbers)
                raise KeyboardInterrupt

        v = tf.Variable([1.0, 2.0])
        _, version = v.numpy(), v.version
        with pytest.raises(KeyboardInterrupt):
            Interrupted(1.0).apply_gradients([(np.ones(2, np.float32), v)])
        assert (v.numpy().tolist(), v.version) == ([0, 1], version + 1)

    def test_rate_as_number_variable_and_callable(self) -> None:
        with tf.Graph().as_default():
            rate = tf.Variable(0.5, trainable=False)
            for given in (0.5, rate, lambda: 0.5, np.float32(0.5), lambda: rate):
                w = tf.Variable(np.ones(2, np.float32))
                tf.train.GradientDescentOptimizer(given).apply_gradients([(w.numpy(), w)])
                np.testing.assert_array_equal(w.numpy(), np.float32([0.5, 0.5]))
            w = tf.Variable(np.ones(2, np.float32))
            optimizer = tf.train.GradientDescentOptimizer(rate)
            rate.assign(0.25)
            optimizer.apply_gradients([(w.numpy(), w)])
            assert (w.numpy() == 0.75).all()

    def test_the_operation_has_run_and_runs_no_more(self) -> None:
        with tf.Graph().as_default():
            w = tf.Variable(np.ones(2, np.float32))
            optimizer = tf.train.GradientDescentOptimizer(0.25)
            train = optimizer.apply_gradients([(np.ones(2, np.float32), w)])
            assert train.name == "GradientDescent" and (w.numpy() == 0.75).all()
            train.run()
            assert (w.numpy() == 0.75).all()
            with pytest.raises(FailedPreconditionError, match="call apply_gradients again"):
                train.run()

    def test_a_restored_optimizer_goes_on_where_the_first_one_was(self) -> None:
        """Adam's step is in its powers, so loading its variables is enough."""

        def step(optimizer: Any, w: Any, t: int) -> None:
            optimizer.apply_gradients([(numbers(f"{t}", (3,)), w)])

        with tf.Graph().as_default():
            w, again = (tf.Variable(numbers("w", (3,)), name="w") for _ in range(2))
            first, second = tf.train.AdamOptimizer(0.1), tf.train.AdamOptimizer(0.1)
            for t in range(3):
                step(first, w, t)
            step(second, again, 7)
            for source, target in zip([*first.variables(), w], [*second.variables(), again], strict=True):
                target.load(source.numpy())
            for t in range(3, 6):
                step(first, w, t)
                step(second, again, t)
            np.testing.assert_array_equal(again.numpy(), w.numpy())


class TestErrors:
    def test_messages(self) -> None:
        with tf.Graph().as_default():
            w = tf.Variable(np.ones((2, 3), np.float32), name="w")
            g = np.ones((2, 3), np.float32)
            optimizer = tf.train.AdamOptimizer(0.1)
            with pytest.raises(NotImplementedError, match=r"AdamOptimizer.minimize.*\n.*value_and_grad"):
                optimizer.minimize(g)
            with pytest.raises(NotImplementedError, match=r"AdamOptimizer.compute_gradients"):
                optimizer.compute_gradients(g)
            with pytest.raises(ValueError, match="No variables provided"):
                optimizer.apply_gradients(vjp.Gradients())
            with pytest.raises(ValueError, match=r"No gradients provided for any variable.*'w:0'"):
                optimizer.apply_gradients([(None, w)])
            with pytest.raises(TypeError, match=r"\(gradient, variable\) pairs in this order"):
                optimizer.apply_gradients([(w, g)])
            with pytest.raises(TypeError, match=r"\(gradient, variable\) pairs in this order"):
                optimizer.apply_gradients([g])
            with pytest.raises(ValueError, match=r"gradient of w:0.*\(2, 3\), got \(3, 2\)"):
                optimizer.apply_gradients([(g.T, w)])
            with pytest.raises(TypeError, match=r"gradient of w:0 has to be float32.*got float64"):
                optimizer.apply_gradients([(g.astype(np.float64), w)])
            with pytest.raises(TypeError, match=r"has to be a number.*'fast'"):
                tf.train.AdamOptimizer("fast").apply_gradients([(g, w)])

            with pytest.raises(TypeError, match=r"global_step has to be a Variable.*got 7"):
                tf.train.AdamOptimizer(0.1).apply_gradients([(g, w)], global_step=7)

    @pytest.mark.parametrize("make", [tf.train.AdamOptimizer, tf.train.AdagradOptimizer, tf.train.RMSPropOptimizer])
    def test_a_step_that_fails_leaves_no_slots(self, make: Any) -> None:
        with tf.Graph().as_default():
            w = tf.Variable(np.ones((2, 3), np.float32), name="w")
            g = np.ones((2, 3), np.float32)
            with pytest.raises(TypeError):
                make("fast").apply_gradients([(g, w)])
            with pytest.raises(TypeError):
                make(0.1).apply_gradients([(g, w)], 7)
            assert tf.global_variables() == [w]
            optimizer = make(0.1)
            optimizer.apply_gradients([(g, w)])
            assert f"w/{optimizer.get_name()}:0" in [slot.name for slot in optimizer.variables()]

    @pytest.mark.parametrize(
        "optimizer",
        [
            tf.train.GradientDescentOptimizer(0.1),
            tf.train.MomentumOptimizer(0.1, 0.9),
            tf.train.AdamOptimizer(0.1),
            tf.train.RMSPropOptimizer(0.1),
            tf.train.RMSPropOptimizer(0.1, centered=True),
            tf.train.AdagradOptimizer(0.1),
        ],
    )
    def test_variables_without_elements_and_swapped_gradients(self, optimizer: Any) -> None:
        with tf.Graph().as_default():
            v, w = tf.Variable(np.zeros((0, 3), np.float32)), tf.Variable(np.ones(2, np.float32))
            optimizer.apply_gradients([(np.zeros((0, 3), np.float32), v), (np.ones(2, ">f4"), w)])
            assert v.numpy().shape == (0, 3) and (w.numpy() < 1).all()

    def test_nothing_is_written_when_one_gradient_is_wrong(self) -> None:
        with tf.Graph().as_default():
            w, b = weights()
            before = w.numpy()
            with pytest.raises(ValueError, match="m/b"):
                tf.train.GradientDescentOptimizer(1.0).apply_gradients(
                    [(np.ones((2, 3), np.float32), w), (np.ones(2, np.float32), b)]
                )
            np.testing.assert_array_equal(w.numpy(), before)


class TestGradients:
    def test_is_a_mapping_in_the_order_of_first_additions(self) -> None:
        with tf.Graph().as_default():
            w, b = weights()
            grads = vjp.Gradients()
            first = numbers("one", (3,))
            kept = first.copy()
            grads.add(b, first)
            grads.add(w, numbers("two", (2, 3)))
            for k in range(3):
                grads.add(b, numbers(f"more {k}", (3,)))
            assert list(grads) == [b, w] and len(grads) == 2 and w in grads
            total = kept + sum(numbers(f"more {k}", (3,)) for k in range(3))
            np.testing.assert_allclose(grads[b], total, atol=1e-6)
            np.testing.assert_array_equal(first, kept)
            assert [v for _, v in grads.pairs()] == [b, w]
            assert "m/b:0" in repr(grads)
            square = sum(float((g.astype(np.float64) ** 2).sum()) for g in grads.values())
            np.testing.assert_allclose(grads.global_norm(), square**0.5, rtol=1e-6)
            grads.zero()
            assert len(grads) == 0 and grads.global_norm() == 0

    def test_parts_of_a_partitioned_variable(self) -> None:
        with tf.Graph().as_default():
            whole = tf.get_variable("w", [5, 2], partitioner=tf.fixed_size_partitioner(2))
            grads, g = vjp.Gradients(), numbers("g", (5, 2))
            grads.add(whole, g)
            np.testing.assert_array_equal(np.concatenate(list(grads.values())), g)
            with pytest.raises(ValueError, match=r"gradient of w has to have.*\(5, 2\), got \(2, 5\)"):
                grads.add(whole, g.T)

    def test_refuses_what_is_no_variable(self) -> None:
        with pytest.raises(TypeError, match="custom getter"):
            vjp.Gradients().add(np.ones(2), np.ones(2))
