"""tf.saved_model.tag_constants: what graphs are for.

Source: tensorflow/python/saved_model/tag_constants.py (TF 1.15).
"""

SERVING, TRAINING, EVAL, GPU, TPU = "serve", "train", "eval", "gpu", "tpu"

__all__ = ["EVAL", "GPU", "SERVING", "TPU", "TRAINING"]
