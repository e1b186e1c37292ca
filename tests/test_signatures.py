"""The arguments of what is here are TensorFlow 1.15's, by name and in order; golden/graph_oracle.json lists them.

What TensorFlow has and this library does not is none of these tests: `fastscope check` tells it.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"
CASES = [case for case in json.loads((GOLDEN / "graph_oracle.json").read_text())["cases"] if case["section"] == 14]
MODULES = {re.search(r"M=tf\.?([\w.]*)", case["code"])[1]: case["result"] for case in CASES}  # type: ignore[index]

# An argument that is not there yet, or is there on purpose otherwise.
_CLASSES = "programs do not make it themselves"
_UNBUILT = "an argument is not here yet"
DIFFERENCES = {
    "DType": _CLASSES,
    "Operation": _CLASSES,
    "QueueBase": _CLASSES,
    "ReaderBase": _CLASSES,
    "Tensor": _CLASSES,
    "VariableScope": _CLASSES,
    "Iterator": _CLASSES,
    "enable_eager_execution": "there are no policies of devices",
    "function": "there is no autograph",
    "einsum": "it takes a name alone",
    "group": "it takes a name alone",
    "static_state_saving_rnn": "it is an error that says where to go",
    "contrib.framework.init_from_checkpoint": "one function serves tf.train as well, whose name of the argument it has",
    "contrib.framework.list_variables": "one function serves tf.train as well, whose name of the argument it has",
    "contrib.framework.load_variable": "one function serves tf.train as well, whose name of the argument it has",
    "contrib.framework.load_checkpoint": "one function serves tf.train as well, whose name of the argument it has",
    "RNNCell": "the switches that TensorFlow takes as **kwargs are written out",
    "LSTMBlockWrapper": "it cannot be made here: an error says what to write",
    "LayerRNNCell": "the switches that TensorFlow takes as **kwargs are written out",
    "Layer": "the switches that TensorFlow takes as **kwargs are written out",
    **dict.fromkeys(
        (
            "batch_to_space", "convert_to_tensor", "conv2d_backprop_input", "count_nonzero", "decode_raw", "diag",
            "diag_part", "dynamic_decode", "embedding_lookup", "encode_jpeg", "gather", "gather_nd",
            "get_local_variable", "inv", "matmul", "matrix_diag", "matrix_diag_part", "matrix_inverse",
            "matrix_set_diag", "set_diag",
            "sequence_loss", "softmax_cross_entropy_with_logits", "space_to_batch", "stateless_categorical",
            "string_split", "string_to_hash_bucket", "to_hash_bucket", "transpose", "variable_op_scope",
        ),
        _UNBUILT,
    ),
}  # fmt: skip


def names_in(written: str) -> list[str]:
    """The arguments' names in "(x, axis=None, **kwargs)"; a default may have commas of its own."""
    inside, depth, names = re.sub(r"^(class )?\(|\)$", "", written), 0, [""]
    for letter in inside:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth:
            names.append("")
        else:
            names[-1] += letter
    found = [name.split("=")[0].strip() for name in names]
    return [name for name in found if re.fullmatch(r"\**\w+", name)]


def our_names(function: Any) -> list[str]:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [stars.get(p.kind, "") + p.name for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("module", MODULES)
def test_arguments_are_tensorflow_s(graph_mode: ModuleType, module: str) -> None:
    place: Any = graph_mode
    for part in filter(None, module.split(".")):
        place = getattr(place, part)
    other, compared = {}, 0
    for name, written in eval(MODULES[module], {"obj": str, "inf": float("inf"), "nan": float("nan")}):
        is_told = "(" in written and "*args, **kwargs" not in written and hasattr(place, name)
        if is_told and name not in DIFFERENCES and f"{module}.{name}" not in DIFFERENCES:
            wanted, found = names_in(written), our_names(getattr(place, name))
            compared += 1
            if found[: len(wanted)] != wanted:
                other[name] = (wanted, found)
    assert not other
    assert compared


def test_differences_are_few() -> None:
    assert len(DIFFERENCES) <= 0.07 * 935  # of the functions and classes that are compared
