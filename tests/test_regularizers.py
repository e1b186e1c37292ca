"""Regularizers: their losses, and what makes a bad scale."""

from __future__ import annotations

import numpy as np
import pytest

from fastscope.scoping.regularizers import (
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)

WEIGHTS = np.array([[1.0, -2.0], [3.0, -5.0]], np.float32)  # sum |w| = 11, sum w^2 = 39


class Weights:
    """What a regularizer sees of a variable."""

    def _read(self) -> np.ndarray:
        return WEIGHTS


@pytest.mark.parametrize("weights", [WEIGHTS, Weights()])
def test_values(weights: object) -> None:
    assert l1_regularizer(0.5)(weights) == pytest.approx(5.5)
    assert l2_regularizer(0.5)(weights) == pytest.approx(9.75)
    assert l1_l2_regularizer(0.5, 2.0)(weights) == pytest.approx(44.5)
    assert l1_l2_regularizer()(weights) == pytest.approx(30.5)
    assert sum_regularizer([l1_regularizer(1.0), None, l2_regularizer(2.0)])(weights) == pytest.approx(50.0)


def test_dtype_and_shape_of_the_loss() -> None:
    for dtype in (np.float32, np.float64):
        loss = l2_regularizer(0.1)(WEIGHTS.astype(dtype))
        assert (loss.dtype, loss.shape) == (dtype, ())


def test_zero_turns_off() -> None:
    assert l1_regularizer(0.0)(WEIGHTS) is None
    assert l2_regularizer(0.0)(WEIGHTS) is None
    assert l1_l2_regularizer(0.0, 0.0)(WEIGHTS) is None
    assert l1_l2_regularizer(0.0, 2.0)(WEIGHTS) == pytest.approx(39.0)
    assert sum_regularizer([]) is None
    assert sum_regularizer([None]) is None
    assert sum_regularizer([l2_regularizer(0.0)])(WEIGHTS) is None


@pytest.mark.parametrize("make", [l1_regularizer, l2_regularizer])
def test_bad_scales(make: object) -> None:
    with pytest.raises(ValueError, match=r"^scale cannot be an integer: 1\. .* Write 1\.0\.$"):
        make(1)  # type: ignore[operator]
    for bad in (True, False, "0.1", None):
        with pytest.raises(ValueError, match="^scale cannot be"):
            make(bad)  # type: ignore[operator]
    with pytest.raises(ValueError, match="^Setting a scale less than 0 on a regularizer: scale=-0.5"):
        make(-0.5)  # type: ignore[operator]
    assert make(np.float32(0.5))(WEIGHTS) is not None  # type: ignore[operator]


def test_bad_scales_of_l1_l2_are_named() -> None:
    with pytest.raises(ValueError, match="scale_l1 cannot be an integer"):
        l1_l2_regularizer(1, 0.5)
    with pytest.raises(ValueError, match="scale_l2=-3"):
        l1_l2_regularizer(1.0, -3.0)


def test_tf1s_scope_argument_is_taken() -> None:
    assert l2_regularizer(0.5, scope="x")(WEIGHTS) == pytest.approx(9.75)
    assert sum_regularizer([l1_regularizer(1.0, "y")], scope="x")(WEIGHTS) == pytest.approx(11)
