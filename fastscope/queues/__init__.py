"""Queues, the threads that fill them, and what reads files and makes batches of them: input as before tf.data."""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Import the module that `tf.train` shows as it is when it is first asked for."""
    if name == "queue_runner":
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
