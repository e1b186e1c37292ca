"""tf.examples.tutorials.mnist: handwritten digits."""

from . import input_data

__all__ = ["input_data"]
