"""Messages about hyperparameters: tf.contrib.training.HParams."""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def no_definitions() -> NotImplementedError:
    """HParams of a message."""
    return NotImplementedError(
        "HParams(hparam_def=...): there are no such messages here. Write HParams(name=value, ...)."
    )


def reserved(name: str) -> ValueError:
    """A hyperparameter called like an attribute."""
    return ValueError(
        f"Hyperparameter name is reserved: {name}. It is there already, or is a method of HParams: call it otherwise, "
        "or set_hparam."
    )


def empty_list(name: str) -> ValueError:
    """A list without a type."""
    return ValueError(
        f"Multi-valued hyperparameters cannot be empty: {name}. The type of its values is that of the first one."
    )


def a_list(name: str) -> ValueError:
    """A list for one value."""
    return ValueError(f"Must not pass a list for single-valued parameter: {name}. Give one value.")


def not_a_list(name: str) -> ValueError:
    """One value for a list."""
    return ValueError(f"Must pass a list for multi-valued parameter: {name}. In a text: {name}=[...].")


def bad_default(key: str, kind: type, several: bool, default: Any, why: str = "") -> ValueError:
    """`get` with a default of another type."""
    type_name = f"list<{kind}>" if several else str(kind)
    reason = f". {why}" if why else ". A default is of the hyperparameter's type."
    return ValueError(f"Hparam '{key}' of type '{type_name}' is incompatible with default={default}{reason}")


def cannot_cast(name: str, kind: type, value: Any) -> ValueError:
    """A value of another type."""
    return ValueError(
        f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}. A hyperparameter keeps the type of its "
        "first value."
    )


def malformed(rest: str) -> ValueError:
    """A text that is no name=value."""
    return ValueError(f"Malformed hyperparameter value: {rest}. Expected name=value or name=[value,...], with commas.")


def unknown_type(name: str) -> ValueError:
    """A name that was not added."""
    return ValueError(f"Unknown hyperparameter type for {name}. Add it first: HParams({name}=...).")


def list_into_a_list() -> ValueError:
    """name[1]=[...]."""
    return ValueError("Assignment of a list to a list index. Write name=[...], or name[index]=value.")


def cannot_parse(name: str, kind: type, value: str, values: str) -> ValueError:
    """A value that is none of its type."""
    return ValueError(f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{value}' in {values}")


def assigned_twice(name: str, values: str) -> ValueError:
    """A name that is there twice."""
    return ValueError(f"Multiple assignments to variable '{name}' in {values}")
