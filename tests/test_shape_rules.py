"""Static shapes against TensorFlow 1.15's: `golden/shapes.json`, recorded by `golden/record_shapes.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fastscope.ops import shape_rules, window_rules

CASES = json.loads((Path(__file__).parent / "golden" / "shapes.json").read_text())
RULES = sorted({case[0] for case in CASES})


def hashable(value: Any) -> Any:
    """The lists of JSON as tuples."""
    return tuple(map(hashable, value)) if isinstance(value, list) else value


def index_of(item: Any) -> Any:
    """One place of an index, written as in the recorder; "?" stays what it is: nothing that is known."""
    return slice(*item) if isinstance(item, list) else Ellipsis if item == "..." else item


def rule_of(name: str) -> Any:
    return getattr(window_rules if name in window_rules.__all__ else shape_rules, name)


def answer(rule: str, shapes: Any, keywords: dict[str, Any]) -> Any:
    keywords = {name: hashable(value) for name, value in keywords.items()} | (
        {"index": tuple(map(index_of, keywords["index"]))} if "index" in keywords else {}
    )
    try:
        return hashable(rule_of(rule)(*hashable(shapes), **keywords))
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("rule", RULES)
def test_rule_answers_as_tensorflow(rule: str) -> None:
    for name, shapes, keywords, expected in CASES:
        if name == rule:
            assert answer(rule, shapes, keywords) == hashable(expected), (shapes, keywords)


@pytest.mark.parametrize(
    ("rule", "shapes", "keywords", "message"),
    [
        ("broadcast", [(2, 3), (4,)], {}, "Dimensions must be equal, but are 3 and 4"),
        ("matmul", [(2, 3), (3,)], {}, "Shape must be rank 2 but is rank 1"),
        ("gather", [(), (2,)], {}, "Shape must be at least rank 1 but is rank 0"),
        ("unstack", [(2, 3)], {"num": 3}, "Dimension must be 3 but is 2"),
        ("unstack", [(2, 3)], {"num": 3, "axis": 2}, "Invalid axis: 2; must be in [-2,2)"),
        ("unstack", [(None,)], {}, "Cannot infer num from shape (?,)"),
        ("unstack", [None], {}, "Cannot infer num from shape <unknown>"),
        ("merged", [(2, 3), (None, 4)], {},
         "Dimension 1 in both shapes must be equal, but are 3 and 4. Shapes are [2,3] and [?,4]."),
        ("merged", [(2, 3), (2,)], {}, "Shapes must be equal rank, but are 2 and 1"),
        ("stack", [(2, 3), (2,)], {},
         "Shapes must be equal rank, but are 2 and 1\n\tFrom merging shape 0 with other shapes."),
        ("stack", [(2, 3), (2, 3)], {"axis": 3}, "axis = 3 not in [-3, 3)"),
        ("slice_", [(4, 6)], {"begin": (5, 0), "size": (-1, 1)},
         "Negative dimension size caused by subtracting 5 from 4"),
        ("reshape", [(2, 3)], {"shape": (-1, 4)}, "Dimension size must be evenly divisible by 4 but is 6"),
        ("reshape", [(2, 3)], {"shape": (4,)}, "Cannot reshape a tensor with 6 elements to shape [4] (4 elements)"),
        ("reshape", [(2, 3)], {"shape": (-2, 3)}, "Invalid value in tensor used for shape: -2"),
        ("concat", [(), ()], {"axis": 0}, "Can't concatenate scalars (use tf.stack instead)"),
        ("split", [(4, 6)], {"num": 2, "axis": 2},
         "Dimension size, given by scalar input 2 must be in range [-2, 2)"),
        ("split_sizes", [()], {"sizes": (1, 2)}, "Can't split scalars"),
        ("split_sizes", [(4, 6)], {"sizes": (1, 2)}, "can't split axis of size 4 into pieces of size [1,2]"),
        ("split_sizes", [(4, 6)], {"sizes": (-1, -1)}, "size_splits can only have one -1"),
        ("reduce", [(2, 3)], {"axes": (2,)}, "Invalid reduction dimension 2 for input with 2 dimensions."),
        ("argmax", [(2, 3)], {"axis": 2},
         "Dimension (2) must be in the range [-2, 2), where 2 is the number of dimensions in the input."),
        ("expand_dims", [(None, 1, 3, 1)], {"axis": 6}, "dim 6 not in the interval [-5, 4]."),
        ("squeeze", [(None, 1, 3, 1)], {"axes": (4,)}, "squeeze_dims[0] not in [-4,4)."),
        ("squeeze", [(None, 1, 3, 1)], {"axes": (2,)}, "Can not squeeze dim[2], expected a dimension of 1, got 3"),
        ("pad", [(2,)], {"paddings": ((-1, 1),)}, "Paddings must be non-negative"),
        ("transpose", [(None, 3)], {"perm": (0, 2)}, "perm dim 2 is out of range of input rank 2"),
        ("one_hot", [(3,)], {"depth": -1},
         "Dimension size, given by scalar input 1, must be non-negative but is -1"),
        ("one_hot", [(3,)], {"depth": 2, "axis": -2}, "axis must be >= -1"),
        ("gather_nd", [(3, 2), (5, 3)], {},
         "indices.shape[-1] must be <= params.rank, but saw indices shape: [5,3] and params shape: [3,2]"),
        ("strided_slice", [(None, 5, 3)], {"index": (slice(None), -6)},
         "slice index -1 of dimension 1 out of bounds."),
        ("strided_slice", [(2,)], {"index": (0, 0)}, "Index out of range using input dim 1; input has only 1 dims"),
        ("strided_slice", [(2,)], {"index": (..., ...)}, "Multiple ellipses in slice spec not allowed"),
        ("conv", [(None, 4, 4, 3), (5, 5, 2, 8)], {"strides": [1] * 4, "padding": "SAME"},
         "Depth of input (3) is not a multiple of input depth of filter (2)"),
        ("conv", [(None, 4, 4, 4), (5, 5, 2, 3)], {"strides": [1] * 4, "padding": "SAME"},
         "Depth of output (3) is not a multiple of the number of groups (2)"),
        ("conv", [(None, 4, 4, 3), (5, 5, 3, 2)], {"strides": [1] * 4, "padding": "VALID"},
         "Negative dimension size caused by subtracting 5 from 4"),
        ("softmax_xent", [(3, 4), (3, 5)], {}, "Dimensions must be equal, but are 5 and 4"),
        ("sparse_softmax_xent", [(3, 1), (3, 5)], {},
         "Rank mismatch: Rank of labels (received 2) should equal rank of logits minus 1 (received 2)."),
        ("sparse_softmax_xent", [(4,), (3, 5)], {},
         "Shape mismatch: The shape of labels (received (4,)) should equal the shape of logits except for the last "
         "dimension (received (3, 5))."),
        ("sigmoid_xent", [(3, 4), (3, 5)], {}, "logits and labels must have the same shape ((3, 5) vs (3, 4))"),
        ("top_k", [(3, 5)], {"k": 6}, "input must have last dimension >= k = 6 but is 5"),
        ("strided_slice", [(2,)], {"index": (slice(None, None, 0),)}, "strides[0] must be non-zero"),
    ],
)  # fmt: skip
def test_reasons(rule: str, shapes: list[Any], keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        rule_of(rule)(*shapes, **keywords)
    assert str(caught.value) == message


def test_a_tensor_among_the_indices_hides_the_other_ranges() -> None:
    t = object()
    assert shape_rules.strided_slice((None, 5, 3), index=(slice(None), t, slice(None))) == (None, 3)
    assert shape_rules.strided_slice((4, 5, 3), index=(slice(1, 3), slice(t, None))) == (None, None, 3)
    assert shape_rules.strided_slice((4, 5, 3), index=(slice(None, None, t),)) is None
