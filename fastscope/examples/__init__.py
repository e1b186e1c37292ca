"""tf.examples: what TensorFlow's tutorials import."""

from . import tutorials

__all__ = ["tutorials"]
