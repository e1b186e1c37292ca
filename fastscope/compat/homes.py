"""Where the names of TensorFlow's inner modules are here.

`tensorflow.python.ops.array_ops` and its kin have no counterpart: what they are asked for is looked up in the public
modules, then in what programs take from inner modules alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = [
    "CALLED",
    "ELSEWHERE",
    "ENDINGS",
    "FACE",
    "NAME",
    "SAME",
    "found_in",
    "has_inner_modules",
    "is_inner",
    "is_inner_module",
]

NAME = "tensorflow"
FACE = "fastscope.compat.v1"
# Where a name of an inner module may be, in this order; those that the module's path mentions come first.
_HOMES = (
    "", "nn", "nn.rnn_cell", "train", "layers", "losses", "metrics", "image", "summary", "data", "initializers",
    "random", "strings", "math", "linalg", "bitwise", "gfile", "logging", "flags", "app", "test", "errors",
    "python_io", "graph_util", "saved_model",
    "distributions", "sets", "sparse", "contrib.rnn", "contrib.layers", "contrib.framework",
    "contrib.legacy_seq2seq", "contrib.seq2seq", "contrib.crf", "contrib.cudnn_rnn", "contrib.slim", "contrib.training",
    "contrib.slim.learning", "contrib.slim.evaluation", "contrib.slim.summaries", "contrib.metrics", "contrib.util",
    "contrib.losses.metric_learning",
    "contrib.losses", "contrib.distributions", "contrib.slim.utils", "contrib.slim.model_analyzer", "contrib.lookup",
    "contrib.data", "data.experimental", "compat",
)  # fmt: skip
# inner modules whose names are those of a public one that is called otherwise
_KNOWN_AS = {
    "rnn_cell_impl": "nn.rnn_cell",
    "core_rnn_cell": "nn.rnn_cell",
    "core": "layers",
    "nest": "contrib.framework.nest",
    "hparam": "contrib.training",
    "lookup_ops": "contrib.lookup",
    "learning_rate_decay": "train",
    "init_ops": "initializers",
    "logging_ops": "summary",
    "file_io": "compat.file_io",
    "app": "app",
    "nets": "contrib.slim.nets",
    **{
        name: f"contrib.slim.{name}"
        for name in (
            "data_decoder",
            "data_provider",
            "dataset",
            "dataset_data_provider",
            "parallel_reader",
            "prefetch_queue",
            "queues",
            "tfexample_decoder",
        )
    },
    **{
        name: f"contrib.slim.nets.{name}"
        for name in ("alexnet", "overfeat", "resnet_utils", "resnet_v1", "resnet_v2", "vgg")
    },
    **dict.fromkeys(("inception_v1", "inception_v2", "inception_v3"), "contrib.slim.nets.inception"),
}
# inner modules that have a counterpart
_COUNTERPARTS = {
    "context": "fastscope.launcher.testing",
    "tensor_shape": "fastscope.compat.inner",
    "test_util": "fastscope.launcher.testing",
    "timeline": "fastscope.events.run_metadata",
}
# names that the public modules have otherwise
CALLED = {
    "RefVariable": "Variable",
    "ResourceVariable": "Variable",
    "TensorFlowTestCase": "TestCase",
    "VariableV1": "Variable",
    "log_matrix_determinant": "slogdet",
    "tensorflow.python.layers.normalization.batch_norm": "batch_normalization",
    "tensorflow.python.ops.init_ops.identity_initializer": "identity",
}
# how inner modules are called that lie deeper than "tensorflow.python.ops.rnn"
ENDINGS = ("_ops", "_impl", "util", "_utils", "_cell", "_io", "_pb2")
# what TensorFlow has in inner modules only, and programs use -> where it is here
ELSEWHERE = {
    "CFNCell": "rnn.minimal.CFNCell",
    "MinimalRNNCell": "rnn.minimal.MinimalRNNCell",
    "_BaseAttentionMechanism": "seq2seq.mechanisms.BaseAttentionMechanism",
    "_bahdanau_score": "seq2seq.mechanisms.bahdanau_score",
    "_compute_attention": "seq2seq.attention.attended",
    "_luong_score": "seq2seq.mechanisms.luong_score",
    "LayerNormLSTMCell": "rnn.normalized.LayerNormLSTMCell",
    "WeightNormLSTMCell": "rnn.normalized.WeightNormLSTMCell",
    "SummaryWriterCache": "events.writer.FileWriterCache",
    "_CoordinatedSession": "monitored.sessions._CoordinatedSession",
    "_HookedSession": "monitored.sessions._HookedSession",
    "_Linear": "rnn.linear.Linear",
    "_compute_sampled_logits": "ops.sampling.compute_sampled_logits",
    "_RecoverableSession": "monitored.sessions._RecoverableSession",
    "_WrappedSession": "monitored.sessions._WrappedSession",
    "_linear": "rnn.linear.linear",
    "conv_input_length": "layers.arguments.conv_input_length",
    "conv_output_length": "layers.arguments.conv_output_length",
    "convert_data_format": "layers.arguments.convert_data_format",
    "deconv_output_length": "layers.arguments.deconv_output_length",
    "normalize_data_format": "layers.arguments.data_format_of",
    "normalize_padding": "layers.arguments.padding_of",
    "normalize_tuple": "layers.arguments.tuple_of",
    "assign_moving_average": "training.averages.assign_moving_average",
    "is_sparse": "graph.sparse_tensor.is_sparse",
    "list_local_devices": "session.machine.list_local_devices",
    "smart_cond": "layers.slim.utils.smart_cond",
    "static_cond": "layers.slim.utils.static_cond",
    "dense_to_sparse_tensor": "layers.slim.simple.dense_to_sparse_tensor",
    "poincare_normalize": "layers.slim.simple.poincare_normalize",
    "weighted_moving_average": "training.averages.weighted_moving_average",
}


# inner modules that are public ones, which programs may change from there
SAME = {
    f"{NAME}.python.platform.{inner}": public
    for inner, public in (("tf_logging", "logging"), ("gfile", "gfile"), ("flags", "flags"), ("app", "app"))
} | {f"{NAME}.contrib.learn.python.learn.datasets.mnist": "examples.tutorials.mnist.input_data"}


def is_inner(path: str) -> bool:
    """Whether it lies where TensorFlow shows nothing: "tensorflow.python.ops.rnn", "tensorflow.core.protobuf"."""
    parts = path.split(".")
    return "python" in parts or parts[1:2] == ["core"]


# inner packages whose modules may be called anything
_WITH_MODULES = (
    ["ops", "distributions"],
    ["data", "ops"],
    ["data", "util"],
    ["data", "experimental"],
    ["lib", "io"],
    ["slim", "data"],
    ["slim", "nets"],
    ["summary", "writer"],
)


def _below(path: str) -> list[str]:
    parts = path.split(".")
    return parts[parts.index("python" if "python" in parts else "core") + 1 :]


def is_inner_module(path: str) -> bool:
    """Whether an inner path is one of a module, by how TensorFlow's are called: "tensorflow.python.ops.array_ops"."""
    last, below = path.rpartition(".")[2], _below(path)
    is_deep = len(below) > 2 and below[:2] not in _WITH_MODULES
    return last.islower() and (not is_deep or last.endswith(ENDINGS))


def has_inner_modules(path: str) -> bool:
    """Whether an inner path is one of a package: "tensorflow.python.ops"."""
    return path.rpartition(".")[0].endswith(("python", ".core")) or _below(path) in _WITH_MODULES


def found_in(path: str) -> Iterator[ModuleType]:
    """Yield the modules of the face in which names of an inner module are looked up."""
    parts = path.split(".")
    if parts[-1] in _COUNTERPARTS:
        yield import_module(_COUNTERPARTS[parts[-1]])
    if parts[1:2] == ["core"]:
        yield import_module("fastscope.messages")
    known = [_KNOWN_AS[parts[-1]]] if parts[-1] in _KNOWN_AS else []
    named = [home for home in _HOMES if home and f".{home}." in f"{path}."]
    named.sort(key=len, reverse=True)  # contrib.layers before layers
    last = [home for home in _HOMES if home.rpartition(".")[2] == parts[-1] and home]
    if "contrib.layers" in named:
        named.insert(1, "contrib.slim")  # which shows more of it
    for home in dict.fromkeys([*known, *named, *last, *_HOMES]):
        found: Any = sys.modules.get(NAME) or import_module(FACE)
        for part in filter(None, home.split(".")):
            found = getattr(found, part, None)
        if isinstance(found, ModuleType):
            yield found
