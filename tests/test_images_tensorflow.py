"""tf.image, and windows of tf.nn, beside TensorFlow 1.15's answers, in both modes."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope
from fastscope.arrays import to_numpy

GOLDEN = Path(__file__).parent / "golden"
PROGRAMS = json.loads((GOLDEN / "images.json").read_text())["programs"]
IMAGES = ((37 * np.arange(2 * 5 * 6 * 3) + 11) % 64 / 64.0).reshape(2, 5, 6, 3).astype(np.float32)
ARRAYS = {
    "x": IMAGES,
    "u": (IMAGES * 255).astype(np.uint8),
    "s": IMAGES[1],
    "w": (np.arange(24.0).reshape(2, 2, 3, 2) % 7 / 8).astype(np.float32),
    "b": np.float32([[0.1, 0.2, 0.8, 0.9], [0.9, 0.5, -0.2, 0.3], [0.0, 0.0, 1.0, 1.2]]),
    "o": np.float32([[0, 0, 1, 1], [0.1, 0, 1.1, 1], [0, 0.8, 1, 1.8], [2, 2, 1, 1]]),
}
# a turn by a number that is known needs no branch, a size that is reached is not looked at again, and a scope between
OTHER_NAMES = ["rot90(s)", "rot90(x, 3)", "resize_image_with_crop_or_pad", "psnr(u", "ssim_multiscale", "psnr(x"]
RECORD_AGAIN = "record again: python tests/golden/record_images.py, under TensorFlow 1.15"


def check(found: Any, wanted: dict[str, Any]) -> None:
    found = to_numpy(found)
    assert (found.dtype.name, list(found.shape)) == (wanted["dtype"], wanted["shape"])
    expected = np.array(wanted["values"]).reshape(wanted["shape"])
    # of integers that were rounded or cut off in the last place, one off
    near = 2e-5 + 1e-6 * np.abs(expected).max(initial=0)
    distance = np.abs(found - expected)
    rounded = found.dtype.kind in "iu" and found.dtype.itemsize < 4
    assert distance.max(initial=0) <= (1.0 if rounded else near), RECORD_AGAIN
    assert (distance > near).mean() < 0.02, RECORD_AGAIN


@pytest.mark.parametrize("code", [code for code in PROGRAMS if "random" not in code])
def test_at_once(code: str) -> None:
    with fastscope.Graph().as_default():
        arrays = {name: fastscope.constant(value) for name, value in ARRAYS.items()}
        check(eval(code, {"tf": fastscope, **arrays}), PROGRAMS[code])


@pytest.mark.parametrize("code", PROGRAMS)
@pytest.mark.parametrize("known", [True, False], ids=["known", "open"])
def test_in_a_graph(graph_mode: ModuleType, code: str, known: bool) -> None:
    tf = graph_mode
    with tf.Graph().as_default(), tf.Session() as session:
        fed = {
            name: tf.constant(value) if known else tf.placeholder(value.dtype, [None] * value.ndim)
            for name, value in ARRAYS.items()
        }
        result = eval(code, {"tf": tf, **fed})
        check(
            session.run(result, {} if known else {fed[name]: value for name, value in ARRAYS.items()}), PROGRAMS[code]
        )
        if known and not any(part in code for part in OTHER_NAMES):
            assert result.name == PROGRAMS[code]["name"]
            assert result.get_shape().is_compatible_with(PROGRAMS[code]["shape"])
            assert str(result.get_shape()) == PROGRAMS[code]["static"]
