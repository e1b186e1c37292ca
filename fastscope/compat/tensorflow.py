"""`import tensorflow` as fastscope: an import hook that looks names up on the face of TensorFlow 1.

Public modules, `tensorflow.contrib.rnn`, are modules of the face under one more path. TensorFlow's inner ones,
`tensorflow.python.ops.array_ops`, have no counterpart: whatever they are asked for is looked up in the public ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ..errors import launcher as errors
from ..later import bring
from .modules import AttributesAsModules
from .modules import install as install_below
from .protobuf import install_text_format

__all__ = ["NAME", "Inner", "found_in", "install", "is_inner", "is_inner_module"]

NAME = "tensorflow"
_FACE = "fastscope.compat.v1"
# Where a name of an inner module may be, in this order; those that the module's path mentions come first.
_HOMES = (
    "", "nn", "nn.rnn_cell", "train", "layers", "losses", "metrics", "image", "summary", "data", "initializers",
    "random", "strings", "math", "linalg", "bitwise", "gfile", "logging", "flags", "app", "test", "errors",
    "python_io", "graph_util", "saved_model",
    "distributions", "sets", "sparse", "contrib.rnn", "contrib.layers", "contrib.framework",
    "contrib.legacy_seq2seq", "contrib.seq2seq", "contrib.crf", "contrib.cudnn_rnn", "contrib.slim", "contrib.training",
    "contrib.slim.learning", "contrib.slim.evaluation", "contrib.slim.summaries", "contrib.metrics", "contrib.util",
    "contrib.losses", "contrib.slim.utils", "contrib.slim.model_analyzer", "contrib.lookup", "compat",
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
}
# inner modules that have a counterpart
_COUNTERPARTS = {
    "context": "fastscope.launcher.testing",
    "control_flow_ops": "fastscope.launcher.inner",
    "dtypes": "fastscope.launcher.inner",
    "tensor_shape": "fastscope.launcher.inner",
    "test_util": "fastscope.launcher.testing",
    "timeline": "fastscope.events.run_metadata",
}
# names that the public modules have otherwise
_CALLED = {
    "RefVariable": "Variable",
    "ResourceVariable": "Variable",
    "TensorFlowTestCase": "TestCase",
    "VariableV1": "Variable",
    "log_matrix_determinant": "slogdet",
    "tensorflow.python.layers.normalization.batch_norm": "batch_normalization",
    "tensorflow.python.ops.init_ops.identity_initializer": "identity",
}
# how inner modules are called that lie deeper than "tensorflow.python.ops.rnn"
_ENDINGS = ("_ops", "_impl", "util", "_utils", "_cell", "_io", "_pb2")
# what TensorFlow has in inner modules only, and programs use -> where it is here
_INNER_ONLY = {
    "CFNCell": "rnn.minimal.CFNCell",
    "MinimalRNNCell": "rnn.minimal.MinimalRNNCell",
    "_BaseAttentionMechanism": "seq2seq.mechanisms.BaseAttentionMechanism",
    "_bahdanau_score": "seq2seq.mechanisms.bahdanau_score",
    "_compute_attention": "seq2seq.attention.attended",
    "_luong_score": "seq2seq.mechanisms.luong_score",
    "LayerNormLSTMCell": "rnn.normalized.LayerNormLSTMCell",
    "WeightNormLSTMCell": "rnn.normalized.WeightNormLSTMCell",
    "RegisterShape": "compat.inner.RegisterShape",
    "SummaryWriterCache": "events.writer.FileWriterCache",
    "_CoordinatedSession": "monitored.sessions._CoordinatedSession",
    "_HookedSession": "monitored.sessions._HookedSession",
    "_Linear": "rnn.linear.Linear",
    "_compute_sampled_logits": "ops.sampling.compute_sampled_logits",
    "_RecoverableSession": "monitored.sessions._RecoverableSession",
    "_WrappedSession": "monitored.sessions._WrappedSession",
    "_get_saver_or_default": "compat.inner._get_saver_or_default",
    "_increment_global_step": "compat.inner._increment_global_step",
    "_linear": "rnn.linear.linear",
    "assign_moving_average": "training.averages.assign_moving_average",
    "smart_cond": "layers.slim.utils.smart_cond",
    "static_cond": "layers.slim.utils.static_cond",
    "dense_to_sparse_tensor": "layers.slim.simple.dense_to_sparse",
    "poincare_normalize": "layers.slim.simple.poincare_normalize",
    "weighted_moving_average": "training.averages.weighted_moving_average",
}
_INNER_TEXTS = {"_WEIGHTS_VARIABLE_NAME": "kernel", "_BIAS_VARIABLE_NAME": "bias"}


# inner modules that are public ones, which programs may change from there
_SAME = {
    f"{NAME}.python.platform.{inner}": public
    for inner, public in (("tf_logging", "logging"), ("gfile", "gfile"), ("flags", "flags"), ("app", "app"))
}


def install() -> None:
    """Let `import tensorflow` give fastscope's face of TensorFlow 1, in this process from now on.

    A TensorFlow that is installed stays untouched, and is not imported.

    >>> fs.compat.install()
    >>> import tensorflow as tf
    >>> tf.__name__
    'fastscope.compat.v1'

    Raises:
        RuntimeError: TensorFlow itself was imported before.
    """
    face = import_module(_FACE)
    present = sys.modules.get(NAME)
    if present is not None and present is not face:
        raise errors.tensorflow_is_imported(getattr(present, "__file__", None))
    if not any(isinstance(finder, _TensorFlow) for finder in sys.meta_path):
        sys.meta_path.insert(0, _TensorFlow(NAME, face))
    sys.modules[NAME] = face
    install_text_format()
    sys.modules.setdefault("horovod", _Horovod())
    if isinstance(sys.modules["horovod"], _Horovod):
        install_below("horovod")


class _Horovod(ModuleType):
    """`import horovod.tensorflow` gives fastscope.distributed, when it is asked for."""

    def __init__(self) -> None:
        super().__init__("horovod")
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name == "tensorflow":
            return import_module("fastscope.distributed")
        raise AttributeError(name)


class _TensorFlow(AttributesAsModules):
    """Finds modules below `tensorflow`."""

    def find_spec(self, path: str, search: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Return how the module of this path is imported; None where it is none of TensorFlow's."""
        if path in _SAME:
            return super().find_spec(f"{NAME}.{_SAME[path]}")
        if path.startswith(f"{NAME}.") and is_inner(path):
            if not is_inner_module(path):
                return None
            return ModuleSpec(path, _Loader(), is_package=True)  # type: ignore[arg-type]
        return super().find_spec(path, search, target)


def is_inner(path: str) -> bool:
    """Whether it lies where TensorFlow shows nothing: "tensorflow.python.ops.rnn", "tensorflow.core.protobuf"."""
    parts = path.split(".")
    return "python" in parts or parts[1:2] == ["core"]


def is_inner_module(path: str) -> bool:
    """Whether an inner path is one of a module, by how TensorFlow's are called: "tensorflow.python.ops.array_ops"."""
    parts = path.split(".")
    below = parts[parts.index("python" if "python" in parts else "core") + 1 :]
    is_deep = len(below) > 2 and below[:2] not in _WITH_MODULES
    return parts[-1].islower() and (not is_deep or parts[-1].endswith(_ENDINGS))


# inner packages whose modules may be called anything
_WITH_MODULES = (["ops", "distributions"], ["data", "ops"], ["data", "util"])


class _Loader:
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Inner(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__path__"] = []


class Inner(ModuleType):
    """A module of TensorFlow's that has no counterpart; its names are those of the public ones."""

    def __getattr__(self, name: str) -> Any:
        """Return what the face has under this name, wherever.

        Raises:
            AttributeError: nothing of that name is there.
        """
        if name.startswith("__"):
            raise AttributeError(name)
        folder = self.__name__.rpartition(".")[0]
        has_modules = folder.endswith(("python", ".core")) or self.__name__.endswith(".distributions")
        if has_modules and is_inner_module(f"{self.__name__}.{name}"):
            covering = _taken_up(self.__name__, name)
            if covering is not None:
                return covering
            return import_module(f"{self.__name__}.{name}")  # a package, "tensorflow.python.ops": it has modules
        bare = name.lstrip("_") if ".gen_" in self.__name__ else name  # what they hid, until TensorFlow 1.8
        public = _CALLED.get(f"{self.__name__}.{name}", _CALLED.get(bare, bare))
        for module in found_in(self.__name__):
            if public in getattr(module, "__all__", ()):
                return getattr(module, public)
        path = f"{self.__name__}.{name}"
        if name.endswith(_ENDINGS) and is_inner_module(path):  # "tensorflow.python.data.ops" has dataset_ops
            return import_module(path)
        if name in _INNER_TEXTS:
            return _INNER_TEXTS[name]
        if name in _INNER_ONLY:
            return bring(*_INNER_ONLY[name].rsplit(".", 1))
        raise errors.no_inner_name(self.__name__, name)


def _taken_up(path: str, name: str) -> Any:
    """Return the function by which a package below `contrib` covers a module of this name, as arg_scope does."""
    parts = path.split(".")
    if "python" not in parts:
        return None
    home = ".".join(parts[1 : parts.index("python")])
    face: Any = next((module for module in found_in(path) if module.__name__.endswith(home)), None) if home else None
    found = getattr(face, name) if name in getattr(face, "__all__", ()) else None
    return None if isinstance(found, ModuleType) else found


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
        found: Any = sys.modules.get(NAME) or import_module(_FACE)
        for part in filter(None, home.split(".")):
            found = getattr(found, part, None)
        if isinstance(found, ModuleType):
            yield found
