"""TensorFlow's random numbers: `golden/philox.json`, recorded by `golden/record_philox.py`, and a plain restatement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastscope import _lstm
from fastscope.arrays.dtypes import as_dtype, float32, float64, int32, int64
from fastscope.arrays.philox import Philox, Shuffled, get_seed

GOLDEN = json.loads((Path(__file__).parent / "golden" / "philox.json").read_text())
ULPS = {"normal": 1, "truncated_normal": 1, "gamma": 4}  # they depend on the C library's log, sin, cos and pow


def plain_block(key: int, high: int, block: int) -> list[int]:
    """Philox-4x32-10 as its paper has it, in Python's integers."""
    c = [(block + (high << 64)) >> shift & 0xFFFFFFFF for shift in (0, 32, 64, 96)]
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k0, b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k1, a & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def agree(draw: str, values: Any, expected: list[Any]) -> None:
    found = np.ravel(values)
    found = found[::97] if found.size > 500 else found
    if found.dtype.kind != "f":
        assert found.tolist() == expected
        return
    wanted = np.array([float.fromhex(text) for text in expected], found.dtype)
    assert found.shape == wanted.shape
    assert np.all(np.abs(found - wanted) <= ULPS.get(draw, 0) * np.spacing(np.abs(wanted)))


def drawn(generator: Philox, draw: str, arguments: dict[str, Any]) -> Any:
    given = {name: as_dtype(value) if name == "dtype" else value for name, value in arguments.items()}
    if draw == "multinomial":
        given["logits"] = np.array(given["logits"], np.float32)
    for parameters in {"concentrations", "rates"} & given.keys():
        given[parameters] = np.array(given[parameters])
    return getattr(generator, draw)(**given)


@pytest.mark.parametrize("case", GOLDEN["runs"], ids=lambda case: f"{case[0]}-{case[4]}-{case[5]}")
def test_three_runs_draw_as_tensorflow(case: Any) -> None:
    draw, graph_seed, seed, operations, arguments, seeds, runs = case
    assert list(get_seed(graph_seed, seed, operations)) == seeds
    generator = Philox(*seeds)
    for expected in runs:
        agree(draw, drawn(generator, draw, arguments), expected)


@pytest.mark.parametrize("case", GOLDEN["stateless"], ids=lambda case: f"{case[0]}-{case[1]}-{case[2]['dtype']}")
def test_stateless_draws_are_tensorflows(case: Any) -> None:
    draw, seed, arguments, expected = case
    agree(draw, drawn(Philox.stateless(seed), draw, arguments), expected)


def shuffle_order(size: int, buffer: int, seeds: list[int], epochs: int, kind: str) -> Iterator[int]:
    if kind == "fused":
        waiting = ((epoch, element) for epoch in range(epochs) for element in range(size))
        yield from Shuffled(waiting, buffer, Philox(*seeds).words())
        return
    parent = Philox(*seeds).words()
    for _ in range(epochs):
        pair = (next(parent), next(parent)) if kind == "anew" else seeds
        yield from Shuffled(((0, element) for element in range(size)), buffer, Philox(*pair).words())


@pytest.mark.parametrize("case", GOLDEN["dataset_shuffle"], ids=str)
def test_datasets_are_shuffled_as_tensorflows(case: Any) -> None:
    *arguments, order = case
    assert list(shuffle_order(*arguments)) == order


def test_blocks_are_those_of_the_plain_generator() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        key, high = (int(n) for n in rng.integers(0, 2**64, 2, dtype=np.uint64))
        starts = rng.integers(-(2**63), 2**63, 3)
        words = np.empty((3, 5, 4), np.uint32)
        _lstm.philox(key, high, starts, words)
        expected = [[plain_block(key, high, (int(start) + k) % 2**64) for k in range(5)] for start in starts]
        assert words.tolist() == expected


def test_words_that_do_not_fit_are_refused() -> None:
    starts = np.array([0, 1])
    with pytest.raises(TypeError, match="words"):
        _lstm.philox(1, 2, starts, np.empty((2, 5, 4), np.float32))
    for shape in ((2, 4), (3, 5, 4), (2, 4, 5)):
        with pytest.raises(ValueError, match="words"):
            _lstm.philox(1, 2, starts, np.empty(shape, np.uint32))
    words = np.zeros(8, np.uint32)
    for out in (np.empty(6, np.float32), np.empty(8, np.float64), np.empty(3, np.float64)):
        with pytest.raises(ValueError, match="words"):
            _lstm.philox_normals(words, out)
    with pytest.raises(TypeError, match="out"):
        _lstm.philox_normals(words, np.empty(8, np.int32))
    with pytest.raises(TypeError, match="words"):
        _lstm.philox_normals(words.astype(np.int64), np.empty(8, np.float32))


def test_an_operation_goes_on_by_what_it_put_out() -> None:
    generator = Philox(5, 3)
    generator.uniform([2, 3], float32)
    assert generator.block == 6 * 256
    generator.truncated_normal([5], float64)
    assert generator.block == 11 * 256
    generator.permutation(9)
    assert generator.block == 11 * 256 + 2
    generator.uniform_int([0], 0, 5, int32)
    assert generator.block == 11 * 256 + 2
    again = Philox(5, 3)
    again.block = 11 * 256 + 2
    assert generator.uniform_int([4], 0, 99, int64).tolist() == again.uniform_int([4], 0, 99, int64).tolist()


def test_where_nothing_would_be_accepted_a_draw_ends_all_the_same() -> None:
    generator = Philox(5, 3)
    odd = np.array([np.nan, np.inf, -np.inf, -3.0])
    np.testing.assert_array_equal(generator.poisson([2], odd), [[np.nan, np.inf, 0, 0]] * 2)
    assert np.isnan(generator.gamma([2], odd)[:, [0, 2, 3]]).all()
    assert generator.block == 16 * 256
    assert generator.gamma([0], np.ones((3, 2))).shape == (0, 3, 2)
    assert generator.poisson([4], np.ones(0)).shape == (4, 0)
    assert generator.block == 16 * 256


def test_draws_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="parameters"):
        _lstm.philox_draws(True, 1, 2, 0, np.ones(3), np.empty((4, 2)))
    with pytest.raises(ValueError, match="out"):
        _lstm.philox_draws(True, 1, 2, 0, np.ones(2), np.empty(2))
    with pytest.raises(TypeError, match="out"):
        _lstm.philox_draws(True, 1, 2, 0, np.ones(2), np.empty((4, 2), np.float32))


def test_seeds_of_zero_come_from_the_system() -> None:
    assert get_seed(None, None, 4) == (0, 0)
    assert get_seed(0, 0, 4) == (0, 2**31 - 1)
    first, second = (Philox(0, 0).uniform([4], float32).tolist() for _ in range(2))
    assert first != second


def test_what_is_drawn_has_the_distributions_moments() -> None:
    generator = Philox(8, 9)
    uniform, normal = generator.uniform([100_000], float64), generator.normal([100_001], float64)
    truncated = generator.truncated_normal([99_999], float32)
    assert (uniform.min() >= 0, uniform.max() < 1, np.abs(truncated).max() < 2) == (True, True, True)
    assert abs(uniform.mean() - 0.5) < 0.004
    assert abs(normal.mean()) < 0.014
    assert abs(normal.std() - 1) < 0.01
    assert abs(truncated.std() - 0.8796) < 0.01
