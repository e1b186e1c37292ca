"""What do others take for the same?  Needs `pip install . --group peers`; what is not installed is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fastscope as fs
from benchmarks import peers
from benchmarks.timing import Subject, statement

BARS = {"tensorflow": {peers.HIT: 1 / 1000, peers.SCOPE: 1 / 300}}
OURS = {
    peers.HIT: "get_variable('w')",
    peers.SCOPE: "with variable_scope('c'): pass",
    peers.BOTH: "with variable_scope('c'): get_variable('w')",
}


@pytest.fixture
def ours() -> Iterator[dict[str, Subject]]:
    """Our Subjects, in variable_scope a/b."""
    names = {"get_variable": fs.get_variable, "variable_scope": fs.variable_scope}
    with fs.variable_scope("a", reuse=fs.AUTO_REUSE), fs.variable_scope("b"):
        assert fs.get_variable("w", [2, 3]).name == "a/b/w:0"
        fs.get_variable("c/w", [2, 3])
        yield {label: statement(code, code, names) for label, code in OURS.items()}


@pytest.mark.benchmark(group="peers")
@pytest.mark.parametrize("what", OURS)
@pytest.mark.parametrize("peer", peers.PEERS)
def test_peer(measure: Any, ours: dict[str, Subject], peer: str, what: str) -> None:
    if not peers.installed(peer):
        pytest.skip(f"{peer} is not installed")
    with peers.PEERS[peer]() as subjects:
        theirs = [Subject(peer, subject.loop) for subject in subjects if subject.label == what]
        if not theirs:
            pytest.skip(f"{peer} has nothing like it")
        bar = BARS.get(peer, {}).get(what)
        measure(ours[what], theirs, {} if bar is None else {peer: bar}, peer=peer, what=what)


@pytest.mark.benchmark(group="growth, tensorflow")
@pytest.mark.parametrize("count", [100, 1_000, 4_000])
def test_growth_of_tensorflow(measure: Any, benchmark: Any, count: int) -> None:
    if not peers.installed("tensorflow"):
        pytest.skip("tensorflow is not installed")
    count = 10 if benchmark.disabled else count
    with peers.tensorflow_of(count) as (hit, both):
        measure(Subject(f"tensorflow, hit, N = {count:,}", hit.loop), [both], {}, count=count)
