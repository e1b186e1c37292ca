"""What monitored sessions are made of, as in TensorFlow 1.15: SessionManager, Scaffold, sessions that begin anew."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

import fastscope.compat.v1 as tf


@pytest.fixture
def model() -> Any:
    """A step that counts, and what counts it."""
    step = tf.train.get_or_create_global_step()
    return step, tf.assign_add(step, 1)


class AbortsOnce(tf.train.SessionRunHook):
    def __init__(self, error: Exception) -> None:
        self._error, self.begun = error, 0

    def after_create_session(self, session: Any, coord: Any) -> None:
        self.begun += 1

    def before_run(self, run_context: Any) -> None:
        if self.begun == 1 and run_context.original_args.fetches == "global_step:0":
            raise self._error


@pytest.mark.parametrize("error", [tf.errors.AbortedError, tf.errors.UnavailableError])
def test_a_session_that_was_lost_begins_anew(model: Any, error: Any) -> None:
    count = model[1]
    hook = AbortsOnce(error(None, None, "lost"))
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        session.run(count)
        assert session.run("global_step:0") == 0 and hook.begun == 2  # the initializer ran again
    hook = AbortsOnce(error(None, None, "lost"))
    with pytest.raises(error, match="lost"), tf.train.SingularMonitoredSession(hooks=[hook]) as session:
        session.run("global_step:0")


def test_an_error_of_tensorflow_s_three_arguments_has_a_message() -> None:
    error = tf.errors.OutOfRangeError(None, None, "the end")
    assert error.message == str(error) == "the end" and error.op is None
    assert tf.errors.AlreadyExistsError(None, None, "there").message == "there"


def test_what_a_thread_raised_is_raised_by_the_session(model: Any) -> None:
    class Fails(tf.train.SessionRunHook):
        def after_create_session(self, session: Any, coord: Any) -> None:
            coord.request_stop(tf.errors.UnknownError(None, None, "of a thread"))

    with pytest.raises(tf.errors.UnknownError, match="of a thread"), tf.train.MonitoredSession(hooks=[Fails()]) as mine:
        assert mine.should_stop()
        mine.run("no such thing")


def test_only_one_hook_feeds_a_tensor(model: Any) -> None:
    fed = tf.placeholder(tf.float32, [])
    hooks = [tf.train.FeedFnHook(lambda: {fed: 1.0}) for _ in range(2)]
    with (
        pytest.raises(RuntimeError, match="Same tensor is fed by two hooks"),
        tf.train.MonitoredSession(hooks=hooks) as session,
    ):
        session.run(fed)


def test_a_scaffold_finds_or_makes_what_is_needed(model: Any) -> None:
    tf.summary.scalar("s", tf.constant(1.0))
    made = tf.train.Scaffold().finalize()
    for key, part in (
        (tf.GraphKeys.INIT_OP, made.init_op),
        (tf.GraphKeys.READY_OP, made.ready_op),
        (tf.GraphKeys.READY_FOR_LOCAL_INIT_OP, made.ready_for_local_init_op),
        (tf.GraphKeys.LOCAL_INIT_OP, made.local_init_op),
        (tf.GraphKeys.SUMMARY_OP, made.summary_op),
        (tf.GraphKeys.SAVERS, made.saver),
    ):
        assert tf.get_collection(key) == [part]
    again = tf.train.Scaffold().finalize()
    assert again.init_op is made.init_op and again.saver is made.saver
    copied = tf.train.Scaffold(init_op="mine", init_fn=lambda *_: None, copy_from_scaffold=made)
    assert copied.init_op == "mine" and copied.saver is made.saver and copied.init_fn is not None
    with pytest.raises(TypeError, match="copy_from_scaffold is not a Scaffold instance"):
        tf.train.Scaffold(copy_from_scaffold=1)
    tf.get_collection_ref(tf.GraphKeys.READY_OP).append("second")
    with pytest.raises(RuntimeError, match=r"More than one item in the collection .*Scaffold\(ready_op="):
        tf.train.Scaffold().finalize()


# ---- SessionManager


def test_a_manager_prepares_and_recovers(model: Any, tmp_path: Path) -> None:
    step, count = model
    local = tf.Variable(step.initialized_value() + 5, trainable=False, collections=[tf.GraphKeys.LOCAL_VARIABLES])
    saver, asked = tf.train.Saver([step]), tf.report_uninitialized_variables()
    of_the_step = tf.report_uninitialized_variables([step])
    manager = tf.train.SessionManager(local.initializer, asked, ready_for_local_init_op=of_the_step)
    folder = str(tmp_path)
    with pytest.raises(RuntimeError, match="did not make model ready for local_init. .*initialized: global_step"):
        manager.prepare_session("", saver=saver, checkpoint_dir=folder)
    session, recovered = manager.recover_session("", saver, folder)
    assert not recovered
    ran = []
    session = manager.prepare_session("", step.initializer, saver, folder, init_fn=ran.append)
    assert ran == [session] and session.run(local) == 5
    session.run(count)
    path = saver.save(session, f"{folder}/model")
    session.run(step.initializer)
    session, recovered = manager.recover_session("", saver, folder)
    assert recovered and session.run(step) == 1
    assert manager.prepare_session("", saver=saver, checkpoint_filename_with_path=path).run(step) == 1
    with pytest.raises(ValueError, match="Can not provide both checkpoint_dir and checkpoint_filename_with_path"):
        manager.prepare_session("", saver=saver, checkpoint_dir=folder, checkpoint_filename_with_path=path)


def test_a_manager_tells_what_is_missing(model: Any) -> None:
    with pytest.raises(RuntimeError, match="Model is not initialized and no init_op or init_fn or local_init_op"):
        tf.train.SessionManager().prepare_session("")
    asked = tf.report_uninitialized_variables()
    with pytest.raises(RuntimeError, match="did not make model ready. .*Variables not initialized: global_step"):
        tf.train.SessionManager(ready_op=asked).prepare_session("", tf.no_op())
    with pytest.raises(ValueError, match="If you pass a ready_for_local_init_op you must also pass a local_init_op"):
        tf.train.SessionManager(ready_for_local_init_op=asked)


def test_one_session_waits_for_another(model: Any) -> None:
    step, _ = model
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables(), recovery_wait_secs=0.05)
    with pytest.raises(tf.errors.DeadlineExceededError, match="Session was not ready after waiting 0.02 secs"):
        manager.wait_for_session("", max_wait_secs=0.02)
    chief = tf.Session()

    def later() -> None:
        time.sleep(0.1)
        chief.run(step.initializer)

    thread = threading.Thread(target=later)
    thread.start()
    assert manager.wait_for_session("", max_wait_secs=60).run(step) == 0
    thread.join()
    with tf.train.MonitoredTrainingSession(is_chief=False, chief_only_hooks=["not looked at"]) as session:
        assert session.run(step) == 0


# ---- hooks


def test_a_hook_waits_for_a_step(model: Any) -> None:
    step, count = model
    hook = tf.train.GlobalStepWaiterHook(2)
    chief = tf.Session()
    chief.run([step.initializer])
    for _ in range(2):
        chief.run(count)
    with tf.train.MonitoredTrainingSession(is_chief=False, hooks=[hook]) as session:
        assert session.run(step) == 2
    assert tf.train.GlobalStepWaiterHook(0).before_run(None) is None


def test_hooks_look_at_their_arguments(model: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="You cannot provide both saver and scaffold"):
        tf.train.CheckpointSaverHook(str(tmp_path), 1, saver=tf.train.Saver(), scaffold=tf.train.Scaffold())
    with pytest.raises(ValueError, match="invalid every_n_iter=0"):
        tf.train.LoggingTensorHook(["x"], every_n_iter=0)
    with pytest.raises(ValueError, match="Exactly one of every_n_steps and every_n_secs"):
        tf.train.StepCounterHook(every_n_secs=1.0)
    hook = tf.train.CheckpointSaverHook(str(tmp_path), save_steps=1)
    with pytest.raises(RuntimeError, match="No items in collection savers"):
        hook._found_saver()


def test_a_step_that_nobody_counts_is_told(model: Any, caplog: Any) -> None:
    hook = tf.train.StepCounterHook(every_n_steps=1)
    tf.logging.set_verbosity(tf.logging.INFO)
    with tf.train.MonitoredSession(hooks=[hook]) as session, caplog.at_level("WARNING", "tensorflow"):
        for _ in range(2):
            session.run("global_step:0")
    tf.logging.set_verbosity(tf.logging.WARN)
    assert any("has not been increased. Current value (could be stable): 0" in line for line in caplog.messages)


# ---- the supervisor


def test_a_supervisor_that_is_no_chief() -> None:
    with tf.device("/cpu:0"):
        step = tf.train.get_or_create_global_step()
    supervisor = tf.train.Supervisor(is_chief=False, recovery_wait_secs=0.05)
    chief = tf.Session()
    chief.run(step.initializer)
    session = supervisor.prepare_or_wait_for_session()
    assert session.run(step) == 0 and supervisor.summary_writer is None and supervisor.save_path is None
    with pytest.raises(RuntimeError, match="Only chief supervisor can start standard services"):
        supervisor.start_standard_services(session)
    with pytest.raises(RuntimeError, match="Writing a summary requires a summary writer"):
        supervisor.summary_computed(session, b"")
    supervisor.stop()
    with tf.Graph().as_default(), pytest.raises(ValueError, match="must have their device set: global_step"):
        tf.train.get_or_create_global_step()
        tf.train.Supervisor(is_chief=False)


def test_a_supervisor_does_what_it_is_given(tmp_path: Path) -> None:
    v = tf.Variable(1.0, name="v")
    with tf.Graph().as_default(), pytest.raises(RuntimeError, match="no init_op or init_fn"):
        tf.train.Supervisor(init_op=None, local_init_op=None).prepare_or_wait_for_session()
    supervisor = tf.train.Supervisor(logdir=str(tmp_path), saver=None, summary_writer=None)
    with supervisor.managed_session() as session:
        assert session.run(v) == 1.0 and supervisor.start_standard_services(session) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.pbtxt"]
