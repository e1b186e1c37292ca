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
    from ..layers.slim.convolutions import (
        conv1d,
        conv2d,
        conv2d_in_plane,
        conv2d_transpose,
        conv3d,
        conv3d_transpose,
        convolution,
        convolution1d,
        convolution2d,
        convolution2d_in_plane,
        convolution2d_transpose,
        convolution3d,
        convolution3d_transpose,
        separable_conv2d,
        separable_convolution2d,
    )
    from ..layers.slim.divisive import GDN, gdn
    from ..layers.slim.embeddings import (
        apply_regularization,
        bow_encoder,
        embed_sequence,
        embedding_lookup_unique,
        safe_embedding_lookup_sparse,
    )
    from ..layers.slim.norms import (
        batch_norm,
        group_norm,
        instance_norm,
        layer_norm,
    )
    from ..layers.slim.pools import (
        avg_pool2d,
        avg_pool3d,
        max_pool2d,
        max_pool3d,
    )
    from ..layers.slim.products import (
        elu,
        fully_connected,
        legacy_fully_connected,
        legacy_linear,
        legacy_relu,
        linear,
        relu,
        relu6,
    )
    from ..layers.slim.repeating import (
        repeat,
        stack,
    )
    from ..layers.slim.simple import (
        bias_add,
        dense_to_sparse,
        dropout,
        flatten,
        maxout,
        one_hot_encoding,
        scale_gradient,
        softmax,
        unit_norm,
    )
    from ..layers.slim.spatial import (
        images_to_sequence,
        sequence_to_images,
        spatial_softmax,
    )
    from ..scoping.initializers.contributed import variance_scaling_initializer

__all__ = [
    "GDN",
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "apply_regularization",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bias_add",
    "bow_encoder",
    "conv1d",
    "conv2d",
    "conv2d_in_plane",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "convolution1d",
    "convolution2d",
    "convolution2d_in_plane",
    "convolution2d_transpose",
    "convolution3d",
    "convolution3d_transpose",
    "dense_to_sparse",
    "dropout",
    "elu",
    "embed_sequence",
    "embedding_lookup_unique",
    "flatten",
    "fully_connected",
    "gdn",
    "group_norm",
    "images_to_sequence",
    "instance_norm",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "legacy_fully_connected",
    "legacy_linear",
    "legacy_relu",
    "linear",
    "max_pool2d",
    "max_pool3d",
    "maxout",
    "one_hot_encoding",
    "optimize_loss",
    "relu",
    "relu6",
    "repeat",
    "safe_embedding_lookup_sparse",
    "scale_gradient",
    "separable_conv2d",
    "separable_convolution2d",
    "sequence_to_images",
    "softmax",
    "spatial_softmax",
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
