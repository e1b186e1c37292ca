"""Cells of tf.contrib.rnn with other options than the defaults, which record_contrib_cells.py runs.

Each is an expression over `rnn` (tf.contrib.rnn), `inner` (tensorflow.contrib.rnn.python.ops.rnn_cell) and `tf`, with
the depth of its inputs. Inputs are `[2, 3, depth]`.
"""

from __future__ import annotations

PROGRAMS: dict[str, tuple[str, int]] = {
    "nas_with_all": ("rnn.NASCell(3, num_proj=2, use_bias=True)", 2),
    "coupled_plain": ("rnn.CoupledInputForgetGateLSTMCell(3)", 2),
    "coupled_projected": (
        "rnn.CoupledInputForgetGateLSTMCell(4, num_proj=3, proj_clip=0.125, num_unit_shards=2, num_proj_shards=3)",
        2,
    ),
    "coupled_flat": ("rnn.CoupledInputForgetGateLSTMCell(3, state_is_tuple=False, forget_bias=0.5)", 2),
    "coupled_normalized": (
        "rnn.CoupledInputForgetGateLSTMCell(4, True, layer_norm=True, norm_gain=0.5, norm_shift=0.25)",
        3,
    ),
    "layer_norm_wide": ("rnn.LayerNormBasicLSTMCell(4, forget_bias=0.5, norm_gain=0.5, norm_shift=0.25)", 3),
    "layer_norm_off": ("rnn.LayerNormBasicLSTMCell(3, layer_norm=False, activation=tf.nn.relu)", 2),
    "glstm_projected": ("rnn.GLSTMCell(4, num_proj=2, number_of_groups=2, forget_bias=0.5, activation=tf.sigmoid)", 4),
    "intersection_projected": ("rnn.IntersectionRNNCell(3, num_in_proj=3, forget_bias=0.5, y_activation=tf.tanh)", 2),
    "ugrnn_relu": ("rnn.UGRNNCell(3, forget_bias=0.5, activation=tf.nn.relu)", 2),
    "ind_rnn_relu": ("rnn.IndRNNCell(3, activation=tf.nn.relu)", 2),
    "indy_gru": ("rnn.IndyGRUCell(3)", 2),
    "indy_lstm": ("rnn.IndyLSTMCell(3, forget_bias=0.5, activation=tf.sigmoid)", 2),
    "sru_sigmoid": ("rnn.SRUCell(3, activation=tf.sigmoid)", 2),
    "block_clipped": ("rnn.LSTMBlockCell(3, forget_bias=0.5, cell_clip=0.25, use_peephole=True)", 2),
    "highway_uncoupled": ("rnn.HighwayWrapper(rnn.BasicLSTMCell(2), False, 0.5)", 2),
    "attention_sizes": ("rnn.AttentionCellWrapper(rnn.BasicLSTMCell(3), 2, 4, 5, 6, True)", 2),
    "attention_flat": ("rnn.AttentionCellWrapper(rnn.GRUCell(3), 1, state_is_tuple=False)", 2),
    "projections": ("rnn.InputProjectionWrapper(rnn.OutputProjectionWrapper(rnn.GRUCell(3), 4), 2, tf.tanh)", 5),
    "grid": ("rnn.GridLSTMCell(3, feature_size=2, frequency_skip=1, num_frequency_blocks=[3])", 4),
    "grid_peepholes": (
        "rnn.GridLSTMCell(2, True, cell_clip=0.5, num_unit_shards=2, forget_bias=0.5, feature_size=2, "
        "frequency_skip=2, num_frequency_blocks=[2, 1], start_freqindex_list=[0, 3], end_freqindex_list=[4, 5])",
        5,
    ),
    "grid_shared": (
        "rnn.GridLSTMCell(2, True, True, feature_size=3, frequency_skip=1, num_frequency_blocks=[2], "
        "state_is_tuple=False)",
        4,
    ),
    "grid_coupled": (
        "rnn.GridLSTMCell(2, True, feature_size=2, frequency_skip=2, num_frequency_blocks=[2], "
        "couple_input_forget_gates=True)",
        4,
    ),
    "grid_both_ways": (
        "rnn.BidirectionalGridLSTMCell(2, feature_size=2, frequency_skip=1, num_frequency_blocks=[3], "
        "backward_slice_offset=1)",
        4,
    ),
    "grid_both_ways_earlier": (
        "rnn.BidirectionalGridLSTMCell(2, True, feature_size=2, frequency_skip=1, num_frequency_blocks=[3], "
        "backward_slice_offset=-1)",
        4,
    ),
    "time_freq": ("rnn.TimeFreqLSTMCell(3, True, 0.5, num_unit_shards=2, forget_bias=0.5, feature_size=4)", 4),
    "minimal": ("inner.MinimalRNNCell(3)", 2),
    "minimal_relu": ("inner.MinimalRNNCell(3, activation='relu')", 2),
    "cfn": ("inner.CFNCell(3)", 2),
    "layer_norm_plain": ("inner.LayerNormLSTMCell(3)", 2),
    "layer_norm_lstm": (
        "inner.LayerNormLSTMCell(3, True, 0.5, num_proj=2, proj_clip=0.25, forget_bias=0.5, layer_norm=True, "
        "norm_gain=0.5, norm_shift=0.25)",
        2,
    ),
    "weight_norm": ("inner.WeightNormLSTMCell(3)", 2),
    "weight_norm_lstm": (
        "inner.WeightNormLSTMCell(3, True, True, 0.5, num_proj=2, proj_clip=0.25, forget_bias=0.5, "
        "activation=tf.sigmoid)",
        2,
    ),
    "weight_norm_off": ("inner.WeightNormLSTMCell(3, False, num_proj=2)", 2),
    "stack": ("rnn.MultiRNNCell([rnn.UGRNNCell(3), rnn.HighwayWrapper(rnn.NASCell(3)), rnn.SRUCell(2)])", 2),
}

# name -> (cell, shapes of the inputs [2, 3, ...]): several inputs are a tuple
OF_OTHER_INPUTS: dict[str, tuple[str, list[list[int]]]] = {
    "conv_1d": ("rnn.Conv1DLSTMCell(input_shape=[5, 2], output_channels=2, kernel_shape=[3])", [[5, 2]]),
    "conv_2d": ("rnn.ConvLSTMCell(2, [4, 3, 2], 2, [3, 2], forget_bias=0.5)", [[4, 3, 2]]),
    "conv_3d": (
        "rnn.Conv3DLSTMCell(input_shape=[3, 2, 2, 1], output_channels=2, kernel_shape=[2, 1, 2], use_bias=False)",
        [[3, 2, 2, 1]],
    ),
    "phased": ("rnn.PhasedLSTMCell(3)", [[1], [2]]),
    "phased_peepholes": ("rnn.PhasedLSTMCell(3, True, leak=0.25)", [[1], [2]]),
}
