"""tf.saved_model.builder."""

from ..graphdef.saved import SavedModelBuilder

__all__ = ["SavedModelBuilder"]
