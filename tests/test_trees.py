"""Trees of variables and of checkpoints: what they hold, and how they print."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import summary, tree
from fastscope.looking.trees import Tensor, Tree, human_bytes

GOLDEN = Path(__file__).parent / "golden" / "checkpoints"


@pytest.fixture
def model() -> None:
    with tf.variable_scope("model"):
        with tf.variable_scope("rnn"):
            tf.get_variable("w", [20, 300]).array
            tf.get_variable("b", [300], dtype=tf.float64)
        make_head()
    tf.Variable(7, name="step", trainable=False)


def make_head() -> Any:
    return tf.get_variable("head/w", [300, 10], partitioner=tf.fixed_size_partitioner(2))


def test_the_whole_graph(model: None) -> None:
    lines = str(tree()).splitlines()
    assert [line[: lines[0].index("dtype")].rstrip() for line in lines[1:-2]] == [
        "variables",
        "├── model",
        "│   ├── head",
        "│   │   └── w",
        "│   │       ├── part_0",
        "│   │       └── part_1",
        "│   └── rnn",
        "│       ├── b",
        "│       └── w",
        "└── step",
    ]
    assert lines[0].split() == ["dtype", "shape", "device", "trainable", "parameters", "size", "defined", "at"]
    columns = re.split(r"\s{2,}", lines[9].partition("── ")[2])
    assert columns[:-1] == ["w", "float32", "[20, 300]", "/cpu:0", "trainable", "6,000", "24 kB"]
    assert re.fullmatch(r"test_trees\.py:\d+ in model", columns[-1])
    assert re.split(r"\s{2,}", lines[2].strip()) == ["├── model", "9,300", "38.4 kB"]
    assert lines[-1] == "5 tensors, 9,301 parameters (9,300 trainable), 38.4 kB"
    assert "test_trees.py" in lines[5] and "make_head" in lines[5]


def test_a_scope_and_a_scope_object(model: None) -> None:
    text = str(tree("model/rnn"))
    assert "head" not in text and text.splitlines()[-1].startswith("2 tensors, 6,300 parameters")
    with tf.variable_scope("model/rnn") as scope:
        assert str(tree(scope)) == text == str(tree("model/rnn/"))
    with tf.variable_scope("empty") as scope:
        assert tree(scope).root.tensors == 0


def test_a_variable_and_what_is_below_it(model: None) -> None:
    root = tree("step").root
    assert root.tensor is not None and root.tensors == 1 and not root.children
    assert str(tree("step")).splitlines()[1].split()[:3] == ["step", "int32", "[]"]
    assert "font-weight:bold'>step</span><span style='text-align:left;opacity:.7'>int32" in tree("step")._repr_html_()
    slots = Tree("w", [("", Tensor("int8", (2,), None, 2, 2)), ("Adam", Tensor("int8", (2,), None, 2, 2))])
    assert slots.root.tensor is not None and list(slots.root.children) == ["Adam"] and slots.root.tensors == 2


def test_what_a_tree_is_of(model: None) -> None:
    with pytest.raises(ValueError, match=r"no variable 'mod' .*none below .*Nearest names: 'model'\. A checkpoint's"):
        tree("mod")
    with pytest.raises(ValueError, match=r"Nearest names: 'model/rnn'.*tree\(load_checkpoint\('model/rn'\)\)"):
        summary("model/rn")
    for odd in (5, tf.get_default_graph(), GOLDEN, tf.global_variables()[0]):
        with pytest.raises(
            TypeError, match="take a scope's name, a VariableScope, or a checkpoint that load_checkpoint"
        ):
            tree(odd)
    assert tree("").root.tensors == tree("/").root.tensors == tree().root.tensors == 5


def test_depth(model: None) -> None:
    lines = str(tree(depth=1)).splitlines()
    assert [line.split()[1] for line in lines[2:-2]] == ["model", "step"]
    assert lines[2].split()[-3:] == ["9,300", "38.4", "kB"]
    assert lines[-1] == str(tree()).splitlines()[-1]


def test_it_does_not_make_arrays(model: None) -> None:
    str(tree())
    assert sum(variable._initialized for variable in tf.global_variables()) == 1


def test_to_dict_is_json(model: None) -> None:
    data = json.loads(json.dumps(tree().to_dict()))
    assert (data["tensors"], data["parameters"], data["trainable_parameters"]) == (5, 9301, 9300)
    rnn = next(node for node in data["children"][0]["children"] if node["name"] == "rnn")
    assert rnn["children"][0]["tensor"]["dtype"] == "float64"
    assert rnn["children"][0]["bytes"] == 2400


def test_a_tensor_that_is_a_scope_too() -> None:
    text = str(tree(tf.train.load_checkpoint(GOLDEN / "training")))
    assert "model-4" in text and "defined at" not in text and "trainable" not in text
    row = next(line for line in text.splitlines() if "── w " in line)
    assert re.split(r"\s{2,}", row.strip())[1:] == ["float32", "[2, 3]", "18", "72 B"]  # with its slots
    assert text.splitlines()[-1] == "9 tensors, 30 parameters, 124 B"


def test_html_folds_and_escapes() -> None:
    page = Tree("<t>", [("a/b/c/<script>", Tensor("float32", (2,), True, 2, 8)), ("z", Tensor("int8", (), None, 1, 1))])
    text = page._repr_html_()
    assert "<script>" not in text and "&lt;script&gt;" in text and "&lt;t&gt;" in text
    assert len(re.findall("<details[^>]* open>", text)) == 3  # the root, a and a/b, not a/b/c
    assert len(re.findall("<details", text)) == 4 == len(re.findall("</details>", text))
    folded = Tree("t", [("a/b", Tensor("int8", (), None, 1, 1))], depth=1)._repr_html_()
    assert len(re.findall("<details", folded)) == 1 and ">a</span>" in folded and ">b</span>" not in folded


def test_html_has_a_header_and_columns() -> None:
    text = Tree("t", [("a/w", Tensor("int8", (2,), True, 2, 2)), ("b", Tensor("int8", (), None, 1, 1))])._repr_html_()
    lines = re.findall(r"<span style='display:inline-grid;grid-template-columns:([^']*)'>(.*?)</span></span>", text)
    assert len({columns for columns, _ in lines}) == 1 and lines[0][0].count("ch") == 6
    cells = [re.findall(r"<span [^>]*>([^<]*)", line) for _, line in lines]
    assert cells[0] == ["", "dtype", "shape", "trainable", "parameters", "size"]
    assert cells[2:] == [["a", "", "", "", "2", "2 B"], ["w", "int8", "[2]", "trainable", "2", "2 B"],
                         ["b", "int8", "[]", "", "1", "1 B"]]  # fmt: skip
    assert "text-align:right;opacity:.7'>2 B<" in text


ONE = Tensor("int8", (), None, 1, 1)


def shown(made: Tree) -> list[str]:
    return [re.sub(r"^[│├└─ ]*", "", line).split()[0] for line in str(made).split("\n\n")[0].splitlines()[2:]]


def test_numbers_in_names_count() -> None:
    names = ["block10/w", "block2/w", "block2/b", "block02/w", "9", "a", "block", "x" + "9" * 5000]
    made = Tree("t", [(name, ONE) for name in names])
    assert list(made.root.children) == ["9", "a", "block", "block02", "block2", "block10", names[-1]]
    assert list(made.root.children["block2"].children) == ["b", "w"]


def test_the_order_of_definition(tmp_path: Path) -> None:
    for name in ("z", "b2", "b10", "a"):
        tf.get_variable(name, [1])
    assert shown(tree()) == ["a", "b2", "b10", "z"]
    assert shown(tree(in_order=True)) == ["z", "b2", "b10", "a"]
    path = tf.train.Saver().save(str(tmp_path / "m"))
    assert shown(tree(tf.train.load_checkpoint(path), in_order=True)) == ["z", "b2", "b10", "a"]


def test_dots_part_names_where_nothing_else_does() -> None:
    names = ["model.layers.0.w", "model.layers.1.w", "lm_head.w"]
    assert list(Tree("t", [(name, ONE) for name in names]).root.children) == ["lm_head", "model"]
    with_slash = Tree("t", [(name, ONE) for name in [*names, "a/b.c"]])
    assert list(with_slash.root.children) == ["a", *sorted(names)]
    assert list(Tree("t", [("a:b/c", ONE)], separator=":").root.children) == ["a"]


def test_what_an_optimizer_keeps_is_summed_apart() -> None:
    tensors = [(name, Tensor("float32", (3,), None, 3, 12)) for name in ("w", "b", "w/Adam", "b/Adam", "w/Adam_1")]
    made = Tree("t", [*tensors, ("beta1_power", Tensor("float32", (), None, 1, 4))])
    assert made.footer().splitlines() == [
        "2 tensors, 6 parameters, 24 B without the optimizer's 4",
        "6 tensors, 16 parameters, 64 B",
    ]
    assert made.to_dict()["optimizer"] == {"tensors": 4, "parameters": 10, "bytes": 40}
    without = Tree("t", tensors, slots=False)
    assert shown(without) == ["b", "w"] and without.footer() == "2 tensors, 6 parameters, 24 B"
    assert "optimizer" not in without.to_dict()


@pytest.mark.parametrize(
    ("width", "dropped"),
    [
        (200, []),
        (80, ["defined at"]),
        (60, ["defined at", "device"]),
        (36, ["device", "trainable", "size"]),
        (5, ["dtype"]),
    ],
)
def test_narrow_text_drops_columns(model: None, width: int, dropped: list[str]) -> None:
    header, *lines = tree().text(width).splitlines()
    assert all(name not in header for name in dropped) and "shape" in header
    assert width < 36 or all(len(line) <= width for line in [header, *lines[:-3]])
    assert width != 200 or "defined at" in header


def test_an_empty_tree() -> None:
    assert str(tree()).splitlines()[-1] == "0 tensors, 0 parameters, 0 B"


def test_strings_count_no_bytes() -> None:
    tf.Variable(np.array([b"abc", b"d"], object), name="words", trainable=False)
    assert tree().root.nbytes == 0 and tree().root.parameters == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_summary_is_plain_in_a_file_and_coloured_on_a_terminal(model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, colour = io.StringIO(), Terminal()
    summary("model", file=plain)
    assert plain.getvalue() == f"{tree('model')}\n"
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    summary("model", file=colour)
    assert "\x1b[" in colour.getvalue()
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", colour.getvalue())
    assert "└── w" in stripped and "5 tensors" not in stripped and "4 tensors" in stripped


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_a_narrow_terminal_drops_columns_and_cuts_nothing(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    rich = pytest.importorskip("rich.console")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    with tf.variable_scope("first_scope/second_scope/third_scope/fourth_scope"):
        make_head()
    plain, colour = tree().text(columns), Terminal()
    summary(file=colour)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", colour.getvalue())
    assert printed.split() == plain.split() and [line for line in printed.splitlines() if "└── part_1 " in line]
    assert columns == 20 or max(map(len, printed.splitlines())) <= columns
    assert ("defined at" in printed) == (columns == 200)
    squeezed = io.StringIO()
    rich.Console(file=squeezed, width=columns).print(tree())
    assert "…" not in squeezed.getvalue()


def test_without_rich_a_terminal_gets_plain_text(model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    for columns in (60, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        out = Terminal()
        summary(file=out)
        assert out.getvalue() == f"{tree().text(columns)}\n"
    assert out.getvalue() == f"{tree()}\n"


def test_summary_goes_to_standard_output(model: None, capsys: pytest.CaptureFixture[str]) -> None:
    summary()
    assert "5 tensors" in capsys.readouterr().out


def test_tensorboards_summaries_are_there_under_the_same_name() -> None:
    assert tf.Summary.FromString(tf.summary.scalar("loss", 1.5)).value[0].simple_value == 1.5
    with pytest.raises(
        AttributeError, match=r"'fastscope\.summary' has no attribute 'scalars'\. Did you mean 'scalar'"
    ):
        tf.summary.scalars("loss", 1.0)
    assert repr(tf.summary) == "<function fastscope.summary>"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (4930, "4.93 kB"), (37_204_000, "37.2 MB"), (5 * 10**12, "5 TB")],
)
def test_human_bytes(count: int, text: str) -> None:
    assert human_bytes(count) == text


def test_names_of_thousands_of_parts_are_walked_by_loops(tmp_path: Path) -> None:
    parts = [f"p{k % 7}" for k in range(3000)]
    tf.get_variable("/".join(parts), [2]).array
    tf.Variable([1.0], name="b")
    whole = tree()
    assert len(str(whole).splitlines()) == 3000 + 5 and whole._repr_html_().count("<details") == 3000
    node, text = whole.to_dict(), whole.to_json()
    for part in ["variables", *parts]:
        assert node["name"] == part
        node = node["children"][-1] if "children" in node else node
    assert text.count('"name": "p') == 3000 and text.count("]}") == 3000 + text.count('"shape": [2]}')
    assert len(str(tree(depth=2)).splitlines()) == 7


def test_json_is_that_of_the_dict(model: None) -> None:
    tf.train.AdamOptimizer().apply_gradients([(np.ones([20, 300], np.float32), tf.trainable_variables()[0])])
    assert json.loads(tree().to_json()) == json.loads(json.dumps(tree().to_dict()))
    assert json.loads(tree("step").to_json()) == json.loads(json.dumps(tree("step").to_dict()))
