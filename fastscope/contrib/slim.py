"""tf.contrib.slim: the layers of tf.contrib.layers, with variables and scopes of arguments."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..layers import nets
from ..layers.slim import model_analyzer, utils
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
    pool,
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
from ..scoping.arg_scopes import add_arg_scope, arg_scope, arg_scoped_arguments, current_arg_scope, has_arg_scope
from ..scoping.initializers import xavier_initializer, xavier_initializer_conv2d
from ..scoping.initializers.contributed import variance_scaling_initializer
from ..scoping.regularizers import l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer
from ..scoping.variable_lists import (
    add_model_variable,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    local_variable,
    model_variable,
    variable,
)
from ..training.global_step import create_global_step, get_global_step, get_or_create_global_step
from . import layers, losses, metrics
from . import layers as initializers
from . import layers as regularizers

if TYPE_CHECKING:  # `later` says where else they come from
    from ..fitting import evaluation, learning, summaries
    from ..fitting.assigning import (
        assign_from_checkpoint,
        assign_from_checkpoint_fn,
        assign_from_values,
        assign_from_values_fn,
    )
    from ..fitting.optimizing import OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, adaptive_clipping_fn, optimize_loss
    from ..fitting.reading import (
        data_decoder,
        data_provider,
        dataset,
        dataset_data_provider,
        parallel_reader,
        prefetch_queue,
        queues,
        tfexample_decoder,
    )
    from ..fitting.summarizing import (
        summarize_activation,
        summarize_activations,
        summarize_biases,
        summarize_collection,
        summarize_tensor,
        summarize_tensors,
        summarize_variables,
        summarize_weights,
    )

__all__ = [
    "GDN",
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "adaptive_clipping_fn",
    "add_arg_scope",
    "add_model_variable",
    "apply_regularization",
    "arg_scope",
    "arg_scoped_arguments",
    "assign_from_checkpoint",
    "assign_from_checkpoint_fn",
    "assign_from_values",
    "assign_from_values_fn",
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
    "create_global_step",
    "current_arg_scope",
    "data_decoder",
    "data_provider",
    "dataset",
    "dataset_data_provider",
    "dense_to_sparse",
    "dropout",
    "elu",
    "embed_sequence",
    "embedding_lookup_unique",
    "evaluation",
    "filter_variables",
    "flatten",
    "fully_connected",
    "gdn",
    "get_global_step",
    "get_local_variables",
    "get_model_variables",
    "get_or_create_global_step",
    "get_trainable_variables",
    "get_unique_variable",
    "get_variable_full_name",
    "get_variables",
    "get_variables_by_name",
    "get_variables_by_suffix",
    "get_variables_to_restore",
    "global_variable",
    "group_norm",
    "has_arg_scope",
    "images_to_sequence",
    "initializers",
    "instance_norm",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "layers",
    "learning",
    "legacy_fully_connected",
    "legacy_linear",
    "legacy_relu",
    "linear",
    "local_variable",
    "losses",
    "max_pool2d",
    "max_pool3d",
    "maxout",
    "metrics",
    "model_analyzer",
    "model_variable",
    "nets",
    "one_hot_encoding",
    "optimize_loss",
    "parallel_reader",
    "pool",
    "prefetch_queue",
    "queues",
    "regularizers",
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
    "summaries",
    "summarize_activation",
    "summarize_activations",
    "summarize_biases",
    "summarize_collection",
    "summarize_tensor",
    "summarize_tensors",
    "summarize_variables",
    "summarize_weights",
    "tfexample_decoder",
    "unit_norm",
    "utils",
    "variable",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.slim", __all__)
