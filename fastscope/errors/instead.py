"""Names of TensorFlow 1 that the library does not have, and what to write in their place: one table."""

from __future__ import annotations

__all__ = ["INSTEAD", "IN_A_GRAPH"]

_READERS = "tf.data.Dataset, or a Python generator of batches"
_SUMMARIES = "tf.summary.scalar and its kin, and tf.summary.FileWriter"

# name below tf -> what completes "Write ...". A name stands for those below it, too.
INSTEAD: dict[str, str] = {
    # renamed within TensorFlow 1
    "mul": "tf.multiply(x, y), or x * y",
    "sub": "tf.subtract(x, y), or x - y",
    "neg": "tf.negative(x), or -x",
    "inv": "1 / x",
    "pack": "tf.stack(values)",
    "unpack": "tf.unstack(value)",
    "concat_v2": "tf.concat(values, axis)",
    "batch_matmul": "tf.matmul(x, y)",
    "select": "tf.where(condition, x, y)",
    "list_diff": "tf.setdiff1d(x, y)",
    "batch_matrix_transpose": "tf.matrix_transpose(x)",
    "batch_matrix_diag": "tf.matrix_diag(diagonal)",
    "batch_matrix_inverse": "tf.matrix_inverse(x)",
    "batch_cholesky": "tf.cholesky(x)",
    "complex_abs": "tf.abs(x)",
    "VERSION": "tf.__version__",
    # mathematics
    # sums and searches
    # shapes and parts
    # linear algebra
    # programs
    "GradientTape": "tf.vjp, whose functions return their results and a pullback",
    "Tensor": "np.ndarray, or cupy.ndarray: results are arrays",
    "IndexedSlices": "a full gradient; tf.vjp.embedding_lookup makes it",
    "lookup": "tf.contrib.lookup",
    "sysconfig": "np.show_config()",
    "keras": "tf.layers.dense and tf.nn.rnn_cell, which are here, or Keras itself: import keras",
    "estimator": "a loop over batches, with tf.train.Saver",
    "feature_column": "tf.one_hot and tf.nn.embedding_lookup",
    "distribute": "one process: there are no distribution strategies",
    "tpu": "tf.device('/gpu:0')",
    "lite": "tf.train.Saver, and the other library's own exporter",
    "profiler": "cProfile",
    "python": "the public name: there are no tensorflow.python modules",
    # summaries, as they were called before TensorFlow 1
    "scalar_summary": "tf.summary.scalar(name, tensor)",
    "histogram_summary": "tf.summary.histogram(name, values)",
    "image_summary": "tf.summary.image(name, tensor)",
    "audio_summary": "tf.summary.audio(name, tensor, sample_rate)",
    "merge_summary": "tf.summary.merge(inputs)",
    "merge_all_summaries": "tf.summary.merge_all()",
    # tf.nn
    "nn.learned_unigram_candidate_sampler": "tf.nn.log_uniform_candidate_sampler or "
    "tf.nn.fixed_unigram_candidate_sampler, which keep nothing between runs",
    "nn.fractional_avg_pool": "tf.nn.avg_pool(x, ksize, strides, padding), whose windows are of one size",
    "nn.fractional_max_pool": "tf.nn.max_pool(x, ksize, strides, padding), whose windows are of one size",
    "nn.quantized_avg_pool": "tf.nn.avg_pool of floats: nothing is quantized",
    "nn.quantized_conv2d": "tf.nn.conv2d of floats: nothing is quantized",
    "nn.quantized_max_pool": "tf.nn.max_pool of floats: nothing is quantized",
    "nn.quantized_relu_x": "tf.nn.relu6 of floats: nothing is quantized",
    "image.combined_non_max_suppression": "tf.image.non_max_suppression(boxes, scores, max_output_size) for each class",
    "nn.rnn": "tf.nn.static_rnn(cell, inputs)",
    "nn.bidirectional_rnn": "tf.nn.static_bidirectional_rnn(cell_fw, cell_bw, inputs)",
    "nn.seq2seq": "tf.contrib.legacy_seq2seq",
    "nn.rnn_cell._linear": "tf.layers.dense(tf.concat(args, 1), output_size)",
    "image.per_image_whitening": "tf.image.per_image_standardization(image)",
    "nn.rnn_cell.LayerNormBasicLSTMCell": "a cell of your own: class Cell(tf.nn.rnn_cell.RNNCell)",
    # tf.layers, tf.losses, tf.train, tf.contrib
    "train.SummaryWriter": "tf.summary.FileWriter(folder, graph)",
    "train.Server": "one process: there is no cluster",
    "train.ClusterSpec": "one process: there is no cluster",
    "train.replica_device_setter": "tf.device('/gpu:0')",
    "contrib.learn": "a loop over batches, with tf.train.Saver",
    "contrib.learn.datasets": "from tensorflow.examples.tutorials.mnist import input_data",
    "contrib.learn.ModeKeys": "'train', 'eval' and 'infer'",
    "contrib.eager": "nothing: it computes at once",
    "contrib.summary": _SUMMARIES,
    "contrib.crf.CrfDecodeBackwardRnnCell": "tf.contrib.crf.crf_decode",
    "contrib.crf.CrfDecodeForwardRnnCell": "tf.contrib.crf.crf_decode",
    "contrib.crf.CrfForwardRnnCell": "tf.contrib.crf.crf_log_norm",
    "contrib.cudnn_rnn.CudnnGRUSaveable": "tf.train.Saver, which saves the layers' weights by the names of cells",
    "contrib.cudnn_rnn.CudnnLSTMSaveable": "tf.train.Saver, which saves the layers' weights by the names of cells",
    "contrib.rnn.core_rnn_cell": "tf.nn.rnn_cell",
    "contrib.rnn.core_rnn_cell_impl": "tf.nn.rnn_cell",
    "contrib.grid_rnn": "tf.contrib.rnn.GridLSTMCell",
    "contrib.distributions.bijectors": "the function itself, and the logarithm of its slope beside log_prob",
    "contrib.distributions.TransformedDistribution": "the function of a draw, and the logarithm of its slope beside "
    "log_prob",
    "contrib.distributions.Chi2": "tf.distributions.Gamma(0.5 * df, 0.5)",
    "contrib.rnn.LSTMBlockWrapper": "tf.contrib.rnn.LSTMBlockFusedCell, or a FusedRNNCell of your own",
}

_FED = ", and feed what it gives"

# The same where operations are written down: what these make is a tensor, or is fed.
IN_A_GRAPH: dict[str, str] = {
    "GradientTape": "tf.gradients(loss, variables)",
    "Tensor": "fastscope.compat.v1.Tensor",
    "contrib.eager": "import fastscope as tf, which computes at once",
    "keras": "tf.layers.dense and tf.nn.rnn_cell, which are here",
}
