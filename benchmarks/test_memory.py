"""What does a declared variable take up?"""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from benchmarks.memory import HOLDERS, MOST, bytes_per_variable


@pytest.mark.benchmark(group="memory")
@pytest.mark.parametrize(("per_scope", "bar"), [(2, 1.1), (8, 0.8)])
@pytest.mark.parametrize("holder", [name for name in HOLDERS if name != "dict"])
def test_bytes_per_variable(benchmark: Any, holder: str, per_scope: int, bar: float, most: int) -> None:
    if importlib.util.find_spec(holder) is None:
        pytest.skip(f"{holder} is not installed")
    count = min(most, MOST.get(holder, most))
    taken = {name: bytes_per_variable(name, per_scope, count) for name in (holder, "dict")}
    assert all(1 < size < 10_000 for size in taken.values())
    of_dict = taken[holder] / taken["dict"]
    benchmark.extra_info.update(
        label=f"{holder}, {per_scope} in a scope, of {count:,}",
        holder=holder,
        per_scope=per_scope,
        count=count,
        bytes=taken,
        ratios={"dict": {"median": of_dict, "least": of_dict, "low": of_dict, "high": of_dict}},
        bars={"dict": bar} if holder == "fastscope" else {},
    )
    benchmark.pedantic(lambda: None, rounds=1)
