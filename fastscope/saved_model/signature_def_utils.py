"""tf.saved_model.signature_def_utils."""

from ..graphdef.saved import build_signature_def, predict_signature_def

__all__ = ["build_signature_def", "predict_signature_def"]
