"""tf.nn: the array functions of networks, cells, and functions that run cells."""

from typing import TYPE_CHECKING

from . import rnn_cell
from .errors.names import face as _face
from .ops import (
    atrous_conv2d,
    avg_pool,
    avg_pool3d,
    batch_normalization,
    bias_add,
    conv1d,
    conv2d,
    conv2d_backprop_filter,
    conv2d_backprop_input,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    convolution,
    crelu,
    depthwise_conv2d,
    dropout,
    elu,
    embedding_lookup,
    fused_batch_norm,
    in_top_k,
    l2_loss,
    l2_normalize,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    lrn,
    max_pool,
    max_pool3d,
    moments,
    relu,
    relu6,
    relu_layer,
    selu,
    separable_conv2d,
    sigmoid,
    sigmoid_cross_entropy_with_logits,
    softmax,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    softplus,
    softsign,
    sparse_softmax_cross_entropy_with_logits,
    swish,
    tanh,
    top_k,
    weighted_cross_entropy_with_logits,
    xw_plus_b,
    zero_fraction,
)
from .rnn.dynamic import bidirectional_dynamic_rnn, dynamic_rnn, static_bidirectional_rnn, static_rnn

if TYPE_CHECKING:  # `later` says where else they come from
    from .ops.batches import space_to_batch
    from .ops.chosen_places import max_pool_with_argmax
    from .ops.convolution import (
        conv3d_backprop_filter,
        conv3d_backprop_filter_v2,
        depthwise_conv2d_backprop_filter,
        depthwise_conv2d_backprop_input,
    )
    from .ops.ctc import ctc_greedy_decoder, ctc_loss
    from .ops.ctc_beams import ctc_beam_search_decoder, ctc_beam_search_decoder_v2
    from .ops.ctc_dense import collapse_repeated, ctc_loss_v2, ctc_unique_labels
    from .ops.further import batch_norm_with_global_normalization, normalize_moments, sufficient_statistics
    from .ops.images import depth_to_space, space_to_depth
    from .ops.morphology import dilation2d, erosion2d
    from .ops.normalizing import local_response_normalization
    from .ops.pools import (
        avg_pool1d,
        avg_pool2d,
        avg_pool_v2,
        max_pool1d,
        max_pool2d,
        max_pool_v2,
        pool,
        with_space_to_batch,
    )
    from .ops.sampling import (
        log_uniform_candidate_sampler,
        nce_loss,
        sampled_softmax_loss,
        uniform_candidate_sampler,
    )
    from .ops.sparse_sums import embedding_lookup_sparse
    from .ops.transposed import (
        atrous_conv2d_transpose,
        conv1d_transpose,
        conv_transpose,
        depthwise_conv2d_native,
        depthwise_conv2d_native_backprop_filter,
        depthwise_conv2d_native_backprop_input,
    )
    from .ops.unigrams import (
        all_candidate_sampler,
        compute_accidental_hits,
        fixed_unigram_candidate_sampler,
    )
    from .rnn.raw import raw_rnn
    from .rnn.state_saving import static_state_saving_rnn

if TYPE_CHECKING:  # `later` says where else they come from
    from .ops.further import log_poisson_loss, weighted_moments

__all__ = [
    "all_candidate_sampler",
    "atrous_conv2d",
    "atrous_conv2d_transpose",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "avg_pool_v2",
    "batch_norm_with_global_normalization",
    "batch_normalization",
    "bias_add",
    "bidirectional_dynamic_rnn",
    "collapse_repeated",
    "compute_accidental_hits",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_backprop_filter",
    "conv2d_backprop_input",
    "conv2d_transpose",
    "conv3d",
    "conv3d_backprop_filter",
    "conv3d_backprop_filter_v2",
    "conv3d_transpose",
    "conv_transpose",
    "convolution",
    "crelu",
    "ctc_beam_search_decoder",
    "ctc_beam_search_decoder_v2",
    "ctc_greedy_decoder",
    "ctc_loss",
    "ctc_loss_v2",
    "ctc_unique_labels",
    "depth_to_space",
    "depthwise_conv2d",
    "depthwise_conv2d_backprop_filter",
    "depthwise_conv2d_backprop_input",
    "depthwise_conv2d_native",
    "depthwise_conv2d_native_backprop_filter",
    "depthwise_conv2d_native_backprop_input",
    "dilation2d",
    "dropout",
    "dynamic_rnn",
    "elu",
    "embedding_lookup",
    "embedding_lookup_sparse",
    "erosion2d",
    "fixed_unigram_candidate_sampler",
    "fused_batch_norm",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_sigmoid",
    "log_softmax",
    "log_uniform_candidate_sampler",
    "lrn",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_v2",
    "max_pool_with_argmax",
    "moments",
    "nce_loss",
    "normalize_moments",
    "pool",
    "raw_rnn",
    "relu",
    "relu6",
    "relu_layer",
    "rnn_cell",
    "sampled_softmax_loss",
    "selu",
    "separable_conv2d",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "space_to_batch",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "static_bidirectional_rnn",
    "static_rnn",
    "static_state_saving_rnn",
    "sufficient_statistics",
    "swish",
    "tanh",
    "top_k",
    "uniform_candidate_sampler",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "with_space_to_batch",
    "xw_plus_b",
    "zero_fraction",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("nn", __all__)
