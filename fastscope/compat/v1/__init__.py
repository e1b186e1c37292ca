"""TensorFlow 1 as it was: `import fastscope.compat.v1 as tf`, and functions record, `Session.run` computes."""

from typing import TYPE_CHECKING

from ...errors.names import face as _face
from ...graph import disable_eager_execution as _disable_eager_execution

_disable_eager_execution()

import fastscope as _eager

from ...arrays.dtypes import float16 as half
from ...arrays.dtypes import float64 as double

if TYPE_CHECKING:
    from ... import *
    from ...events import summary  # type: ignore[assignment]
else:  # what the other face has not imported yet is not imported for this one
    globals().update({name: vars(_eager)[name] for name in _eager.__all__ if name in vars(_eager)})
    globals().pop("summary", None)  # of the other face it is a table of variables

from ...graph import Operation, Tensor  # type: ignore[assignment]  # eager, an Operation is an Action
from ...graph.indexed_slices import IndexedSlices, IndexedSlicesValue
from ..modules import install as _install_paths

_install_paths(__name__)

# of the interface: programs ask which names there are (tf.unpack before 0.12)
__version__ = VERSION = "1.15.5"
GIT_VERSION, COMPILER_VERSION = "v1.15.5", ""
GRAPH_DEF_VERSION, GRAPH_DEF_VERSION_MIN_CONSUMER, GRAPH_DEF_VERSION_MIN_PRODUCER = 134, 0, 0

__all__ = [
    "COMPILER_VERSION",
    "GIT_VERSION",
    "GRAPH_DEF_VERSION",
    "GRAPH_DEF_VERSION_MIN_CONSUMER",
    "GRAPH_DEF_VERSION_MIN_PRODUCER",
    "VERSION",
    "IndexedSlices",
    "IndexedSlicesValue",
    "Tensor",
    "double",
    "half",
]
__all__ += _eager.__all__

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("compat.v1", __all__)
