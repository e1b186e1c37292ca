"""Savers in sessions of graphs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf


def initialized() -> Any:
    s = tf.Session()
    s.run(tf.global_variables_initializer())
    return s


def test_a_step_more_is_the_same_after_a_restore(tmp_path: Path) -> None:
    def network() -> tuple[Any, Any, Any]:
        w = tf.get_variable("w", initializer=[1.0, -2.0])
        step = tf.train.get_or_create_global_step()
        train = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(tf.square(w)), global_step=step)
        return w, step, train

    w, step, train = network()
    saver = tf.train.Saver()
    with initialized() as s:
        for _ in range(3):
            s.run(train)
        path = saver.save(s, str(tmp_path / "model.ckpt"), global_step=step)
        s.run(train)
        expected = s.run([w, step])
    assert os.path.basename(path) == "model.ckpt-3"
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "checkpoint", "model.ckpt-3.data-00000-of-00001", "model.ckpt-3.index", "model.ckpt-3.meta",
    ]  # fmt: skip
    assert [name for name, _ in tf.train.list_variables(path)] == [
        "beta1_power", "beta2_power", "global_step", "w", "w/Adam", "w/Adam_1",
    ]  # fmt: skip
    with tf.Graph().as_default(), tf.Session() as s:
        w, step, train = network()
        tf.train.Saver().restore(s, tf.train.latest_checkpoint(str(tmp_path)))  # no initializer ran
        s.run(train)
        found = s.run([w, step])
    np.testing.assert_array_equal(found[0], expected[0])
    assert found[1] == expected[1] == 4


def test_averages_are_restored_into_their_variables(tmp_path: Path) -> None:
    w = tf.get_variable("w", initializer=[1.0, 2.0])
    averages = tf.train.ExponentialMovingAverage(0.5)
    update, change = averages.apply([w]), tf.assign(w, [3.0, 4.0])
    with initialized() as s:
        s.run(change)
        s.run(update)
        path = tf.train.Saver().save(s, str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as s:
        w = tf.get_variable("w", [2])
        tf.train.Saver(tf.train.ExponentialMovingAverage(0.5).variables_to_restore()).restore(s, path)
        assert s.run(w).tolist() == [2.0, 3.0]


def test_the_oldest_go(tmp_path: Path) -> None:
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver(max_to_keep=2)
    with initialized() as s:
        for k in range(4):
            saver.save(s, str(tmp_path / "m"), global_step=k)
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [
        "", ".data-00000-of-00001", ".data-00000-of-00001", ".index", ".index", ".meta", ".meta",
    ]  # fmt: skip
    assert [os.path.basename(path) for path in saver.last_checkpoints] == ["m-2", "m-3"]


def test_what_was_saved_at_once_under_the_same_name_is_replaced(tmp_path: Path) -> None:
    path = str(tmp_path / "m")
    tf.enable_eager_execution()
    with tf.Graph().as_default():
        tf.Variable(1.0, name="v")
        tf.train.Saver().save(None, path)
    tf.disable_eager_execution()
    with tf.Graph().as_default():
        v = tf.Variable(2.0, name="v")
        saver = tf.train.Saver()
        with initialized() as s:
            saver.save(s, path)
        with tf.Session() as s:
            saver.restore(s, path)
            assert s.run(v) == 2


def test_initial_values_from_a_checkpoint(tmp_path: Path) -> None:
    tf.Variable([5.0, 6.0], name="old")
    with initialized() as s:
        path = tf.train.Saver().save(s, str(tmp_path / "m"))
    with tf.Graph().as_default():
        w, u = tf.get_variable("w", [2]), tf.Variable([1.0, 1.0], name="u")
        tf.train.init_from_checkpoint(path, {"old": "w"})
        tf.train.init_from_checkpoint(path, {"old": u})
        with initialized() as s:
            assert [value.tolist() for value in s.run([w, u])] == [[5.0, 6.0]] * 2


def test_what_does_not_fit(tmp_path: Path) -> None:
    tf.Variable([1.0, 2.0], name="v")
    path = str(tmp_path / "m")
    with tf.Session() as s, pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value v"):
        tf.train.Saver().save(s, path)
    with initialized() as s:
        tf.train.Saver().save(s, path)
    for value, name, error, original in (
        ([1.0, 2.0], "new", tf.errors.NotFoundError, "Key new not found in checkpoint"),
        ([1.0], "v", tf.errors.InvalidArgumentError, "Assign requires shapes of both tensors to match. lhs shape= [1]"),
        ([1, 2], "v", tf.errors.InvalidArgumentError, "tensor_name = v; expected dtype int32 does not equal original"),
    ):
        with tf.Graph().as_default(), tf.Session() as s:
            tf.Variable(value, name=name)
            with pytest.raises(error, match="^Restoring from checkpoint failed") as caught:
                tf.train.Saver().restore(s, path)
            assert str(caught.value).split("Original error:\n\n")[1].startswith(original)
    with pytest.raises(TypeError, match=r'^names_to_saveables must be a dict .*Not a variable: Tensor\("Const:0"'):
        tf.train.Saver({"a": tf.constant(1.0)})


@pytest.mark.parametrize("keep", [0, None])
def test_a_saver_that_keeps_all_notes_the_latest_alone(tmp_path: Path, keep: Any) -> None:
    tf.Variable(1.0)
    saver = tf.train.Saver(max_to_keep=keep)
    with initialized() as s:
        paths = [saver.save(s, str(tmp_path / "m"), step) for step in range(7)]
    assert saver.last_checkpoints == [] and all(map(tf.train.checkpoint_exists, paths))
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert state is not None and state.all_model_checkpoint_paths == [paths[-1]]
