"""Whatever way arguments come, the fast entries give the answer of the full ones."""

from __future__ import annotations

from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import fastscope as fs
from fastscope.scoping.scopes import _get_variable


def dynamic(name: str) -> str:
    """An equal str that Python has not interned."""
    made = "".join([name[:1], name[1:]])
    assert made == name
    assert made is not name
    return made


def where() -> tuple[str, str]:
    return fs.get_variable_scope().name, fs.get_default_graph().get_name_scope()


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

PLAIN = {
    "shape": st.sampled_from(
        [None, [2, 3], (2, 3), [2, None], [3, 2], [2], 6, [], fs.TensorShape([2, 3]), np.array([2, 3]), "bad"]
    ),
    "dtype": st.sampled_from(
        [None, fs.float32, "float32", np.float32, np.dtype("f4"), fs.float64, float, fs.int32, "bad"]
    ),
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
    rarely = {key: 5 for key in PLAIN} | {"shape": 1, "dtype": 1}
    given = {key: draw(values) for key, values in PLAIN.items() if draw(st.integers(0, rarely[key])) == 0}
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


@hypothesis.settings(max_examples=600, deadline=None, database=None)
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
                    seen += [scope.name, scope.original_name_scope, where(), fs.Variable(0.0, name="v").name]
                    seen += [
                        scope.reuse,
                        scope.dtype,
                        scope.initializer,
                        scope.regularizer,
                        scope.use_resource,
                        scope.constraint,
                    ]
            except (TypeError, ValueError) as error:
                seen.append((type(error), str(error).replace("Ordinary", "variable_scope")))
            seen.append(where())
        fs.get_default_graph().check()
        return seen


@st.composite
def scope_calls(draw: st.DrawFn) -> tuple[tuple[Any, ...], dict[str, Any]]:
    rarely = {key: 3 for key in SCOPE_ARGUMENTS} | {"name_or_scope": 0}
    given = {key: draw(values) for key, values in SCOPE_ARGUMENTS.items() if draw(st.integers(0, rarely[key])) == 0}
    by_position = []
    for key in SCOPE_ARGUMENTS:
        if key not in given or draw(st.booleans()):
            break
        by_position.append(given.pop(key))
    return tuple(by_position), {dynamic(key) if draw(st.booleans()) else key: value for key, value in given.items()}


@hypothesis.settings(max_examples=600, deadline=None, database=None)
@hypothesis.given(scope_calls())
def test_variable_scope_fast_and_ordinary_agree(call: Any) -> None:
    assert entered(fs.variable_scope, *call) == entered(Ordinary, *call)
