"""TensorFlow's examples, as far as programs import them: `tensorflow.examples.tutorials.mnist.input_data`."""

from . import tutorials

__all__ = ["tutorials"]
