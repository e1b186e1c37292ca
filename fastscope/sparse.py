"""tf.sparse: arrays of which few elements are not zero."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .graph.sparse_tensor import SparseTensor
from .ops.sparse import sparse_placeholder as placeholder
from .ops.sparse import sparse_tensor_dense_matmul as sparse_dense_matmul
from .ops.sparse import sparse_tensor_to_dense as to_dense
from .ops.sparse_sums import sparse_reduce_sum as reduce_sum

__all__ = ["SparseTensor", "placeholder", "reduce_sum", "sparse_dense_matmul", "to_dense"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("sparse", __all__)
