"""Messages about gradients of recorded programs."""

from __future__ import annotations

from typing import Any


def gradients_need_recording() -> RuntimeError:
    """tf.gradients where everything is computed at once."""
    return RuntimeError(
        "tf.gradients is not supported when eager execution is enabled: arrays do not know where they come from. Use "
        "fastscope.value_and_grad(function), or fastscope.compat.v1, where operations are recorded."
    )


def nothing_to_differentiate() -> AttributeError:
    """None in place of a tensor."""
    return AttributeError(
        "'NoneType' object has no attribute 'op'. The ys and xs of tf.gradients are tensors and variables, and one of "
        "them is None: leave it out of the list."
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


def no_gradient_of_exact(name: str) -> ValueError:
    """The gradient of least squares that are found by singular values."""
    return ValueError(f"Gradient not defined for fast=False, of operation {name!r}. Write fast=True.")


def no_gradient_of_shape(type: str, name: str, what: str) -> NotImplementedError:
    """A decomposition that has a gradient, but not of such matrices."""
    return NotImplementedError(
        f"{type} gradient is not implemented for {what}: operation {name!r}. tf.stop_gradient(y) of what it "
        "returns says that none is wanted."
    )


def grad_ys_count(ys: int, grads: int) -> ValueError:
    """Another number of grad_ys than of ys."""
    return ValueError(f"Passed {grads} grad_ys for {ys} ys")


def unknown_choice(argument: str, value: Any, choices: Any) -> ValueError:
    """An argument of tf.gradients that is none of the values it may have."""
    said = (
        "Invalid aggregation_method specified" if argument == "aggregation_method" else f"Unknown value for {argument}:"
    )
    listed = ", ".join(f"tf.{choices.__name__}.{name}" for name in choices.__members__)
    return ValueError(f"{said} {value!r}. It is one of {listed}.")


def gradients_count(name: str, inputs: int, found: int) -> ValueError:
    """A rule, one of the program's own, gives more gradients than there are inputs."""
    return ValueError(
        f"Num gradients {found} generated for op {name!r} do not match num inputs {inputs}. Return one for each input, "
        "None where there is none."
    )


def registered_twice(type: str) -> KeyError:
    """RegisterGradient for a name that has a rule."""
    return KeyError(f"Registering two gradient with name {type!r}! Choose a name that no rule has yet.")


def no_second_derivative(type: str) -> LookupError:
    """The gradient of a gradient that TensorFlow does not have."""
    return LookupError(
        f"Gradient explicitly disabled. Reason: there is no second derivative of {type}, as in TensorFlow. "
        "tf.nn.softmax_cross_entropy_with_logits_v2 of tf.one_hot(labels, classes) has one."
    )


def custom_gradient_keywords(names: list[str]) -> ValueError:
    """A function of custom_gradient is given arguments by name."""
    return ValueError(
        "The custom_gradient decorator currently supports keywords arguments only when eager execution is enabled. "
        f"Pass {', '.join(names)} by place, or bind what is no tensor before: functools.partial(f, option=value)."
    )


def custom_gradient_variables(names: list[str]) -> TypeError:
    """A function of custom_gradient uses variables of which its rule knows nothing."""
    return TypeError(
        "If using @custom_gradient with a function that uses variables, then grad_fn must accept a 'variables' keyword "
        f"argument. It uses {', '.join(names)}: def rule(d, variables): ... return gradients, gradients_of_variables."
    )


def recorded_in_a_graph() -> RuntimeError:
    """fastscope.function or value_and_grad where operations are written down already."""
    return RuntimeError(
        "function and value_and_grad record by themselves; here operations are recorded already. Call the plain "
        "function, and tf.gradients(loss, variables). To compute at once again, where importing fastscope.compat.v1 "
        "turned graph mode on: fastscope.enable_eager_execution()."
    )


def loss_is_no_scalar(loss: Any) -> ValueError:
    """value_and_grad of something with dimensions."""
    return ValueError(
        f"value_and_grad needs a function that returns a scalar, got {loss}. Write reduce_mean(...) or "
        "reduce_sum(...); if it returns more than the loss, has_aux=True."
    )


def loss_is_a_structure(result: Any) -> TypeError:
    """value_and_grad of a function that returns more than the loss, or nothing."""
    if result is None:
        return TypeError("value_and_grad needs a function that returns a scalar, got None: write `return loss`.")
    kind = type(result).__name__
    return TypeError(
        f"value_and_grad needs a function that returns a scalar, got a {kind} of {len(result)}. What it returns beside "
        "the loss is handed out by has_aux=True: `return loss, more`, and "
        "(loss, more), grads = fastscope.value_and_grad(function, has_aux=True)(...)."
    )


def aux_is_missing(result: Any) -> TypeError:
    """value_and_grad with has_aux=True of a function that does not return a pair."""
    return TypeError(
        f"with has_aux=True the function returns a pair, (loss, more), got {type(result).__name__}. Write "
        "`return loss, more`, or leave has_aux=True out."
    )


def variables_in_a_later_recording(names: list[str]) -> ValueError:
    """A function that makes variables when it is recorded once more."""
    listed = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return ValueError(
        f"The recorded function tried to create variables on non-first call: {listed}. It is recorded anew for arrays "
        "of another shape or dtype and for other arguments, and then has to find what the first recording made. Give "
        "its layers names, layers.dense(x, units, name='out'), or make variables and cells outside of it."
    )


def complex_needs_grad_ys(y: Any) -> TypeError:
    """Complex ys without gradients to begin with."""
    return TypeError(
        f"Gradients of complex tensors must set grad_ys (y.dtype = {y.dtype.base_dtype.name}). tf.real(y), tf.imag(y) "
        "and tf.abs(y) are real."
    )
