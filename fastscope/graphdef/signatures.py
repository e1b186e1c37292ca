"""The signatures of TensorFlow's operations: their arguments, results and attributes, with dtypes and defaults.

`signatures.txt` has a line for each; tests/golden/record_op_defs.py says how it is read, and records it.

Source: tensorflow/core/ops/*.cc (TF 1.15).
"""

from __future__ import annotations

import ast
import functools
from importlib import resources
from typing import Any, NamedTuple

__all__ = ["REQUIRED", "Argument", "Attribute", "Signature", "signature_of"]

REQUIRED = object()
"""The default of an attribute that has none."""


class Argument(NamedTuple):
    """A tensor, or a list of them, that an operation takes or makes.

    Attributes:
        name: of the argument.
        dtype: a dtype's name, or the name of the attribute that has it.
        number: the attribute that says how many of one dtype there are, or "".
        is_list: whether there is one for each dtype that the attribute lists.
        is_ref: whether it is a variable itself.
    """

    name: str
    dtype: str
    number: str
    is_list: bool
    is_ref: bool


class Attribute(NamedTuple):
    """An attribute.

    Attributes:
        name: of the attribute.
        kind: "type", "int", "float", "bool", "string", "shape", "tensor", "func", or "list(...)" of one.
        default: its value where a node does not say it; REQUIRED = each node says it.
        allowed: of one that is a dtype, or a list of them: the names of those that TensorFlow takes; None = all.
    """

    name: str
    kind: str
    default: Any
    allowed: frozenset[str] | None


class Signature(NamedTuple):
    """What an operation takes and makes.

    Attributes:
        inputs, outputs: its tensors.
        attributes: by name.
    """

    inputs: list[Argument]
    outputs: list[Argument]
    attributes: dict[str, Attribute]


@functools.cache
def _lines() -> dict[str, str]:
    text = resources.files(__package__).joinpath("signatures.txt").read_text()
    return {line.partition(" ")[0]: line.partition(" ")[2] for line in text.splitlines()}


@functools.cache
def signature_of(type: str) -> Signature | None:
    """Return the signature of a type of operations; None for one that TensorFlow does not have."""
    line = _lines().get(type)
    if line is None:
        return None
    tensors, _, attributes = line.partition("|")
    inputs, _, outputs = tensors.partition("->")
    found = [_attribute(word) for word in attributes.split()]
    return Signature(
        [_argument(word) for word in inputs.split()],
        [_argument(word) for word in outputs.split()],
        {attribute.name: attribute for attribute in found},
    )


def _argument(word: str) -> Argument:
    name, _, kind = word.partition(":")
    is_ref = kind.startswith("ref_")
    number, star, dtype = kind.removeprefix("ref_").rpartition("*")
    is_list = dtype.startswith("list(")
    return Argument(name, dtype[5:-1] if is_list else dtype, number if star else "", is_list, is_ref)


def _attribute(word: str) -> Attribute:
    head, equals, default = word.partition("=")
    name, _, kind = head.partition(":")
    kind, brace, allowed = kind.partition("{")
    dtypes = frozenset(allowed[:-1].split(",")) if brace else None
    return Attribute(name, kind, ast.literal_eval(default) if equals else REQUIRED, dtypes)
