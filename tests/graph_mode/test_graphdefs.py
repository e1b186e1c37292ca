"""Graphs that TensorFlow 1.15 wrote are read and run; those that are written here TensorFlow ran, as is recorded."""

from __future__ import annotations

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

import graphdef_programs as programs  # noqa: E402
import record_graphdefs as recording  # noqa: E402

ANSWERS = json.loads((GOLDEN / "graphdefs" / "answers.json").read_text())
WRITTEN = json.loads((GOLDEN / "graphdefs" / "written.json").read_text())
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
    hint = "record it again: tests/golden/record_graphdefs.py --write, then --check"
    own = {node.op for node in graph_def.node if node.op.startswith("Fastscope")}
    assert own == set(told["not TensorFlow's"]), hint
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


def test_checks_are_written_as_what_they_let_through_and_no_conjugate_is_lost(graph_mode: Any) -> None:
    tf = graph_mode
    tf.losses.mean_squared_error(tf.zeros([2]), tf.ones([2]), weights=tf.ones([2]))
    tf.transpose(tf.zeros([2, 1], tf.complex64), conjugate=True)
    types = {node.op for node in tf.get_default_graph().as_graph_def().node}
    assert "Identity" in types and "FastscopeIdentity" not in types
    assert "FastscopeTranspose" in types and "Transpose" not in types
