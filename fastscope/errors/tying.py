"""Messages about sharing that was said in words: share, alias, assert_shared, bind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .places import Place, place
from .reprs import listed, nearest


def share_not_a_dict(got: Any) -> TypeError:
    """`share` got something else than scopes' names and what answers for them."""
    return TypeError(
        f"share: expected a dict of scopes' names, {{'test': 'train'}}: what is asked for under 'test/' is answered "
        f"from 'train/'. Got {got!r:.80}."
    )


def bad_shared_scope(got: Any) -> ValueError:
    """`share` got a name that no scope can have."""
    return ValueError(
        f"share: expected full names of variable scopes without a '/' at their ends, as 'net/train', got {got!r:.80}. "
        "The root scope has no name and cannot be shared: open a scope around the network."
    )


def shares_with_itself(asked: str, answers: str) -> ValueError:
    """One of the two scopes of `share` lies inside the other."""
    return ValueError(
        f"share: scope {asked!r} cannot be answered from {answers!r}: one lies inside the other. Name two scopes "
        f"side by side, as {{'net/test': 'net/train'}}."
    )


def shared_scope_is_in_use(asked: str, answers: str, held: Sequence[str]) -> ValueError:
    """The scope that `share` would answer for has variables of its own."""
    return ValueError(
        f"share: what is asked for under {asked!r} is to be answered from {answers!r}, but {asked!r} has variables "
        f"of its own: {listed(held)}. Open the share block before they are made, or name another scope."
    )


def shared_does_not_exist(name: str, answers: str, known: Sequence[str]) -> ValueError:
    """The variable that answers for another is not there."""
    scope = answers.rpartition("/")[0]
    held = [one for one in known if one.startswith(scope + "/")]
    near = nearest(answers, known, 3)
    return ValueError(
        f"Variable {name} does not exist: share() answers it from {answers}, which does not exist either.\n"
        + (f"Scope {scope!r} holds: {listed(held)}.\n" if held else f"Scope {scope!r} holds no shared variable.\n")
        + (f"Nearest names: {listed(near)}.\n" if near else "")
        + f"Build the network in {scope!r} first; or leave the share block to make {name} itself."
    )


def bad_alias(got: Any) -> TypeError:
    """`alias` got something that is no full name."""
    return TypeError(
        f"alias: expected two full names of variables, as alias('decoder/w', 'encoder/w'), got {got!r:.80}. "
        "The first is the new name, the second that of a variable made by get_variable."
    )


def alias_is_taken(name: str, where: Place | None) -> ValueError:
    """An alias that is a variable's name already."""
    return ValueError(
        f"alias: {name!r} is a variable already, defined at:\n\n{place(where)}\n\n"
        "Say alias(...) before the line that would make it, or use another name."
    )


def nothing_to_alias(existing: str, known: Sequence[str]) -> ValueError:
    """The variable that is to have a second name is not there."""
    near = nearest(existing, known, 3)
    return ValueError(
        f"alias: {existing!r} does not exist, or was not created with get_variable(). "
        + (f"Nearest names: {listed(near)}. " if near else "")
        + "Make it first, with get_variable."
    )


def not_sharing(
    first: str, second: str, only_first: Mapping[str, Any], only_second: Mapping[str, Any]
) -> AssertionError:
    """Two things that ought to have the same variables."""
    lines = [f"{first} and {second} do not share all of their variables."]
    for which, only in ((first, only_first), (second, only_second)):
        lines += [f"Only {which} has:"] * bool(only)
        lines += [f"  {name}, defined at {place(where).strip()}" for name, where in only.items()]
    lines.append(
        "Build the second as the first was built, in its scope with reuse=True; or call one layer, cell or template "
        "twice."
    )
    return AssertionError("\n".join(lines))


def has_no_variables(got: str) -> ValueError:
    """`assert_shared` of something that has no variables."""
    return ValueError(
        f"assert_shared: {got} has no variables, so there is nothing that it could share. Expected a variable, a "
        "variable scope or the full name of one, something with `variables` (a cell or layer after its first call), or "
        "a list of these."
    )


def generator_not_bound(name: str) -> TypeError:
    """`bind` of a function that only begins when somebody iterates."""
    return TypeError(
        f"bind: {name} is a generator function: its lines run when it is iterated, after the bound call has returned. "
        "Bind the function that iterates it."
    )


def not_bindable(got: Any) -> TypeError:
    """`bind` of something that cannot be called."""
    return TypeError(
        f"bind: expected a function, got {got!r:.80}. Write scope.bind(function), and call what it returns."
    )
