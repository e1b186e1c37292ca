"""Functions of text, computed at once and in a graph; what they give is what TensorFlow 1.15 gave."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.errors import InvalidArgumentError

S = tf.strings
FLOATS = np.array([1.5, -0.25, 1e10, 1e-10, np.nan, np.inf], np.float32)
PROGRAMS: list[tuple[Callable[[], Any], list[Any] | Any]] = [
    (lambda: S.join([tf.constant(["a", "b"]), "c"], "-"), [b"a-c", b"b-c"]),
    (lambda: S.join(["a", "b"]), b"ab"),
    (lambda: tf.as_string(np.array([1, -20], np.int32)), [b"1", b"-20"]),
    (lambda: tf.as_string(np.array([1, -20], np.int32), width=6, fill="0"), [b"000001", b"-00020"]),
    (lambda: tf.as_string(np.array([1, -20], np.int32), width=4, fill="-"), [b"1   ", b"-20 "]),
    (lambda: tf.as_string(FLOATS, 2), [b"1.50", b"-0.25", b"10000000000.00", b"0.00", b"nan", b"inf"]),
    (
        lambda: tf.as_string(FLOATS, scientific=True),
        [b"1.500000e+00", b"-2.500000e-01", b"1.000000e+10", b"1.000000e-10", b"nan", b"inf"],
    ),
    (lambda: tf.as_string(FLOATS, shortest=True), [b"1.5", b"-0.25", b"1e+10", b"1e-10", b"nan", b"inf"]),
    (lambda: tf.as_string(FLOATS[[0, 4]], width=9, fill="0"), [b"01.500000", b"      nan"]),
    (lambda: tf.as_string([True, False]), [b"true", b"false"]),
    (lambda: tf.as_string(np.array([1 + 2j], np.complex64), 2), [b"(1.00,2.00)"]),
    (lambda: tf.string_to_number(["1", "-3 ", " 7"], tf.int32), [1, -3, 7]),
    (lambda: tf.string_to_number(["1.5", "1e3", "0x10", "99999999999"]), [1.5, 1000.0, 16.0, np.float32(99999999999)]),
    (lambda: S.to_number("99999999999", tf.int64), 99999999999),
    (lambda: S.lower("AbÉ"), "abÉ".encode()),
    (lambda: S.lower("É", encoding="utf-8"), "é".encode()),
    (lambda: S.upper("abé"), "ABé".encode()),
    (lambda: S.length(["abé", ""]), [4, 0]),
    (lambda: S.length("abé", unit="UTF8_CHAR"), 3),
    (lambda: tf.string_strip(" a \n"), b"a"),
    (lambda: tf.substr(["hello", "abcde"], [1, -2], [2, 2]), [b"el", b"de"]),
    (lambda: S.substr("abé", 1, 2, unit="UTF8_CHAR"), "bé".encode()),
    (lambda: tf.regex_replace("a.b.c", r"\.", "-"), b"a-b-c"),
    (lambda: S.regex_replace("a.b.c", r"(\w)\.", r"<\1>", replace_global=False), b"<a>b.c"),
    (lambda: S.regex_replace("ab", "a", r"(\0)"), b"(a)b"),
    (lambda: S.regex_full_match(["ab", "abc"], "a."), [True, False]),
    (lambda: tf.reduce_join([["a", "b"], ["c", "d"]], 1), [b"ab", b"cd"]),
    (lambda: tf.reduce_join([["a", "b"], ["c", "d"]], 0, keep_dims=True), [[b"ac", b"bd"]]),
    (lambda: tf.reduce_join([["a", "b"], ["c", "d"]], [0, 1]), b"acbd"),
    (lambda: tf.reduce_join([["a", "b"], ["c", "d"]], separator="."), b"a.b.c.d"),
]


@pytest.mark.parametrize(("program", "expected"), PROGRAMS)
@pytest.mark.parametrize("recorded", [False, True])
def test_text(program: Callable[[], Any], expected: Any, recorded: bool) -> None:
    if not recorded:
        found = program()
        assert found.tolist() == expected
        return
    with tf.Graph().as_default() as graph:
        graph.record()
        tensor = program()
        with tf.Session() as session:
            found = session.run(tensor)
    assert (found.tolist() if isinstance(found, (np.ndarray, np.generic)) else found) == expected
    assert tensor.shape.is_compatible_with(np.shape(expected))
    assert tensor.dtype is (tf.string if isinstance(np.ravel(expected)[0], bytes) else tf.as_dtype(found.dtype))


@pytest.mark.parametrize(
    ("program", "error", "words"),
    [
        (
            lambda: S.join([["x", "y"], ["a", "b", "c"]]),
            InvalidArgumentError,
            "Input shapes do not match: [2] vs. [3]. ",
        ),
        (lambda: S.join([]), ValueError, "List argument 'inputs' to 'StringJoin' Op with length 0 shorter than"),
        (lambda: S.as_string(1, 2), InvalidArgumentError, "precision not supported for datatype int32. It is"),
        (lambda: S.as_string(True, shortest=True), InvalidArgumentError, "shortest format not supported for datatype"),
        (
            lambda: S.as_string(1.0, scientific=True, shortest=True),
            InvalidArgumentError,
            "Cannot select both scientific",
        ),
        (lambda: S.as_string(1.0, fill="xx"), InvalidArgumentError, "Fill string must be one or fewer characters"),
        (lambda: S.to_number("1.5", tf.int32), InvalidArgumentError, "could not correctly convert string: 1.5\n"),
        (lambda: S.to_number("3000000000", tf.int32), InvalidArgumentError, "could not correctly convert string: 3"),
        (lambda: S.to_number("a"), InvalidArgumentError, "could not correctly convert string: a\n"),
        (lambda: S.to_number("1", tf.uint8), TypeError, "Value passed to parameter 'out_type' has DataType uint8 not"),
        (lambda: S.lower("a", "latin-1"), ValueError, "Expected encoding '' (ASCII) or 'utf-8', got 'latin-1'"),
        (lambda: S.length("a", unit="WORD"), ValueError, "Expected unit 'BYTE' or 'UTF8_CHAR', got 'WORD'"),
        (lambda: S.substr("hello", 7, 1), InvalidArgumentError, "pos 7 out of range for string b'hello'"),
        (lambda: S.regex_replace("a", "(", "b"), InvalidArgumentError, "Invalid pattern: (, error: missing )"),
    ],
)
def test_what_cannot_be(program: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        program()


def test_ways_out() -> None:
    assert S.as_string(tf.cast(1, tf.float32), 2) == b"1.00"
    assert S.regex_replace("f(x)", r"\(", "[") == b"f[x)"
    assert S.to_number("1.5", tf.float64) == 1.5
    assert tf.cast(S.to_number("1", tf.int32), tf.uint8).dtype == np.uint8


def test_text_has_no_gradient_and_is_named_as_in_tensorflow() -> None:
    with tf.Graph().as_default() as graph:
        graph.record()
        x: Any = tf.constant([1.0])
        y: Any = tf.string_to_number(tf.as_string(x))
        assert [tf.gradients(y, x), x.op.name, y.op.name] == [[None], "Const", "StringToNumber"]
        z: Any = tf.reduce_join(tf.constant([["a"]]), 1)
        assert (z.op.name, z.op.type) == ("ReduceJoin/ReduceJoin", "ReduceJoin")
