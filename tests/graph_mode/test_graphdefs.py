"""Graphs that TensorFlow 1.15 wrote are read and run; those that are written here TensorFlow ran, as is recorded."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.messages import GraphDef

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
sys.path.insert(0, str(GOLDEN.parent))

import dtype_programs  # noqa: E402
import graphdef_programs as programs  # noqa: E402
import record_graphdefs as recording  # noqa: E402
from written_graphs import disagreements  # noqa: E402

ANSWERS = json.loads((GOLDEN / "graphdefs" / "answers.json").read_text())
WRITTEN = json.loads((GOLDEN / "graphdefs" / "written.json").read_text())
DTYPES = json.loads((GOLDEN / "graphdefs" / "dtypes.json").read_text())
HINT = "record it again: tests/golden/record_graphdefs.py --write, then --check"
PROGRAMS = {program.__name__: program for program in programs.COMPUTED + programs.TRAINED}
TRAINED = [program.__name__ for program in programs.TRAINED]


def read(path: Path) -> GraphDef:
    if path.suffix == ".pbtxt":
        return GraphDef().merge_text(path.read_text())
    return GraphDef.FromString(path.read_bytes())


def assert_same(found: list[Any], expected: list[Any], names: list[str]) -> None:
    """Compare answers: for each run, and each fetch, [dtype, shape, numbers]."""
    assert len(found) == len(expected)
    for run, wanted in zip(found, expected, strict=True):
        for one, other, name in zip(run, wanted, names, strict=True):
            if other is None:
                assert one is None, name
                continue
            assert one[:2] == other[:2], (name, one, other)
            np.testing.assert_allclose(one[2], other[2], rtol=2e-5, atol=2e-6, err_msg=name)


def build(name: str) -> list[Any]:
    fetches: list[Any] = recording.build(tf, PROGRAMS[name])
    return fetches


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_graph_of_tensorflow_s_answers_as_there(name: str) -> None:
    path = next((GOLDEN / "graphdefs").glob(f"{name}.pb*"))
    tf.import_graph_def(read(path), name="")
    names = ANSWERS[name]["fetches"]
    with tf.Session() as session:
        fetches = recording.elements(session.graph, names)
        assert_same(recording.answers(session, fetches, name in TRAINED), ANSWERS[name]["answers"], names)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_graph_that_is_written_is_the_one_that_tensorflow_ran(name: str) -> None:
    """It answers here as TensorFlow did; what only the library has is listed, and is all that TensorFlow left out."""
    told = WRITTEN[name]
    fetches = build(name)
    graph_def = tf.get_default_graph().as_graph_def()
    own = {node.op for node in graph_def.node if node.op.startswith("Fastscope")}
    assert own == set(told["not TensorFlow's"]), HINT
    assert recording.names_of(fetches) == told["fetches"]
    assert told["not TensorFlow's"] or told["ran"] == told["fetches"]
    with tf.Session() as session:
        given = recording.elements(session.graph, told["ran"])
        assert_same(recording.answers(session, given, name in TRAINED), told["answers"], told["ran"])


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_graph_that_is_written_is_read_again(name: str) -> None:
    """What the library has besides comes back as it was."""
    fetches = build(name)
    names = recording.names_of(fetches)
    with tf.Session() as session:
        given = recording.elements(session.graph, names)
        expected = recording.answers(session, given, name in TRAINED)
    data = tf.get_default_graph().as_graph_def().SerializeToString()
    with tf.Graph().as_default():
        tf.import_graph_def(GraphDef.FromString(data), name="")
        with tf.Session() as session:
            fetches = recording.elements(session.graph, names)
            assert_same(recording.answers(session, fetches, name in TRAINED), expected, names)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_graph_that_was_read_is_written_again(name: str) -> None:
    build(name)
    graph_def = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        assert not disagreements(graph)


@pytest.mark.parametrize("line", DTYPES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_written_in_a_dtype_is_what_tensorflow_ran(line: str) -> None:
    """Here it has the answer that TensorFlow gave from the graph written here, whose nodes agree with each other."""
    for dtype, wanted in DTYPES[line].items():
        with tf.Graph().as_default() as graph, tf.Session() as session:
            recording.fetch_of(tf, line, dtype)
            assert not disagreements(graph), (line, dtype)
            own = sorted({node.op for node in graph.as_graph_def().node if node.op.startswith("Fastscope")})
            found = own or recording.computed(session, dtype)
        if own or str(wanted[0]).startswith("Fastscope"):
            assert own == wanted, (line, dtype, HINT)
            continue
        assert found[:2] == wanted[:2], (line, dtype)
        if wanted[0] == "object":
            assert found == wanted, (line, dtype)
        else:
            tolerance = 5e-3 if dtype == "float16" else 2e-5
            np.testing.assert_allclose(found[2], wanted[2], tolerance, tolerance, err_msg=f"{line} {dtype}")


def test_nearly_all_lines_were_run_by_tensorflow() -> None:
    own = {line for line, told in DTYPES.items() if all(answer[0].startswith("Fastscope") for answer in told.values())}
    assert set(DTYPES) <= set(dtype_programs.lines())
    assert len(own) <= 0.05 * len(DTYPES)


@pytest.mark.parametrize("is_on", [True, False])
def test_python_s_collector_is_after_writing_as_it_was(is_on: bool) -> None:
    tf.constant(1.0)
    before = gc.isenabled()
    try:
        (gc.enable if is_on else gc.disable)()
        assert len(tf.get_default_graph().as_graph_def().node) == 1
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if before else gc.disable)()


def test_checks_are_written_as_what_they_let_through_and_no_conjugate_is_lost(graph_mode: Any) -> None:
    tf = graph_mode
    tf.losses.mean_squared_error(tf.zeros([2]), tf.ones([2]), weights=tf.ones([2]))
    tf.transpose(tf.zeros([2, 1], tf.complex64), conjugate=True)
    types = {node.op for node in tf.get_default_graph().as_graph_def().node}
    assert "Identity" in types and "FastscopeIdentity" not in types
    assert "FastscopeTranspose" in types and "Transpose" not in types
