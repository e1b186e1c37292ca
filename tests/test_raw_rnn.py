"""raw_rnn where everything is computed at once, and as part of a recorded function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope as fs

X = np.sin(np.arange(30, dtype=np.float32)).reshape(5, 3, 2)  # [T, N, D]
LENGTHS = np.array([5, 2, 3])


def by_hand(cell: Any, x: Any, scope: str) -> tuple[Any, Any]:
    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        state = cell.zero_state(3, fs.float32) if output is None else state
        following = x[int(time)] if time < 5 else np.zeros([3, 2], np.float32)
        return time >= LENGTHS, following, state, output, None

    array, state, loop_state = fs.nn.raw_rnn(cell, loop_fn, scope=scope)
    assert loop_state is None
    return array.stack(), state


@pytest.mark.parametrize("make", [lambda: fs.nn.rnn_cell.LSTMCell(4), lambda: fs.nn.rnn_cell.GRUCell(4)])
def test_it_is_dynamic_rnn_when_it_steers_so(make: Any) -> None:
    outputs, state = by_hand(make(), X, "rnn")
    with fs.variable_scope("", reuse=True):
        expected, end = fs.nn.dynamic_rnn(make(), X, LENGTHS, dtype=fs.float32, time_major=True, scope="rnn")
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    for a, b in zip(np.atleast_3d(state), np.atleast_3d(end), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_the_loop_state_is_handed_on_and_an_old_one_stays() -> None:
    cell = fs.nn.rnn_cell.BasicRNNCell(2)
    seen = []

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        seen.append(None if loop_state is None else int(loop_state))
        state = cell.zero_state(3, fs.float32) if output is None else state
        following = 7 if loop_state is None else loop_state + 1 if time < 2 else None
        return np.array([time >= 3] * 3), X[0], state, output, following

    _, _, loop_state = fs.nn.raw_rnn(cell, loop_fn)
    assert seen == [None, 7, 8, 8] and loop_state == 8


def test_messages() -> None:
    with pytest.raises(TypeError, match=r"loop_fn must be a callable, got int: a function of \(time, cell_output"):
        fs.nn.raw_rnn(fs.nn.rnn_cell.BasicRNNCell(2), 3)  # type: ignore[arg-type]
