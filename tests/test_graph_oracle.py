"""The programs of golden/graph_oracle.json in graph mode, against what TensorFlow 1.15 answered.

Section 14 lists signatures, which test_signatures.py compares.

To record the answers again: `python3.7 tests/golden/record_graph_oracle.py`, with tensorflow 1.15 installed.
A case that answers otherwise is listed in golden/graph_differences.json, with a class and a reason:

    inner       it lists the inner operations of a composite one, which need not exist here
    internals   it needs what only TensorFlow's own runtime has
    unbuilt     it is to answer as TensorFlow's, and does not yet: that it does is no failure; take it out then
    wider       what TensorFlow refuses, or cannot do, works here
    stricter    what TensorFlow lets pass unseen is refused here
    words       the message says it otherwise, to the reader's profit
    python      Python or a newer NumPy answers otherwise
    ...         one word more, where none fits
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fastscope.arrays import CPU, default_device
from fastscope.graph import Graph

sys.path.insert(0, str(Path(__file__).parent))

from written_graphs import disagreements

GOLDEN = Path(__file__).parent / "golden"
SECTIONS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
RANDOM = re.compile("x_(seed|get_seed|random|truncated|multinomial|stateless|dropout_seed|orthogonal|rnn_dropout)")
CASES = {
    case["case"]: case
    for case in json.loads((GOLDEN / "graph_oracle.json").read_text())["cases"]
    if case["section"] in SECTIONS or RANDOM.match(case["case"])
}
DIFFERENCES = json.loads((GOLDEN / "graph_differences.json").read_text())
# On a GPU: looking at indices and labels would wait for it, what cannot be broadcast is told in CuPy's words, and there
# is a GPU where TensorFlow, when this was recorded, had none.
OTHERWISE_ON_A_GPU = {
    "h_gather_errors",
    "h_losses_shape_errors",
    "l_nn_sparse_xent_bad_label",
    "p_runtime_shape_mismatch",
    "v_scatter_out_of_range",
    "x_logging_and_versions",
}
# loops whose bodies change a dtype: TensorFlow writes such a graph down, too, and refuses to run it
CHANGES_A_DTYPE = {"c_while_shape_errors", "c_while_dtype_change_at_run", "c_scan_errors"}
ERROR = re.compile(r"\w+: ")


@pytest.fixture(scope="module")
def recorder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record_graph_oracle", GOLDEN / "record_graph_oracle.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Graph]]:
    """Return the graphs that are made in a test."""
    made: list[Graph] = []
    begin = Graph.__init__

    def begin_and_note(graph: Graph) -> None:
        made.append(graph)
        begin(graph)

    monkeypatch.setattr(Graph, "__init__", begin_and_note)
    yield made
    made.clear()


def opening(message: str) -> str:
    """The first sentence, without the inputs of an inner operation; what follows it is our own."""
    return re.split(r"\.\s|\n| with input shapes: ", message)[0].rstrip(". ")


def agrees(recorder: ModuleType, expected: Any, found: Any) -> bool:
    """As the recorder's, but of an error's message the opening words."""
    if isinstance(expected, str) and isinstance(found, str) and ERROR.match(expected):
        return found.startswith(opening(expected))
    if isinstance(expected, (list, tuple)) and type(expected) is type(found):
        same = len(expected) == len(found)
        return same and all(agrees(recorder, e, f) for e, f in zip(expected, found, strict=True))
    if isinstance(expected, dict) and isinstance(found, dict):
        return list(expected) == list(found) and all(agrees(recorder, e, found[k]) for k, e in expected.items())
    return bool(recorder.agrees(expected, found))


def why_not(recorder: ModuleType, tf: ModuleType, name: str) -> str:
    """Run a case; '' if it answers as TensorFlow, else what it answers."""
    case = CASES[name]
    found = recorder.answer(name, case["code"], recorder.helpers(tf), tf)
    if "error" in case:
        same = found.get("error") == case["error"] and found["message"].startswith(opening(case["message"]))
    else:
        same = found["ok"] and agrees(recorder, recorder.parse(case["result"]), recorder.parse(found["result"]))
    return "" if same else found.get("result") or f"{found['error']}: {found['message']}"


@pytest.mark.parametrize("case", [name for name in CASES if name not in DIFFERENCES])
def test_as_tensorflow(
    recorder: ModuleType,
    graph_mode: ModuleType,
    tensorflow_is_fastscope: None,
    case: str,
    capsys: pytest.CaptureFixture[str],
    graphs: list[Graph],
) -> None:
    """It answers as TensorFlow does, and the nodes of its graphs, written down, agree with each other."""
    if case in OTHERWISE_ON_A_GPU and default_device() != CPU:
        pytest.skip("indices, labels and shapes are checked on the host")
    with capsys.disabled():  # some programs read what they print
        ours, wanted = why_not(recorder, graph_mode, case), CASES[case]
    assert not ours, f"TensorFlow: {wanted.get('result') or wanted['error'] + ': ' + wanted['message']}\nhere: {ours}"
    if case not in CHANGES_A_DTYPE:
        assert not [problem for graph in graphs if graph.recorder is not None for problem in disagreements(graph)]


@pytest.mark.parametrize("case", DIFFERENCES)
def test_otherwise(recorder: ModuleType, graph_mode: ModuleType, tensorflow_is_fastscope: None, case: str) -> None:
    differs, kind = why_not(recorder, graph_mode, case), DIFFERENCES[case]["class"]
    if kind == "unbuilt" and differs:
        pytest.xfail(DIFFERENCES[case]["reason"])
    assert differs or kind == "unbuilt", f"{case} answers as TensorFlow: take it out of graph_differences.json"


def test_differences_are_few_and_have_reasons() -> None:
    others = [case for case in DIFFERENCES.values() if case["class"] not in ("inner", "internals", "unbuilt")]
    assert len(others) <= 0.05 * len(CASES)
    for case, difference in DIFFERENCES.items():
        assert case in CASES and difference["class"].isidentifier() and len(difference["reason"].split()) > 4, case


def test_programs_are_told_the_version_of_the_interface(graph_mode: ModuleType) -> None:
    assert graph_mode.__version__ == graph_mode.VERSION == "1.15.5"
