"""One set of tests for the store, on both implementations: the compiled one, and TF1's algorithm in plain Python."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

import fastscope as fs
from benchmarks import baselines
from benchmarks.baselines import Baseline


class Compiled:
    """fastscope's default graph with the methods of `benchmarks.baselines.Baseline`."""

    AUTO_REUSE = fs.AUTO_REUSE

    def get_variable(self, name: str, shape: Any = None, dtype: str = "float32") -> Any:
        return fs.get_variable(name, shape) if dtype == "float32" else fs.get_variable(name, shape, dtype)

    def variable(self, name: str) -> Any:
        return fs.Variable(0.0, name=name)

    def variable_scope(
        self,
        name_or_scope: Any,
        default_name: str | None = None,
        reuse: Any = None,
        auxiliary_name_scope: bool = True,
    ) -> AbstractContextManager[Any]:
        if auxiliary_name_scope and reuse is None:
            return fs.variable_scope(name_or_scope, default_name)
        return fs.variable_scope(name_or_scope, default_name, reuse=reuse, auxiliary_name_scope=auxiliary_name_scope)

    def name_scope(self, name: str | None) -> AbstractContextManager[str]:
        return fs.name_scope(name)

    def get_variable_scope(self) -> Any:
        return fs.get_variable_scope()

    def __getattr__(self, name: str) -> Any:
        # unique_name, get_name_scope, is_name_used, find, remove, items, check
        return getattr(fs.get_default_graph(), name)


class Plain(Baseline):
    """The baseline, with its AUTO_REUSE where `Compiled` has its own."""

    AUTO_REUSE = baselines.AUTO_REUSE


@pytest.fixture(params=[Compiled, Plain], ids=["compiled", "plain"])
def graph(request: pytest.FixtureRequest) -> Any:
    subject = request.param()
    yield subject
    subject.check()


def layer(graph: Any, size: int) -> tuple[Any, Any]:
    """Kernel and bias of a layer, in the current scope."""
    return graph.get_variable("kernel", [size, 2 * size]), graph.get_variable("bias", [2 * size])


class TestStore:
    """get_variable: one object for a full name, however one gets there."""

    def test_name_is_scopes_and_own(self, graph: Any) -> None:
        with graph.variable_scope("rnn"), graph.variable_scope("cell"):
            assert graph.get_variable("w", [2, 3]).name == "rnn/cell/w:0"
        assert graph.get_variable("w", [3]).name == "w:0"

    def test_name_with_slashes_is_the_nested_scope(self, graph: Any) -> None:
        with graph.variable_scope("rnn"), graph.variable_scope("cell"):
            kernel, bias = layer(graph, 2)
        with graph.variable_scope("rnn", reuse=True):
            assert [graph.get_variable("cell/kernel") for _ in range(3)] == [kernel] * 3
        with graph.variable_scope("rnn/cell", reuse=True):
            assert graph.get_variable("bias") is bias
        with graph.variable_scope("", reuse=True):
            assert graph.get_variable("rnn/cell/bias") is bias

    def test_exists_and_may_not_be_shared(self, graph: Any) -> None:
        with graph.variable_scope("rnn"):
            w = graph.get_variable("w", [2, 3])
            with pytest.raises(ValueError, match=r"^Variable rnn/w already exists, disallowed\."):
                graph.get_variable("w", [2, 3])
        assert graph.find("rnn/w") is w

    def test_missing_and_may_not_be_created(self, graph: Any) -> None:
        graph.variable("rnn/bias")
        opening = r"^Variable rnn/bias does not exist, or was not created with tf.get_variable\(\)\."
        with graph.variable_scope("rnn", reuse=True), pytest.raises(ValueError, match=opening):
            graph.get_variable("bias", [3])
        assert graph.find("rnn/bias") is None
        assert graph.items() == []

    def test_auto_reuse_creates_then_shares(self, graph: Any) -> None:
        made = []
        for _ in range(3):
            with graph.variable_scope("rnn", reuse=graph.AUTO_REUSE):
                made.append(layer(graph, 3))
        assert made[0] == made[1] == made[2]
        assert made[0][0] is not made[0][1]

    @pytest.mark.parametrize(
        ("outer", "inner", "result"),
        [
            (None, None, False), (False, True, True), (True, False, True), (True, None, True), (True, "auto", "auto"),
            ("auto", True, True), ("auto", None, "auto"), ("auto", False, "auto"), (None, "auto", "auto"),
        ],
    )  # fmt: skip
    def test_reuse_is_inherited(self, graph: Any, outer: Any, inner: Any, result: Any) -> None:
        outer, inner, result = (graph.AUTO_REUSE if reuse == "auto" else reuse for reuse in (outer, inner, result))
        with graph.variable_scope("a", reuse=outer), graph.variable_scope("b", reuse=inner) as scope:
            assert scope.reuse == result

    def test_shape_and_dtype_must_agree(self, graph: Any) -> None:
        with graph.variable_scope("rnn"):
            w = graph.get_variable("w", [2, 3])
            step = graph.get_variable("step", [], "int32")
        with graph.variable_scope("rnn", reuse=True):
            assert graph.get_variable("w", (2, 3)) is w
            assert graph.get_variable("step", [], "int32") is step
            for wrong in ([3, 2], [2, 3, 1], [2], []):
                with pytest.raises(ValueError, match="^Trying to share variable rnn/w, but specified shape"):
                    graph.get_variable("w", wrong)
            with pytest.raises(ValueError, match="^Trying to share variable rnn/step, but specified dtype float32"):
                graph.get_variable("step", [])
            with pytest.raises(ValueError, match="^Trying to share variable rnn/w, but specified dtype int32"):
                graph.get_variable("w", [2, 3], "int32")

    def test_names_are_case_sensitive(self, graph: Any) -> None:
        lower, upper = graph.get_variable("w", [2]), graph.get_variable("W", [3])
        assert (lower.name, upper.name) == ("w:0", "W_1:0")
        with graph.variable_scope("", reuse=True):
            assert graph.get_variable("W") is upper
            assert graph.get_variable("w") is lower

    def test_remove_forgets_the_variable_and_keeps_the_name(self, graph: Any) -> None:
        with graph.variable_scope("a", reuse=graph.AUTO_REUSE):
            first = graph.get_variable("b/w", [2])
            assert graph.get_variable("b/w") is first
            assert graph.remove("a/b/w") is first
            assert graph.remove("a/b/w") is None
            second = graph.get_variable("b/w", [3])
            assert graph.get_variable("b/w") is second
        assert (first.name, second.name) == ("a/b/w:0", "a/b/w_1:0")
        assert graph.items() == [("a/b/w", second)]

    def test_a_thousand_variables_are_found_again(self, graph: Any) -> None:
        made = {}
        for k in range(250):
            with graph.variable_scope(f"layer_{k}"), graph.variable_scope("cell"):
                for size in (1, 2):
                    with graph.variable_scope(f"gate{size}"):
                        kernel, bias = layer(graph, size)
                    made[f"layer_{k}/cell/gate{size}/kernel"] = kernel
                    made[f"layer_{k}/cell/gate{size}/bias"] = bias
        assert len(set(map(id, made.values()))) == 1000
        assert dict(graph.items()) == made
        for name, variable in made.items():
            assert graph.find(name) is variable
            assert variable.name == name + ":0"


class TestNames:
    """The name table: one name for each variable and name scope, by counting."""

    def test_numbers_count_up_and_skip_what_is_taken(self, graph: Any) -> None:
        wishes = ["x", "x_1", "x", "x_1", "x", "x_1_1", "X", "x_3"]
        assert [graph.unique_name(wish) for wish in wishes] == [
            "x", "x_1", "x_2", "x_1_1", "x_3", "x_1_1_1", "X_4", "x_3_1",
        ]  # fmt: skip

    def test_case_does_not_tell_names_apart(self, graph: Any) -> None:
        assert [graph.unique_name(wish) for wish in ["Foo", "foo", "FOO", "fOO/w", "foo/W"]] == [
            "Foo", "foo_1", "FOO_2", "fOO/w", "foo/W_1",
        ]  # fmt: skip

    def test_a_path_does_not_take_its_parents(self, graph: Any) -> None:
        assert [graph.unique_name(wish) for wish in ["a/b/c", "a/b", "a", "a/b/c"]] == ["a/b/c", "a/b", "a", "a/b/c_1"]

    def test_asking_takes_nothing(self, graph: Any) -> None:
        graph.unique_name("x")
        assert [graph.unique_name("x", False) for _ in range(3)] == ["x_1"] * 3
        assert graph.is_name_used("x")
        assert not graph.is_name_used("x_1")

    def test_leading_zeros_and_bare_numbers_are_names(self, graph: Any) -> None:
        wishes = ["x", "x_01", "x", "x_0", "x_0", "7", "7", "_1", "x_", "x_", "x__1"]
        assert [graph.unique_name(wish) for wish in wishes] == [
            "x", "x_01", "x_1", "x_0", "x_0_1", "7", "7_1", "_1", "x_", "x__1", "x__1_1",
        ]  # fmt: skip

    def test_second_opening_gets_a_new_name_scope(self, graph: Any) -> None:
        with graph.variable_scope("tower"):
            w, b = graph.get_variable("w", [2]), graph.variable("b")
        with graph.variable_scope("tower", reuse=True) as scope:
            assert graph.get_variable("w") is w
            c = graph.variable("b")
            assert scope.original_name_scope == "tower_1/"
        assert (w.name, b.name, c.name) == ("tower/w:0", "tower/b:0", "tower_1/b:0")

    def test_a_variable_takes_its_name_and_its_operations(self, graph: Any) -> None:
        graph.variable("w")
        graph.get_variable("v", [2])
        for taken in ("w", "w/Assign", "w/read", "w/initial_value", "v", "v/Assign", "v/read", "v/Initializer"):
            assert graph.is_name_used(taken), taken
            assert graph.unique_name(taken) == taken + "_1"
        assert graph.unique_name("w/reading") == "w/reading"

    def test_variable_and_get_variable_share_the_name_table_alone(self, graph: Any) -> None:
        single, shared = graph.variable("x"), graph.get_variable("x", [2])
        assert (single.name, shared.name) == ("x:0", "x_1:0")
        assert graph.find("x") is shared
        assert graph.find("x_1") is None

    def test_absolute_names_do_not_number(self, graph: Any) -> None:
        with graph.name_scope("a") as first:
            graph.unique_name("op")
        with graph.name_scope("b"), graph.name_scope(first) as again:
            assert again == "a/"
            assert graph.unique_name("op") == "a/op_1"
            with graph.name_scope(None) as root:
                assert (root, graph.get_name_scope()) == ("", "")
                assert graph.unique_name("a") == "a_1"
            assert graph.get_name_scope() == "a"

    def test_names_that_are_refused(self, graph: Any) -> None:
        for bad in ("_x", "a b", "a:b", "-x", "\u53d8\u91cf", "a\n"):
            with pytest.raises(ValueError, match="is not a valid root scope name"), graph.name_scope(bad):
                pass
        with graph.name_scope("ok"):
            for good in ("_x", "-x", "\\x", "/x", ".x", "a>b"):
                with graph.name_scope(good):
                    pass
            for bad in ("a b", "a:b", "\u53d8"):
                with pytest.raises(ValueError, match="is not a valid scope name"), graph.name_scope(bad):
                    pass

    def test_how_a_variable_was_asked_for_does_not_change_the_names(self, graph: Any) -> None:
        graph.get_variable("c/w", [2])
        with graph.variable_scope("", reuse=True):
            for _ in range(2):
                graph.get_variable("c/w")
        with graph.name_scope("c/w") as name, graph.variable_scope("c/w") as scope:
            assert (name, scope.original_name_scope) == ("c/w_1/", "c/w_1/c/w/")
        with graph.variable_scope(None, "c/w") as scope:
            assert (scope.name, scope.original_name_scope) == ("c/w_1", "c/w_2/")


class TestDefaultNames:
    """variable_scope(None, "x"): x, x_1, counted in the scope around it."""

    @staticmethod
    def opened(graph: Any, *names: str) -> list[str]:
        result = []
        for name in names:
            with graph.variable_scope(None, name) as scope:
                result.append(scope.name)
        return result

    def test_count_up(self, graph: Any) -> None:
        assert self.opened(graph, "d", "d", "e", "d", "D") == ["d", "d_1", "e", "d_2", "D"]

    def test_explicit_openings_count(self, graph: Any) -> None:
        for name in ("d", "d_2", "d"):
            with graph.variable_scope(name):
                pass
        assert self.opened(graph, "d", "d", "d") == ["d_1", "d_3", "d_4"]

    def test_start_again_when_the_parent_is_opened_again(self, graph: Any) -> None:
        made = []
        for _ in range(2):
            with graph.variable_scope("model", reuse=graph.AUTO_REUSE):
                assert self.opened(graph, "layer", "layer") == ["model/layer", "model/layer_1"]
                with graph.variable_scope(None, "layer"):
                    made.append(layer(graph, 2))
        assert made[0] == made[1]

    def test_a_jump_goes_on_and_is_forgotten(self, graph: Any) -> None:
        with graph.variable_scope("model") as model:
            assert self.opened(graph, "layer", "layer") == ["model/layer", "model/layer_1"]
            with graph.variable_scope(model):
                assert self.opened(graph, "layer", "layer") == ["model/layer_2", "model/layer_3"]
            assert self.opened(graph, "layer") == ["model/layer_2"]

    def test_the_empty_name_at_the_root_counts_for_the_root(self, graph: Any) -> None:
        assert self.opened(graph, "d", "a/d") == ["d", "a/d"]
        with graph.variable_scope(""):
            assert self.opened(graph, "d", "a/d") == ["d_1", "a/d_1"]
        assert self.opened(graph, "d", "a/d") == ["d_2", "a/d_2"]

    def test_slashed_openings_go_with_their_parent(self, graph: Any) -> None:
        with graph.variable_scope("a/b"):
            pass
        with graph.variable_scope("a"):
            assert self.opened(graph, "b") == ["a/b_1"]
        with graph.variable_scope("a"):
            assert self.opened(graph, "b") == ["a/b"]

    def test_the_name_scope_is_numbered_for_itself(self, graph: Any) -> None:
        with graph.name_scope("d"):
            pass
        with graph.variable_scope(None, "d") as scope:
            assert (scope.name, scope.original_name_scope) == ("d", "d_1/")


class TestBlocks:
    """What a block leaves behind: what it found."""

    def test_an_exception_restores_scope_names_and_reuse(self, graph: Any) -> None:
        with graph.variable_scope("a"):
            with pytest.raises(KeyError), graph.variable_scope("b", reuse=True), graph.name_scope("c"):
                raise KeyError
            scope = graph.get_variable_scope()
            assert (scope.name, scope.reuse, graph.get_name_scope()) == ("a", False, "a")
            assert graph.get_variable("w", [2]).name == "a/w:0"

    def test_a_jump_takes_its_own_reuse(self, graph: Any) -> None:
        with graph.variable_scope("a") as a:
            w = graph.get_variable("w", [2])
        with graph.variable_scope("b", reuse=True):
            with graph.variable_scope(a) as again:
                assert (again.name, again.reuse) == ("a", False)
                assert again.original_name_scope == "a/"
                assert graph.variable("v").name == "b/a/v:0"
            with graph.variable_scope(a, reuse=True):
                assert graph.get_variable("w") is w

    def test_without_a_name_scope(self, graph: Any) -> None:
        with graph.name_scope("outer"), graph.variable_scope("a", auxiliary_name_scope=False) as scope:
            assert graph.get_variable("w", [2]).name == "a/w:0"
            assert graph.variable("v").name == "outer/v:0"
            assert scope.original_name_scope == "outer/"

    def test_empty_name(self, graph: Any) -> None:
        with graph.variable_scope("a"), graph.variable_scope("") as scope:
            assert graph.get_variable("v", [2]).name == "a//v:0"
            assert (scope.name, graph.get_name_scope()) == ("a/", "a")

    def test_depth_of_three_hundred(self, graph: Any) -> None:
        blocks = [graph.variable_scope(f"s{k}") for k in range(300)]
        for block in blocks:
            block.__enter__()
        w = graph.get_variable("w", [2])
        assert w.name == "/".join(f"s{k}" for k in range(300)) + "/w:0"
        for block in reversed(blocks):
            block.__exit__(None, None, None)
        assert graph.get_variable_scope().name == ""
