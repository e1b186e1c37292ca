"""What TensorFlow's tutorials share."""

from . import mnist

__all__ = ["mnist"]
