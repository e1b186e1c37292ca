"""The names that TensorFlow gave to RNN variables, from its first version on.

    TF <= 0.12    RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix         .../Linear/Bias
    TF 1.0, 1.1   rnn/multi_rnn_cell/cell_0/basic_lstm_cell/weights          .../biases
    TF >= 1.2     rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel           .../bias

Only the names changed: the layout of the kernel and the order of the gates are the same in all of them.

Source: tensorflow/contrib/rnn/python/tools/checkpoint_convert.py, tensorflow/python/ops/rnn_cell.py (TF 0.12)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["modern_name", "older_names"]

_LEAVES: Final = {"Matrix": "kernel", "Bias": "bias", "weights": "kernel", "biases": "bias"}
_CELLS: Final = {
    "BasicRNNCell": "basic_rnn_cell",
    "BasicLSTMCell": "basic_lstm_cell",
    "GRUCell": "gru_cell",
    "LSTMCell": "lstm_cell",
}
_LSTM_LEAVES: Final = {
    "W_0": "kernel",
    "B": "bias",
    "W_P_0": "projection/kernel",
    "W_F_diag": "w_f_diag",
    "W_I_diag": "w_i_diag",
    "W_O_diag": "w_o_diag",
}
# Each is matched to whole parts of a name; what follows may be a slot's name ("/Adam") or "/part_0".
_RULES: Final = [
    (re.compile(rf"(?<![^/]){pattern}(?![^/])"), replacement)
    for pattern, replacement in (
        # TF <= 0.12
        (r"(Basic(?:RNN|LSTM)Cell)/Linear/(Matrix|Bias)", lambda m: _join(m[1], _LEAVES[m[2]])),
        (
            r"(GRUCell)/(Gates|Candidate)/Linear/(Matrix|Bias)",
            lambda m: _join(m[1], m[2].lower(), _LEAVES[m[3]]),
        ),
        (rf"(LSTMCell)/({'|'.join(_LSTM_LEAVES)})", lambda m: _join(m[1], _LSTM_LEAVES[m[2]])),
        (r"MultiRNNCell/Cell(\d+)", r"multi_rnn_cell/cell_\1"),
        (r"BiRNN/(FW|BW)", lambda m: f"bidirectional_rnn/{m[1].lower()}"),
        (r"RNN", "rnn"),
        # TF 1.0 and 1.1
        (
            r"(basic_rnn_cell|basic_lstm_cell|lstm_cell|lstm_cell/projection|gru_cell/gates"
            r"|gru_cell/candidate)/(weights|biases)",
            lambda m: f"{m[1]}/{_LEAVES[m[2]]}",
        ),
    )
]


def modern_name(name: str) -> str:
    """Return the name that TensorFlow 1.2 and later, and fastscope, give to the variable.

    Example:
        >>> modern_name("rnnlm/RNN/GRUCell/Gates/Linear/Matrix/Adam")
        'rnnlm/rnn/gru_cell/gates/kernel/Adam'
    """
    for pattern, replacement in _RULES:
        name = pattern.sub(replacement, name)
    return name


def older_names(names: Iterable[str]) -> dict[str, list[str]]:
    """Return those of the names that an older TensorFlow gave, by the modern name."""
    found: dict[str, list[str]] = {}
    for name in names:
        if (modern := modern_name(name)) != name:
            found.setdefault(modern, []).append(name)
    return found


def _join(cell: str, *rest: str) -> str:
    return "/".join((_CELLS[cell], *rest))
