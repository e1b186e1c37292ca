"""The names that TensorFlow gave to RNN variables, from its first version on.

    TF <= 0.12    RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix         .../Linear/Bias
    TF 1.0, 1.1   rnn/multi_rnn_cell/cell_0/basic_lstm_cell/weights          .../biases
    TF >= 1.2     rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel           .../bias

Only the names changed: the layout of the kernel and the order of the gates are the same in all of them. A scope called
"RNN" or "BiRNN" is TensorFlow's own in files of TF <= 0.12 alone, and even there a program may have opened it: "RNN" of
a later file stays, and for one of an earlier file it is tried both ways.

Source: tensorflow/contrib/rnn/python/tools/checkpoint_convert.py, tensorflow/python/ops/rnn_cell.py (TF 0.12)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import product
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
_FIRST: Final = [
    (re.compile(rf"(?<![^/]){pattern}(?![^/])"), replacement)
    for pattern, replacement in (
        (r"(Basic(?:RNN|LSTM)Cell)/Linear/(Matrix|Bias)", lambda m: _join(m[1], _LEAVES[m[2]])),
        (
            r"(GRUCell)/(Gates|Candidate)/Linear/(Matrix|Bias)",
            lambda m: _join(m[1], m[2].lower(), _LEAVES[m[3]]),
        ),
        (rf"(LSTMCell)/({'|'.join(_LSTM_LEAVES)})", lambda m: _join(m[1], _LSTM_LEAVES[m[2]])),
        (r"MultiRNNCell/Cell(\d+)", r"multi_rnn_cell/cell_\1"),
    )
]
_LATER: Final = re.compile(
    r"(?<![^/])(basic_rnn_cell|basic_lstm_cell|lstm_cell|lstm_cell/projection|gru_cell/gates|gru_cell/candidate)"
    r"/(weights|biases)(?![^/])"
)
_LATER_CELL: Final = re.compile(r"(?<![^/])(basic_rnn_cell|basic_lstm_cell|lstm_cell|gru_cell|multi_rnn_cell)(?![^/])")
_SCOPE: Final = re.compile(r"(?<![^/])(?:RNN|BiRNN/(FW|BW))(?![^/])")
_MOST_SCOPES: Final = 6  # in one name, the innermost; the others are the program's


def modern_name(name: str) -> str:
    """Return the name that TensorFlow 1.2 and later, and fastscope, give to the variable.

    Example:
        >>> modern_name("rnnlm/RNN/GRUCell/Gates/Linear/Matrix/Adam")
        'rnnlm/rnn/gru_cell/gates/kernel/Adam'
        >>> modern_name("rnnlm/RNN/gru_cell/gates/weights")  # of TF 1.0, where the scope was the program's own
        'rnnlm/RNN/gru_cell/gates/kernel'
    """
    names = _modern_names(name)
    # The innermost scope is the one that TensorFlow opened.
    return names[0] if names[0] == name or len(names) == 1 else names[1]


def older_names(names: Iterable[str], wanted: Collection[str]) -> dict[str, list[str]]:
    """Return those of the names that an older TensorFlow gave to something wanted, by its modern name."""
    found: dict[str, list[str]] = {}
    for name in names:
        modern = next((one for one in _modern_names(name) if one in wanted), name)
        if modern != name:
            found.setdefault(modern, []).append(name)
    return found


def _modern_names(name: str) -> list[str]:
    """Return what the variable may be called today, fewest changes first."""
    if _LATER_CELL.search(name):
        return [_LATER.sub(lambda m: f"{m[1]}/{_LEAVES[m[2]]}", name)]
    for pattern, replacement in _FIRST:
        name = pattern.sub(replacement, name)
    spots = list(_SCOPE.finditer(name))[-_MOST_SCOPES:]
    ways = product((False, True), repeat=len(spots))
    return [_with_scopes(name, spots, way) for way in sorted(ways, key=sum)]


def _with_scopes(name: str, spots: list[re.Match[str]], way: tuple[bool, ...]) -> str:
    """Rename TensorFlow's first scopes: that at spot i if `way[i]` says so."""
    pieces, at = [], 0
    for spot, changes in zip(spots, way, strict=True):
        if changes:
            pieces += [name[at : spot.start()], f"bidirectional_rnn/{spot[1].lower()}" if spot[1] else "rnn"]
            at = spot.end()
    return "".join([*pieces, name[at:]])


def _join(cell: str, *rest: str) -> str:
    return "/".join((_CELLS[cell], *rest))
