"""More of tf.distributions: what TensorFlow 1.15 answered, and draws."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs

ANSWERS = json.loads((Path(__file__).parent / "golden" / "distributions.json").read_text())


def check(program: str, found: Any) -> None:
    written, shape, dtype = ANSWERS[program]
    wanted = np.array([text == "True" if dtype == "bool" else float(text) for text in written], dtype).reshape(shape)
    assert found.dtype == wanted.dtype and found.shape == wanted.shape
    np.testing.assert_allclose(found.astype(float), wanted.astype(float), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("program", ANSWERS)
def test_as_tensorflow_in_a_graph(graph_mode: ModuleType, program: str) -> None:
    value = eval(program, {"D": graph_mode.distributions})
    with graph_mode.Session() as session:
        check(program, np.asarray(session.run(value)))


@pytest.mark.parametrize("program", ANSWERS)
def test_as_tensorflow_at_once(program: str) -> None:
    check(program, np.asarray(eval(program, {"D": fs.distributions})))


@pytest.mark.parametrize(
    "made",
    [
        "D.Gamma([0.5, 3.0], [[2.0], [0.75]])",
        "D.Exponential([0.5, 3.0])",
        "D.Beta([0.5, 3.0], [[2.0], [4.0]])",
        "D.Dirichlet([[2.0, 3.0, 4.0], [0.5, 1.5, 2.0]])",
        "D.Laplace([0.5, -1.0], [[2.0], [0.75]])",
        "D.StudentT(9.0, [0.5, -1.0], [[2.0], [0.75]])",
    ],
)
def test_draws_have_the_mean_and_the_variance(graph_mode: ModuleType, made: str) -> None:
    tf = graph_mode
    distribution = eval(made, {"D": tf.distributions})
    drawn = distribution.sample(20000, seed=3)
    with tf.Session() as session:
        values, mean, variance = session.run([drawn, distribution.mean(), distribution.variance()])
    assert drawn.shape.as_list() == list(values.shape)
    assert list(values.shape) == [20000, *distribution.batch_shape.as_list(), *distribution.event_shape.as_list()]
    spread = np.sqrt(variance)
    assert np.all(np.abs(values.mean(0) - mean) < 0.05 * spread)
    assert np.all(np.abs(values.std(0) - spread) < 0.1 * spread)


def test_a_copy_has_other_parameters() -> None:
    copied = fs.distributions.Laplace(1.0, 2.0).copy(scale=3.0)
    assert (float(copied.loc), float(copied.scale)) == (1.0, 3.0)


def test_a_density_has_gradients(graph_mode: ModuleType) -> None:
    tf = graph_mode
    rate = tf.constant([2.0, 0.75])
    (gradient,) = tf.gradients(tf.distributions.Gamma([0.5, 3.0], rate).log_prob(1.5), rate)
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(gradient), np.array([0.5, 3.0]) / [2.0, 0.75] - 1.5, rtol=1e-5)


def test_a_form_is_a_vector() -> None:
    with pytest.raises(ValueError, match="Dirichlet: concentration must have at least one dimension"):
        fs.distributions.Dirichlet(1.0)
