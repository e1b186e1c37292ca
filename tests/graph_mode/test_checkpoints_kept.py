"""What a program does to checkpoints itself, Savers that are built later, and loops around a Supervisor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

# ---- the state file; its texts are those of TensorFlow 1.15


def test_the_state_file(tmp_path: Path) -> None:
    folder, file = str(tmp_path), tmp_path / "checkpoint"
    latest = str(tmp_path / "m-1")
    tf.train.update_checkpoint_state(folder, latest, [str(tmp_path / "m-0")])
    assert file.read_text() == (
        f'model_checkpoint_path: "{latest}"\n'
        f'all_model_checkpoint_paths: "{tmp_path / "m-0"}"\nall_model_checkpoint_paths: "{latest}"\n'
    )
    tf.train.update_checkpoint_state(folder, "m-2", ["m-1", "m-2"], "last")
    assert (tmp_path / "last").read_text() == (
        'model_checkpoint_path: "m-2"\nall_model_checkpoint_paths: "m-1"\nall_model_checkpoint_paths: "m-2"\n'
    )
    times = {"all_model_checkpoint_timestamps": [1.0, 2.5], "last_preserved_timestamp": 3.0}
    tf.train.update_checkpoint_state(folder, "m-2", ["m-1", "m-2"], **times)  # type: ignore[arg-type]
    assert file.read_text() == (
        'model_checkpoint_path: "m-2"\nall_model_checkpoint_paths: "m-1"\nall_model_checkpoint_paths: "m-2"\n'
        "all_model_checkpoint_timestamps: 1.0\nall_model_checkpoint_timestamps: 2.5\nlast_preserved_timestamp: 3.0\n"
    )
    state = tf.train.get_checkpoint_state(folder)
    assert state is not None
    assert state.all_model_checkpoint_paths == [str(tmp_path / "m-1"), str(tmp_path / "m-2")]
    assert (state.all_model_checkpoint_timestamps, state.last_preserved_timestamp) == ([1.0, 2.5], 3.0)
    with pytest.raises(ValueError, match=r"must match checkpoint paths \(got paths \['m-1', 'm-2'\] and timestamps \["):
        tf.train.update_checkpoint_state(folder, "m-2", ["m-1"], all_model_checkpoint_timestamps=[1.0])
    with pytest.raises(RuntimeError, match="conflicts with path used for checkpoint state. Please use a different"):
        tf.train.update_checkpoint_state(folder, str(file))


def test_paths_beside_the_state_file() -> None:
    state = tf.train.generate_checkpoint_state_proto("rel", "rel/m-2", ["rel/m-1", "/abs/m-0"])
    assert state.model_checkpoint_path == "m-2"
    assert state.all_model_checkpoint_paths == ["m-1", "/abs/m-0", "m-2"]


def test_times_and_removal(tmp_path: Path) -> None:
    with tf.Session() as session:
        session.run(tf.Variable(1.0).initializer)
        saver = tf.train.Saver()
        first, second = (saver.save(session, str(tmp_path / "m"), step) for step in (1, 2))
    os.utime(first + ".index", (100, 100))
    times = tf.train.get_checkpoint_mtimes([first, str(tmp_path / "none"), second])
    assert times[0] == 100 and len(times) == 2
    tf.train.remove_checkpoint(first)
    tf.train.remove_checkpoint(str(tmp_path / "none"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint", "m-2.data-00000-of-00001", "m-2.index", "m-2.meta",
    ]  # fmt: skip
    assert list(tf.train.checkpoints_iterator(str(tmp_path), timeout=0)) == [second]


def test_names_of_the_state_file(tmp_path: Path) -> None:
    with tf.Session() as session:
        session.run(tf.Variable(1.0).initializer)
        saver = tf.train.Saver()
        with pytest.raises(ValueError, match="'latest_filename' must not contain path components, got 'a/b'"):
            saver.save(session, str(tmp_path / "x"), latest_filename="a/b")
        with pytest.raises(ValueError, match="'latest_filename' collides with 'save_path': 'checkpoint' and "):
            saver.save(session, str(tmp_path / "checkpoint"))
        assert not list(tmp_path.iterdir())


# ---- built later


def test_a_saver_that_is_built_later(tmp_path: Path) -> None:
    saver = tf.train.Saver(defer_build=True)
    v = tf.Variable(3.0, name="v")
    with tf.Session() as session:
        session.run(v.initializer)
        for call in (saver.save, saver.restore):
            with pytest.raises(RuntimeError, match=r"`build\(\)` should be called before save if defer_build==True"):
                call(session, str(tmp_path / "m"))
        saver.build()
        tf.Variable(4.0, name="later")
        saver.build()  # it has its variables
        path = saver.save(session, str(tmp_path / "m"))
        assert tf.train.list_variables(path) == [("v", [])]
    with pytest.raises(ValueError, match="If `var_list` is provided then build cannot be deferred"):
        tf.train.Saver([v], defer_build=True)


def test_a_scaffold_builds_its_saver(tmp_path: Path) -> None:
    scaffold = tf.train.Scaffold(saver=tf.train.Saver(defer_build=True))
    count = tf.assign_add(tf.train.get_or_create_global_step(), 1)
    with tf.train.MonitoredTrainingSession(checkpoint_dir=str(tmp_path), scaffold=scaffold) as session:
        session.run(count)
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-1")


# ---- loops


def test_a_loop_around_a_supervisor(tmp_path: Path) -> None:
    supervisor = tf.train.Supervisor(logdir=str(tmp_path))
    calls: list[Any] = []

    def step(session: Any, number: int, name: str) -> None:
        calls.append((number, name))
        if len(calls) == 1:
            raise tf.errors.AbortedError(None, None, "begin anew")
        if len(calls) == 3:
            supervisor.request_stop()

    tf.train.basic_train_loop(supervisor, step, args=(7,), kwargs={"name": "x"})
    assert calls == [(7, "x")] * 3
    other = tf.train.Supervisor(logdir=str(tmp_path))
    with pytest.raises(ZeroDivisionError):
        tf.train.basic_train_loop(other, lambda session: 1 / 0)


# ---- names


def test_what_is_the_same_under_another_name() -> None:
    assert tf.train.piecewise_constant_decay is tf.train.piecewise_constant
    assert tf.train.queue_runner.QueueRunner is tf.train.QueueRunner
    assert tf.train.queue_runner.add_queue_runner is tf.train.add_queue_runner
    tf.train.assert_global_step(tf.train.create_global_step())
    with pytest.raises(TypeError, match='Existing "global_step" is not scalar'):
        tf.train.assert_global_step(tf.constant([1]))


def test_the_shape_of_a_sparse_tensor_need_not_be_fed() -> None:
    x = tf.SparseTensor(tf.placeholder(tf.int64, [None, 2]), tf.placeholder(tf.float32, [None]), [2, 3])
    dense = tf.sparse_tensor_to_dense(x)
    places, values = np.array([[0, 1], [1, 2]]), np.float32([5, 7])
    with tf.Session() as session:
        for feed in ((places, values), tf.SparseTensorValue(places, values, [2, 3])):
            assert session.run(dense, {x: feed}).tolist() == [[0, 5, 0], [0, 0, 7]]
        with pytest.raises(ValueError, match="Key had 3 elements, but value had 1 elements"):
            session.run(dense, {x: (places,)})
