"""TensorFlow 1 as it was: `import fastscope.compat.v1 as tf`, and functions record, `Session.run` computes."""

from ..graph import disable_eager_execution as _disable_eager_execution

_disable_eager_execution()

from .. import *
from .. import __version__
from ..gradients import gradients
from ..graph import Operation, Tensor  # type: ignore[assignment]  # eager, an Operation is an Action
from ..graph.indexed_slices import IndexedSlices
from ..ops.placeholders import placeholder, placeholder_with_default
