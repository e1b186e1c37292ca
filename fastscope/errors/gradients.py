"""Messages about gradients of recorded programs."""

from __future__ import annotations

from typing import Any


def gradients_need_recording() -> RuntimeError:
    """tf.gradients where everything is computed at once."""
    return RuntimeError(
        "tf.gradients is not supported when eager execution is enabled: arrays do not know where they come from. Use "
        "fastscope.value_and_grad(function), or fastscope.compat.v1, where operations are recorded."
    )


def no_rule(name: str, type: str) -> LookupError:
    """A gradient is to go through an operation that has none."""
    return LookupError(
        f"No gradient defined for operation {name!r} (op type: {type}). tf.stop_gradient(x) before it says that "
        "none is wanted."
    )


def rank_not_known(name: str) -> LookupError:
    """A gradient that has to know how many dimensions there are."""
    return LookupError(
        f"The gradient of operation {name!r} needs the number of dimensions of its inputs, which is not known: "
        "x.set_shape([None, None]) says how many there are."
    )


def grad_ys_count(ys: int, grads: int) -> ValueError:
    """Another number of grad_ys than of ys."""
    return ValueError(f"Passed {grads} grad_ys for {ys} ys")


def grad_ys_dtype(gradient: Any, y: Any) -> TypeError:
    """A grad_y of another dtype than its y."""
    return TypeError(
        f"Gradient type {gradient.dtype.base_dtype.name} generated for tensor {y} with type "
        f"{y.dtype.base_dtype.name} must be the same."
    )


def recorded_in_a_graph() -> RuntimeError:
    """fastscope.function or value_and_grad where operations are written down already."""
    return RuntimeError(
        "function and value_and_grad record by themselves; here operations are recorded already. Call the plain "
        "function, and tf.gradients(loss, variables)."
    )


def loss_is_no_scalar(loss: Any) -> ValueError:
    """value_and_grad of something with dimensions."""
    return ValueError(
        f"value_and_grad needs a function that returns a scalar, got {loss}. Write reduce_mean(...) or "
        "reduce_sum(...); if it returns more than the loss, has_aux=True."
    )
