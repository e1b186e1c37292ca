"""The messages of gradients, pullbacks and optimizers: expected, got, where, the way out.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from typing import Any

from . import FailedPreconditionError, InvalidArgumentError

Shape = tuple[int | None, ...]

# ---- gradients


def not_a_variable(value: Any) -> TypeError:
    """A gradient for something that is not a variable, for instance what a custom getter made."""
    return TypeError(
        f"a gradient can only be kept for a Variable, got {type(value).__name__} {value!r:.80}. "
        "Where a custom getter returns an array in a variable's place, pull back through what the "
        "getter computed, or leave the getter out for variables that are trained."
    )


def gradient_shape(name: str, expected: Shape | None, got: Shape) -> ValueError:
    """A gradient of another shape than its variable."""
    return ValueError(f"the gradient of {name} has to have the variable's shape {expected}, got {got}.")


def gradient_dtype(name: str, expected: Any, got: Any) -> TypeError:
    """A gradient of another dtype than its variable."""
    return TypeError(
        f"the gradient of {name} has to be {expected.name} as the variable is, got {got}. "
        f"Look for a float64 array among the inputs or d_outputs, or write tf.cast(g, tf.{expected.name})."
    )


# ---- pullbacks


def pulled_twice(name: str) -> FailedPreconditionError:
    """A pullback called a second time."""
    return FailedPreconditionError(
        f"the pullback of {name} was called before: it gives its gradients once, since a second call "
        f"would add them again. Call vjp.{name} again for the next step."
    )


def store_needed(name: str, got: Any) -> TypeError:
    """A pullback with variables and no place for their gradients."""
    return TypeError(
        f"the pullback of {name} has gradients of variables to give: pass into=grads, with grads = vjp.Gradients(); "
        f"got into={got!r:.80}."
    )


def pullback_shape(name: str, argument: str, expected: Shape, got: Shape) -> ValueError:
    """A gradient of another shape than what it is the gradient of."""
    return ValueError(
        f"{argument} of the pullback of {name} has to have the shape {expected} of what {name} returned, got {got}."
    )


def pullback_dtype(name: str, argument: str, expected: Any, got: Any) -> TypeError:
    """A gradient of another dtype than what it is the gradient of."""
    return TypeError(
        f"{argument} of the pullback of {name} has to be {expected} as what {name} returned, got "
        f"{got}. Write {argument}.astype({str(expected)!r})."
    )


def written_since(name: str, variable: str) -> FailedPreconditionError:
    """A variable was written between a function and its pullback."""
    return FailedPreconditionError(
        f"{variable} was written after vjp.{name} read it and before the pullback, so the gradients "
        "would belong to neither value. Call the pullback first, then apply_gradients or assign."
    )


def no_pullback(cell: Any) -> NotImplementedError:
    """A cell of the user's without an explicit pullback."""
    return NotImplementedError(
        f"{type(cell).__name__} has no pullback. Give the class a method call_vjp(inputs, state) that "
        "returns output, new_state and pullback(d_output, d_state, into) -> (d_inputs, d_state), which "
        "adds the variables' gradients with into.add(variable, gradient)."
    )


def no_slope(activation: str) -> NotImplementedError:
    """An activation without a known derivative."""
    return NotImplementedError(
        f"the derivative of the activation {activation!r} is not known. Use 'tanh', 'sigmoid', 'relu' or "
        "'linear', or a cell with a call_vjp of its own."
    )


def no_residual_pullback() -> NotImplementedError:
    """A residual_fn of the user's in a pullback."""
    return NotImplementedError(
        "a ResidualWrapper with a residual_fn of its own has no pullback: leave residual_fn out, or "
        "give a subclass a method call_vjp."
    )


def labels_out_of_range(bad: int, classes: int) -> InvalidArgumentError:
    """A label that names no class."""
    return InvalidArgumentError(
        f"a label is out of range: expected 0 <= label < {classes}, the logits' last dimension, got {bad}."
    )


def labels_shape(logits: Shape, got: Shape) -> ValueError:
    """Labels or weights that are not one for each row of the logits."""
    return ValueError(
        f"labels and weights have to have the logits' shape {logits} without its last dimension, "
        f"{logits[:-1]}, got {got}."
    )


def gradient_structure(expected: Any, got: Any) -> ValueError:
    """d_state that nests in another way than the final state."""
    return ValueError(
        "d_state of the pullback of dynamic_rnn has to nest as the final state, "
        f"{type(expected).__name__} of {len(expected) if isinstance(expected, tuple) else 1}, got "
        f"{type(got).__name__} {got!r:.80}."
    )


def dense_depth(inputs: Shape, weights: Shape) -> ValueError:
    """Inputs and weights of a product that do not fit."""
    return ValueError(
        f"dense multiplies inputs [..., D] with weights [D, V], got inputs of shape {list(inputs)} and weights "
        f"of shape {list(weights)}."
    )


def dense_bias(weights: Shape, biases: Shape) -> ValueError:
    """Biases that are not one for each column of the weights."""
    return ValueError(
        f"dense adds biases [V] to a product with weights [D, V], got weights of shape {list(weights)} and biases of "
        f"shape {list(biases)}."
    )


def bad_reduction(reduction: Any) -> ValueError:
    """Neither mean nor sum."""
    return ValueError(f"reduction has to be 'mean' or 'sum', got {reduction!r}.")


def not_a_gradient_list(got: Any) -> TypeError:
    """Something else than a list where one norm of several gradients is asked for."""
    return TypeError(
        f"t_list should be a sequence: a list or tuple of gradients, got {type(got).__name__}. Write [gradient] for "
        "one; of vjp.Gradients, gradients, variables = zip(*grads.pairs())."
    )


def negative_norm(clip_norm: Any) -> ValueError:
    """A largest norm below 0."""
    return ValueError(f"clip_norm is the largest norm that is left, and has to be 0 or more, got {clip_norm!r:.80}.")


# ---- optimizers


def minimize_needs_graph(optimizer: str, method: str) -> NotImplementedError:
    """minimize and compute_gradients, which need a graph of operations."""
    return NotImplementedError(
        f"{optimizer}.{method} needs a graph of operations to differentiate, and here everything is computed at once. "
        "Write the loss as a function:\n"
        "    step = fastscope.value_and_grad(loss_of)\n"
        "    loss, grads = step(inputs)\n"
        "    optimizer.apply_gradients(grads)\n"
        "Or write `import fastscope.compat.v1 as tf`, where operations are recorded."
    )


def optimizer_without_name() -> ValueError:
    """An optimizer called ''."""
    return ValueError("Must specify the optimizer name: it names the operation and the slots. Leave it out for TF's.")


def bad_gate(got: Any) -> ValueError:
    """Something else than one of three constants as gate_gradients."""
    return ValueError(
        "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  Not "
        f"{got!r:.80}. Leave it out: all gradients are there before the first variable is written."
    )


def loss_is_callable(loss: Any) -> ValueError:
    """A function as the loss where operations are written down."""
    return ValueError(
        "No gradients provided for any variable, check your graph for ops that do not support gradients, between "
        f"variables [] and loss {loss}. A loss has to be a tensor in a graph: pass what the function returns."
    )


def loss_dtype(tensor: Any) -> ValueError:
    """A loss or variable that has no gradient because it holds no floats."""
    return ValueError(
        f"Invalid type {tensor.dtype!r} for {tensor.name}, expected: [tf.float32, tf.float64, tf.float16, "
        "tf.bfloat16]. Write tf.cast(x, tf.float32) before what is to be differentiated."
    )


def no_variables() -> ValueError:
    """Nothing to train."""
    return ValueError(
        "No variables to optimize. The graph has no trainable variables: make them in it before minimize, or name them "
        "with var_list=."
    )


def loss_without_gradients(variables: list[Any], loss: Any) -> ValueError:
    """A loss that depends on no variable."""
    return ValueError(
        "No gradients provided for any variable, check your graph for ops that do not support gradients, between "
        f"variables {[str(v) for v in variables]} and loss {loss}."
    )


def constraint_on_rows(name: str) -> RuntimeError:
    """A gradient for some rows of a variable that has a constraint."""
    return RuntimeError(
        f"Cannot use a constraint function on a sparse variable. The gradient of {name} is IndexedSlices, since it is "
        "only looked up: leave its constraint out, or write tf.convert_to_tensor(gradient) before apply_gradients."
    )


def rows_shape(rows: Shape, ids: Shape, variable: Shape) -> ValueError:
    """IndexedSlices that do not fit their variable."""
    return ValueError(
        f"IndexedSlices for a variable of shape {list(variable)} have values [n, {', '.join(map(str, variable[1:]))}] "
        f"and indices [n], got values of shape {list(rows)} and indices of shape {list(ids)}."
    )


def row_out_of_range(ids: Any, count: int) -> InvalidArgumentError:
    """IndexedSlices with a row that the variable has not."""
    at = next(k for k, row in enumerate(ids) if not 0 <= row < count)
    return InvalidArgumentError(f"indices[{at}] = {int(ids[at])} is not in [0, {count}), the rows of the variable.")


def accumulator_not_positive(got: Any) -> ValueError:
    """A slot that would be divided by, and starts at 0."""
    return ValueError(f"initial_accumulator_value must be positive: {got!r}: the first step divides by its root.")


def wrong_sign(argument: str, got: Any, expected: str) -> ValueError:
    """A number whose sign makes no sense."""
    return ValueError(f"{argument} {got} needs to be {expected}.")


def no_pairs() -> ValueError:
    """apply_gradients of nothing."""
    return ValueError(
        "No variables provided: apply_gradients got no (gradient, variable) pair. Has the pullback run, "
        "with into= this store?"
    )


def no_gradients(variables: list[Any]) -> ValueError:
    """apply_gradients of Nones only."""
    return ValueError(
        f"No gradients provided for any variable: {[str(v) for v in variables]}. Every gradient is None: pull "
        "back to the variables first, or in a graph look for a loss that does not depend on them."
    )


def not_a_pair(value: Any) -> TypeError:
    """Something else than (gradient, variable), or its two halves swapped."""
    return TypeError(
        "apply_gradients takes vjp.Gradients or a list of (gradient, variable) pairs in this order, got "
        f"{value!r:.120}."
    )


def applied_before(name: str) -> FailedPreconditionError:
    """The operation that apply_gradients returned, run again."""
    return FailedPreconditionError(
        f"{name} was applied when apply_gradients was called, and these gradients belong to that step. "
        "In each step compute new gradients and call apply_gradients again; there is no train_op to run in a loop."
    )


def step_not_a_variable(value: Any) -> TypeError:
    """A global step that cannot be counted up."""
    return TypeError(
        f"global_step has to be a Variable that one is added to, got {value!r:.80}. "
        "Write tf.train.get_or_create_global_step()."
    )


def rate_not_a_number(value: Any) -> TypeError:
    """A hyperparameter that does not come down to a number."""
    way_out = f" Write float({value!r})." if isinstance(value, str) else ""
    return TypeError(
        f"a hyperparameter has to be a number, a scalar Variable or a callable() -> number, got {value!r:.80}.{way_out}"
    )


# ---- decays and averages


def decay_without_step(decay: str) -> ValueError:
    """A decay with None as the step."""
    return ValueError(
        f"None values not supported. {decay} needs the step that it falls with: write "
        "tf.train.get_or_create_global_step(), and pass it to minimize as global_step."
    )


def piecewise_lengths(boundaries: int, values: int) -> ValueError:
    """Not one value more than boundaries."""
    return ValueError(
        "The length of boundaries should be 1 less than the length of values, got "
        f"{boundaries} boundaries and {values} values."
    )


def piecewise_values(first: Any, other: Any) -> ValueError:
    """Values of two dtypes."""
    return ValueError(
        f"Values must have elements all with the same dtype ({first!s} vs {other!s}). Write 1.0 for 1 among floats."
    )


def piecewise_boundaries(got: Any, expected: Any) -> ValueError:
    """Boundaries of another dtype than the step."""
    return ValueError(
        f"Boundaries ({got!s}) must have the same dtype as x ({expected!s}). Steps are whole numbers: write 100000 for "
        "100000.0."
    )


def average_of_no_floats(name: str) -> TypeError:
    """A moving average of integers."""
    return TypeError(f"The variables must be half, float, or double: {name}. Leave it out of apply's list, or cast it.")
