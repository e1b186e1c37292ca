"""tf.config.threading: how many threads one call of a fused function may take on the CPU.

    >>> tf.config.threading.set_intra_op_parallelism_threads(2)

They are the LSTM's and the optimizers'; NumPy's own products take as many as its BLAS is told to. Work
that is too small for several threads takes one, whatever is set here.

Source: TF 1.15 python/framework/config.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors.names import face as _face

__all__ = ["get_intra_op_parallelism_threads", "set_intra_op_parallelism_threads"]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("config.threading", __all__)

# fused.cpu loads the compiled passes, and reads the environment, when it is first used: not with fastscope.


def get_intra_op_parallelism_threads() -> int:
    """Return the most threads that one call takes."""
    from ..fused import cpu

    return cpu.get_num_threads()


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Let one call take up to so many threads, in the whole process.

    Args:
        num_threads: 1 or more, of which 64 count; 0 = what the environment asks for: the first of
            FASTSCOPE_NUM_THREADS, TF_NUM_INTRAOP_THREADS and OMP_NUM_THREADS that is set, else all
            processors that this process may run on.

    Raises:
        ValueError: a negative number.
        TypeError: no integer.
    """
    from ..fused import cpu

    cpu.set_num_threads(num_threads if num_threads != 0 else cpu.default_threads())
