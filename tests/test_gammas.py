"""More of tf.distributions: what TensorFlow 1.15 answered, and draws."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.errors import InvalidArgumentError

ANSWERS = json.loads((Path(__file__).parent / "golden" / "distributions.json").read_text())


def check(program: str, found: Any) -> None:
    written, shape, dtype = ANSWERS[program]
    wanted = np.array([text == "True" if dtype == "bool" else float(text) for text in written], dtype).reshape(shape)
    assert found.dtype == wanted.dtype and found.shape == wanted.shape
    np.testing.assert_allclose(found.astype(float), wanted.astype(float), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("program", ANSWERS)
def test_as_tensorflow_in_a_graph(graph_mode: ModuleType, program: str) -> None:
    def grad(function: Any, value: Any) -> Any:
        x = graph_mode.constant(value)
        return graph_mode.gradients(function(x), x)[0]

    names = {"D": graph_mode.distributions, "C": graph_mode.contrib.distributions, "np": np, "math": math}
    value = eval(program, names | {"grad": grad})
    with graph_mode.Session() as session:
        check(program, np.asarray(session.run(value)))


@pytest.mark.parametrize(
    "program", [program for program in ANSWERS if ".sample(" not in program and "grad(" not in program]
)
def test_as_tensorflow_at_once(program: str) -> None:
    names = {"math": math, "D": fs.distributions, "C": fs.contrib.distributions, "np": np}
    with np.errstate(divide="ignore"):
        check(program, np.asarray(eval(program, names)))


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


def test_vectors_of_normals_are_trained_by_their_draws(graph_mode: ModuleType) -> None:
    tf = graph_mode
    C = tf.contrib.distributions
    loc = tf.get_variable("loc", [2], initializer=tf.zeros_initializer())
    posterior = C.MultivariateNormalDiagWithSoftplusScale(loc, tf.get_variable("scale", [2]))
    wanted = C.MultivariateNormalDiag([1.0, -2.0], [0.5, 0.25])
    drawn = posterior.sample(20, seed=1)
    loss = tf.reduce_mean(posterior.log_prob(drawn) - wanted.log_prob(drawn))
    train = tf.train.AdamOptimizer(0.05).minimize(loss)
    away = C.kl_divergence(posterior, wanted)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(300):
            session.run(train)
        assert session.run(away) < 0.05
    assert posterior.name == "MultivariateNormalDiagWithSoftplusScale/"
    assert drawn.shape.as_list() == [20, 2]


def test_what_is_not_known_is_fed(graph_mode: ModuleType) -> None:
    tf = graph_mode
    C = tf.contrib.distributions
    x, n = tf.placeholder(tf.float32), tf.placeholder(tf.int32, [])
    parts = tf.placeholder(tf.float32, [None, None])
    made = [
        C.MultivariateNormalDiag(x, [1.0, 2.0]).sample(n),
        C.MultivariateNormalDiag(loc=parts).log_prob(parts),
        C.MultivariateNormalTriL(parts).sample(n),
        C.OneHotCategorical(logits=parts).sample(n),
        C.RelaxedOneHotCategorical(0.5, logits=parts).sample([n, 1]),
        C.Independent(tf.distributions.Normal(parts, 1.0)).sample(n),
        C.fill_triangular(parts),
        C.percentile(parts, 50.0, axis=1, keep_dims=True),
    ]
    with tf.Session() as session:
        found = session.run(made, {x: [1.0, 2.0], n: 4, parts: np.arange(6.0).reshape(2, 3)})
    shapes = [(4, 2), (2,), (4, 2, 3), (4, 2, 3), (4, 1, 2, 3), (4, 2, 3), (2, 2, 2), (2, 1)]
    assert [value.shape for value in found] == shapes


def test_a_divergence_may_be_registered() -> None:
    D = fs.distributions

    class Mine(D.Normal):
        pass

    normal = D.Normal(0.0, 1.0)
    assert D.kl_divergence(Mine(0.0, 1.0), normal) == 0  # a subclass has that of its base

    @D.RegisterKL(Mine, D.Uniform)
    def known(mine: Any, even: Any, name: str | None = None) -> float:
        return 7.0

    assert D.kl_divergence(Mine(0.0, 1.0), D.Uniform()) == 7.0
    with pytest.raises(
        NotImplementedError, match="registered for distribution_a type Normal and distribution_b type U"
    ):
        normal.kl_divergence(D.Uniform())
    with pytest.raises(
        ValueError, match=r"KL\(Mine \|\| Uniform\) has already been registered. A subclass of Mine may"
    ):
        D.RegisterKL(Mine, D.Uniform)(known)
    with pytest.raises(TypeError, match="kl_fn must be callable, received: 3"):
        D.RegisterKL(Mine, Mine)(3)


def test_messages() -> None:
    C, D = fs.contrib.distributions, fs.distributions
    batch = D.Normal([0.0, 1.0], 1.0)
    for make, words in (
        (C.MultivariateNormalDiag, "MultivariateNormalDiag: nothing says how many elements a draw has. Give loc"),
        (C.MultivariateNormalTriL, "MultivariateNormalTriL: nothing says how many elements"),
        (lambda: C.MultivariateNormalDiag(1.0, 2.0), "MultivariateNormalDiag: loc must have at least one dimension"),
        (C.Poisson, r"Must specify exactly one of `rate` and `log_rate`. Poisson\(log_rate=x\) takes any"),
        (
            lambda: C.Independent(batch, 2),
            r"reinterpreted_batch_ndims\(2\) cannot exceed distribution.batch_ndims\(1\)",
        ),
        (
            lambda: C.kl_divergence(C.Independent(batch, 1), C.Independent(batch, 0)),
            r"Event shapes do not match: \(2,\) and \(\). Give both the same reinterpreted_batch_ndims",
        ),
        (
            lambda: C.fill_triangular([1.0] * 4),
            r"shape \(4\) does not correspond .* One of 2 rows has 3 .* of 3 rows 6",
        ),
        (
            lambda: C.Mixture(D.Categorical([0.0, 1.0]), [batch]),
            r"cat.num_classes != len\(components\): 2 vs. 1. The last",
        ),
        (lambda: C.MixtureSameFamily(D.Categorical([0.0]), batch), r"cat.num_classes != len\(components\): 1 vs. 2"),
        (C.tridiag, r"at least one of `below`, `diag`, `above`: tridiag\(diag=x\) is tf.matrix_diag"),
        (lambda: C.percentile([1.0], 5, interpolation="linear"), "must be in .*'nearest'.*. Found 'linear'"),
    ):
        with pytest.raises(ValueError, match=words):
            make()


def test_what_is_mixed() -> None:
    C, D = fs.contrib.distributions, fs.distributions
    two, normal = D.Categorical([0.0, 1.0]), D.Normal(0.0, 1.0)
    for make, words in (
        (
            lambda: C.Mixture(normal, [normal]),
            r"cat must be a Categorical distribution, but saw: .*Normal.*probs=shares",
        ),
        (lambda: C.MixtureSameFamily(normal, normal), "cat must be a Categorical distribution"),
        (lambda: C.Mixture(two, normal), "components must be a list or tuple of Distribution .* a MixtureSameFamily"),
        (
            lambda: C.Mixture(two, [normal, D.Normal(np.float64(0), np.float64(1))]),
            "same dtype, but saw .*float64.*tf.cast",
        ),
    ):
        with pytest.raises(TypeError, match=words):
            make()


def test_mixtures_draw_as_they_say(graph_mode: ModuleType) -> None:
    tf = graph_mode
    C, D = tf.contrib.distributions, tf.distributions
    shares = D.Categorical(probs=[0.25, 0.75])
    made = [
        C.Mixture(shares, [D.Normal(-2.0, 0.5), D.Normal(3.0, 1.0)]),
        C.Mixture(shares, [D.Normal(-2.0, 0.5), D.Normal(3.0, 1.0)], use_static_graph=True),
        C.MixtureSameFamily(shares, D.Normal([[-2.0, 3.0]] * 2, [0.5, 1.0])),
        C.MixtureSameFamily(shares, C.MultivariateNormalDiag([[-2.0], [3.0]], [[0.5], [1.0]])),
    ]
    drawn = [each.sample(4000, seed=3) for each in made]
    with tf.Session() as session:
        found = session.run([(x, each.mean(), each.stddev()) for x, each in zip(drawn, made, strict=True)])
    for (values, mean, spread), each in zip(found, made, strict=True):
        assert list(values.shape[1:]) == each.batch_shape.as_list() + each.event_shape.as_list()
        np.testing.assert_allclose(values.mean(0), mean, atol=0.15)
        np.testing.assert_allclose(values.std(0), spread, atol=0.1)


def test_a_batch_has_to_be_known(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.placeholder(tf.float32)
    with pytest.raises(
        ValueError, match="Independent: the batch of Normal has an unknown number of dimensions. tf.ensur"
    ):
        tf.contrib.distributions.Independent(tf.distributions.Normal(x, 1.0))
    known = tf.distributions.Normal(tf.ensure_shape(x, [None, 3]), 1.0)
    assert tf.contrib.distributions.Independent(known).event_shape == [3]


WRONG = [
    ("D.Normal(0.0, [1.0, -1.0], validate_args=True)", "Condition x > 0 did not hold"),
    ("D.Laplace(0.0, 0.0, validate_args=True)", "Condition x > 0 did not hold"),
    ("D.Uniform(2.0, 1.0, validate_args=True)", "uniform not defined when low >= high"),
    ("D.Gamma(1.0, -1.0, validate_args=True)", "Condition x > 0 did not hold"),
    ("D.Gamma(1.0, 2.0, validate_args=True).log_prob(-1.0)", "Condition x > 0 did not hold"),
    ("D.Exponential(-1.0, validate_args=True)", "Condition x > 0 did not hold"),
    ("D.Beta(1.0, -1.0, validate_args=True)", "Concentration parameter must be positive"),
    ("D.Beta(0.5, 0.5, validate_args=True).log_prob(3.0)", "sample must be less than `1`"),
    ("D.Beta(0.5, 2.0, allow_nan_stats=False).mode()", "Mode undefined for concentration1 <= 1"),
    ("D.Dirichlet([1.0, -1.0], validate_args=True)", "Concentration parameter must be positive"),
    ("D.Dirichlet([1.0, 2.0], validate_args=True).log_prob([0.5, 0.75])", "sample last-dimension must sum to `1`"),
    ("D.Dirichlet([1.0, 2.0], allow_nan_stats=False).mode()", "Mode undefined when any concentration <= 1"),
    ("D.StudentT(-1.0, 1.0, 1.0, validate_args=True)", "Condition x > 0 did not hold"),
    ("D.StudentT(0.5, 1.0, 1.0, allow_nan_stats=False).mean()", "mean not defined for components of df <= 1"),
    ("D.StudentT(0.5, 1.0, 1.0, allow_nan_stats=False).variance()", "variance not defined for components of df <= 1"),
    ("D.Bernoulli(probs=2.0, validate_args=True)", "probs has components greater than 1"),
    ("D.Bernoulli(probs=-0.5, validate_args=True)", "probs has components less than 0"),
    ("D.Bernoulli(probs=0.5, validate_args=True).log_prob(1.5)", "Elements must be bool-equivalent"),
    ("D.Categorical(probs=[0.5, 0.25], validate_args=True)", "probs does not sum to 1"),
    ("C.OneHotCategorical(probs=[0.5, 0.25], validate_args=True)", "probs does not sum to 1"),
    ("C.Poisson(-1.0, validate_args=True)", "Condition x > 0 did not hold"),
    ("C.Poisson(1.0, validate_args=True).log_prob(1.5)", "cannot contain fractional components"),
    ("C.Logistic(0.0, -1.0, validate_args=True)", "Condition x > 0 did not hold"),
    ("C.RelaxedBernoulli(-1.0, 0.5, validate_args=True)", "Condition x > 0 did not hold"),
    ("C.RelaxedOneHotCategorical(-1.0, [0.5, 1.0], validate_args=True)", "Condition x > 0 did not hold"),
    ("C.MultivariateNormalDiag([0.0], [0.0], validate_args=True)", "Diagonal contained zero values"),
    ("C.MultivariateNormalTriL([0.0], [[0.0]], validate_args=True)", "Diagonal contained zero values"),
]


@pytest.mark.parametrize(("program", "words"), WRONG)
def test_what_is_given_may_be_checked(graph_mode: ModuleType, program: str, words: str) -> None:
    tf = graph_mode
    names = {"D": tf.distributions, "C": tf.contrib.distributions}
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=words):
        made = eval(program, names)
        session.run(made if isinstance(made, tf.Tensor) else made.sample())


@pytest.mark.parametrize(("program", "words"), WRONG)
def test_what_is_given_may_be_checked_at_once(program: str, words: str) -> None:
    names = {"D": fs.distributions, "C": fs.contrib.distributions}
    with pytest.raises(InvalidArgumentError, match=words):
        eval(program, names)
    unchecked = program.replace("validate_args=True", "validate_args=False")
    with np.errstate(invalid="ignore"):
        eval(unchecked.replace("allow_nan_stats=False", "allow_nan_stats=True"), names)


def test_a_copy_keeps_all_arguments() -> None:
    C = fs.contrib.distributions
    kept = {"validate_args": True, "allow_nan_stats": False, "name": "mine"}
    for made in (
        C.Normal(0.0, 1.0, **kept),
        C.MultivariateNormalDiagWithSoftplusScale([0.0], [1.0], **kept),
        C.MultivariateNormalFullCovariance([0.0], [[1.0]], **kept),
        C.RelaxedOneHotCategorical(0.5, [0.0, 1.0], **kept),
        C.NormalWithSoftplusScale(0.0, 1.0, **kept),
        C.Poisson(1.0, **kept),
    ):
        copied = made.copy()
        assert type(copied) is type(made) and copied.parameters == made.parameters
        assert kept.items() <= copied.parameters.items() and (copied.validate_args, copied.allow_nan_stats) == (
            True,
            False,
        )
    both = C.Independent(C.Bernoulli(probs=[[0.5]]), 1).copy(name="another")
    assert both.name == "another" and both.reparameterization_type is C.NOT_REPARAMETERIZED
    assert repr(both.reparameterization_type) == "<Reparameterization Type: NOT_REPARAMETERIZED>"
