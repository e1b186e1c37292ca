"""Graphs in files: `.meta` beside checkpoints, frozen graphs, text; what is not here says so when it is run."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.errors.messages import ParseError
from fastscope.messages import GraphDef, NodeDef

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))

import record_graphdefs as recording  # noqa: E402


def network() -> tuple[Any, Any, Any, Any]:
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    hidden = tf.layers.dense(x, 4, activation=tf.tanh, name="hidden")
    logits = tf.identity(tf.layers.dense(hidden, 2, name="out"), name="logits")
    loss = tf.reduce_mean(tf.square(logits - 1.0), name="loss")
    step = tf.train.get_or_create_global_step()
    return x, logits, loss, tf.train.AdamOptimizer(0.01).minimize(loss, global_step=step, name="train")


X = np.float32([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])


def trained(folder: Path) -> tuple[str, Any, Any]:
    """Train a network for three steps, save it, and return the path, its logits and the loss of the fourth step."""
    with tf.Graph().as_default(), tf.Session() as session:
        _, logits, loss, train = network()
        tf.add_to_collection("logits", logits)
        tf.add_to_collection("units", 4)
        tf.add_to_collection("rates", 0.5)
        tf.add_to_collection("notes", "of a test")
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            session.run(train, {"x:0": X})
        path = tf.train.Saver(max_to_keep=3).save(session, str(folder / "model"), global_step=3)
        expected = session.run(logits, {"x:0": X})
        session.run(train, {"x:0": X})
        return path, expected, session.run(loss, {"x:0": X})


def test_another_script_goes_on_from_the_files(tmp_path: Path) -> None:
    path, expected, further = trained(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "checkpoint", "model-3.data-00000-of-00001", "model-3.index", "model-3.meta",
    ]  # fmt: skip
    saver = tf.train.import_meta_graph(f"{path}.meta")
    graph = tf.get_default_graph()
    with tf.Session() as session:
        saver.restore(session, tf.train.latest_checkpoint(str(tmp_path)))
        logits = graph.get_tensor_by_name("logits:0")
        np.testing.assert_allclose(session.run(logits, {"x:0": X}), expected, rtol=1e-6)
        session.run(graph.get_operation_by_name("train"), {"x:0": X})
        np.testing.assert_allclose(session.run("loss:0", {"x:0": X}), further, rtol=1e-6)
        assert session.run(tf.train.get_global_step()) == 4
    assert [variable.name for variable in tf.trainable_variables()] == [
        "hidden/kernel:0", "hidden/bias:0", "out/kernel:0", "out/bias:0",
    ]  # fmt: skip
    assert len(tf.global_variables()) == 4 + 1 + 2 + 8
    assert tf.get_collection("logits") == [logits] and tf.get_collection(tf.GraphKeys.TRAIN_OP)[0].name == "train"
    assert (tf.get_collection("units"), tf.get_collection("rates")) == ([4], [0.5])
    assert tf.get_collection("notes") == [b"of a test"]


def test_what_was_read_is_trained_further_by_a_loss_of_ones_own(tmp_path: Path) -> None:
    path, *_ = trained(tmp_path)
    saver = tf.train.import_meta_graph(f"{path}.meta")
    head = tf.layers.dense(tf.get_default_graph().get_tensor_by_name("logits:0"), 1, name="head")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.square(head)))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        saver.restore(session, path)
        before = session.run(tf.trainable_variables())
        session.run(train, {"x:0": X})
        after = session.run(tf.trainable_variables())
    assert len(before) == 6 and not any(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_graph_is_read_twice_under_scopes(tmp_path: Path) -> None:
    path, expected, _ = trained(tmp_path)
    with tf.Session() as session:
        for scope in ("one", "two"):
            tf.train.import_meta_graph(f"{path}.meta", import_scope=scope).restore(session, path)
            found = session.run(f"{scope}/logits:0", {f"{scope}/x:0": X})
            np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert [variable.name for variable in tf.trainable_variables("two")][:1] == ["two/hidden/kernel:0"]
    assert tf.train.import_meta_graph(f"{path}.meta", import_scope="one") is not None
    assert tf.trainable_variables("one_1")[0].name == "one_1/hidden/kernel:0"
    graph_def = tf.MetaGraphDef.FromString(Path(f"{path}.meta").read_bytes()).graph_def
    names = [tf.import_graph_def(graph_def, name="", return_elements=["x:0"])[0].name for _ in range(2)]
    assert names == ["x:0", "x_1:0"] and tf.get_default_graph().graph_def_versions.producer == 134


@pytest.mark.parametrize("name", ["mlp", "lstm"])
def test_files_of_tensorflow_s_are_gone_on_from(name: str) -> None:
    """The checkpoint is one after two steps: a third gives what TensorFlow's program gives after three."""
    path = str(GOLDEN / "graphdefs" / f"{name}.ckpt")
    saver = tf.train.import_meta_graph(f"{path}.meta")
    assert saver.saver_def.max_to_keep == 7
    assert (tf.get_collection("numbers"), tf.get_collection("texts")) == ([3], [b"a"])
    fetches = tf.get_collection("fetches")
    with tf.Session() as session:
        saver.restore(session, path)
        restored = session.run(fetches[0], recording.feeds())
        variables = session.run(tf.global_variables())
        session.run("init")  # TensorFlow's own operation
        for _ in range(2):
            session.run(tf.get_collection(tf.GraphKeys.TRAIN_OP), recording.feeds())
        np.testing.assert_allclose(session.run(fetches[0], recording.feeds()), restored, rtol=1e-4, atol=1e-6)
        for found, wanted in zip(session.run(tf.global_variables()), variables, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_the_saver_s_own_operations_save_and_restore(tmp_path: Path) -> None:
    """Programs of other languages run these, by the names in the SaverDef."""
    path = str(GOLDEN / "graphdefs" / "mlp.ckpt")
    tf.train.import_meta_graph(f"{path}.meta")
    names = tf.MetaGraphDef.FromString(Path(f"{path}.meta").read_bytes()).saver_def
    with tf.Session() as session:
        session.run(names.restore_op_name, {names.filename_tensor_name: path})
        before = session.run("w:0")
        session.run(names.save_tensor_name, {names.filename_tensor_name: str(tmp_path / "again")})
    np.testing.assert_array_equal(tf.train.load_variable(str(tmp_path / "again"), "w"), before)


def test_a_graph_that_did_not_change_is_written_as_it_was(tmp_path: Path) -> None:
    v = tf.get_variable("v", [2])
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(v.initializer)
        first = Path(f"{saver.save(session, str(tmp_path / 'm'))}.meta").read_bytes()
        kept = saver._meta
        saver.save(session, str(tmp_path / "m"))
        assert saver._meta is kept
        tf.add_to_collection("more", 1)
        assert Path(f"{saver.save(session, str(tmp_path / 'm'))}.meta").read_bytes() != first
        tf.identity(v, name="later")
        saver.save(session, str(tmp_path / "m"))
        meta = tf.MetaGraphDef.FromString((tmp_path / "m.meta").read_bytes())
        assert "later" in [node.name for node in meta.graph_def.node]
        path = saver.save(session, str(tmp_path / "n"), write_meta_graph=False)
        assert not Path(f"{path}.meta").exists()
        assert Path(f"{saver.save(session, str(tmp_path / 'n'), meta_graph_suffix='graph')}.graph").exists()


def test_parts_of_a_variable_come_back_as_parts(tmp_path: Path) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        w = tf.get_variable("w", [4, 2], partitioner=tf.fixed_size_partitioner(2))
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
        expected = session.run(tf.identity(w))
    saver = tf.train.import_meta_graph(f"{path}.meta")
    with tf.Session() as session:
        saver.restore(session, path)
        found = session.run(tf.global_variables())
    np.testing.assert_array_equal(np.concatenate(found), expected)
    assert tf.train.list_variables(path) == [("w", [4, 2])]


def test_export_and_import_as_messages_and_text(tmp_path: Path) -> None:
    network()
    saver = tf.train.Saver()
    meta = saver.export_meta_graph(str(tmp_path / "g.pbtxt"), as_text=True)
    assert meta.saver_def.restore_op_name == "save/restore_all"
    again = tf.MetaGraphDef().merge_text((tmp_path / "g.pbtxt").read_text())
    assert again == meta and saver.to_proto().filename_tensor_name == "save/Const:0"
    plain = tf.train.export_meta_graph(collection_list=["variables"], clear_devices=True)
    assert list(plain.collection_def) == ["variables"] and not plain.HasField("saver_def")
    cut = tf.train.export_meta_graph(graph_def=tf.get_default_graph().as_graph_def(), export_scope="hidden")
    assert {node.name for node in cut.graph_def.node} >= {"kernel", "bias", "MatMul", "Tanh"}
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 3])
        assert tf.train.import_meta_graph(cut, import_scope="new", input_map={"$unbound_inputs_x": x}) is not None
        assert tf.get_default_graph().get_tensor_by_name("new/Tanh:0").shape.as_list() == [None, 4]
    with tf.Graph().as_default():
        assert tf.train.import_meta_graph(tmp_path / "g.pbtxt") is not None
    with tf.Graph().as_default():
        tf.constant(1.0)
        assert tf.train.import_meta_graph(tf.train.export_meta_graph(), import_scope="c") is None


def test_a_frozen_graph_needs_no_checkpoint(tmp_path: Path) -> None:
    path, expected, _ = trained(tmp_path)
    saver = tf.train.import_meta_graph(f"{path}.meta")
    with tf.Session() as session:
        graph_def = tf.get_default_graph().as_graph_def()
        with pytest.raises(ValueError, match="The variable 'hidden/kernel' has no value in this session"):
            tf.graph_util.convert_variables_to_constants(session, graph_def, ["logits"])
        saver.restore(session, path)
        frozen = tf.graph_util.convert_variables_to_constants(session, graph_def, ["logits"])
        some = tf.graph_util.convert_variables_to_constants(
            session, graph_def, ["logits"], variable_names_blacklist=["out/bias"]
        )
    assert {node.op for node in frozen.node} == {"Placeholder", "Const", "Identity", "MatMul", "BiasAdd", "Tanh"}
    assert [node.name for node in some.node if node.op == "VariableV2"] == ["out/bias"]
    name = tf.train.write_graph(frozen, str(tmp_path), "frozen.pb", as_text=False)
    slim = tf.graph_util.remove_training_nodes(frozen, protected_nodes=["logits"])
    assert [node.name for node in slim.node if node.op == "Identity"] == ["logits"]
    for graph_def in (GraphDef.FromString(Path(name).read_bytes()), slim):
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.constant(X)
            (logits,) = tf.import_graph_def(graph_def, input_map={"x:0": x}, return_elements=["logits:0"])
            assert logits.name.startswith("import") and logits.op.node_def.op == "Identity"
            np.testing.assert_allclose(session.run(logits), expected, rtol=1e-6)


def test_a_resource_variable_is_frozen_too() -> None:
    table = tf.get_variable("t", [5, 2], use_resource=True)
    tf.identity(tf.gather(table, [1, 3]) * 2, name="y")
    with tf.Session() as session:
        session.run(table.initializer)
        expected = session.run("y:0")
        frozen = tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["y"])
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(frozen, name="")
        np.testing.assert_array_equal(session.run("y:0"), expected)


def of_nodes(*nodes: dict[str, Any]) -> GraphDef:
    made = GraphDef()
    for facts in nodes:
        attributes = facts.pop("attr", {})
        node = NodeDef(**facts)
        for key, (field, value) in attributes.items():
            setattr(node.attr[key], field, value)
        list.append(made.node, node)
    return made


FLOAT = {"T": ("type", 1)}
PLACEHOLDER = {"name": "x", "op": "Placeholder", "attr": {"dtype": ("type", 1)}}
NEGATIVE = {"name": "y", "op": "Neg", "input": ["x"], "attr": FLOAT}


def test_what_is_not_here_raises_when_it_is_run_and_all_of_it_is_listed() -> None:
    graph_def = of_nodes(
        dict(PLACEHOLDER),
        {"name": "a", "op": "FarAway", "input": ["x"], "attr": FLOAT},
        {"name": "b", "op": "FarAway", "input": ["a"], "attr": FLOAT},
        {"name": "c", "op": "Elsewhere", "input": ["x"], "attr": FLOAT},
        {"name": "d", "op": "Neg", "input": ["c"], "attr": FLOAT},
        {"name": "e", "op": "Neg", "input": ["x"], "attr": FLOAT},
        {"name": "f", "op": "Conv2D", "input": ["x", "x"], "attr": FLOAT | {"padding": ("s", b"EXPLICIT")}},
    )
    tf.import_graph_def(graph_def, name="")
    with tf.Session() as session:
        assert session.run("e:0", {"x:0": 2.0}) == -2.0
        assert session.run("d:0", {"c:0": 3.0}) == -3.0  # what was fed in its place does
        with pytest.raises(tf.errors.UnimplementedError, match="it needs operations that are not here") as caught:
            session.run("d:0", {"x:0": 2.0})
        assert "Elsewhere: 1 ('c')" in str(caught.value) and "FarAway: 2 ('a', 'b')" in str(caught.value)
        with pytest.raises(
            tf.errors.UnimplementedError, match="the node 'f' of the type Conv2D could not be made here"
        ):
            session.run("f:0", {"x:0": 2.0})
    again = tf.get_default_graph().as_graph_def()
    assert [node.op for node in again.node] == [node.op for node in graph_def.node]


@pytest.mark.parametrize(
    ("error", "words", "nodes", "arguments"),
    [
        (ValueError, "Node 'x' is not unique", [PLACEHOLDER, PLACEHOLDER], {}),
        (ValueError, "Node 'y': Unknown input node 'z'", [{"name": "y", "op": "Neg", "input": ["z"]}], {}),
        (ValueError, "have nodes that need each other|has nodes that need each other: y",
         [{"name": "y", "op": "Neg", "input": ["y"], "attr": FLOAT}], {}),
        (ValueError, "Node 'y': Connecting to invalid output of 'x:1', which has 1 outputs",
         [PLACEHOLDER, {"name": "y", "op": "Neg", "input": ["x:1"], "attr": FLOAT}], {}),
        (TypeError, "input_map must be a dictionary mapping strings to Tensor objects", [], {"input_map": [1]}),
        (TypeError, "return_elements must be a list of strings", [], {"return_elements": "x"}),
        (ValueError, "requires a non-empty `name` if `input_map` contains non-Tensor values",
         [PLACEHOLDER], {"input_map": {"x": 1.0}, "name": ""}),
        (ValueError, "Attempted to map inputs that were not found in graph_def",
         [PLACEHOLDER], {"input_map": {"q": 1.0}}),
        (ValueError, "Requested return node 'q' not found in graph def", [PLACEHOLDER], {"return_elements": ["q"]}),
        (ValueError, "Invalid return output 1 of node 'x', which has 1 output",
         [PLACEHOLDER], {"return_elements": ["x:1"]}),
        (TypeError, "return_elements must be a list of strings", [], {"return_elements": [7]}),
        (ValueError, "Requested return tensor 'xx:0' not found in graph def. It has 1 nodes, among them 'x'",
         [PLACEHOLDER], {"return_elements": ["xx:0"]}),
        (ValueError, "Requested return node 'q' not found in graph def. It has no nodes", [],
         {"return_elements": ["q"]}),
        (ValueError, "Node '': Node name contains invalid characters", [PLACEHOLDER | {"name": ""}], {}),
        (ValueError, "Node 'a b': Node name contains invalid", [PLACEHOLDER | {"name": "a b"}], {}),
        (ValueError, "Node 'a:0': Node name contains invalid", [PLACEHOLDER | {"name": "a:0"}], {}),
        (ValueError, r"Node '\^a': Node name contains invalid", [PLACEHOLDER | {"name": "^a"}], {}),
        (ValueError, "Node 'y': Unknown input node 'x:a'", [PLACEHOLDER, NEGATIVE | {"input": ["x:a"]}], {}),
        (ValueError, "Input 0 of node import/y was passed int32 from .*:0 incompatible with expected float. Cast",
         [PLACEHOLDER, NEGATIVE], {"input_map": {"x:0": np.int32(3)}}),
        (ValueError, "Input 0 of node import/y was passed int32 from import/x:0 incompatible with expected float. Put",
         [PLACEHOLDER | {"attr": {"dtype": ("type", 3)}}, NEGATIVE], {}),
        (ValueError, "Input 0 of node import/a was passed float from import/x:0 incompatible with expected float_ref. ",
         [PLACEHOLDER, {"name": "a", "op": "Assign", "input": ["x", "x"], "attr": FLOAT}], {}),
        (ValueError, "Value for attr 'T' of bool is not in the list of allowed values: bfloat16, .*The node 'import/y'",
         [PLACEHOLDER, NEGATIVE | {"attr": {"T": ("type", 10)}}], {}),
        (ValueError, "NodeDef expected inputs 'float' do not match 0 inputs specified: node 'import/y' of the type Neg",
         [NEGATIVE | {"input": []}], {}),
        (ValueError, "NodeDef expected inputs 'float' do not match 2 inputs specified",
         [PLACEHOLDER, NEGATIVE | {"input": ["x", "x"]}], {}),
        (ValueError, "AttrValue had value with type 'int' when 'type' expected for attr 'dtype' of the node 'import/x'",
         [PLACEHOLDER | {"attr": {"dtype": ("i", 5)}}], {}),
        (ValueError, "NodeDef missing attr 'value': node 'import/c'",
         [{"name": "c", "op": "Const", "attr": {"dtype": ("type", 1)}}], {}),
    ],
)  # fmt: skip
def test_a_message_that_is_no_graph(error: Any, words: str, nodes: list[Any], arguments: dict[str, Any]) -> None:
    with pytest.raises(error, match=words):
        tf.import_graph_def(of_nodes(*(dict(node) for node in nodes)), **arguments)


def test_a_cast_between_two_nodes_makes_their_dtypes_agree() -> None:
    cast = {"name": "c", "op": "Cast", "input": ["x"], "attr": {"SrcT": ("type", 3), "DstT": ("type", 1)}}
    nodes = PLACEHOLDER | {"attr": {"dtype": ("type", 3)}}, cast, NEGATIVE | {"input": ["c"]}
    (y,) = tf.import_graph_def(of_nodes(*map(dict, nodes)), return_elements=["y:0"])
    with tf.Session() as session:
        assert session.run(y, {"import/x:0": 3}) == -3.0


def test_a_tensor_that_is_cast_takes_the_place_of_an_input() -> None:
    given = tf.cast(tf.constant(3), tf.float32)
    (y,) = tf.import_graph_def(
        of_nodes(dict(PLACEHOLDER), dict(NEGATIVE)), input_map={"x:0": given}, return_elements=["y:0"]
    )
    with tf.Session() as session:
        assert session.run(y) == np.float32(-3.0) and y.dtype == tf.float32


def test_what_was_trained_in_float64_is_read_again() -> None:
    w = tf.get_variable("w", [2], tf.float64, tf.ones_initializer())
    tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(w * w))
    graph_def = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default(), tf.Session() as session:
        rate = tf.constant(0.25)
        step, init, read = tf.import_graph_def(
            graph_def,
            {"GradientDescent/learning_rate:0": rate},
            ["GradientDescent", "w/Assign", "w/read:0"],
        )
        session.run(init)
        session.run(step)
        assert session.run(read).tolist() == [0.5, 0.5]


def constant(stated: int, sizes: tuple[int, ...], **value: Any) -> GraphDef:
    made = GraphDef()
    node = made.node.add(name="c", op="Const")
    node.attr["dtype"].type = stated
    tensor = node.attr["value"].tensor
    for key, each in {"dtype": stated, **value}.items():
        if isinstance(each, list):
            getattr(tensor, key).extend(each)
        else:
            setattr(tensor, key, each)
    for size in sizes:
        tensor.tensor_shape.dim.add(size=size)
    return made


@pytest.mark.parametrize(
    ("words", "graph_def"),
    [
        (r"Type mismatch between value \(int32\) and dtype \(float\) of the node 'import/c'",
         constant(1, (), dtype=3, int_val=[1])),
        ("Cannot parse tensor from proto of the node 'import/c', of dtype float32 and shape \\[2\\]",
         constant(1, (2,), tensor_content=b"abc")),
        ("'import/c'.* cannot reshape", constant(1, (4,), tensor_content=b"abcdefgh")),
        ("'import/c'.* a number is cut off", constant(7, (2,), tensor_content=b"\xff\xff")),
        ("'import/c'.* texts of 3 bytes in 4 bytes", constant(7, (2,), tensor_content=b"\x01\x02abbb")),
        ("'import/c'.* its shape is not fully known", constant(1, (-1,), float_val=[1.0])),
        ("'import/c'.* shape \\[4611686018427387904\\]", constant(1, (1 << 62,), float_val=[1.0])),
    ],
)  # fmt: skip
def test_a_constant_that_is_no_array(words: str, graph_def: GraphDef) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        tf.import_graph_def(graph_def)


def test_texts_in_one_block_are_read_and_a_dtype_that_is_not_here_says_so_when_it_is_run() -> None:
    (texts,) = tf.import_graph_def(constant(7, (2,), tensor_content=b"\x01\x02abb"), return_elements=["c:0"])
    quantized, handle = (
        tf.import_graph_def(constant(dtype, (1,), tensor_content=b"a"), return_elements=["c:0"])[0]
        for dtype in (11, 20)
    )
    with tf.Session() as session:
        assert session.run(texts).tolist() == [b"a", b"bb"]
        for tensor in (quantized, handle):
            with pytest.raises(tf.errors.UnimplementedError, match="of the type Const could not be made here"):
                session.run(tensor)


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (tf.GraphDef, b"\x0a\x02\x28\x05"),  # a map that is a number
        (tf.NodeDef, b"\x2a\x02\x08\x05"),  # a key that is a number
        (tf.NodeDef, b"\x2a\x02\x10\x05"),
        (tf.NodeDef, b"\x2a\x0a\x08" + b"\xff" * 8 + b"\x7f"),
        (tf.AttrValue, b"\x20\x01"),  # a float that is no float
    ],
)
def test_bytes_that_are_no_message(message: Any, data: bytes) -> None:
    with pytest.raises(tf.errors.DataLossError, match="Error parsing message of type"):
        message.FromString(data)


def test_an_empty_block_of_numbers_sets_nothing() -> None:
    assert tf.AttrValue.FromString(b"\x1a\x00") == tf.AttrValue()


def looping(name: str, place: int, source: str) -> GraphDef:
    """Return a loop one input of which is another."""
    with tf.Graph().as_default() as graph:
        tf.while_loop(lambda i: i < 3, lambda i: tf.add(i, 1, name="add"), [tf.constant(1)], name="w")
    made: GraphDef = graph.as_graph_def()
    next(node for node in made.node if node.name == name).input[place] = source
    return made


def test_a_body_may_take_a_variable_of_its_loop_before_it_is_switched() -> None:
    tf.import_graph_def(looping("w/add", 1, "w/Merge"), name="")
    with tf.Session() as session:
        assert session.run("w/Exit:0") == 4


@pytest.mark.parametrize(
    ("rewired", "words"),
    [
        (("w/Merge", 1, "w/Enter"), "has no variables"),
        (("w/add", 1, "w/Switch"), "'w/add' takes 'w/Switch', which there is only when the loop ends"),
        (("w/Exit", 0, "w/add"), "leaves the loop with what is no variable of it"),
    ],
)
def test_a_loop_that_is_none_of_tensorflow_s_says_so_when_it_is_run(rewired: Any, words: str) -> None:
    tf.import_graph_def(looping(*rewired), name="")
    with tf.Session() as session, pytest.raises(tf.errors.UnimplementedError, match=words):
        session.run("w/Exit:0")


@pytest.mark.parametrize(
    ("error", "words", "call"),
    [
        (TypeError, "graph_def must be a GraphDef proto", lambda d: tf.import_graph_def(3)),
        (TypeError, "graph_def must be a GraphDef proto", lambda d: tf.graph_util.extract_sub_graph(3, ["x"])),
        (TypeError, "dest_nodes must be a list", lambda d: tf.graph_util.extract_sub_graph(GraphDef(), "x")),
        (AssertionError, "x is not in graph. It has no nodes",
         lambda d: tf.graph_util.extract_sub_graph(GraphDef(), ["x"])),
        (OSError, "is no MetaGraphDef: there is no such file", lambda d: tf.train.import_meta_graph(f"{d}/no.meta")),
        (OSError, "is no MetaGraphDef: Error parsing", lambda d: tf.train.import_meta_graph(__file__)),
        (ParseError, 'Line 2 of the text of a message: expected the name of a field, got "3"',
         lambda d: GraphDef().merge_text("version: 1\n3")),
        (ParseError, 'Message type "tensorflow.GraphDef" has no field named "nodes"',
         lambda d: GraphDef().merge_text("nodes { }")),
        (ParseError, "a value of the kind int", lambda d: GraphDef().merge_text("version: a")),
        (TypeError, "Expected Tensor's shape: \\(3,\\), got \\(2,\\)",
         lambda d: tf.make_tensor_proto([1, 2], shape=[3], verify_shape=True)),
        (ValueError, "Too many elements provided", lambda d: tf.make_tensor_proto([1, 2], shape=[1])),
        (TypeError, "A TensorProto holds an array of the dtype DT_RESOURCE",
         lambda d: tf.make_ndarray(type(tf.make_tensor_proto(1))(dtype=20))),
    ],
)  # fmt: skip
def test_what_is_refused(error: Any, words: str, call: Callable[[Path], Any], tmp_path: Path) -> None:
    with pytest.raises(error, match=words):
        call(tmp_path)


def test_a_checkpoint_that_lacks_what_a_graph_restores(tmp_path: Path) -> None:
    path = str(GOLDEN / "graphdefs" / "mlp.ckpt")
    tf.train.import_meta_graph(f"{path}.meta")
    with tf.Session() as session, pytest.raises(tf.errors.NotFoundError, match="Key .* not found in checkpoint"):
        session.run("save/restore_all", {"save/Const:0": str(GOLDEN / "graphdefs" / "lstm.ckpt")})


def test_text_of_all_kinds_is_read_as_protocol_buffers_read_it() -> None:
    text = r"""
    # a graph
    node { name: 'a' "b", op: "Const"
      attr { key: "value" value {
        tensor < dtype: DT_FLOAT tensor_shape { dim { size: 5 } } float_val: [1, 2.5, -inf, nan, 1e-3f] > } }
      attr: { key: "s" value: { s: "\001\n\"\xc3\xa9" } }
      attr { key: "b" value { b: true } }  attr { key: "i" value { i: -0x10 } };
    }
    versions { producer: 010 }
    """
    (node,) = GraphDef().merge_text(text).node
    assert node.name == "ab" and node.attr["b"].b is True and node.attr["i"].i == -16
    assert GraphDef().merge_text(text).versions.producer == 8
    found = tf.make_ndarray(node.attr["value"].tensor)
    np.testing.assert_array_equal(found, np.float32(found))
    assert found.tolist()[:3] == [1.0, 2.5, -np.inf] and np.isnan(found[3])
    assert node.attr["s"].s == b'\x01\n"\xc3\xa9'


@pytest.mark.parametrize(
    "value",
    [np.float16([1.5, -2]), np.arange(6, dtype=np.int16).reshape(2, 3), [True, False], [b"a", b""], 1 + 2j, np.uint8(7),
     np.zeros((0, 2)), np.int64(-3), np.uint64(2**63), "text"],
)  # fmt: skip
def test_arrays_as_messages_and_back(value: Any) -> None:
    found = tf.make_ndarray(tf.make_tensor_proto(value))
    expected = np.asarray(value, object if isinstance(value, (str, bytes)) else None)
    assert found.shape == np.shape(value)
    wanted = [item.encode() if isinstance(item, str) else item for item in expected.ravel().tolist()]
    assert found.ravel().tolist() == wanted
    filled = tf.make_ndarray(tf.make_tensor_proto([1.0, 2.0], shape=[2, 2]))
    assert filled.tolist() == [[1.0, 2.0], [2.0, 2.0]]


def test_graph_util_s_small_functions() -> None:
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    assert tf.graph_util.tensor_shape_from_node_def_name(x.graph, "x").as_list() == [None, 2]
    (node,) = x.graph.as_graph_def().node
    assert not tf.graph_util.must_run_on_cpu(node)
    tf.get_variable("v", [2])
    nodes = {each.name: each for each in x.graph.as_graph_def().node}
    assert tf.graph_util.must_run_on_cpu(nodes["v"], pin_variables_on_cpu=True)
    tf.constant("text", name="t")
    assert tf.graph_util.must_run_on_cpu({n.name: n for n in x.graph.as_graph_def().node}["t"])


@pytest.mark.parametrize("stripped", [False, True])
def test_a_cell_of_the_library_comes_back_as_one_operation(tmp_path: Path, stripped: bool) -> None:
    """Without what only the library reads it is TensorFlow's loop, which gives the same."""
    path = str(tmp_path / "m")
    x = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4)
    with tf.Graph().as_default(), tf.Session() as session:
        given = tf.placeholder(tf.float32, [None, 3, 4], name="x")
        cell = tf.nn.rnn_cell.LSTMCell(5, num_proj=2, use_peepholes=True, cell_clip=0.5, forget_bias=0.25)
        outputs, state = tf.nn.dynamic_rnn(cell, given, dtype=tf.float32)
        tf.identity(outputs, name="outputs")
        tf.identity(state.c, name="c")
        session.run(tf.global_variables_initializer())
        expected = session.run(["outputs:0", "c:0"], {"x:0": x})
        tf.train.Saver().save(session, path)
    meta = tf.MetaGraphDef.FromString(Path(f"{path}.meta").read_bytes())
    for node in meta.graph_def.node if stripped else ():
        for key in ("_fastscope", "_fastscope_part_of"):
            node.attr.pop(key, None)
    saver = tf.train.import_meta_graph(meta)
    types = {operation.type for operation in tf.get_default_graph().get_operations()}
    assert ("LSTMCellSequence" in types, "While" in types) == (not stripped, stripped)
    with tf.Session() as session:
        saver.restore(session, path)
        for found, wanted in zip(session.run(["outputs:0", "c:0"], {"x:0": x}), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
        frozen = tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["outputs"])
    assert not [node.op for node in frozen.node if node.op.startswith("Fastscope")]
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(frozen, name="")
        np.testing.assert_allclose(session.run("outputs:0", {"x:0": x}), expected[0], rtol=1e-5, atol=1e-6)


def test_first_values_that_tensorflow_has_no_operation_for_are_drawn_again(tmp_path: Path) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(7)
        w = tf.get_variable("w", [3, 3], initializer=tf.orthogonal_initializer())
        u = tf.get_variable("u", [3, 3])
        tf.variables_initializer([w, u], name="start")
        session.run("start")
        expected = session.run([w, u])
        tf.train.export_meta_graph(str(tmp_path / "m"))
    tf.train.import_meta_graph(str(tmp_path / "m"))
    with tf.Session() as session:
        session.run("start")
        for found, wanted in zip(session.run(["w:0", "u:0"]), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


def test_what_no_file_can_hold_says_so_when_it_is_run(tmp_path: Path) -> None:
    """A function of Python is not written: what needs it raises, and the rest goes on."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2], name="x")
        tf.identity(tf.py_func(np.sin, [x], tf.float32), name="sines")
        tf.identity(x * 2, name="twice")
        tf.train.export_meta_graph(str(tmp_path / "m"))
    tf.train.import_meta_graph(str(tmp_path / "m"))
    with tf.Session() as session:
        assert session.run("twice:0", {"x:0": [1, 2]}).tolist() == [2, 4]
        with pytest.raises(tf.errors.UnimplementedError, match=r"FastscopePyFunc: 1 \('PyFunc'\)"):
            session.run("sines:0", {"x:0": [1, 2]})


# ---- SavedModels


def test_a_saved_model_is_loaded_by_its_tags(tmp_path: Path) -> None:
    folder = str(tmp_path / "exported")
    with tf.Graph().as_default(), tf.Session() as session:
        x, logits, _, train = network()
        session.run(tf.global_variables_initializer())
        session.run(train, {x: X})
        expected = session.run(logits, {x: X})
        tf.saved_model.simple_save(session, folder, {"x": x}, {"y": logits})
        with pytest.raises(AssertionError, match="Export directory already exists, and isn't empty"):
            tf.saved_model.simple_save(session, folder, {"x": x}, {"y": logits})
    assert tf.saved_model.loader.maybe_saved_model_directory(folder)
    tags = [tf.saved_model.tag_constants.SERVING]
    for scope in (None, "again"):
        with tf.Graph().as_default() as graph, tf.Session() as session:
            meta = tf.saved_model.loader.load(session, tags, folder, import_scope=scope)
            signature = meta.signature_def[tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY]
            assert signature.method_name == tf.saved_model.signature_constants.PREDICT_METHOD_NAME
            find = tf.saved_model.utils.get_tensor_from_tensor_info
            fed, fetched = (find(each, graph, scope) for each in (signature.inputs["x"], signature.outputs["y"]))
            np.testing.assert_allclose(session.run(fetched, {fed: X}), expected, rtol=1e-6)
            with pytest.raises(RuntimeError, match="associated with tags 'other' could not be found in SavedModel"):
                tf.saved_model.load(session, ["other"], folder)
    with tf.Session() as session, pytest.raises(OSError, match="SavedModel file does not exist at"):
        tf.saved_model.load(session, tags, str(tmp_path))


def test_a_builder_writes_graphs_of_several_tags(tmp_path: Path) -> None:
    folder = str(tmp_path / "exported")
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.get_variable("v", initializer=1.0)
        count = tf.get_variable("count", initializer=0, trainable=False)
        session.run(tf.global_variables_initializer())
        builder = tf.saved_model.builder.SavedModelBuilder(folder)
        with pytest.raises(AssertionError, match="has not been saved yet"):
            builder.add_meta_graph(["a"])
        made = tf.saved_model.signature_def_utils.build_signature_def(
            {"v": tf.saved_model.utils.build_tensor_info(v.value())}, None, "method"
        )
        builder.add_meta_graph_and_variables(session, ["train"], {"s": made}, main_op=tf.assign_add(count, 1).op)
        builder.add_meta_graph(["serve", "gpu"], clear_devices=True)
        assert builder.save(as_text=True).endswith(b"saved_model.pbtxt")
    with tf.Session() as session:
        meta = tf.saved_model.load(session, ["gpu", "serve"], folder)
        assert list(meta.meta_info_def.tags) == ["serve", "gpu"]
        assert session.run(["v:0", "count:0"]) == [1.0, 1]


def test_protocol_buffers_text_format_takes_these_messages(tensorflow_is_fastscope: None) -> None:
    from google.protobuf import text_format

    tf.constant(1.0, name="one")
    graph_def = tf.get_default_graph().as_graph_def()
    text = text_format.MessageToString(graph_def)
    assert text_format.Merge(text, GraphDef()) == text_format.Parse(text, GraphDef()) == graph_def
    with pytest.raises(text_format.ParseError):
        text_format.Merge("nonsense", GraphDef())


@pytest.mark.parametrize("variational", [False, True])
def test_a_dropout_wrapper_comes_back(tmp_path: Path, variational: bool) -> None:
    def kept(scope: str) -> Any:
        with tf.Session() as session:
            saver.restore(session, str(tmp_path / "m"))
            return session.run(f"{scope}outputs:0", {f"{scope}x:0": np.ones((2, 3, 4), np.float32)})

    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.BasicLSTMCell(5), output_keep_prob=0.5, variational_recurrent=variational, dtype=tf.float32,
    )  # fmt: skip
    tf.identity(tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)[0], name="outputs")
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        saver.save(session, str(tmp_path / "m"))
        types = {node.op for node in session.graph.as_graph_def().node}
    assert not [each for each in types if each.startswith("Fastscope")]
    expected = kept("")
    assert 0 < (expected == 0).mean() < 1
    with tf.Graph().as_default():
        saver = tf.train.import_meta_graph(str(tmp_path / "m.meta"))
        np.testing.assert_allclose(kept(""), expected, rtol=1e-6)


def test_a_pipe_stays_a_pipe_and_threads_save_to_one_place(tmp_path: Path) -> None:
    tf.get_variable("v", [2], initializer=tf.zeros_initializer())
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    tf.train.write_graph(tf.get_default_graph(), str(tmp_path), "pipe", as_text=False)
    reader.join()
    assert stat.S_ISFIFO(os.stat(pipe).st_mode) and GraphDef.FromString(read[0]).node[-1].name == "v/read"

    failed: list[Exception] = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver()

        def save() -> None:
            try:
                for _ in range(5):
                    saver.save(session, str(tmp_path / "x"))
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=save) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        saver.restore(session, str(tmp_path / "x"))
    assert not [name for name in os.listdir(tmp_path) if "tmp" in name]
