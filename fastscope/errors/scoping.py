"""Messages about scopes, names, variables and graphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from .places import Place, cell_of, place
from .reprs import listed, nearest

_ROOT_NAME = r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$"
_NAME = r"^[A-Za-z0-9_.\\/>-]*$"
_NOT_IN_NAMES = r"[^A-Za-z0-9_.\\/>-]"


# ---- sharing


class Caller(NamedTuple):
    """The code that called into the library, as far as the way out depends on it.

    Attributes:
        scope: name of the variable scope that it has open.
        reuses: whether that scope shares, and creates nothing.
        inside: whether the library opened scopes of its own in it: a layer or a cell made the variable.
        called_back: whether the library calls it in its turn: the function of a template, a cell of the user's.
        where: its line.
    """

    scope: str
    reuses: bool
    inside: bool
    called_back: bool
    where: Place


def already_exists(name: str, where: Place | None, partitioned: bool, caller: Caller) -> ValueError:
    """get_variable would create what is there, and the scope does not share."""
    what = f"Partitioned variable with name {name} already exists."
    if not partitioned:
        what = f"Variable {name} already exists, disallowed."
    if caller.called_back:
        way = (
            f"make the call that runs this code in variable_scope({caller.scope!r}, reuse=AUTO_REUSE), which creates "
            "what is not there and shares what is."
        )
    else:
        way = (
            f"open the scope as variable_scope({caller.scope!r}, reuse=True), or call scope.reuse_variables() before "
            "this line; reuse=AUTO_REUSE creates it the first time and shares it afterwards."
        )
    return ValueError(
        f"{what} Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? Originally defined at:\n\n"
        f"{place(where)}\n\n"
        f"{_again(where, caller.where)}"
        f"To share it: {way}\n"
        "To make another one: use another name or scope.\n"
        f"{_from_anew(name)}"
    )


def _again(before: Place | None, now: Place) -> str:
    """Say whether one line asked twice, and name both cells of a notebook."""
    cells = [cell_of(one) for one in (before, now) if one is not None]
    same = before is not None and before[:2] == now[:2]
    if cells == [None, None] or None in cells:
        return ""
    if same and cells[0] != cells[1]:
        return f"This is the same line, run a second time: {cells[0]} made it, {cells[1]} asks for it again.\n"
    return "" if cells[0] == cells[1] else f"{cells[1]}, line {now[1]}, asks for the same name.\n"


def _from_anew(name: str) -> str:
    scope = name.rpartition("/")[0]
    path = scope + "/" if scope else name
    return (
        "To run a notebook cell again: say fastscope.notebook(rerun='replace') once, in the first cell, or "
        f"rerun='reuse' to keep the values; or put fastscope.clear({path!r}) or reset_default_graph() at its top."
    )


def does_not_exist(name: str, known: Sequence[str], apart: Any, partitioned: bool, caller: Caller) -> ValueError:
    """get_variable may only share, and there is nothing to share.

    Args:
        name: full name that was asked for.
        known: full names of everything that can be shared.
        apart: the variable of this name that `Variable(...)` made, or None.
        partitioned: whether it was asked for in parts.
        caller: who asked.
    """
    scope, _, last = name.rpartition("/")
    kind = "PartitionedVariable" if partitioned else "Variable"
    way = "reuse=False or reuse=tf.AUTO_REUSE" if partitioned else "reuse=tf.AUTO_REUSE"
    lines = [
        f"{kind} {name} does not exist, or was not created with tf.get_variable(). Did you mean to set {way} in "
        "VarScope?",
        "",
    ]
    if apart is not None:
        lines += [
            f"There is a variable of this name, made by Variable(...), which is never shared; make it with "
            f"get_variable({last!r}, ...) to share it. It was defined at:",
            place(apart._defined_at),
        ]
    prefix = scope + "/" if scope else ""
    held = [n[len(prefix) :] for n in known if n.startswith(prefix)]
    where = f"Scope {scope!r}" if scope else "The root scope"
    lines.append(f"{where} holds: {listed(held)}." if held else f"{where} holds no shared variable.")
    near = nearest(name, known, 3) or [n for n in known if n.rpartition("/")[2] == last]
    if near:
        lines.append(f"Nearest names: {listed(near[:3])}.")
    if caller.reuses:
        way = f"open the scope without reuse=True, or as variable_scope({caller.scope!r}, reuse=AUTO_REUSE)."
    elif caller.called_back:
        way = "make it in the first call of this code; or give reuse=AUTO_REUSE where reuse=True was given."
    else:
        way = "give reuse=AUTO_REUSE where reuse=True was given."
    lines.append(f"To create it here: {way}")
    return ValueError("\n".join(lines))


def _trying(name: str, partitioned: bool) -> str:
    return f"Trying to {'reuse partitioned' if partitioned else 'share'} variable {name}, but"


def shape_differs(
    name: str, specified: Any, found: Any, where: Place | None, partitioned: bool, caller: Caller
) -> ValueError:
    """A shared variable has another shape."""
    way = "Leave the shape out"
    if caller.inside:
        way = "Give inputs and sizes as they were there"
    return ValueError(
        f"{_trying(name, partitioned)} specified shape {specified} and found shape {found}.\n"
        f"It was defined at:\n{place(where)}\n{way} to share it as it is, or use another name."
    )


def dtype_differs(
    name: str, specified: str, found: str, where: Place | None, given: bool, partitioned: bool, caller: Caller
) -> ValueError:
    """A shared variable has another dtype."""
    base = found.removesuffix("_ref")
    found = base if partitioned else found  # in TF, too, only the parts are references
    hint = "" if given else f" (no dtype was given, so the scope's {specified} was taken)"
    way = f"Give inputs of {base}, tf.cast(x, tf.{base})" if caller.inside else f"Ask for dtype={base}{hint}"
    return ValueError(
        f"{_trying(name, partitioned)} specified dtype {specified} and found dtype {found}.\n"
        f"It was defined at:\n{place(where)}\n{way}, or use another name."
    )


# ---- arguments of variable_scope and name_scope


def bad_scope_name(name: str, at_root: bool, of_variable: bool = False) -> ValueError:
    """A name with a character that TF does not allow."""
    kind, title, pattern = (
        ("root scope name", "A root scope name", _ROOT_NAME) if at_root else ("scope name", "A scope name", _NAME)
    )
    mended = re.sub(_NOT_IN_NAMES, "_", name)
    mended = mended if re.match(pattern, mended) else mended.lstrip("_-/\\>") or "x"
    return ValueError(
        f"'{name}' is not a valid {kind}. {'A variable has to have one' if of_variable else title}"
        f"{', which' if of_variable else ''} has to match the following pattern: {pattern}\n"
        f"Write {mended!r}, for example."
    )


def bad_reuse(reuse: Any) -> ValueError:
    """A reuse that is none of the four."""
    return ValueError(f"The reuse parameter must be True or False or None. (AUTO_REUSE is allowed too.) Got {reuse!r}.")


def reuse_without_name() -> ValueError:
    """A default name is new each time: there is nothing to share."""
    return ValueError(
        "reuse=True cannot be used without a name_or_scope: a default_name makes a new scope each time, so there is "
        "nothing in it to share. Give the scope a name."
    )


def no_scope_name() -> TypeError:
    """variable_scope(None)."""
    return TypeError("If default_name is None then name_or_scope is required: write variable_scope('name').")


def bad_scope_type(got: Any) -> TypeError:
    """A name of another type."""
    return TypeError(
        f"VariableScope: name_or_scope must be a string or VariableScope. Got {got!r} of type {type(got).__name__}."
    )


def bad_auxiliary(got: Any) -> TypeError:
    """auxiliary_name_scope is no bool."""
    return TypeError(f"The auxiliary_name_scope must be `True` or `False`, while get {got}")


def no_name_or_default() -> ValueError:
    """name_scope(None, None, values)."""
    return ValueError("At least one of name (None) and default_name (None) must be provided.")


def default_name_not_str(got: Any) -> TypeError:
    """Values in the place of default_name."""
    return TypeError(
        f"`default_name` type ({type(got)}) is not a string type. You likely meant to pass this into the "
        "`values` kwarg."
    )


def name_not_str(got: Any) -> TypeError:
    """A name scope's or variable's name of another type."""
    return TypeError(f"expected string or bytes-like object, got {type(got).__name__!r}: a name is a str, not {got!r}.")


def use_variable_scope() -> TypeError:
    """A VariableScope that is set up again."""
    return TypeError(
        "This VariableScope was set up already. A new one is made by `with variable_scope('name') as scope:`, or by "
        "VariableScope(reuse, name) and entered by `with variable_scope(scope):`."
    )


def not_entered(scope: Any) -> RuntimeError:
    """variable_scope("a").name, outside of a block."""
    return RuntimeError(
        f"this {type(scope).__name__} was not entered yet: use it as `with variable_scope(...) as scope:`."
    )


# ---- nesting


def improper_nesting(is_variable_scope: bool, closing: str, still_open: Sequence[str], others: int) -> RuntimeError:
    """A block is left while later ones are open: `still_open`, and `others` that are not named."""
    kind = "variable_scope" if is_variable_scope else "scope"
    inside = ", ".join(still_open) + (f" (and {others} more)" if others else "")
    return RuntimeError(
        f"Improper nesting of {kind}. {closing} was left while {inside} was still open inside it: a "
        "`with` in a suspended generator, or an __enter__ without its __exit__. All of them are closed now."
    )


def entered_twice() -> RuntimeError:
    """One object, entered while it is open."""
    return RuntimeError(
        "Improper nesting of variable_scope. This very object is open already; make a new one to open the name again."
    )


def never_at_rest() -> RuntimeError:
    """Whenever a block is about to be entered, something has entered or left another one."""
    return RuntimeError(
        "A block could not be entered: each of 100 times, code that ran on the way (a device function, a finalizer, a "
        "callback of the garbage collector) entered or left a scope of this thread. Let it leave what it enters."
    )


def no_graph_given(kind: type) -> TypeError:
    """A subclass of as_default()'s class without its __init__."""
    return TypeError(f"this {kind.__name__} has no graph: its __init__ has to call the inherited one first.")


# ---- creation


def initial_value_needed() -> ValueError:
    """Variable()."""
    return ValueError("initial_value must be specified.")


def seed_not_int(seed: Any) -> TypeError:
    """set_random_seed of something else than an integer."""
    return TypeError(
        f"A random seed has to be an integer, or None for values that differ from run to run, got {seed!r:.80}."
    )


def variable_def_given(argument: str, value: Any) -> ValueError:
    """Variable with what TF makes one from a protocol buffer with."""
    return ValueError(
        f"Variable has no {argument}, got {value!r:.80}: there are no protocol buffers. Give an initial_value, "
        "and a name scope in place of an import scope."
    )


def initializer_needs_shape(name: str, initializer: Any, shape: Any) -> TypeError:
    """An Initializer for a variable whose shape is not known."""
    return TypeError(
        f"Variable {name} is initialized by {initializer!r}, which has to be told the variable's whole shape, got "
        f"{shape}. Pass shape=[...], or the value itself: initializer([2, 3])."
    )


def shape_needed(name: str) -> ValueError:
    """A new variable with neither shape nor value."""
    return ValueError(
        f"Variable {name} did not get an initializer, so its `shape` argument must be specified. "
        "Write get_variable(name, shape=[...]), or pass an initial value as initializer."
    )


def constant_and_shape(name: str, value: Any, shape: Any) -> ValueError:
    """An initial value and a shape."""
    dims = [getattr(size, "value", size) for size in value.shape]
    more = " or write initializer=constant_initializer(value)," if dims == [*shape] else ""
    return ValueError(
        f"If initializer is a constant, do not specify shape. The value for variable {name} has shape "
        f"{dims}, and shape={shape} was given as well: leave the shape out,{more} to get that value."
    )


def unknown_initializer(got: str, known: Sequence[str]) -> ValueError:
    """An initializer's name that is not known."""
    near = nearest(got, known, 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return ValueError(
        f"Unknown initializer:{got}.{hint} Known by name: {', '.join(known)}; anything else is given as an object, as "
        "tf.constant_initializer(3.0)."
    )


def constant_dtype(found: Any, asked: Any) -> ValueError:
    """An initial value of another dtype than asked for."""
    return ValueError(
        f"Initializer type '{found}' and explicit dtype '{asked}' don't match. To take the value's, leave dtype out; "
        f"to take the other, convert the value: value.astype({asked.name!r})."
    )


def bad_initializer(name: str, initializer: Any, shape: Any) -> ValueError:
    """A callable that cannot be called with what is there."""
    known = "no shape was given" if shape.rank is None else f"its shape {shape} is not wholly known"
    return ValueError(
        "The initializer passed is not valid. It should be a callable with no arguments, or the whole shape be known: "
        f"{initializer!r} is to initialize variable {name}, and {known}. Pass shape=[...] with a number for each "
        "dimension, or leave the shape out and pass the value itself as initializer."
    )


def unknown_argument(argument: str, known: Sequence[str]) -> TypeError:
    """get_variable(init=...)."""
    near = nearest(argument, known, 1) or [n for n in known if n.startswith(argument)]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return TypeError(
        f"get_variable() got an unexpected keyword argument {argument!r}.{hint} Its arguments are {', '.join(known)}."
    )


def initializer_required(name: str, dtype: Any) -> ValueError:
    """No default exists for the dtype."""
    return ValueError(
        f"An initializer for variable {name} of {dtype} is required: pass initializer=tf.zeros_initializer(), or "
        "another one, or a value."
    )


def initial_shape_differs(name: str, expected: Any, got: Any) -> ValueError:
    """The initial value has another shape than the variable."""
    dims = [(a, b) for a, b in zip(expected, got, strict=False) if a != b]
    if len(expected) == len(got) and dims:
        at = next(k for k, (a, b) in enumerate(zip(expected, got, strict=True)) if a != b)
        head = f"Dimension {at} in both shapes must be equal, but are {expected[at]} and {got[at]}. "
    else:
        head = "Shapes must be equal rank, but are " + f"{len(expected)} and {len(got)}. "
    return ValueError(
        head + f"Shapes are {list(expected)} and {list(got)}: the value for variable {name} has to have its shape."
    )


def bad_constraint() -> ValueError:
    """constraint is not callable."""
    return ValueError("The `constraint` argument must be a callable.")


def bad_custom_getter(got: Any) -> ValueError:
    """custom_getter is not callable."""
    return ValueError(f"Passed a custom_getter which is not callable: {got}")


def bad_regularizer(got: Any) -> TypeError:
    """regularizer is not callable."""
    return TypeError(f"A regularizer is a callable(variable) -> loss, such as l2_regularizer(0.1); got {got!r}.")


def bad_collections(got: Any) -> ValueError:
    """collections is no list."""
    return ValueError(
        f"collections argument to Variable constructor must be a list, tuple, or set. Got mine of type {type(got)}"
    )


def empty_variable_name() -> ValueError:
    """get_variable('')."""
    return ValueError("A variable needs a name: got an empty string. Write get_variable('w', ...).")


def variable_name_not_str(got: Any) -> TypeError:
    """get_variable(3)."""
    return TypeError(f"A variable's name is a str; got {got!r} of type {type(got).__name__}.")


def duplicate_name(name: str) -> ValueError:
    """Variable(name="a/"), where a variable is called "a"."""
    return ValueError(
        f"Duplicate node name in graph: {name!r}. A name with a slash at its end is taken as it is, and a variable has "
        f"this one already: write name={name.rpartition('/')[2]!r}, which is numbered, or open the name scope again."
    )


def creator_returned_none(creator: Any, name: str | None) -> TypeError:
    """A variable creator without a return."""
    what = "a variable" if name is None else f"variable {name!r}"
    return TypeError(
        f"A variable creator has to return {what}, and {getattr(creator, '__qualname__', creator)} returned None. "
        "End it with `return next_creator(**kwargs)`, or return a variable of your own."
    )


def not_set_up(kind: type) -> AttributeError:
    """A Variable subclass that did not call Variable.__init__."""
    return AttributeError(f"this {kind.__name__} was not set up: its __init__ has to call Variable.__init__ first.")


def not_picklable(obj: Any) -> TypeError:
    """Pickling what belongs to a graph."""
    return TypeError(
        f"cannot pickle {type(obj).__name__!r} object: it belongs to a graph. To store values use train.Saver, or "
        "pickle variable.numpy()."
    )


# ---- partitioners


def partitioner_not_callable(got: Any) -> ValueError:
    """partitioner=3."""
    return ValueError(f"Partitioner must be callable, but received: {got}")


def partitioned_shape(got: Any) -> ValueError:
    """A partitioned variable of unknown shape."""
    return ValueError(f"Shape of a new partitioned variable must be fully defined, but instead was {got}.")


def partitions_not_list(got: Any) -> ValueError:
    """The partitioner returned something else."""
    return ValueError(f"Partitioner must return a sequence, but saw: {got}")


def partitions_rank(got: Any, shape: Any) -> ValueError:
    """One count for each axis."""
    return ValueError(
        f"Partitioner returned a partition list that does not match the Variable's rank: {got} vs. {shape}"
    )


def partitions_zero(got: Any) -> ValueError:
    """A count below one."""
    return ValueError(f"Partitioner returned zero partitions for some axes: {got}")


def partitions_many_axes(shape: Any, got: Any) -> ValueError:
    """More than one axis is cut."""
    return ValueError(f"Can only slice a variable along one dimension: shape: {shape}, partitioning: {got}")


def partitions_too_many(shape: Any, got: Any) -> ValueError:
    """More slices than rows."""
    return ValueError(
        f"Partitioner cuts an axis into more slices than it has elements: shape: {shape}, partitioning: {got}"
    )


def partitions_differ(name: str, specified: Any, found: Any, where: Place | None) -> ValueError:
    """A shared partitioned variable is cut otherwise."""
    return ValueError(
        f"{_trying(name, True)} specified partitions {specified} and found partitions {found}.\n"
        f"It was defined at:\n{place(where)}\nGive a partitioner that returns {found}; or none at all, in a scope with "
        "reuse=True; or use another name."
    )


def found_partitioned(name: str, partitions: Sequence[int]) -> ValueError:
    """Asked for whole, made in parts."""
    return ValueError(
        f"No partitioner was provided, but a partitioned version of the variable was found: {name}/part_0. Perhaps a "
        "variable of the same name was already created with partitioning? To share it, give a partitioner that returns "
        f"{list(partitions)}, or ask for it in a scope with reuse=True."
    )


def found_whole(name: str) -> ValueError:
    """Asked for in parts, made whole."""
    return ValueError(
        f"A partitioner was provided, but an unpartitioned version of the variable was found: {name}.  Perhaps a "
        "variable of the same name was already created without partitioning? To share it, leave the partitioner out; "
        "where the scope has one, call scope.set_partitioner(None) first."
    )


# ---- templates


def template_name_none() -> ValueError:
    """make_template(None, ...)."""
    return ValueError("name cannot be None.")


def template_variables(variables: Sequence[Any]) -> ValueError:
    """A trainable Variable made in a later call."""
    return ValueError(
        "Trainable variable created when calling a template after the first time, perhaps you used tf.Variable when "
        f"you meant tf.get_variable: {list(variables)}"
    )


def in_template(error: BaseException, name: str, where: Place | None) -> str:
    """What a template adds to an error from inside its function."""
    return f"{error}\n\noriginally defined at:\n{place(where)}\n(template {name!r})"


# ---- graphs


def graph_finalized() -> RuntimeError:
    """A finalized graph is changed."""
    return RuntimeError("Graph is finalized and cannot be modified.")


def reset_in_graph() -> AssertionError:
    """reset_default_graph inside a graph block."""
    return AssertionError(
        "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the nesting "
        "and create a new graph."
    )


def no_global_step() -> ValueError:
    """More than one, or one of a wrong kind."""
    return ValueError("the collection GLOBAL_STEP holds more than one variable, or one that is not an integer scalar.")


def step_not_an_integer(dtype: Any) -> TypeError:
    """What is called "global_step" counts nothing."""
    return TypeError(
        f'Existing "global_step" does not have integer type: {dtype}. Give yours another name, or the dtype tf.int64.'
    )


def step_not_a_scalar(shape: Any) -> TypeError:
    """What is called "global_step" is no single number."""
    return TypeError(f'Existing "global_step" is not scalar: {shape}. Give yours another name, or the shape [].')


def global_step_exists() -> ValueError:
    """create_global_step, twice."""
    return ValueError('"global_step" already exists. get_or_create_global_step() returns it.')


def collection_not_list(got: Any) -> TypeError:
    """add_to_collections of something else."""
    return TypeError(f"names of collections are str or an iterable of str; got {got!r}.")


def graph_is_gone(name: str) -> ReferenceError:
    """variable.graph after the graph was dropped."""
    return ReferenceError(f"the graph of variable {name} was reset or dropped; the variable and its value live on.")


# ---- names that are not there


def nothing_below(name: str, known: Sequence[str]) -> ValueError:
    """A tree of a scope that holds no variable, and is none."""
    scopes = {full[:end] for full in known for end in (i for i, char in enumerate(full) if char == "/")}
    near = nearest(name, [*known, *sorted(scopes)], 3)
    hint = f" Nearest names: {listed(near)}." if near else ""
    return ValueError(
        f"There is no variable {name!r} in the default graph, and none below that name.{hint} A checkpoint's tree is "
        f"tree(load_checkpoint({name!r}))."
    )


def no_tree_of(got: Any) -> TypeError:
    """A tree of something that is no scope and no checkpoint."""
    return TypeError(
        f"tree() and summary() take a scope's name, a VariableScope, or a checkpoint that load_checkpoint opened; got "
        f"{got!r}. The variables of a graph are shown inside `with graph.as_default()`."
    )
