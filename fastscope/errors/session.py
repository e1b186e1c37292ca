"""Messages about sessions, and about reading what has no value yet."""

from __future__ import annotations

from typing import Any

from . import FailedPreconditionError, InvalidArgumentError


def uninitialized(name: str, is_resource: bool = False) -> FailedPreconditionError:
    """Session.run of a variable that no initializer has run for."""
    way_out = "Run its initializer first: sess.run(global_variables_initializer())."
    if is_resource:
        return FailedPreconditionError(
            f"Error while reading resource variable {name} from Container: localhost. This could mean that the "
            f"variable was uninitialized. {way_out}"
        )
    return FailedPreconditionError(f"Attempting to use uninitialized value {name}. {way_out}")


def bad_session_argument(argument: str, wanted: str, got: Any) -> TypeError:
    """Session(...) with an argument of another type."""
    return TypeError(f"{argument} must be {wanted}, but got {type(got)}. tf.Session(graph=..., config=...) names both.")


def closed_session() -> RuntimeError:
    """A session is used after close()."""
    return RuntimeError("Attempted to use a closed Session.")


def empty_graph() -> RuntimeError:
    """There is nothing to run yet."""
    return RuntimeError("The Session graph is empty. Add operations to the graph before calling run().")


def no_default_session() -> ValueError:
    """eval() outside of a session."""
    return ValueError(
        "Cannot evaluate tensor using `eval()`: No default session is registered. Use `with sess.as_default()` or pass "
        "an explicit session to `eval(session=sess)`. `variable.numpy()` needs no session."
    )


def nothing_to_feed() -> InvalidArgumentError:
    """feed_dict, where there are no placeholders."""
    return InvalidArgumentError(
        "feed_dict: fastscope computes at once and has no placeholders to feed. Pass the values to a function, and run "
        "that: sess.run(lambda: model(inputs)); or write them into a variable with variable.load(value, sess)."
    )


def unknown_fetch(fetch: Any) -> TypeError:
    """Something that cannot be run."""
    return TypeError(
        f"Fetch argument {fetch!r} has invalid type {type(fetch)}, must be a string or Variable, array, operation or "
        "callable, or a list, tuple or dict of these."
    )


def unknown_name(name: str, near: list[str]) -> KeyError:
    """A fetch by name that no variable has."""
    hint = f" Nearest names: {', '.join(map(repr, near))}." if near else ""
    return KeyError(f"The name {name!r} refers to no variable or operation of this graph.{hint}")


def not_default_session() -> AssertionError:
    """Sessions are left in another order than entered."""
    return AssertionError("Nesting violated for default stack: leave sessions in the reverse order of entering them.")
