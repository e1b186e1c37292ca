"""Messages of probability distributions.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any


def not_implemented(what: str, distribution: Any) -> NotImplementedError:
    """A distribution is asked for what it has not."""
    names = ("log_prob", "entropy", "mean", "stddev", "variance", "mode", "cdf")
    has = [name for name in names if hasattr(type(distribution), f"_{name}")]
    return NotImplementedError(
        f"{what} is not implemented: {type(distribution).__name__}. It has sample, prob, {', '.join(has)}."
    )


def needs_floats(kind: str, argument: str, dtype: Any) -> ValueError:
    """A parameter that is no float."""
    return ValueError(
        f"Expected floating point type, got <dtype: {dtype.name!r}>: {kind} takes floats for {argument}, such as 1.0 "
        "or tf.cast(x, tf.float32)."
    )


def dtypes_differ(kind: str, first: str, found: Any, second: str, other: Any) -> ValueError:
    """Two parameters of different dtypes."""
    return ValueError(
        f"{kind}: {second}, type={other!r}, must be of the same type ({found!r}) as {first}. tf.cast makes it so."
    )


def probs_or_logits(kind: str) -> ValueError:
    """Both or neither of two ways to say the same."""
    return ValueError(f"Must pass probs or logits, but not both. {kind}(logits=x) takes any numbers.")


def no_divergence(a: Any, b: Any) -> NotImplementedError:
    """A divergence that is not known."""
    return NotImplementedError(
        f"No KL(distribution_a || distribution_b) registered for distribution_a type {type(a).__name__} and "
        f"distribution_b type {type(b).__name__}. There are those of two Normal, Categorical, Bernoulli, Gamma, Beta "
        "or Dirichlet; the mean of a.log_prob(x) - b.log_prob(x) over x = a.sample(n) is near it."
    )


def needs_vectors(kind: str, argument: str) -> ValueError:
    """A parameter without a dimension."""
    return ValueError(f"{kind}: {argument} must have at least one dimension, whose size is that of a draw.")
