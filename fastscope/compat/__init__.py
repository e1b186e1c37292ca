"""TensorFlow's faces of one version: `fastscope.compat.v1` is TensorFlow 1, where operations are written down."""

__all__ = ["v1"]
