"""Names of the faces that are imported when they are first asked for: one table.

What a training program needs around its network (flags, summaries, files of records, queues) is left alone by programs
that do without, so `import fastscope` does not pay for it. A face lists such a name in its `__all__`, and tells a type
checker where it comes from.
"""

from __future__ import annotations

__all__ = ["HOMES"]

# name below tf -> the module that has it; itself where it is a module
HOMES: dict[str, str] = {
    "SparseTensor": "ops.sparse",
    "SparseTensorValue": "ops.sparse",
    "app": "app",
    "as_string": "ops.strings",
    "batch_to_space": "ops.batches",
    "batch_to_space_nd": "ops.batches",
    "bitcast": "ops.bits",
    "bitwise": "bitwise",
    "compat": "compat",
    "decode_raw": "ops.bits",
    "explain": "looking.explaining",
    "flags": "flags",
    "gfile": "gfile",
    "histogram_fixed_width": "ops.histograms",
    "histogram_fixed_width_bins": "ops.histograms",
    "image.extract_glimpse": "ops.glimpses",
    "load_ipython_extension": "looking.notebook",
    "logging": "logging",
    "notebook": "looking.notebook",
    "reduce_join": "ops.strings",
    "regex_replace": "ops.strings",
    "resource_loader": "resource_loader",
    "space_to_batch": "ops.batches",
    "space_to_batch_nd": "ops.batches",
    "sparse_placeholder": "ops.sparse",
    "sparse_tensor_dense_matmul": "ops.sparse",
    "sparse_tensor_to_dense": "ops.sparse",
    "sparse_to_dense": "ops.sparse",
    "string_join": "ops.strings",
    "string_split": "ops.sparse",
    "string_strip": "ops.strings",
    "string_to_hash_bucket": "ops.hashing",
    "string_to_hash_bucket_fast": "ops.hashing",
    "string_to_number": "ops.strings",
    "strings": "strings",
    "substr": "ops.strings",
    "test": "test",
    **dict.fromkeys(
        (
            "layers.Conv1D",
            "layers.Conv2D",
            "layers.Conv2DTranspose",
            "layers.Conv3D",
            "layers.Conv3DTranspose",
            "layers.SeparableConv1D",
            "layers.SeparableConv2D",
            "layers.conv1d",
            "layers.conv2d",
            "layers.conv2d_transpose",
            "layers.conv3d",
            "layers.conv3d_transpose",
            "layers.separable_conv1d",
            "layers.separable_conv2d",
        ),
        "layers.convolutional",
    ),
    **dict.fromkeys(
        (
            "layers.BatchNormalization",
            "layers.batch_normalization",
        ),
        "layers.normalization",
    ),
    **dict.fromkeys(
        (
            "layers.AveragePooling1D",
            "layers.AveragePooling2D",
            "layers.AveragePooling3D",
            "layers.MaxPooling1D",
            "layers.MaxPooling2D",
            "layers.MaxPooling3D",
            "layers.average_pooling1d",
            "layers.average_pooling2d",
            "layers.average_pooling3d",
            "layers.max_pooling1d",
            "layers.max_pooling2d",
            "layers.max_pooling3d",
        ),
        "layers.pooling",
    ),
    **dict.fromkeys(
        (
            "losses.absolute_difference",
            "losses.cosine_distance",
            "losses.hinge_loss",
            "losses.huber_loss",
            "losses.log_loss",
            "losses.mean_pairwise_squared_error",
            "losses.mean_squared_error",
            "losses.sigmoid_cross_entropy",
            "losses.softmax_cross_entropy",
            "losses.sparse_softmax_cross_entropy",
        ),
        "losses.functions",
    ),
    **dict.fromkeys(
        (
            "losses.Reduction",
            "losses.compute_weighted_loss",
        ),
        "losses.weighted",
    ),
    "metrics": "metrics",
    "unload_ipython_extension": "looking.notebook",
}
