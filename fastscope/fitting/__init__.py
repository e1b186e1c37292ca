"""Training and evaluation as one call: optimize_loss, train operations, the loops of slim and tf.contrib.training."""

from importlib import import_module
from types import ModuleType

_MODULES = ("evaluation", "learning", "summaries")  # which slim shows as they are


def __getattr__(name: str) -> ModuleType:
    """Import a module when it is first asked for: sessions, hooks and event files are behind it."""
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
