"""Running TensorFlow 1 programs as they lie on disk: `import tensorflow` means fastscope, Python 2 is translated."""

from .checking import Missing, check
from .running import run

__all__ = ["Missing", "check", "run"]
