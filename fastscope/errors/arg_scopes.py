"""The messages of argument scopes and of tf.contrib's variables: expected, got, where, the way out.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def not_decorated(function: Any) -> ValueError:
    """A function that takes no part in argument scopes."""
    name = f"{getattr(function, '__module__', '?')}.{getattr(function, '__name__', function)}"
    return ValueError(f"{name} is not decorated with @add_arg_scope. Write @add_arg_scope above its definition.")


def scope_and_arguments(names: list[str]) -> ValueError:
    """A scope that is entered again, with arguments."""
    return ValueError(
        "When attempting to re-use a scope by suppling adictionary, kwargs must be empty. Open one more block for "
        f"{', '.join(names)}."
    )


def no_list(got: Any) -> TypeError:
    """Something that is neither a list of functions nor a scope."""
    return TypeError(
        f"list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict), got {got!r:.80}. Write [function] "
        "for one function."
    )


def variable_not_found(name: str) -> ValueError:
    """A name that no variable has."""
    return ValueError(f"Couldn't find variable {name}. tf.contrib.framework.get_variables() lists them.")


def not_unique(name: str, found: list[str]) -> ValueError:
    """A name that several variables begin with."""
    return ValueError(f"Variable {name} does not uniquely identify a variable. Write one of {found}.")


def no_list_of_scopes(argument: str, got: Any) -> TypeError:
    """Scopes that are no list."""
    return TypeError(f"{argument} is provided but is not a list or a tuple, got {got!r}. Write [{got!r}].")


def no_weights() -> ValueError:
    """Nothing to regularize."""
    return ValueError("No weights to regularize. Give a list of variables: apply_regularization(regularizer, weights).")


def needs_sizes(vocab_size: Any, embed_dim: Any) -> ValueError:
    """An embedding without its sizes."""
    return ValueError(
        "Must specify vocab size and embedding dimension when not reusing. Got "
        f"vocab_size={vocab_size} and embed_dim={embed_dim}"
    )


def bad_rank(name: str, problem: str) -> ValueError:
    """Inputs of a layer of tf.contrib.layers with dimensions that it cannot take."""
    return ValueError(f"{problem} {name} must know it: tensor.set_shape says what a graph does not know.")


def bad_groups(groups: int, channels: int) -> ValueError:
    """Channels that do not fall into groups."""
    if groups > channels:
        return ValueError(
            f"Invalid groups {groups} for {channels} channels. Give groups= as a divisor of the channels."
        )
    return ValueError(f"{channels} channels is not commensurate with {groups} groups. Give groups= as a divisor.")


def bad_layout(got: Any, known: Sequence[str]) -> ValueError:
    """A data_format that is none."""
    if len(known) > 2:
        return ValueError(f"Invalid data_format: {got!r}. Write one of {', '.join(known)}.")
    return ValueError(f"data_format has to be either {' or '.join(sorted(known))}. Write one of these, in capitals.")


def outputs_not_integer(got: Any) -> ValueError:
    """A number of outputs that is no integer."""
    return ValueError(f"num_outputs type should be one of [<class 'int'>], got {type(got)}. Write int({got!r}).")


def no_value() -> ValueError:
    """Nothing of which to say what is known."""
    return ValueError("value_or_tensor_or_var cannot be None. Give a bool, a tensor or a variable.")


def wrong_type(got: Any, wanted: Any) -> ValueError:
    """A tensor of another dtype than was asked for."""
    return ValueError(f"It has the wrong type {got} instead of {wanted}. Write tf.cast(x, {wanted!r}).")


def not_callable(name: str, got: Any) -> TypeError:
    """A value in place of a function that returns it."""
    return TypeError(f"{name} must be callable. Write lambda: {got!r:.40}.")


def size_unknown(problem: str) -> ValueError:
    """A size that a layer must know, and does not."""
    return ValueError(f"{problem}. tensor.set_shape says what a graph does not know.")


def not_two(got: Any) -> ValueError:
    """A list of other than two numbers."""
    return ValueError(f"Must be a list with 2 elements: {got}. One number stands for both.")


def not_a_pair(got: Any) -> ValueError:
    """Something that is not two numbers."""
    return ValueError(f"Must be an int, a list with 2 elements or a TensorShape of length 2. Got {got!r:.80}.")


def not_a_count(got: Any) -> ValueError:
    """A count below one, or with a fraction."""
    return ValueError(f"n must be a positive integer. Got {got}.")


def not_n_integers(count: int, got: Any) -> ValueError:
    """Other than so many numbers."""
    return ValueError(
        f"Expected sequence of {count} positive integers, but received {got!r}. One number stands for all."
    )


def not_positive(got: int) -> ValueError:
    """A size below one."""
    return ValueError(f"expected positive integer, but received {got}. The smallest is 1.")


def renorm_with_others() -> ValueError:
    """Batch renormalization with arguments that it cannot be used with."""
    return ValueError(
        "renorm is not supported with batch_weights, updates_collections or zero_debias_moving_mean. Leave these out."
    )


def bad_units(units: int, channels: int) -> ValueError:
    """Channels that do not make so many groups."""
    return ValueError(
        f"number of features({channels}) is not a multiple of num_units({units}). Give num_units= as a divisor."
    )


def no_table(got: Any) -> ValueError:
    """A look-up without a table."""
    return ValueError(f"Missing embedding_weights {got}. Give the variable, or a list of its parts.")


def no_sizes() -> ValueError:
    """A table without its sizes."""
    return ValueError("Must specify vocab size and embedding dimension. Both are needed to make the table.")


def ids_not_dense(got: Any) -> TypeError:
    """Sparse ids for a dense look-up."""
    return TypeError(f"ids are expected to be dense Tensor, got: {got}. Write sparse_lookup=True.")
