"""Which tensors are an optimizer's: its slots, "w/Adam" beside "w", and its counters, "beta1_power"."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

__all__ = ["slots_among"]

_POWER: Final = re.compile(r"(?:^|/)beta[12]_power(?:_\d+)?$")
# In TF2's object checkpoints, names with "/.ATTRIBUTES/"; and in Keras' files of version 2 and 3
_OBJECT: Final = re.compile(r"/\.OPTIMIZER_SLOT/|(?:^|/)optimizer/")
_OF_KERAS: Final = re.compile(r"optimizer_weights/|_?optimizer/vars/")
_KNOWN: Final = re.compile(
    r"/(?:Adam|AdamW|AdaMax|Nadam|Momentum|RMSProp|Adagrad|AdagradDA|Adadelta|Ftrl|ProximalAdagrad)(?:_\d+)?$"
)
_PART: Final = re.compile(r"/part_\d+$")
_MOST_SCOPES: Final = 16  # that an optimizer is looked for in; names of a million parts are names too
_AVERAGE: Final = "ExponentialMovingAverage"  # of weights, and what a model is evaluated with


def slots_among(names: Collection[str]) -> set[str]:
    """Return those of the names that are an optimizer's.

    A slot lies below a variable's own name; an optimizer that was made in a scope has this scope before it:
    "train/w/Adam".
    """
    return {name for name in names if _is_slot(name, names)}


def _is_slot(name: str, names: Collection[str]) -> bool:
    if _POWER.search(name) or _OF_KERAS.match(name) or ("/.ATTRIBUTES/" in name and _OBJECT.search(name)):
        return True
    variable, _, leaf = name.rpartition("/")
    if leaf.startswith(_AVERAGE):
        return False
    if variable in names or _PART.sub("", variable) in names:
        return True
    if not _KNOWN.search(name):
        return False
    parts = variable.split("/", _MOST_SCOPES)
    return any("/".join(parts[k:]) in names for k in range(1, len(parts)))
