"""The fast entries of get_variable, variable_scope and name_scope look like ordinary functions and classes."""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import pickle
import pydoc
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import fastscope as fs

GET_VARIABLE = (
    "name shape dtype initializer regularizer trainable collections caching_device partitioner validate_shape "
    "use_resource custom_getter constraint synchronization aggregation"
).split()
VARIABLE_SCOPE = (
    "name_or_scope default_name values initializer regularizer caching_device partitioner custom_getter reuse dtype "
    "use_resource constraint auxiliary_name_scope"
).split()


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
    assert re.search(rf"\b{function.__name__}\([\s|]*name", text)
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


def test_a_subclass_may_leave_the_name_out() -> None:
    class Nameless(fs.variable_scope):
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError, match="name_or_scope is required"), Nameless():
        pass
    assert where() == ("", "")


@pytest.mark.parametrize("make", [lambda: fs.variable_scope("a"), lambda: fs.name_scope("a")])
def test_blocks_are_not_functions(make: Any) -> None:
    block = make()
    for args, kwargs in [((), {}), ((1,), {}), ((1, 2), {}), ((None,) * 4, {}), ((), {"f": 1}), ((len,), {})]:
        with pytest.raises(TypeError, match="not callable"):
            block(*args, **kwargs)
    assert where() == ("", "")
    with pytest.raises(TypeError, match="not callable"):

        @block
        def function() -> None:
            pass
