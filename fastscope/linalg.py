"""tf.linalg: matrices, which lie in the last two dimensions."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .ops import cholesky, cross, einsum, eye, l2_normalize, matmul, matrix_transpose, norm, tensordot, trace
from .ops import diag as tensor_diag
from .ops import diag_part as tensor_diag_part
from .ops import matrix_band_part as band_part
from .ops import matrix_determinant as det
from .ops import matrix_diag as diag
from .ops import matrix_diag_part as diag_part
from .ops import matrix_inverse as inv
from .ops import matrix_solve as solve
from .ops import matrix_transpose as transpose
from .ops.arranging import matrix_set_diag as set_diag
from .ops.matrices import adjoint, cholesky_solve, logdet, matvec, qr, slogdet, svd
from .ops.matrices import matrix_solve_ls as lstsq
from .ops.matrices import matrix_triangular_solve as triangular_solve
from .ops.matrices import self_adjoint_eig as eigh
from .ops.matrices import self_adjoint_eigvals as eigvalsh
from .training.clipping import global_norm

__all__ = [
    "adjoint",
    "band_part",
    "cholesky",
    "cholesky_solve",
    "cross",
    "det",
    "diag",
    "diag_part",
    "eigh",
    "eigvalsh",
    "einsum",
    "eye",
    "global_norm",
    "inv",
    "l2_normalize",
    "logdet",
    "lstsq",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "qr",
    "set_diag",
    "slogdet",
    "solve",
    "svd",
    "tensor_diag",
    "tensor_diag_part",
    "tensordot",
    "trace",
    "transpose",
    "triangular_solve",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("linalg", __all__)
