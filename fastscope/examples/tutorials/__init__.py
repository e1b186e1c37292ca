"""tf.examples.tutorials: what TensorFlow's tutorials import."""

from . import mnist

__all__ = ["mnist"]
