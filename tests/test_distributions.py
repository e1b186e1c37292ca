"""Distributions and candidate samplers where everything is computed at once, and what their messages say."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.arrays.philox import Philox, exact_below
from fastscope.errors import InvalidArgumentError

d = fs.distributions


def test_draws_are_of_the_distribution() -> None:
    fs.set_random_seed(1)
    n = d.Normal([1.0, -2.0], [0.5, 3.0])
    drawn = n.sample(5000)
    assert drawn.shape == (5000, 2)
    np.testing.assert_allclose(drawn.mean(0), n.mean(), atol=0.2)
    np.testing.assert_allclose(drawn.std(0), n.stddev(), rtol=0.05)
    c = d.Categorical(probs=[[0.1, 0.2, 0.7], [0.5, 0.4, 0.1]])
    classes = c.sample(5000)
    assert classes.shape == (5000, 2) and classes.dtype == np.int32
    shares = np.stack([(classes == k).mean(0) for k in range(3)], 1)
    np.testing.assert_allclose(shares, c.probs, atol=0.03)
    b = d.Bernoulli(logits=[0.0, 2.0])
    np.testing.assert_allclose(b.sample(5000).mean(0), b.mean(), atol=0.03)
    u = d.Uniform([0.0, 2.0], [1.0, 6.0])
    drawn = u.sample([50, 100])
    assert drawn.shape == (50, 100, 2)
    np.testing.assert_allclose(drawn.mean((0, 1)), u.mean(), atol=0.1)
    assert d.Categorical(logits=[1.0, 2.0]).sample().shape == ()
    assert repr(n) == "<tf.distributions.Normal 'Normal' batch_shape=(2,) dtype=float32>"


@pytest.mark.parametrize(
    "make",
    [lambda: d.Categorical(logits=[0.3, -1.0, 2.0]), lambda: d.Bernoulli(probs=0.3)],
    ids=["categorical", "bernoulli"],
)
def test_probabilities_of_all_that_can_be_drawn_are_one(make: Any) -> None:
    p = make()
    values = np.arange(3 if isinstance(p, d.Categorical) else 2)
    shares = p.prob(values)
    np.testing.assert_allclose(shares.sum(), 1, rtol=1e-6)
    np.testing.assert_allclose(p.entropy(), -(shares * np.log(shares)).sum(), rtol=1e-6)
    assert p.mode() == shares.argmax()


def test_divergences_are_means_of_differences() -> None:
    fs.set_random_seed(1)
    for a, b in (
        (d.Normal(0.0, 1.0), d.Normal(1.0, 2.0)),
        (d.Categorical(logits=[1.0, 0.0]), d.Categorical(logits=[0.0, 0.5])),
        (d.Bernoulli(probs=0.2), d.Bernoulli(probs=0.5)),
    ):
        x = a.sample(20000)
        np.testing.assert_allclose(a.kl_divergence(b), (a.log_prob(x) - b.log_prob(x)).mean(), rtol=0.05)
        np.testing.assert_allclose(a.cross_entropy(b), -b.log_prob(x).mean(), rtol=0.05)
        np.testing.assert_allclose(a.kl_divergence(a), 0, atol=1e-7)


def test_a_policy_is_trained_by_its_log_probability(graph_mode: ModuleType) -> None:
    tf = graph_mode
    logits = tf.get_variable("logits", [3], initializer=tf.zeros_initializer())
    policy = tf.distributions.Categorical(logits=logits)
    tf.set_random_seed(1)
    action = policy.sample(16, seed=1)
    reward = tf.to_float(tf.equal(action, 2)) - 0.3
    train = tf.train.GradientDescentOptimizer(0.5).minimize(-tf.reduce_mean(policy.log_prob(action) * reward))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(60):
            session.run(train)
        assert session.run(policy.probs)[2] > 0.8
    assert [policy.name, tf.distributions.Categorical(logits=logits).name] == ["Categorical/", "Categorical_1/"]
    assert policy.logits.name == "Categorical/logits:0"


def test_a_number_of_draws_may_be_fed(graph_mode: ModuleType) -> None:
    tf = graph_mode
    n = tf.placeholder(tf.int32, [])
    drawn = (
        tf.distributions.Categorical(logits=[[1.0, 2.0], [0.0, 0.0]]).sample(n),
        tf.distributions.Normal(0.0, [1.0, 2.0]).sample(n),
    )
    with tf.Session() as session:
        assert [value.shape for value in session.run(drawn, {n: 5})] == [(5, 2), (5, 2)]


def test_candidates() -> None:
    fs.set_random_seed(1)
    true = np.array([[0], [7]])
    sampled, true_count, count = fs.nn.log_uniform_candidate_sampler(true, 1, 5, True, 9)
    assert len(set(sampled.tolist())) == 5 and true_count.shape == (2, 1) and count.dtype == np.float32
    many = fs.nn.log_uniform_candidate_sampler(true, 1, 20000, False, 9)
    shares = Counter(many.sampled_candidates.tolist())
    for k in range(9):
        expected = np.log((k + 2) / (k + 1)) / np.log(10)
        np.testing.assert_allclose(shares[k] / 20000, expected, atol=0.02)
    np.testing.assert_allclose(many.true_expected_count, 20000 * np.log([[2], [9 / 8]]) / np.log(10), rtol=1e-5)
    evenly = Counter(fs.nn.uniform_candidate_sampler(true, 1, 9000, False, 9).sampled_candidates.tolist())
    assert max(evenly.values()) < 1200 and sorted(evenly) == list(range(9))


def test_candidates_of_given_frequencies(tmp_path: Path) -> None:
    true = np.array([[1], [3]])
    file = tmp_path / "words.txt"
    file.write_text("the,1\nof,4\na word, with a comma,3\n\n")
    draw = fs.nn.fixed_unigram_candidate_sampler
    many = draw(true, 1, 8000, False, 4, vocab_file=str(file), num_reserved_ids=1, seed=1)
    shares = Counter(many.sampled_candidates.tolist())
    assert 0 not in shares
    np.testing.assert_allclose([shares[k] / 8000 for k in (1, 2, 3)], [1 / 8, 4 / 8, 3 / 8], atol=0.02)
    np.testing.assert_allclose(many.true_expected_count, [[1000], [3000]], rtol=1e-6)
    even = draw(true, 1, 4000, False, 4, unigrams=[1, 2, 30, 4], distortion=0.0, seed=2)
    assert max(Counter(even.sampled_candidates.tolist()).values()) < 1200
    with pytest.raises(InvalidArgumentError, match="Must provide either vocab_file or unigrams"):
        draw(true, 1, 2, False, 4)
    with pytest.raises(InvalidArgumentError, match="Must only provide one of vocab_file and unigrams"):
        draw(true, 1, 2, False, 4, unigrams=[1.0], vocab_file=str(file))
    with pytest.raises(InvalidArgumentError, match="There are 3 frequencies for range_max=4 classes"):
        draw(true, 1, 2, False, 4, vocab_file=str(file))


def test_words_that_would_favour_some_are_drawn_anew() -> None:
    least = 2**64 % 10
    words = iter([least - 1, 0, 3, 0, 12, 0])  # the first two words are below `least`
    assert least == 6 and exact_below(words, 10) == 2
    assert exact_below(iter([21, 1]), 16) == (21 + 2**32) % 16
    apart = Philox(1, 2)
    first = list(itertools.islice(apart.reserved(3), 12))
    assert apart.block == 3 and list(itertools.islice(Philox(1, 2).words(), 12)) == first


def test_messages() -> None:
    for make, words in (
        (lambda: d.Normal(0, 1), r"Expected floating point type, got <dtype: 'int32'>: Normal takes floats for loc"),
        (lambda: d.Normal(0.0, np.float64(1)), "Normal: scale, type=tf.float64, must be of the same type"),
        (d.Categorical, r"Must pass probs or logits, but not both. Categorical\(logits=x\) takes any numbers"),
    ):
        with pytest.raises(ValueError, match=words):
            make()
    with pytest.raises(NotImplementedError, match="mean is not implemented: Categorical. It has sample, prob"):
        d.Categorical(logits=[1.0]).mean()
    with pytest.raises(NotImplementedError, match=r"cdf is not implemented: Gamma. It has .*, mode\.$"):
        d.Gamma(1.0, 2.0).cdf(1.0)
    with pytest.raises(NotImplementedError, match="There are those of two Normal, Categorical, Bernoulli, Gamma, Beta"):
        d.kl_divergence(d.Uniform(), d.Uniform())
    with pytest.raises(InvalidArgumentError, match="Sampler's range is too small: 5 different classes .* unique=False"):
        fs.nn.log_uniform_candidate_sampler([[1]], 1, 5, True, 4)
