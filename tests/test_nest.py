"""tf.nest and tf.contrib.framework.nest: structures taken apart, put together and walked."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf

nest = fs.contrib.framework.nest
Pair = namedtuple("Pair", "x y")
TREE = {"b": [1, Pair(2, (3,))], "a": 4}


def test_what_is_a_structure() -> None:
    values = ["text", b"text", [1], (), {}, Pair(1, 2), np.ones(2), fs.TensorShape([2]), {1, 2}]
    assert [nest.is_sequence(value) for value in values] == [False, False, True, True, True, True, False, False, False]
    assert fs.nest.is_nested([1])


def test_taken_apart_and_put_together() -> None:
    assert nest.flatten(TREE) == [4, 1, 2, 3]
    assert nest.flatten("thing") == ["thing"]
    assert nest.pack_sequence_as(TREE, [10, 20, 30, 40]) == {"b": [20, Pair(30, (40,))], "a": 10}
    ordered = nest.pack_sequence_as(OrderedDict([("d", 0), ("b", 0)]), [1, 2])
    assert list(ordered.items()) == [("d", 2), ("b", 1)]
    assert nest.pack_sequence_as(defaultdict(int, b=0, a=0), [5, 6])["nothing"] == 0
    assert nest.pack_sequence_as("thing", [7]) == 7
    with tf.Graph().as_default():
        sparse = tf.SparseTensor([[1, 2]], [3.0], [4, 5])
        assert nest.flatten([sparse], expand_composites=True) == [sparse.indices, sparse.values, sparse.dense_shape]


def test_views_of_a_dict() -> None:
    views = {"b": 1, "a": 2}
    assert nest.is_sequence(views.values())
    assert nest.flatten([views.values()]) == [1, 2] and nest.flatten(views.items()) == ["b", 1, "a", 2]
    assert nest.map_structure(lambda x: x + 1, views.values()) == [2, 3]
    assert nest.pack_sequence_as(views.keys(), [3, 4]) == [3, 4]
    nest.assert_same_structure(views.values(), views.values())
    with pytest.raises(TypeError, match="don't have the same sequence type"):
        nest.assert_same_structure(views.values(), [1, 2])


def test_mapped() -> None:
    assert nest.map_structure(lambda x, y: x + y, TREE, TREE) == {"b": [2, Pair(4, (6,))], "a": 8}
    assert nest.map_structure(lambda x, y: (x, y), [1], (2,), check_types=False) == [(1, 2)]
    assert nest.map_structure(len, ()) == ()
    nest.assert_same_structure(Pair(1, 2), namedtuple("Pair", "x y")(3, 4))
    nest.assert_same_structure({"a": 1}, {"b": 2}, check_types=False)
    with pytest.raises(TypeError, match="don't have the same sequence type"):
        nest.assert_same_structure(Pair(1, 2), namedtuple("Other", "x y")(3, 4))


def test_up_to_a_shallow_structure() -> None:
    assert nest.flatten_up_to([0, [0]], [[1, 2], [3]]) == [[1, 2], 3]
    assert nest.flatten_up_to({"b": 0}, {"b": [1, 2]}) == [[1, 2]]
    found = nest.map_structure_up_to(["evens", ["odds"]], lambda n, v: f"{n} {len(v)}", ["e", ["o"]], [[2, 4], [[1]]])
    assert found == ["e 2", ["o 1"]]
    nest.assert_shallow_structure([1], [2, 3], check_subtrees_length=False)
    nest.assert_shallow_structure([1], (2,), check_types=False)


def test_how_far_to_go() -> None:
    goes_on = nest.get_traverse_shallow_structure(lambda s: not isinstance(s, tuple), [1, (2, 3), [4]])
    assert goes_on == [True, False, [True]]
    tree = [(1, [2]), ([1], 2)]
    found = nest.get_traverse_shallow_structure(lambda s: (True, False) if isinstance(s, tuple) else True, tree)
    assert found == [(True, False), ([True], False)]


def test_paths() -> None:
    tree = {"a": [1, {"b": 2}], "c": Pair(3, 4)}
    assert list(nest.yield_flat_paths(tree)) == [("a", 0), ("a", 1, "b"), ("c", "x"), ("c", "y")]
    assert list(nest.yield_flat_paths(3)) == [()]
    assert nest.flatten_with_joined_string_paths(tree)[1:3] == [("a/1/b", 2), ("c/x", 3)]
    found = nest.map_structure_with_paths(lambda path, x, y: (path, x + y), [1, [2]], [10, [20]])
    assert found == [("0", 11), [("1/0", 22)]]


def test_dicts_taken_apart() -> None:
    assert nest.flatten_dict_items({(4, (6, 8)): ("a", ("c", "d")), 1: [2]}) == {4: "a", 6: "c", 8: "d", 1: [2]}


FAULTS: dict[str, tuple[type[Exception], Callable[[], Any], str]] = {
    "no list": (TypeError, lambda: nest.pack_sequence_as([1], 3), "flat_sequence must be a sequence, got 3"),
    "several for one": (ValueError, lambda: nest.pack_sequence_as(1, [3, 4]), r"Structure is a scalar but len\(flat"),
    "another number": (
        ValueError, lambda: nest.pack_sequence_as([1, [2]], [3]),
        "Could not pack sequence. Structure had 2 elements, but flat_sequence had 1 elements",
    ),
    "sparse to pack": (
        NotImplementedError,
        lambda: nest.pack_sequence_as([fs.SparseTensor([[1]], [2], [3])], [1, 2, 3], expand_composites=True),
        "does not put a SparseTensor together",
    ),
    "no function": (TypeError, lambda: nest.map_structure(1, [2]), "func must be callable, got: 1"),
    "no structure": (ValueError, lambda: nest.map_structure(len), "Must provide at least one structure"),
    "nothing": (ValueError, lambda: nest.map_structure_up_to([0], len), "Cannot map over no sequences"),
    "keyword": (ValueError, lambda: nest.map_structure(len, [2], foo=1), "Only valid keyword arguments are"),
    "no dict": (TypeError, lambda: nest.flatten_dict_items([1]), r"input must be a dictionary, got \[1\]"),
    "key twice": (ValueError, lambda: nest.flatten_dict_items({(1, 2): (3, 4), 1: 2}), "key 1 is not unique"),
    "key and value": (
        ValueError, lambda: nest.flatten_dict_items({(1, 2): (3, (4, 5))}),
        "Key had 2 elements, but value had 3 elements",
    ),
    "a thing": (
        TypeError, lambda: nest.assert_shallow_structure([1], 2),
        "If shallow structure is a sequence, input must also be a sequence. Input has type: <class 'int'>",
    ),
    "containers": (
        TypeError, lambda: nest.assert_shallow_structure([1], (2,)),
        "Input structure has type <class 'tuple'>, while shallow structure has type <class 'list'>",
    ),
    "length": (
        ValueError, lambda: nest.assert_shallow_structure([1], [2, 3]),
        "Input structure has length 2, while shallow structure has length 1",
    ),
    "keys": (
        ValueError, lambda: nest.assert_shallow_structure({"a": 1}, {"b": 1}),
        r"The shallow_tree's keys are not a subset of the input_tree's keys.*\['a'\]",
    ),
    "structure for a thing": (
        TypeError, lambda: nest.get_traverse_shallow_structure(lambda _: [True], 0), "traverse_fn returned structure:",
    ),
    "no bool": (
        TypeError, lambda: nest.get_traverse_shallow_structure(lambda _: 1, [1]),
        "traverse_fn returned a non-bool scalar: 1",
    ),
    "no bools": (
        TypeError, lambda: nest.get_traverse_shallow_structure(lambda _: [1], [1]),
        "didn't return a depth=1 structure of bools",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault(case: str) -> None:
    error, call, text = FAULTS[case]
    with pytest.raises(error, match=text):
        call()


def test_an_inner_module_of_programs() -> None:
    from fastscope.compat import tensorflow as hook

    assert hook.Inner("tensorflow.python.util.nest").map_structure is nest.map_structure
