"""tf.saved_model.loader."""

from ..graphdef.saved import contains_saved_model as maybe_saved_model_directory
from ..graphdef.saved import load

__all__ = ["load", "maybe_saved_model_directory"]
