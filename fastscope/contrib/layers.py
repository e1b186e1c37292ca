"""tf.contrib.layers: layers that are functions, regularizers and Xavier's initializers."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..scoping.initializers import xavier_initializer, xavier_initializer_conv2d
from ..scoping.regularizers import l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer

if TYPE_CHECKING:  # `later` says where else they come from
    from ..fitting.optimizing import (
        OPTIMIZER_CLS_NAMES,
        OPTIMIZER_SUMMARIES,
        optimize_loss,
    )
    from ..fitting.summarizing import (
        summarize_activation,
        summarize_activations,
        summarize_collection,
        summarize_tensor,
        summarize_tensors,
    )
    from ..layers.slim import (
        avg_pool2d,
        avg_pool3d,
        bias_add,
        conv1d,
        conv2d,
        conv2d_transpose,
        conv3d,
        conv3d_transpose,
        convolution,
        convolution1d,
        convolution2d,
        convolution2d_transpose,
        convolution3d,
        convolution3d_transpose,
        dropout,
        flatten,
        fully_connected,
        linear,
        max_pool2d,
        max_pool3d,
        maxout,
        one_hot_encoding,
        relu,
        relu6,
        repeat,
        separable_conv2d,
        separable_convolution2d,
        softmax,
        stack,
        unit_norm,
    )
    from ..layers.slim_embeddings import apply_regularization, embed_sequence, embedding_lookup_unique
    from ..layers.slim_norms import batch_norm, group_norm, instance_norm, layer_norm
    from ..scoping.initializers.contributed import variance_scaling_initializer

__all__ = [
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "apply_regularization",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bias_add",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "convolution1d",
    "convolution2d",
    "convolution2d_transpose",
    "convolution3d",
    "convolution3d_transpose",
    "dropout",
    "embed_sequence",
    "embedding_lookup_unique",
    "flatten",
    "fully_connected",
    "group_norm",
    "instance_norm",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "linear",
    "max_pool2d",
    "max_pool3d",
    "maxout",
    "one_hot_encoding",
    "optimize_loss",
    "relu",
    "relu6",
    "repeat",
    "separable_conv2d",
    "separable_convolution2d",
    "softmax",
    "stack",
    "sum_regularizer",
    "summarize_activation",
    "summarize_activations",
    "summarize_collection",
    "summarize_tensor",
    "summarize_tensors",
    "unit_norm",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.layers", __all__)
