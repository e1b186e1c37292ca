"""The fast entries of get_variable, variable_scope and name_scope are ordinary functions and classes to everybody else."""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import pickle
import pydoc
from collections.abc import Iterator
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import fastscope as fs
from fastscope.scopes import _get_variable

GET_VARIABLE = (
    "name shape dtype initializer regularizer trainable collections caching_device partitioner validate_shape "
    "use_resource custom_getter constraint synchronization aggregation"
).split()
VARIABLE_SCOPE = (
    "name_or_scope default_name values initializer regularizer caching_device partitioner custom_getter reuse dtype "
    "use_resource constraint auxiliary_name_scope"
).split()


def dynamic(name: str) -> str:
    """An equal str that Python has not interned."""
    made = "".join([name[:1], name[1:]])
    assert made == name
    assert made is not name
    return made


# ---- what tools see


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (fs.get_variable, GET_VARIABLE),
        (fs.variable_scope, VARIABLE_SCOPE),
        (fs.name_scope, ["name", "default_name", "values"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_signatures(function: Any, names: list[str]) -> None:
    parameters = inspect.signature(function).parameters
    assert list(parameters) == names
    assert all(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters.values())
    required = set() if function is fs.name_scope else {names[0]}
    assert {name for name, p in parameters.items() if p.default is p.empty} == required
    others = {name: p.default for name, p in parameters.items() if p.default is not None and name not in required}
    assert others == {name: True for name in ("validate_shape", "auxiliary_name_scope") if name in names}


@pytest.mark.parametrize("function", [fs.get_variable, fs.variable_scope, fs.name_scope], ids=lambda f: f.__name__)
def test_help_shows_arguments_and_text(function: Any) -> None:
    text = pydoc.render_doc(function, renderer=pydoc.plaintext)
    assert f"{function.__name__}(name" in text
    assert "Raises:" in text
    assert "\n--\n" not in text
    assert inspect.getdoc(function)


def test_names_of_functions_and_classes() -> None:
    assert (fs.get_variable.__name__, fs.get_variable.__qualname__, fs.get_variable.__module__) == (
        "get_variable", "get_variable", "fastscope",
    )  # fmt: skip
    for block in (fs.variable_scope, fs.name_scope):
        assert inspect.isclass(block)
        assert callable(block.__enter__)
        assert callable(block.__exit__)
        assert "self" not in inspect.signature(block).parameters
    assert isinstance(fs.variable_scope("a"), fs.variable_scope)
    assert isinstance(fs.variable_scope("a"), contextlib.AbstractContextManager)
    assert not isinstance(fs.name_scope("a"), fs.variable_scope)


# ---- pickle and copy


@pytest.mark.parametrize("face", [fs.get_variable, fs.variable_scope, fs.name_scope, fs.AUTO_REUSE, fs.Variable])
def test_functions_and_classes_pickle_by_name(face: Any) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(face, protocol)) is face
    assert copy.copy(face) is face
    assert copy.deepcopy(face) is face


@pytest.mark.parametrize(
    "make",
    [
        lambda: fs.get_variable("w", [2]),
        lambda: fs.Variable(1.0),
        fs.get_variable_scope,
        lambda: fs.variable_scope("a"),
        lambda: fs.variable_scope("a").__enter__(),
        lambda: fs.name_scope("a"),
    ],
)
def test_objects_do_not_pickle_and_say_why(make: Any) -> None:
    thing = make()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="pickle") as caught:
            pickle.dumps(thing, protocol)
        assert type(thing).__name__ in str(caught.value) or "cannot be pickled" in str(caught.value)
    fs.reset_default_graph()


# ---- context managers in every way there is


def where() -> tuple[str, str]:
    return fs.get_variable_scope().name, fs.get_default_graph().get_name_scope()


def test_exit_stack() -> None:
    with contextlib.ExitStack() as stack:
        scope = stack.enter_context(fs.variable_scope("a", reuse=fs.AUTO_REUSE))
        name = stack.enter_context(fs.name_scope("n"))
        assert (scope.name, name, where()) == ("a", "a/n/", ("a", "a/n"))
        popped = stack.pop_all()
    assert where() == ("a", "a/n")
    popped.close()
    assert where() == ("", "")
    with pytest.raises(KeyError), contextlib.ExitStack() as stack:
        stack.enter_context(fs.variable_scope("a"))
        stack.push(fs.variable_scope("never entered").__exit__)
        raise KeyError
    assert where() == ("", "")


@contextlib.contextmanager
def tower(name: str, **kwargs: Any) -> Iterator[Any]:
    with fs.variable_scope(name, **kwargs) as scope, fs.name_scope("ops"):
        yield scope


def test_contextmanager_wrappers() -> None:
    with tower("a") as scope, tower("b", reuse=True) as inner:
        assert (scope.name, inner.name, where()) == ("a", "a/b", ("a/b", "a/ops/b/ops"))
    assert where() == ("", "")

    @tower("decorated", reuse=fs.AUTO_REUSE)
    def model() -> Any:
        return fs.get_variable("w", [2])

    assert model() is model()
    assert model().name == "decorated/w:0"


def test_wraps_and_partial() -> None:
    @functools.wraps(fs.variable_scope)
    def scope(*args: Any, **kwargs: Any) -> Any:
        return fs.variable_scope(*args, **kwargs)

    @functools.wraps(fs.get_variable)
    def get(*args: Any, **kwargs: Any) -> Any:
        return fs.get_variable(*args, **kwargs)

    assert list(inspect.signature(scope).parameters) == VARIABLE_SCOPE
    assert list(inspect.signature(get).parameters) == GET_VARIABLE
    sharing = functools.partial(scope, reuse=fs.AUTO_REUSE)
    matrix = functools.partial(get, shape=[2, 3], dtype=fs.float64)
    with sharing("a"):
        w = matrix("w")
    with sharing("a"), functools.partial(fs.name_scope, "n")():
        assert matrix(name="w") is w
    assert w.dtype.base_dtype == fs.float64
    with functools.partial(fs.variable_scope, "a")(reuse=True):
        assert functools.partial(fs.get_variable, "w")(dtype=fs.float64) is w


class Tower(fs.variable_scope):  # type: ignore[misc]
    """A user's own block."""

    def __init__(self, name: str, *, width: int) -> None:
        super().__init__(name, reuse=fs.AUTO_REUSE)
        self.width = width
        self.seen: list[str] = []

    def __enter__(self) -> Any:
        self.seen.append("enter")
        return super().__enter__()

    def __exit__(self, *exc: Any) -> Any:
        self.seen.append("exit")
        super().__exit__(*exc)
        return exc[0] is KeyError


def test_subclass_of_variable_scope() -> None:
    block = Tower("a", width=3)
    with block as scope:
        w = fs.get_variable("w", [block.width])
        raise KeyError
    assert block.seen == ["enter", "exit"]  # type: ignore[unreachable]
    assert (scope.name, w.name, where()) == ("a", "a/w:0", ("", ""))
    with contextlib.ExitStack() as stack:
        assert stack.enter_context(Tower("a", width=3)).name == "a"
        assert fs.get_variable("w") is w

    class Plain(fs.variable_scope):  # type: ignore[misc]
        pass

    with Plain("a", reuse=True) as scope, Plain(None, default_name="d") as inner:
        assert (scope.reuse, inner.name) == (True, "a/d")
    with pytest.raises(TypeError):
        Plain()

    class Names(fs.name_scope):  # type: ignore[misc]
        def __enter__(self) -> str:
            return super().__enter__().upper()

    with Names("n") as name:
        assert name == "N/"


def test_subclass_of_variable() -> None:
    class Counter(fs.Variable):  # type: ignore[misc]
        """A variable that counts its reads, in a __dict__ of its own."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.reads = 0
            super().__init__(*args, **kwargs)

        def _read(self) -> Any:
            self.reads += 1
            return super()._read()

    with fs.variable_scope("a"):
        counter = Counter([1.0, 2.0], name="c")
    assert (counter.name, tuple(counter.shape), counter.trainable) == ("a/c:0", (2,), True)
    np.testing.assert_array_equal(counter + 1, [2, 3])
    assert counter.reads == 1
    assert fs.trainable_variables() == [counter]
    assert {counter: "hashes"}[counter] == "hashes"


def test_enter_and_exit_by_hand() -> None:
    block = fs.variable_scope("a")
    enter, leave = block.__enter__, block.__exit__
    scope = enter()
    assert scope is fs.get_variable_scope()
    leave(None, None, None)
    assert where() == ("", "")
    scope = fs.variable_scope.__enter__(block)
    assert where()[0] == "a"
    assert not fs.variable_scope.__exit__(block, None, None, None)
    names = fs.name_scope("n")
    assert names.__enter__() == "n/"
    assert not names.__exit__(KeyError, KeyError(), None)
    assert where() == ("", "")


def test_exit_wants_its_three_arguments() -> None:
    for block in (fs.variable_scope("a"), fs.name_scope("a")):
        block.__enter__()
        for wrong in ((), (None,), (None, None), (None,) * 4):
            with pytest.raises(TypeError):
                type(block).__exit__(block, *wrong)
        assert where()[1].startswith("a")
        with pytest.raises(TypeError):
            type(block).__enter__(block, 1)
        block.__exit__(None, None, None)
        assert where() == ("", "")


@pytest.mark.parametrize("make", [lambda: fs.variable_scope("a"), lambda: fs.name_scope("a")])
def test_blocks_are_not_functions(make: Any) -> None:
    block = make()
    for args, kwargs in [((1,), {}), ((1, 2), {}), ((None,) * 4, {}), ((), {"f": 1}), ((len,), {})]:
        with pytest.raises(TypeError, match="not callable"):
            block(*args, **kwargs)
    assert where() == ("", "")
    with pytest.raises(TypeError, match="not callable"):

        @block
        def function() -> None:
            pass


@pytest.mark.parametrize("make", [lambda: fs.variable_scope("a"), lambda: fs.name_scope("a")])
def test_calling_a_block_with_nothing_is_an_error(make: Any) -> None:
    # no arguments is how the interpreter enters it: a call in the source must not do that
    with pytest.raises(TypeError, match="not callable"):
        make()()
    assert where() == ("", "")


# ---- arguments


class Text(str):
    """A str that is none of Python's own."""

    __slots__ = ()


@pytest.mark.parametrize("kind", [Text, np.str_, dynamic])
def test_other_strings_as_names(kind: Any) -> None:
    with fs.variable_scope(kind("scope_a")) as scope, fs.name_scope(kind("names_b")) as name:
        w = fs.get_variable(kind("weight"), [2])
    assert (scope.name, name, w.name) == ("scope_a", "scope_a/names_b/", "scope_a/weight:0")
    assert type(scope.name) is type(w.name) is str
    with fs.variable_scope(kind("scope_a"), reuse=True):
        assert fs.get_variable(kind("weight")) is w
        assert fs.get_variable("weight") is w
    with fs.variable_scope("", reuse=True):
        assert fs.get_variable(kind("scope_a/weight")) is w
        assert fs.get_variable(kind("scope_a/weight")) is w
    with fs.variable_scope(None, default_name=kind("scope_d")) as scope:
        assert scope.name == "scope_d"
    assert fs.Variable(0.0, name=kind("single")).name == "single:0"


@pytest.mark.parametrize("wrong", [None, 3, b"w", ["w"], fs.float32])
def test_other_things_as_names(wrong: Any) -> None:
    with pytest.raises(TypeError):
        fs.get_variable(wrong, [2])
    with pytest.raises(TypeError):
        fs.get_variable(name=wrong, shape=[2])


def test_keywords_that_are_not_interned() -> None:
    w = fs.get_variable(**{dynamic("name"): "w", dynamic("shape"): [2, 3], dynamic("dtype"): fs.float64})
    assert (w.name, tuple(w.shape), w.dtype.base_dtype) == ("w:0", (2, 3), fs.float64)
    with fs.variable_scope(**{dynamic("name_or_scope"): "", dynamic("reuse"): True}) as scope:
        assert scope.reuse is True
        assert fs.get_variable("w", **{dynamic("dtype"): fs.float64, dynamic("shape"): (2, 3)}) is w
        with pytest.raises(ValueError, match="specified shape"):
            fs.get_variable("w", **{dynamic("dtype"): fs.float64, dynamic("shape"): (3, 2)})
    with fs.variable_scope(None, **{dynamic("default_name"): "d"}) as scope:
        assert scope.name == "d"
    with fs.name_scope(**{dynamic("name"): None, dynamic("default_name"): "n"}) as name:
        assert name == "n/"


@pytest.mark.parametrize(
    "call",
    [
        lambda: fs.get_variable(),
        lambda: fs.get_variable("w", nam="w"),
        lambda: fs.get_variable("w", name="w"),
        lambda: fs.get_variable("w", [2], shape=[2]),
        lambda: fs.get_variable("w", [2], fs.float32, dtype=fs.float32),
        lambda: fs.get_variable(*["w"] * 16),
        lambda: fs.variable_scope(),
        lambda: fs.variable_scope("a", name_or_scope="a"),
        lambda: fs.variable_scope("a", "d", default_name="d"),
        lambda: fs.variable_scope("a", reuses=True),
        lambda: fs.variable_scope(*["a"] * 14),
        lambda: fs.name_scope("a", name="a"),
        lambda: fs.name_scope("a", "b", None, None),
        lambda: fs.name_scope("a", default="b"),
    ],
)
def test_wrong_arguments_are_type_errors(call: Any) -> None:
    with pytest.raises(TypeError):
        call()
    assert fs.get_default_graph().stats()["variables"] == 0
    assert where() == ("", "")


# ---- fast and full give the same answer

SHARED = {"shape": (2, 3), "dtype": fs.float32}
PLAIN = {
    "shape": st.sampled_from([None, [2, 3], (2, 3), [2, None], [3, 2], [2], 6, [], fs.TensorShape([2, 3]), np.array([2, 3]), "bad"]),
    "dtype": st.sampled_from([None, fs.float32, "float32", np.float32, np.dtype("f4"), fs.float64, float, fs.int32, "bad"]),
    "initializer": st.sampled_from([None, fs.ones_initializer(), fs.zeros_initializer, 3.0, [[1, 2, 3], [4, 5, 6]]]),
    "regularizer": st.sampled_from([None, fs.no_regularizer]),
    "trainable": st.sampled_from([None, True, False]),
    "collections": st.sampled_from([None, [], ["mine"]]),
    "caching_device": st.sampled_from([None, "/cpu:0"]),
    "partitioner": st.sampled_from([None, None, 3]),
    "validate_shape": st.booleans(),
    "use_resource": st.sampled_from([None, True, False]),
    "custom_getter": st.sampled_from([None, None, lambda getter, *args, **kwargs: getter(*args, **kwargs), 3]),
    "constraint": st.sampled_from([None, abs]),
    "synchronization": st.none(),
    "aggregation": st.none(),
}
NAMES = st.sampled_from(["known", "c/known", "new", "c/new", "partly/new", "Known", "bad name", "known/", "", 3])


@st.composite
def calls(draw: st.DrawFn) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Random arguments: some of them by position, some by keyword, a few too many."""
    name = draw(NAMES)
    given = {key: draw(values) for key, values in PLAIN.items() if draw(st.integers(0, 5)) == 0 or key in ("shape", "dtype") and draw(st.booleans())}
    by_position: list[Any] = []
    if draw(st.booleans()):
        by_position.append(name)
        for key in PLAIN:
            if key not in given or draw(st.booleans()):
                break
            by_position.append(given.pop(key))
    else:
        given["name"] = name
    given = {dynamic(key) if draw(st.booleans()) else key: value for key, value in given.items()}
    if draw(st.integers(0, 30)) == 0:
        given["surplus"] = 1
    return tuple(by_position), given


def outcome(function: Any, scope: dict[str, Any], args: Any, kwargs: Any) -> Any:
    """What a call does to a graph with two variables in it: its result or error, the names, the collections."""
    with fs.Graph().as_default() as graph:
        fs.set_random_seed(3)
        with fs.variable_scope("s"):
            fs.get_variable("known", [2, 3])
            with fs.variable_scope("c"):
                fs.get_variable("known", [2, 3])
        with fs.variable_scope("s", **scope):
            try:
                result = function(*args, **kwargs)
                answer: Any = [
                    result.name, tuple(result.shape), result.dtype.name, result.trainable, result.constraint,
                    graph.find("s/known") is result, graph.find("s/c/known") is result, result.numpy().tolist(),
                ]  # fmt: skip
            except (TypeError, ValueError) as error:
                answer = (type(error), str(error).partition("\n")[0].replace("_get_variable()", "get_variable()"))
        graph.check()
        collections = {key: [v.name for v in graph.get_collection(key)] for key in graph.get_all_collection_keys()}
        return answer, sorted((name, v.name) for name, v in graph.items()), collections


SCOPES = st.fixed_dictionaries(
    {"reuse": st.sampled_from([None, True, fs.AUTO_REUSE])},
    optional={
        "dtype": st.sampled_from([fs.float64, "float32"]),
        "initializer": st.sampled_from([fs.ones_initializer(), 2.0]),
        "constraint": st.just(abs),
        "custom_getter": st.just(lambda getter, *args, **kwargs: getter(*args, **kwargs)),
        "regularizer": st.just(fs.no_regularizer),
        "use_resource": st.just(True),
    },
)


@hypothesis.settings(max_examples=1500, deadline=None, database=None)
@hypothesis.given(calls(), SCOPES)
def test_get_variable_fast_and_full_agree(call: Any, scope: dict[str, Any]) -> None:
    assert outcome(fs.get_variable, scope, *call) == outcome(_get_variable, scope, *call)


SCOPE_ARGUMENTS = {
    "name_or_scope": st.sampled_from(["a", "a/b", "A", "a/", "", None, 3, "bad name", Text("a")]),
    "default_name": st.sampled_from([None, "d", "a", 3]),
    "values": st.sampled_from([None, [1]]),
    "initializer": st.sampled_from([None, fs.ones_initializer()]),
    "regularizer": st.sampled_from([None, fs.no_regularizer]),
    "caching_device": st.sampled_from([None, "/cpu:0"]),
    "partitioner": st.none(),
    "custom_getter": st.none(),
    "reuse": st.sampled_from([None, False, True, fs.AUTO_REUSE, 1, "x"]),
    "dtype": st.sampled_from([None, fs.float64, "bad"]),
    "use_resource": st.sampled_from([None, True]),
    "constraint": st.sampled_from([None, abs]),
    "auxiliary_name_scope": st.sampled_from([True, True, False, None]),
}


class Ordinary(fs.variable_scope):  # type: ignore[misc]
    """variable_scope through type.__call__ and ordinary methods: what a subclass does takes no fast entry."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def __enter__(self) -> Any:
        return super().__enter__()

    def __exit__(self, *exc: Any) -> Any:
        return super().__exit__(*exc)


def entered(block: Any, args: Any, kwargs: Any) -> Any:
    """What opening a scope twice in an outer one shows, or its error."""
    with fs.Graph().as_default(), fs.variable_scope("outer", reuse=fs.AUTO_REUSE):
        seen: list[Any] = []
        for _ in range(2):
            try:
                with block(*args, **kwargs) as scope:
                    seen += [scope.name, scope.original_name_scope, scope.reuse, scope.dtype, scope.initializer, where()]
                    seen += [scope.constraint, fs.Variable(0.0, name="v").name]
            except (TypeError, ValueError) as error:
                seen.append((type(error), str(error).replace("Ordinary", "variable_scope")))
            seen.append(where())
        fs.get_default_graph().check()
        return seen


@st.composite
def scope_calls(draw: st.DrawFn) -> tuple[tuple[Any, ...], dict[str, Any]]:
    given = {key: draw(values) for key, values in SCOPE_ARGUMENTS.items() if key == "name_or_scope" or draw(st.integers(0, 3)) == 0}
    by_position = []
    for key in SCOPE_ARGUMENTS:
        if key not in given or draw(st.booleans()):
            break
        by_position.append(given.pop(key))
    return tuple(by_position), {dynamic(key) if draw(st.booleans()) else key: value for key, value in given.items()}


@hypothesis.settings(max_examples=1500, deadline=None, database=None)
@hypothesis.given(scope_calls())
def test_variable_scope_fast_and_ordinary_agree(call: Any) -> None:
    assert entered(fs.variable_scope, *call) == entered(Ordinary, *call)
