"""Cells of tf.contrib.rnn with other options than the defaults, which record_contrib_cells.py runs.

Each is an expression over `rnn` (tf.contrib.rnn) and `tf`, with the depth of its inputs. Inputs are `[2, 3, depth]`.
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
    "stack": ("rnn.MultiRNNCell([rnn.UGRNNCell(3), rnn.HighwayWrapper(rnn.NASCell(3)), rnn.SRUCell(2)])", 2),
}
