"""Monitored sessions with their hooks, and the supervisor, as in TensorFlow 1.15."""

from __future__ import annotations

import errno
import json
import logging
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf


@pytest.fixture
def model() -> Any:
    """A step that counts, and what it trains."""
    step = tf.train.get_or_create_global_step()
    w = tf.Variable(1.0, name="w")
    loss = tf.identity(w * w, name="loss")
    return step, w, loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)


@pytest.fixture
def lines() -> Any:
    found: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    handler = Kept()
    logging.getLogger("tensorflow").addHandler(handler)
    tf.logging.set_verbosity(tf.logging.INFO)
    yield found
    tf.logging.set_verbosity(tf.logging.WARN)
    logging.getLogger("tensorflow").removeHandler(handler)


def test_it_stops_at_a_step(model: Any) -> None:
    step, _, _, train = model
    found = []
    with tf.train.MonitoredTrainingSession(hooks=[tf.train.StopAtStepHook(last_step=3)]) as session:
        while not session.should_stop():
            found.append(session.run([train, step])[1])
            assert tf.get_default_graph().finalized and session.graph is tf.get_default_graph()
    assert len(found) == 3 and not tf.get_default_graph().finalized
    with pytest.raises(RuntimeError, match="Run called even after should_stop requested"):
        session.run(step)
    with tf.train.SingularMonitoredSession([tf.train.StopAtStepHook(num_steps=2)]) as session:
        while not session.should_stop():
            session.run(train)
        assert session.raw_session().run(step) == 2  # the initializer ran again
    with pytest.raises(RuntimeError, match="Session is already closed"):
        session.close()


def test_a_hook_s_turns(model: Any) -> None:
    _, w, _, train = model
    fed, turns = tf.placeholder(tf.float32, [], name="fed"), []
    more = fed + 1.0

    class Hook(tf.train.SessionRunHook):
        def begin(self) -> None:
            turns.append("begin")

        def after_create_session(self, session: Any, coord: Any) -> None:
            turns.append("made")

        def before_run(self, run_context: Any) -> Any:
            assert run_context.original_args.fetches is train
            return tf.train.SessionRunArgs({"x": more}, feed_dict={fed: 2.0})

        def after_run(self, run_context: Any, run_values: Any) -> None:
            turns.append(float(run_values.results["x"]))
            run_context.request_stop()

        def end(self, session: Any) -> None:
            turns.append("end")

    final = tf.train.FinalOpsHook({"w": w})
    with tf.train.MonitoredSession(hooks=[Hook(), tf.train.FeedFnHook(lambda: {}), final]) as session:
        session.run(train)
        assert session.should_stop()
    assert turns == ["begin", "made", 3.0, "end"] and final.final_ops_values["w"] == np.float32(0.8)
    with (
        pytest.raises(RuntimeError, match="Same tensor is fed by a SessionRunHook and user"),
        tf.train.MonitoredSession(hooks=[tf.train.FeedFnHook(lambda: {fed: 1.0})]) as session,
    ):
        session.run(fed, {fed: 2.0})


def test_the_end_of_the_data_is_no_error(model: Any) -> None:
    following = tf.data.Dataset.range(2).make_one_shot_iterator().get_next()
    queued = tf.train.range_input_producer(3, num_epochs=1, shuffle=False).dequeue()
    found = []
    with tf.train.MonitoredSession() as session:
        while True:
            found.append(session.run([following, queued]))
    assert found == [[0, 0], [1, 1]]
    with pytest.raises(ValueError, match="mine"), tf.train.MonitoredSession():
        raise ValueError("mine")


def test_step_functions(model: Any) -> None:
    _, _, loss, train = model

    def step(step_context: Any) -> Any:
        step_context.session.run(train)
        return step_context.run_with_hooks(loss)

    with tf.train.MonitoredSession() as session:
        assert session.run_step_fn(step) < 1.0
        with pytest.raises(ValueError, match="may either have one `step_context` argument"):
            session.run_step_fn(lambda context: context)
        session.run_step_fn(lambda step_context: step_context.request_stop())
        raise AssertionError("request_stop ends the block")


def test_logging(model: Any, lines: list[str]) -> None:
    _, _, loss, train = model
    hooks = [
        tf.train.LoggingTensorHook({"loss": "loss:0"}, every_n_iter=2),
        tf.train.LoggingTensorHook([loss], at_end=True, formatter=lambda values: f"at the end {len(values)}"),
        tf.train.StepCounterHook(every_n_steps=2),
    ]
    with tf.train.MonitoredSession(hooks=hooks) as session:
        for _ in range(4):
            session.run(train)
    assert lines[0] == "loss = 1.0" and any(line.startswith("loss = ") and line.endswith(" sec)") for line in lines)
    assert lines[-1] == "at the end 1" and any(line.startswith("global_step/sec: ") for line in lines)


@pytest.mark.parametrize(("every", "steps"), [(1, [2, 3, 4, 5, 6, 7]), (2, [2, 4, 6]), (3, [3, 6])])
def test_timelines(model: Any, tmp_path: Path, every: int, steps: list[int]) -> None:
    """The steps are those of TensorFlow 1.15 with a resource variable; the first run is never timed."""
    hook = tf.train.ProfilerHook(save_steps=every, output_dir=str(tmp_path))
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        for _ in range(7):
            session.run(model[-1])
    assert {path.name for path in tmp_path.glob("*.json")} == {f"timeline-{step}.json" for step in steps}
    trace = json.loads((tmp_path / f"timeline-{steps[0]}.json").read_text())["traceEvents"]
    assert "GradientDescent/update_w/ApplyGradientDescent" in {event["args"]["name"] for event in trace}
    tf.summary.FileWriterCache.get(str(tmp_path)).flush()
    (events,) = tmp_path.glob("events*")
    tags = [event.tagged_run_metadata.tag for event in tf.train.summary_iterator(str(events))]
    assert [tag for tag in tags if tag] == [f"step_{step}" for step in steps]


def test_a_timeline_is_due_after_seconds(model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    hook = tf.train.ProfilerHook(save_secs=10, output_dir=str(tmp_path))
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        for moment in (100.0, 105.0, 111.0, 112.0):
            now[0] = moment
            session.run(model[-1])
    assert [path.name for path in tmp_path.glob("*.json")] == ["timeline-3.json"]


def test_a_timeline_wants_a_global_step(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Global step should be created to use ProfilerHook"):
        tf.train.MonitoredSession(hooks=[tf.train.ProfilerHook(save_steps=1, output_dir=str(tmp_path))])


def test_the_options_of_hooks_go_together(model: Any) -> None:
    seen: list[Any] = []

    class Asks(tf.train.SessionRunHook):
        def __init__(self, **options: Any) -> None:
            self.options = tf.RunOptions(**options)

        def before_run(self, run_context: Any) -> Any:
            return tf.train.SessionRunArgs(None, options=self.options)

        def after_run(self, run_context: Any, run_values: Any) -> None:
            seen.append((run_values.options, len(run_values.run_metadata.step_stats.dev_stats)))

    both = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, timeout_in_ms=7000)
    hooks = [Asks(trace_level=tf.RunOptions.FULL_TRACE, timeout_in_ms=10), Asks(timeout_in_ms=7000)]
    with tf.train.MonitoredSession(hooks=hooks) as session:
        session.run(model[-1], options=tf.RunOptions(timeout_in_ms=50))
        assert seen == [(both, 1)] * 2
        seen.clear()
        hooks[0].options = hooks[1].options = None
        session.run(model[-1])
        assert seen == [(tf.RunOptions(), 0)] * 2


def test_nan(model: Any, lines: list[str]) -> None:
    bad = tf.log(tf.constant(-1.0), name="bad")
    with (
        pytest.raises(tf.train.NanLossDuringTrainingError, match="NaN loss during training: bad:0"),
        tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(bad)]) as session,
    ):
        session.run(bad)
    with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(bad, fail_on_nan_loss=False)]) as session:
        session.run(bad)
        assert session.should_stop() and "NaN loss" in lines[-1]


def test_checkpoints_and_summaries(model: Any, tmp_path: Path) -> None:
    step, _, loss, train = model
    tf.summary.scalar("loss", loss)
    told: list[Any] = []

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self) -> None:
            told.append("begin")

        def before_save(self, session: Any, global_step_value: int) -> None:
            told.append(("before", global_step_value))

        def after_save(self, session: Any, global_step_value: int) -> None:
            told.append(("after", global_step_value))

        def end(self, session: Any, global_step_value: int) -> None:
            told.append(("end", global_step_value))

    folder = str(tmp_path / "run")
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=folder, save_checkpoint_steps=2, save_summaries_steps=1, log_step_count_steps=1
    ) as session:
        for _ in range(3):
            session.run(train)
    assert tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-3" and (tmp_path / "run/graph.pbtxt").exists()
    (file,) = (tmp_path / "run").glob("events*")
    tags = [value.tag for event in tf.train.summary_iterator(str(file)) for value in event.summary.value]
    assert tags.count("loss_1") == 3 and "global_step/sec" in tags
    saver = tf.train.CheckpointSaverHook(folder, save_steps=1, saver=tf.train.Saver(), listeners=[Listener()])
    writer = tf.summary.FileWriter(str(tmp_path / "other"))
    summaries = tf.train.SummarySaverHook(save_steps=1, summary_writer=writer, summary_op=[tf.summary.merge_all()])
    creator = tf.train.ChiefSessionCreator(checkpoint_dir=folder)
    with tf.train.MonitoredSession(creator, [saver, summaries]) as session:
        assert session.run(step) == 3  # it goes on where the other stopped
        session.run(train)
    assert told[0] == "begin" and told[1:3] == [("before", 3), ("after", 3)] and told[-1] == ("end", 4)


def test_a_scaffold(model: Any) -> None:
    _, w, _, _ = model
    given = tf.placeholder(tf.float32, [])
    scaffold = tf.train.Scaffold(
        init_op=tf.group(tf.global_variables_initializer(), w.assign(given)),
        init_feed_dict={given: 5.0},
        init_fn=lambda scaffold, session: session.run(w.initializer) if scaffold.saver is None else None,
    )
    with tf.train.MonitoredSession(tf.train.ChiefSessionCreator(scaffold)) as session:
        assert session.run(w) == 5.0


def test_arguments() -> None:
    for make in (
        lambda: tf.train.StopAtStepHook(),
        lambda: tf.train.StopAtStepHook(1, 2),
        lambda: tf.train.LoggingTensorHook([]),
        lambda: tf.train.SummarySaverHook(save_steps=1),
        lambda: tf.train.CheckpointSaverHook("x"),
    ):
        with pytest.raises(ValueError, match="Exactly one of .* must be provided: after so many, or after so long"):
            make()
    with pytest.raises(RuntimeError, match="Global step should be created to use StopAtStepHook"):
        tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(1)])
    tf.enable_eager_execution()
    for make in (tf.train.MonitoredSession, tf.train.Supervisor):
        with pytest.raises(RuntimeError, match="runs a graph: import fastscope.compat.v1"):
            make()


def test_a_timer() -> None:
    timer = tf.train.SecondOrStepTimer(every_steps=3)
    assert timer.should_trigger_for_step(5) and timer.update_last_triggered_step(5) == (None, None)
    assert [timer.should_trigger_for_step(k) for k in (5, 7, 8)] == [False, False, True]
    assert timer.update_last_triggered_step(8)[1] == 3 and timer.last_triggered_step() == 8
    assert tf.train.SecondOrStepTimer(every_secs=100).should_trigger_for_step(1)


# ---- the supervisor


def test_a_supervisor(model: Any, tmp_path: Path) -> None:
    step, _, loss, train = model
    tf.summary.scalar("loss", loss)
    folder = str(tmp_path / "run")
    supervisor = tf.train.Supervisor(logdir=folder, save_model_secs=0, save_summaries_secs=0)
    with supervisor.managed_session() as session:
        session.run(train)
        supervisor.summary_computed(session, session.run(supervisor.summary_op))
        supervisor.saver.save(session, supervisor.save_path, global_step=supervisor.global_step)
        assert not supervisor.should_stop() and tf.get_default_graph().finalized
    assert supervisor.should_stop() and tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-1"
    with supervisor.managed_session() as session:
        assert session.run(step) == 1  # the checkpoint's
    with pytest.raises(ValueError, match="mine"), supervisor.managed_session():
        raise ValueError("mine")
    with supervisor.managed_session():
        raise tf.errors.OutOfRangeError("the end of the data")


def test_its_threads(model: Any, tmp_path: Path) -> None:
    _, _, loss, train = model
    tf.summary.scalar("loss", loss)
    folder = str(tmp_path / "run")
    supervisor = tf.train.Supervisor(
        logdir=folder, save_model_secs=1000, save_summaries_secs=1000, init_fn=lambda session: session.run(train)
    )
    with supervisor.managed_session() as session:
        calls: list[int] = []
        supervisor.loop(None, lambda: (calls.append(1), supervisor.request_stop()))
        supervisor.wait_for_stop()
        assert supervisor.start_queue_runners(session) == [] and supervisor.start_queue_runners(session, []) == []
    assert calls and tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-1"
    with supervisor.stop_on_exception():
        pass


# ---- files of graphs


def test_a_graph_s_file(tmp_path: Path) -> None:
    tf.constant(1.0, name="a")
    path = tf.train.write_graph(tf.get_default_graph(), str(tmp_path / "new"), "g.pbtxt")
    assert Path(path).read_text().startswith('node {\n  name: "a"\n  op: "Const"\n')
    binary = tf.train.write_graph(tf.get_default_graph().as_graph_def(), str(tmp_path), "g.pb", as_text=False)
    assert tf.GraphDef.FromString(Path(binary).read_bytes()).node[0].name == "a"


@contextmanager
def full_disk() -> Iterator[None]:
    """A limit on the size of files, which cuts a write short as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("as_text", [False, True])
def test_a_full_disk_leaves_the_old_file_of_a_graph(tmp_path: Path, as_text: bool) -> None:
    tf.constant(1.0, name="a")
    path = tmp_path / "g"
    path.write_bytes(b"old")
    (tmp_path / "link").symlink_to(path)
    for write in (
        lambda: tf.train.write_graph(tf.get_default_graph(), str(tmp_path), "g", as_text),
        lambda: tf.train.export_meta_graph(str(path), as_text=as_text),
    ):
        with full_disk(), pytest.raises(OSError, match=f"Could not write {path}: .*Nothing was replaced") as caught:
            write()
        assert caught.value.errno == errno.EFBIG
        assert path.read_bytes() == b"old"
    tf.train.export_meta_graph(str(tmp_path / "link"), as_text=as_text)
    assert (tmp_path / "link").is_symlink()
    assert tf.train.import_meta_graph(str(path)) is None
    assert sorted(os.listdir(tmp_path)) == ["g", "link"]
