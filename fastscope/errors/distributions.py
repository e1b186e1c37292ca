"""Messages of probability distributions.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any


def not_implemented(what: str, distribution: Any) -> NotImplementedError:
    """A distribution is asked for what it has not."""
    names = ("log_prob", "entropy", "mean", "stddev", "variance", "mode", "cdf")
    has = [name for name in names if name != what and hasattr(type(distribution), f"_{name}")]
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


def no_divergence(a: Any, b: Any, known: list[str]) -> NotImplementedError:
    """A divergence that is not known."""
    return NotImplementedError(
        f"No KL(distribution_a || distribution_b) registered for distribution_a type {type(a).__name__} and "
        f"distribution_b type {type(b).__name__}. There are those of two {', '.join(known)}; "
        "tf.distributions.RegisterKL takes one of yours. The mean of a.log_prob(x) - b.log_prob(x) over "
        "x = a.sample(n) is near it."
    )


def divergence_not_callable(function: Any) -> TypeError:
    """What is registered is no function."""
    return TypeError(f"kl_fn must be callable, received: {function!r}. @RegisterKL(A, B) stands above `def kl(a, b):`.")


def divergence_there(a: type, b: type) -> ValueError:
    """A second divergence of two types."""
    return ValueError(
        f"KL({a.__name__} || {b.__name__}) has already been registered. A subclass of {a.__name__} may have its own."
    )


def no_size(kind: str) -> ValueError:
    """A vector of how many elements?"""
    return ValueError(f"{kind}: nothing says how many elements a draw has. Give loc or a scale, [..., k].")


def batch_not_known(distribution: Any) -> ValueError:
    """A batch of an unknown number of dimensions."""
    return ValueError(
        f"Independent: the batch of {type(distribution).__name__} has an unknown number of dimensions. tf.ensure_shape "
        "says it of a parameter."
    )


def too_many_dimensions(wanted: int, there: int) -> ValueError:
    """More dimensions of the batch than there are."""
    return ValueError(
        f"reinterpreted_batch_ndims({wanted}) cannot exceed distribution.batch_ndims({there}): at most the whole batch "
        "is one draw."
    )


def not_the_same_draws(a: Any, b: Any) -> ValueError:
    """Two Independent that take different numbers of dimensions."""
    return ValueError(
        f"Event shapes do not match: {a.event_shape} and {b.event_shape}. Give both the same reinterpreted_batch_ndims."
    )


def needs_vectors(kind: str, argument: str) -> ValueError:
    """A parameter without a dimension."""
    return ValueError(f"{kind}: {argument} must have at least one dimension, whose size is that of a draw.")


def rate_or_log_rate() -> ValueError:
    """Both or neither of two ways to say the same."""
    return ValueError("Must specify exactly one of `rate` and `log_rate`. Poisson(log_rate=x) takes any numbers.")


def no_triangle(size: int) -> ValueError:
    """A number of elements that fill no triangle."""
    n = int((2 * size) ** 0.5)
    return ValueError(
        f"Input right-most shape ({size}) does not correspond to a triangular matrix. One of {n} rows has "
        f"{n * (n + 1) // 2} elements, of {n + 1} rows {(n + 1) * (n + 2) // 2}."
    )


def no_diagonal() -> ValueError:
    """A matrix of no diagonals."""
    return ValueError("Must specify at least one of `below`, `diag`, `above`: tridiag(diag=x) is tf.matrix_diag(x).")


def unknown_interpolation(given: Any, known: Any) -> ValueError:
    """Another way to choose between two elements."""
    return ValueError(f"Argument 'interpolation' must be in {sorted(known)}. Found {given!r}.")


def no_categorical(found: Any) -> TypeError:
    """What shall choose is something else."""
    return TypeError(f"cat must be a Categorical distribution, but saw: {found!r}. Write Categorical(probs=shares).")


def no_components(found: Any) -> TypeError:
    """No list of distributions."""
    return TypeError(
        f"components must be a list or tuple of Distribution instances, but saw: {found!r}. "
        "Of one kind, in a batch, they are a MixtureSameFamily."
    )


def components_of_dtypes(found: list[Any]) -> TypeError:
    """Distributions of several dtypes."""
    names = [dtype.name for dtype in found]
    return TypeError(f"All components must have the same dtype, but saw dtypes: {names}. tf.cast their parameters.")


def components_not_classes(classes: Any, count: Any) -> ValueError:
    """Fewer or more distributions than classes."""
    return ValueError(
        f"cat.num_classes != len(components): {classes} vs. {count}. The last dimension of cat's probs or logits is "
        "the number of components."
    )
