"""tf.sparse: arrays of which few elements are not zero."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .graph.sparse_tensor import SparseTensor
from .ops.sparse import sparse_placeholder as placeholder
from .ops.sparse import sparse_tensor_dense_matmul as sparse_dense_matmul
from .ops.sparse import sparse_tensor_to_dense as to_dense
from .ops.sparse_arranging import sparse_concat as concat
from .ops.sparse_arranging import sparse_expand_dims as expand_dims
from .ops.sparse_arranging import sparse_eye as eye
from .ops.sparse_arranging import sparse_fill_empty_rows as fill_empty_rows
from .ops.sparse_arranging import sparse_from_dense as from_dense
from .ops.sparse_arranging import sparse_merge as merge
from .ops.sparse_arranging import sparse_reorder as reorder
from .ops.sparse_arranging import sparse_reset_shape as reset_shape
from .ops.sparse_arranging import sparse_reshape as reshape
from .ops.sparse_arranging import sparse_retain as retain
from .ops.sparse_arranging import sparse_slice as slice
from .ops.sparse_arranging import sparse_split as split
from .ops.sparse_arranging import sparse_to_indicator as to_indicator
from .ops.sparse_arranging import sparse_transpose as transpose
from .ops.sparse_pairs import sparse_add as add
from .ops.sparse_pairs import sparse_maximum as maximum
from .ops.sparse_pairs import sparse_minimum as minimum
from .ops.sparse_pairs import sparse_reduce_max as reduce_max
from .ops.sparse_pairs import sparse_reduce_max_sparse as reduce_max_sparse
from .ops.sparse_pairs import sparse_reduce_sum_sparse as reduce_sum_sparse
from .ops.sparse_pairs import sparse_segment_mean as segment_mean
from .ops.sparse_pairs import sparse_segment_sqrt_n as segment_sqrt_n
from .ops.sparse_pairs import sparse_segment_sum as segment_sum
from .ops.sparse_pairs import sparse_softmax as softmax
from .ops.sparse_sums import sparse_reduce_sum as reduce_sum

__all__ = [
    "SparseTensor",
    "add",
    "concat",
    "expand_dims",
    "eye",
    "fill_empty_rows",
    "from_dense",
    "maximum",
    "merge",
    "minimum",
    "placeholder",
    "reduce_max",
    "reduce_max_sparse",
    "reduce_sum",
    "reduce_sum_sparse",
    "reorder",
    "reset_shape",
    "reshape",
    "retain",
    "segment_mean",
    "segment_sqrt_n",
    "segment_sum",
    "slice",
    "softmax",
    "sparse_dense_matmul",
    "split",
    "to_dense",
    "to_indicator",
    "transpose",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("sparse", __all__)
