"""The messages of losses and metrics: expected, got, where, the way out.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from typing import Any

from . import InvalidArgumentError


def weights_rank(weights: Any, values: Any, running: bool) -> Exception:
    """Weights with another number of dimensions than their values; `running`: found by a session."""
    problem = (
        f"weights can not be broadcast to values. values.rank={len(values)}. weights.rank={len(weights)}. "
        f"values.shape={values}. weights.shape={weights}. Weights are a number, or have the rank of the losses: "
        "weights[:, None] is one for each row."
    )
    return InvalidArgumentError(f"assertion failed: {problem}") if running else ValueError(problem)


def weights_size(axis: int, weights: Any, values: Any, running: bool) -> Exception:
    """Weights of which a dimension is neither 1 nor that of their values; `running`: found by a session."""
    shown = (f"[{' '.join(map(str, shape))}]" for shape in (values, weights))
    problem = "weights can not be broadcast to values. Mismatch at dim {}. values.shape={} weights.shape={}.".format(
        axis, *shown
    )
    problem += " Each dimension of the weights is 1 or that of the losses."
    return InvalidArgumentError(f"assertion failed: {problem}") if running else ValueError(problem)


def bad_reduction(got: Any, known: list[str]) -> ValueError:
    """A reduction that is none."""
    return ValueError(f"Invalid Reduction Key {got}. Expected one of {known}: tf.losses.Reduction has names for them.")


def must_not_be_none(argument: str) -> ValueError:
    """An argument of a loss that is None."""
    return ValueError(f"{argument} must not be None. Give an array or a tensor.")


def rank_unknown(what: str) -> ValueError:
    """Losses, or weights, of which not even the number of dimensions is known."""
    return ValueError(
        f"{what}.get_shape().ndims cannot be None. Give the placeholder a shape, in which None is a size that is not "
        "known yet, or call tensor.set_shape."
    )


def labels_of_one_dimension(shape: Any) -> ValueError:
    """Labels of embeddings that are not one for each."""
    return ValueError(
        f"labels must have one dimension, a number for each embedding. Got {shape}: tf.reshape(labels, [-1])"
    )


def no_sparse_labels(got: Any) -> TypeError:
    """Labels of pairs that are no list of SparseTensors."""
    return TypeError(
        f"sparse_labels must be a list of SparseTensors, but got {got!r:.120}. tf.contrib.layers.dense_to_sparse(row) "
        "makes one of a row of labels."
    )


def no_axis() -> ValueError:
    """A distance without the dimension along which it is."""
    return ValueError("You must specify 'axis'. It is the dimension of the vectors, often -1.")


def metric_computes_at_once(name: str) -> RuntimeError:
    """A metric where there is no graph."""
    return RuntimeError(
        f"tf.metrics.{name} is not supported when eager execution is enabled. Its two results are operations of a "
        "graph: import fastscope.compat.v1 as tf. At once, compute with the arrays: np.mean(predictions == labels)."
    )


def bad_choice(argument: str, known: str, got: Any) -> ValueError:
    """An option of a metric that is none of those it knows, in TensorFlow's words."""
    return ValueError(f"{argument} must be either {known}, {got} unknown. Write one of these.")


def too_few_classes(number: int) -> ValueError:
    """An agreement about one class."""
    return ValueError(f"`num_classes` must be >= 2. Found: {number}. Of one class all predictions agree.")


def rank_not_known(argument: str) -> ValueError:
    """Values of an unknown number of dimensions."""
    return ValueError(f"`{argument}` must have a statically known rank. tf.ensure_shape says it.")


def axis_not_there(axis: int, rank: int) -> ValueError:
    """An axis that values do not have."""
    return ValueError(f"axis = {axis} not in [0, {rank}): `values` has {rank} dimensions.")


def sizes_not_known(dims: Any, axis: int) -> ValueError:
    """Values whose sizes beside an axis are not known."""
    return ValueError(
        "all dimensions of `values` other than the dimension to concatenate along must have statically known size, "
        f"got {dims} and axis {axis}. tf.ensure_shape says them."
    )
