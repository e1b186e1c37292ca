"""Buckets of texts, against those that TensorFlow 1.15 answered: `python3.7 tests/golden/record_hash_buckets.py`."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import fastscope as fs

RECORDED = json.loads((Path(__file__).parent / "golden" / "hash_buckets.json").read_text())
TEXTS = [bytes((37 * k * k + 11 * k + n) % 256 for k in range(n)) for n in RECORDED["lengths"]]


def test_buckets_are_tensorflows() -> None:
    assert fs.string_to_hash_bucket_fast(TEXTS, RECORDED["buckets"]).tolist() == RECORDED["fast"]
    assert fs.string_to_hash_bucket(TEXTS, RECORDED["buckets"]).tolist() == RECORDED["older"]
    assert fs.strings.to_hash_bucket_fast is fs.string_to_hash_bucket_fast


def test_buckets_of_a_graph(graph_mode: ModuleType) -> None:
    tf = graph_mode
    found = tf.string_to_hash_bucket_fast(tf.constant([["a", "b"]]), 10)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(found), [[9, 2]])
    assert (found.shape.as_list(), found.dtype, found.op.type) == ([1, 2], tf.int64, "StringToHashBucketFast")


def test_no_buckets() -> None:
    with pytest.raises(ValueError, match="^Attr 'num_buckets' of .* passed 0 less than minimum 1"):
        fs.string_to_hash_bucket_fast("a", 0)
