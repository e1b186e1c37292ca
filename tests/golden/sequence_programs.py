"""TensorFlow 1 programs of decoders, searches and samplers, each a function of `tf`; see graph_programs.py."""

import numpy as np

PROGRAMS = {}
LOGITS = (np.sin(np.arange(60) * 1.7) * 3).reshape(5, 3, 4).astype(np.float32)  # [T, N, C]
MEMORY = (np.cos(np.arange(40) * 0.9)).reshape(2, 5, 4).astype(np.float32)
INPUTS = (np.sin(np.arange(24) * 0.7)).reshape(2, 4, 3).astype(np.float32)
TRUE = [[1, 2], [0, 4], [3, 3]]


def program(function):
    """List a program."""
    PROGRAMS[function.__name__] = function
    return function


def ran(tf, *fetches):
    """The values of the fetches, with variables that their names' letters and shapes say."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for v in tf.global_variables():
            sizes = v.shape.as_list()
            numbers = np.arange(np.prod(sizes, dtype=int)) * 0.37 + sum(map(ord, v.op.name))
            v.load(np.sin(numbers).reshape(sizes), session)
        return session.run(list(fetches))


def paths(tf, **options):
    """What a beam search finds: the parts of the sparse tensors, and the scores in three digits."""
    decoded, scores = tf.nn.ctc_beam_search_decoder(LOGITS, [5, 3, 0], **options)
    values = ran(tf, *[part for sparse in decoded for part in (sparse.indices, sparse.values, sparse.dense_shape)])
    return values + [np.round(ran(tf, scores)[0], 3).tolist()]


@program
def beams_one(tf):
    return paths(tf, beam_width=1), paths(tf, beam_width=3), paths(tf)


@program
def beams_that_merge(tf):
    return paths(tf, beam_width=9), paths(tf, beam_width=9, merge_repeated=False)


@program
def beams_many(tf):
    x = LOGITS[:, :2]
    decoded, scores = tf.nn.ctc_beam_search_decoder(x, [5, 4], beam_width=6, top_paths=4, merge_repeated=False)
    more, _ = tf.nn.ctc_beam_search_decoder_v2(tf.cast(x, tf.float32), [5, 4], beam_width=6, top_paths=2)
    shapes = [part.shape.as_list() for part in (decoded[1].indices, decoded[0].values, scores)]
    found = ran(tf, *[part for sparse in decoded + more for part in (sparse.indices, sparse.values)])
    return found + [np.round(ran(tf, scores)[0], 3).tolist(), shapes]


@program
def unigrams(tf):
    draw = tf.nn.fixed_unigram_candidate_sampler
    counts = [1, 2, 3, 4, 5.0]
    return ran(
        tf,
        *draw(TRUE, 2, 4, False, 5, unigrams=counts, seed=3),
        *draw(TRUE, 2, 3, True, 5, unigrams=counts, seed=4, distortion=0.75),
        *draw([[1], [2]], 1, 3, False, 6, unigrams=counts, seed=4, num_reserved_ids=1),
        *draw([[1], [2]], 1, 3, False, 3, unigrams=counts + [6.0], seed=4, num_shards=2, shard=1),
        *draw([[1], [2]], 1, 9, False, 8, unigrams=list(range(1, 9)), seed=4),
    )


@program
def all_candidates(tf):
    sampled = tf.nn.all_candidate_sampler(TRUE, 2, 5, True)
    hits = tf.nn.compute_accidental_hits(TRUE, sampled.sampled_candidates, 2)
    some = tf.nn.compute_accidental_hits(tf.constant(TRUE, tf.int64), tf.constant([1, 3, 3, 2], tf.int64), 2)
    names = [sampled.true_expected_count.name, hits.ids.name, some.weights.dtype.name, hits.indices.shape.as_list()]
    return [*ran(tf, *sampled, *hits, *some), names]


@program
def sampled_losses(tf):
    weights, biases = tf.get_variable("w", [6, 3]), tf.get_variable("b", [6])
    labels = tf.constant([[1], [4]], tf.int64)
    given = tf.nn.fixed_unigram_candidate_sampler(labels, 1, 4, True, 6, unigrams=[3, 1, 2, 1, 2, 1.0], seed=1)
    nce = tf.nn.nce_loss(weights, biases, labels, INPUTS[:, 0], 4, 6, sampled_values=given)
    softmax = tf.nn.sampled_softmax_loss(weights, biases, labels, INPUTS[:, 0], 4, 6, sampled_values=given)
    return ran(tf, nce, softmax, *tf.gradients(softmax, [biases]))


@program
def a_part_of_a_tensor(tf):
    w = tf.get_variable("w", initializer=tf.constant(MEMORY[0]), partitioner=tf.fixed_size_partitioner(2))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(list(w))


def attended(tf, name, **options):
    """A decoder's outputs and shares, with an attention mechanism; and the names of its variables."""
    seq2seq = tf.contrib.seq2seq
    mechanism = getattr(seq2seq, name)(3, MEMORY, memory_sequence_length=[5, 3], **options)
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism, 2, alignment_history=True)
    helper = seq2seq.TrainingHelper(INPUTS, [4, 3])
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    outputs, state, lengths = seq2seq.dynamic_decode(decoder)
    names = sorted(v.op.name for v in tf.global_variables())
    return [*ran(tf, outputs.rnn_output, state.alignment_history.stack(), lengths), names]


@program
def monotonic_bahdanau(tf):
    return attended(tf, "BahdanauMonotonicAttention", normalize=True, score_bias_init=-1.0)


@program
def monotonic_luong(tf):
    return attended(tf, "LuongMonotonicAttention", scale=True, mode="recursive")


@program
def monotonic_hard(tf):
    return attended(tf, "LuongMonotonicAttention", mode="hard")


@program
def scheduled(tf):
    seq2seq = tf.contrib.seq2seq
    table = tf.constant(np.sin(np.arange(9)).reshape(3, 3), tf.float32)
    cell = tf.nn.rnn_cell.GRUCell(3)
    found = []
    for helper in (
        seq2seq.ScheduledEmbeddingTrainingHelper(INPUTS, [4, 3], table, 0.0),
        seq2seq.ScheduledOutputTrainingHelper(INPUTS, [4, 3], 0.0, next_inputs_fn=lambda x: x * 2),
        seq2seq.ScheduledOutputTrainingHelper(INPUTS, [4, 3], 1.0, next_inputs_fn=lambda x: x * 2),
    ):
        decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
        outputs, _, lengths = seq2seq.dynamic_decode(decoder)
        found += [*outputs, lengths]
    return ran(tf, *found)


def translated(tf, attention, layers=1, **options):
    """A translator's training and search, which share weights: logits, loss, gradients, what the search finds."""
    seq2seq, rnn = tf.contrib.seq2seq, tf.nn.rnn_cell
    source, lengths = tf.constant([[3, 4, 5, 3], [5, 3, 0, 0]]), tf.constant([4, 2])
    target, steps = tf.constant([[1, 3, 4, 2], [1, 5, 2, 0]]), tf.constant([4, 3])
    table = tf.get_variable("embedding", [6, 3])
    with tf.variable_scope("encoder"):
        ways = [rnn.LSTMCell(2), rnn.LSTMCell(2)]
        x = tf.nn.embedding_lookup(table, source)
        outputs, (fw, bw) = tf.nn.bidirectional_dynamic_rnn(*ways, inputs=x, sequence_length=lengths, dtype=tf.float32)
        memory = tf.concat(outputs, -1)
        thought = rnn.LSTMStateTuple(tf.concat([fw.c, bw.c], 1), tf.concat([fw.h, bw.h], 1))
    layer = tf.layers.Dense(6, use_bias=False, name="output_projection")

    def decoder_cell(memory, lengths, state, count):
        cells = [rnn.LSTMCell(4) for _ in range(layers)]
        mechanism = getattr(seq2seq, attention)(4, memory, memory_sequence_length=lengths)
        cell = rnn.MultiRNNCell(cells) if layers > 1 else cells[0]
        cell = seq2seq.AttentionWrapper(cell, mechanism, 3, alignment_history=True, name="attention")
        state = (state,) * layers if layers > 1 else state
        return cell, cell.zero_state(count, tf.float32).clone(cell_state=state)

    with tf.variable_scope("decoder") as scope:
        cell, state = decoder_cell(memory, lengths, thought, 2)
        helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, target), steps)
        decoder = seq2seq.BasicDecoder(cell, helper, state, layer)
        outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=tf.reduce_max(steps), scope=scope)
        loss = seq2seq.sequence_loss(outputs.rnn_output, target, tf.sequence_mask(steps, dtype=tf.float32))
    with tf.variable_scope("decoder", reuse=True) as scope:
        tiled = [seq2seq.tile_batch(value, 3) for value in (memory, lengths, thought)]
        cell, state = decoder_cell(*tiled, 6)
        search = seq2seq.BeamSearchDecoder(cell, table, tf.fill([2], 1), 2, state, 3, layer, **options)
        found, final, ends = seq2seq.dynamic_decode(search, maximum_iterations=5, scope=scope)
    names = [variable.op.name for variable in tf.global_variables()]
    inner = found.beam_search_decoder_output
    history = final.cell_state.alignment_history
    history = history.stack() if hasattr(history, "stack") else history
    values = ran(tf, found.predicted_ids, inner.parent_ids, ends, outputs.rnn_output, inner.scores, loss, history)
    return values[:3] + [np.round(value, 4).tolist() for value in values[3:]], names


@program
def translated_luong(tf):
    return translated(tf, "LuongAttention")


@program
def translated_bahdanau(tf):
    return translated(tf, "BahdanauAttention", layers=2, length_penalty_weight=0.7)


@program
def translated_with_coverage(tf):
    return translated(tf, "LuongAttention", coverage_penalty_weight=0.5, length_penalty_weight=1.0)


@program
def translated_in_the_order_of_steps(tf):
    return translated(tf, "LuongAttention", reorder_tensor_arrays=False)


@program
def labels_in_arrays(tf):
    labels, lengths = tf.constant([[1, 2, 2], [3, 0, 0], [2, 1, 3]]), [5, 4, 3]
    x = tf.constant(LOGITS)
    plain = tf.nn.ctc_loss_v2(labels, x, [3, 1, 2], lengths)
    other = tf.nn.ctc_loss_v2(labels - 1, tf.transpose(x, [1, 0, 2]), [3, 0, 2], lengths, False, blank_index=-1)
    sparse = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [2, 0]], [1, 2, 3, 2], [3, 2])
    given = tf.nn.ctc_loss_v2(sparse, x, None, lengths, blank_index=0)
    slope = tf.gradients(given, x)[0][:3]
    found = [*tf.nn.ctc_unique_labels(labels), *tf.nn.collapse_repeated(labels, [3, 2, 1])]
    refused = said(lambda: tf.nn.ctc_loss_v2(sparse, x, None, lengths))
    return ran(tf, *found), [np.round(value, 3).tolist() for value in ran(tf, plain, other, given, slope)], refused


def said(function):
    """The type and first words of the error that a function raises."""
    try:
        function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"
