"""TensorFlow 1 as it was: `import fastscope.compat.v1 as tf`, and functions record, `Session.run` computes."""

from typing import TYPE_CHECKING

from ...errors.names import face as _face
from ...graph import disable_eager_execution as _disable_eager_execution

_disable_eager_execution()

import fastscope as _eager

from ... import *
from ...graph import Operation, Tensor  # type: ignore[assignment]  # eager, an Operation is an Action
from ...graph.indexed_slices import IndexedSlices

__version__ = "1.15.0"  # of the interface: programs ask it which names there are (tf.unpack before 0.12)
half, double = float16, float64  # noqa: F405

__all__ = ["IndexedSlices", "Tensor", "double", "half"]
__all__ += _eager.__all__

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("compat.v1", __all__)
