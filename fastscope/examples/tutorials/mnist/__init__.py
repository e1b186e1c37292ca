"""The MNIST tutorials' data."""

from . import input_data

__all__ = ["input_data"]
