"""tf.contrib: the names by which TF1 code of its time reached cells, regularizers, initializers and checkpoints."""

from ..errors.scoping import no_such_name as _no_such_name
from . import framework, layers, rnn

__all__ = ["framework", "layers", "rnn"]


def __getattr__(name: str) -> object:
    raise _no_such_name(name, __all__, "fastscope.contrib")
