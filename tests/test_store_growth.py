"""What the compiled store costs, counted: it must not depend on how much is in it."""

from __future__ import annotations

from typing import Any

import pytest

import fastscope as fs


def fill(variables: int, per_scope: int) -> Any:
    graph = fs.Graph()
    with graph.as_default():
        for k in range(variables // per_scope):
            with fs.variable_scope(f"layer_{k}"), fs.variable_scope("cell"):
                for name in range(per_scope):
                    fs.get_variable(f"w{name}", [2, 3])
    return graph


@pytest.mark.parametrize("variables", [1_000, 10_000, 100_000])
def test_probes_stay_few(variables: int) -> None:
    graph = fill(variables, 2)
    probes = [graph.probes(name) for name, _ in graph.items()]
    assert len(probes) == variables
    assert min(probes) == 1
    # an open-addressing table at most 3/4 full: 2.5 on average for a hit, if the hash spreads
    assert sum(probes) / variables < 2.6
    assert max(probes) < 100


@pytest.mark.parametrize(("per_scope", "nodes", "most_bytes"), [(2, 2.0, 100), (8, 1.25, 65)])
def test_nodes_and_bytes_for_a_variable(per_scope: int, nodes: float, most_bytes: int) -> None:
    for variables in (1_000, 10_000, 80_000):
        stats = fill(variables, per_scope).stats()
        assert stats["variables"] == variables
        assert stats["nodes"] == nodes * variables + 1  # "layer", which "layer_0" is a number of
        assert stats["bytes"] / variables < most_bytes


def test_opening_again_adds_nothing() -> None:
    def again(times: int) -> dict[str, int]:
        for _ in range(times):
            with fs.variable_scope("model", reuse=fs.AUTO_REUSE), fs.variable_scope(None, "layer"):
                fs.get_variable("w", [2])
            with fs.name_scope("ops"):
                pass
        return fs.get_default_graph().stats()

    assert again(10) == again(10_000)


def test_slashed_names_asked_for_add_a_bounded_number() -> None:
    # a look-up of "cell/w" is remembered under that name; how many of them are kept has a limit
    with fs.variable_scope("a", reuse=fs.AUTO_REUSE):
        for k in range(10_000):
            fs.get_variable(f"s{k}/w", [2])
            fs.get_variable(f"s{k}/w", [2])
    stats = fs.get_default_graph().stats()
    assert stats["variables"] == 10_000
    assert 0 < stats["aliases"] <= 4096
