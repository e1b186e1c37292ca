"""The ways out that messages of cells and layers offer are taken, and lead there; see test_ways_out.py."""

from __future__ import annotations

from test_ways_out import CELL, STEPS, Case, X, follow, ways_of

RNN = "tf.nn.rnn_cell."
STATE = "state = (np.zeros([2, 4], np.float32),) * 2\n"
DROPOUT = f"{RNN}DropoutWrapper({CELL}, 0.5, variational_recurrent=True)"

CASES = {
    "one cell for two depths": Case(
        STEPS + f"make_cell = lambda: {CELL}\ncell, layers = make_cell(), 2",
        f"tf.nn.dynamic_rnn({RNN}MultiRNNCell([cell] * layers), x, dtype=tf.float32)",
        (
            (
                "[make_cell() for _ in range(layers)]",
                f"tf.nn.dynamic_rnn({RNN}MultiRNNCell([make_cell() for _ in range(layers)]), x, dtype=tf.float32)",
            ),
        ),
    ),
    "integers": Case(
        X + STATE + f"cell, inputs = {CELL}, x.astype(int)",
        "cell(inputs, state)",
        (("tf.cast(inputs, tf.float32)", "cell(tf.cast(inputs, tf.float32), state)"),),
    ),
    "a state of another form": Case(
        X + STATE + f"cell, batch_size, dtype = {CELL}, 2, tf.float32",
        "cell(x, state[0])",
        (("Start from cell.zero_state(batch_size, dtype)", "cell(x, cell.zero_state(batch_size, dtype))"),),
    ),
    "a state of another batch": Case(
        X + f"cell, batch_size, dtype = {CELL}, 2, tf.float32",
        "cell(x, cell.zero_state(3, dtype))",
        (("Start from cell.zero_state(batch_size, dtype)", "cell(x, cell.zero_state(batch_size, dtype))"),),
    ),
    "a sequence for one step": Case(
        STEPS + f"cell, inputs = {CELL}, x",
        "cell(inputs, cell.zero_state(2, tf.float32))",
        (("use tf.nn.dynamic_rnn(cell, inputs)", "tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)"),),
    ),
    "one step for a sequence": Case(
        f"cell, x = {CELL}, np.ones([5], np.float32)",
        "tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)",
        (
            (
                "[batch_size, max_time, depth]",
                "tf.nn.dynamic_rnn(cell, np.ones([2, 5, 1], np.float32), dtype=tf.float32)",
            ),
        ),
    ),
    "doubles in a first step": Case(
        X + STATE + f"cell, inputs = {CELL}, x.astype(float)",
        "cell(inputs, state)",
        (("Write tf.cast(inputs, tf.float32)", "cell(tf.cast(inputs, tf.float32), state)"),),
    ),
    "doubles in a later step": Case(
        X + STATE + f"cell, inputs = {CELL}, x.astype(float)\ncell(x, state)",
        "cell(inputs, state)",
        (("tf.cast(inputs, tf.float32)", "cell(tf.cast(inputs, tf.float32), state)"),),
    ),
    "a state of doubles": Case(
        X + STATE + f"cell = {CELL}\ncell(x, state)\nstate = tuple(s.astype(float) for s in state)",
        "cell(x, state)",
        (("tf.float32", "cell(x, tuple(tf.cast(s, tf.float32) for s in state))"),),
    ),
    "neither inputs nor a size": Case(
        f"cell = {CELL}",
        "cell.get_initial_state()",
        (
            ("Give inputs, or both", "cell.get_initial_state(np.ones([2, 3], np.float32))"),
            ("Give inputs, or both", "cell.get_initial_state(batch_size=2, dtype=tf.float32)"),
        ),
    ),
    "a sequence of ids": Case(
        f"cell, ids, embedding = {CELL}, np.zeros([2, 5], int), np.ones([7, 3], np.float32)",
        "cell.step_ids(ids, cell.zero_state(2, tf.float32), embedding=embedding)",
        (
            (
                "tf.nn.dynamic_rnn over tf.nn.embedding_lookup(embedding, ids)",
                "tf.nn.dynamic_rnn(cell, tf.nn.embedding_lookup(embedding, ids), dtype=tf.float32)",
            ),
        ),
    ),
    "ids without a table": Case(
        f"cell, ids, width, table = {CELL}, np.array([0, 2]), 3, np.ones([3, 5], np.float32)",
        "cell.step_ids(ids, cell.zero_state(2, tf.float32))",
        (
            ("depth=, the width", "cell.step_ids(ids, cell.zero_state(2, tf.float32), depth=width)"),
            ("or embedding=, a table", "cell.step_ids(ids, cell.zero_state(2, tf.float32), embedding=table)"),
        ),
    ),
    "a stack of nothing": Case(
        f"cell = {CELL}", f"{RNN}MultiRNNCell([])", (("MultiRNNCell([cell, ...])", f"{RNN}MultiRNNCell([cell])"),)
    ),
    "ids that are no integers": Case(
        f"cell, ids = {CELL}, np.array([0.0, 2.0])\nstate = cell.zero_state(2, tf.float32)",
        "cell.step_ids(ids, state, depth=3)",
        (("tf.cast(ids, tf.int64)", "cell.step_ids(tf.cast(ids, tf.int64), state, depth=3)"),),
    ),
    "half a unit": Case("units = 9 / 2", f"{RNN}GRUCell(units)", (("write int(...)", f"{RNN}GRUCell(int(units))"),)),
    "an unknown activation": Case(
        "", f"{RNN}GRUCell(3, activation='rel')", (("'relu'", f"{RNN}GRUCell(3, activation='relu')"),)
    ),
    "no list of cells": Case(
        f"cell = {CELL}",
        f"{RNN}MultiRNNCell(cell)",
        (("Write MultiRNNCell([cell])", f"{RNN}MultiRNNCell([cell])"),),
    ),
    "tuples in a flat state": Case(
        f"cell = {CELL}",
        f"{RNN}MultiRNNCell([cell], state_is_tuple=False)",
        (
            ("Leave state_is_tuple out", f"{RNN}MultiRNNCell([cell])"),
            (
                "give it to the cells as well",
                f"{RNN}MultiRNNCell([{CELL[:-1]}, state_is_tuple=False)], state_is_tuple=False)",
            ),
        ),
    ),
    "a keep_prob in percent": Case(
        f"cell, rate = {CELL}, 0.2",
        f"{RNN}DropoutWrapper(cell, input_keep_prob=80)",
        (("1 - rate", f"{RNN}DropoutWrapper(cell, input_keep_prob=1 - rate)"),),
    ),
    "variational dropout without a dtype": Case(
        "", DROPOUT, (("dtype=tf.float32", DROPOUT[:-1] + ", dtype=tf.float32, input_size=3)"),)
    ),
    "variational dropout without a depth": Case(
        "depth = 3",
        DROPOUT[:-1] + ", dtype=tf.float32)",
        (("input_size=depth", DROPOUT[:-1] + ", dtype=tf.float32, input_size=depth)"),),
    ),
    "a residual of another depth": Case(
        STEPS,
        f"tf.nn.dynamic_rnn({RNN}ResidualWrapper({CELL}), x, dtype=tf.float32)",
        (
            (
                "the cell needs 3 units",
                f"tf.nn.dynamic_rnn({RNN}ResidualWrapper({CELL.replace('4', '3')}), x, dtype=tf.float32)",
            ),
            (
                "or a residual_fn",
                f"tf.nn.dynamic_rnn({RNN}ResidualWrapper({CELL}, lambda x, y: y), x, dtype=tf.float32)",
            ),
        ),
    ),
    "no dtype and no state": Case(
        STEPS,
        f"tf.nn.dynamic_rnn({CELL}, x)",
        (("dtype=tf.float32", f"tf.nn.dynamic_rnn({CELL}, x, dtype=tf.float32)"),),
    ),
    "one array for a list of steps": Case(
        STEPS + f"cell, inputs = {CELL}, x",
        "tf.nn.static_rnn(cell, inputs, dtype=tf.float32)",
        (
            (
                "tf.unstack(inputs, axis=1)",
                "tf.nn.static_rnn(cell, tf.unstack(inputs, axis=1), dtype=tf.float32)",
            ),
            ("use tf.nn.dynamic_rnn", "tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)"),
        ),
    ),
    "a regularizer's whole number": Case(
        "",
        "tf.contrib.layers.l2_regularizer(1)",
        (("Write 1.0.", "tf.contrib.layers.l2_regularizer(1.0)"),),
    ),
    "split in the old order": Case(
        X + "value, num, axis = x, 2, 0",
        "tf.split(axis, num, value)",
        (("tf.split(value, num, axis)", "tf.split(value, num, axis)"),),
    ),
    "concat in the old order": Case(X, "tf.concat(0, [x, x])", (("(values, axis)", "tf.concat([x, x], 0)"),)),
}


@ways_of(CASES)
def test_the_way_out_leads_there(case: Case, way: int) -> None:
    follow(case, way)
