"""The benchmarks' own tools: the clock, the page, the comparison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.baselines import Record
from benchmarks.memory import HOLDERS, NAMES, fill_dict, paths
from benchmarks.timing import UNROLL, Ratio, Subject, interleaved, ratio, statement, turns_of


def test_a_statement_runs_as_often_as_it_says() -> None:
    counted: list[int] = []
    subject = statement("count", "counted.append(1)\nif True: counted.append(2)", {"counted": counted})
    assert subject.loop(3) > 0
    assert counted == [1, 2] * 3 * UNROLL


def test_subjects_take_turns_and_samples_are_for_one_operation() -> None:
    order: list[tuple[str, int]] = []

    def subject(name: str, seconds: float) -> Subject:
        def loop(turns: int) -> float:
            order.append((name, turns))
            return seconds * turns

        return Subject(name, loop, operations=4, turns=2)

    samples = interleaved([subject("a", 4e-9), subject("b", 12e-9)], rounds=3)
    assert order == [("a", 2), ("b", 2), ("b", 2), ("a", 2), ("a", 2), ("b", 2)]
    assert samples == {"a": [pytest.approx(1.0)] * 3, "b": [pytest.approx(3.0)] * 3}


def test_turns_fill_the_time() -> None:
    assert turns_of(Subject("given", lambda turns: 1.0, turns=7)) == 7
    assert turns_of(Subject("1 us each", lambda turns: turns * 1e-6), seconds=0.01) == 10_000
    assert turns_of(Subject("slow", lambda turns: turns * 3.0), seconds=0.01) == 1


def test_ratios_are_taken_round_by_round() -> None:
    # the second round ran on a slower clock: the ratios do not see it
    assert ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == Ratio(median=2.0, least=2.0, low=2.0, high=2.5)
    assert ratio([3.0], [2.0]) == Ratio(1.5, 1.5, 1.5, 1.5)


def test_a_record_has_no_dict_and_all_fields() -> None:
    record = Record("a/w:0", (2, 3), "float32")
    assert not hasattr(record, "__dict__")
    assert {name: getattr(record, name) for name in Record.__slots__ if name != "__weakref__"} == {
        "name": "a/w:0", "shape": (2, 3), "dtype": "float32", "initializer": None, "array": None, "code": None,
        "extra": None, "lasti": 0, "version": 0,
    }  # fmt: skip


def test_all_holders_hold_the_same_names() -> None:
    assert len(set(NAMES)) == 8
    names = list(paths(6, 2))
    assert names[:3] == ["layer_0/lstm_cell/kernel", "layer_0/lstm_cell/bias", "layer_1/lstm_cell/kernel"]
    assert list(fill_dict(6, 2)) == names  # type: ignore[call-overload]
    graph: Any = HOLDERS["fastscope"](6, 2)
    assert sorted(name for name, _ in graph.items()) == sorted(names)


def a_run(median: float) -> dict[str, Any]:
    """What pytest-benchmark would write, cut short."""
    quartiles = {"median": median, "least": median - 0.05, "low": median - 0.01, "high": median + 0.01}
    tiny = {"median": 1 / 2000, "least": 1 / 2500, "low": 1 / 2100, "high": 1 / 1900}
    again = {
        "label": "hit, N = 100",
        "code": "get_variable('kernel')",
        "count": 100,
        "ns": {"hit, N = 100": 26.0, "dict": 80.0},
    }
    rows = [
        ("look-up", {"label": "hit", "ns": {"hit": 25.0, "B1": 84}, "ratios": {"B1": quartiles}, "bars": {"B1": 0.35}}),
        ("peers", {"label": "hit", "ns": {"hit": 25.0, "tf": 5e4}, "ratios": {"tf": tiny}, "bars": {"tf": 1 / 1000}}),
        ("growth, again", {**again, "ratios": {}, "bars": {}}),
        (
            "memory",
            {
                "label": "fastscope, 2 in a scope", "holder": "fastscope", "per_scope": 2,
                "bytes": {"fastscope": 200.0, "dict": 224.0}, "ratios": {"dict": dict.fromkeys(quartiles, 0.89)},
                "bars": {"dict": 1.1},
            },
        ),
        ("others", {}),
    ]  # fmt: skip
    machine = {
        "cpu": {"brand_raw": "Test CPU", "count": 2}, "processor": "x", "system": "Linux",
        "python_implementation": "CPython", "python_version": "3.11.7",
    }  # fmt: skip
    return {
        "machine_info": machine, "datetime": "2026-11-22T23:00:00", "packages": {"numpy": "2.4"},
        "benchmarks": [{"group": group, "extra_info": extra_info} for group, extra_info in rows],
    }  # fmt: skip


def test_the_page_tells_ratios_and_bars() -> None:
    text = report.page(a_run(0.29))
    assert "Test CPU, 2 cores, Linux" in text
    assert "CPython 3.11.7; numpy 2.4" in text
    assert "| `hit` | 25.0 ns | 0.29 (min 0.24, 0.28 to 0.30) | 0.35 B1: met |" in text
    assert "| `hit` | 25.0 ns | 1/2,000 (min 1/2,500, 1/2,100 to 1/1,900) | 1/1,000 tf: met |" in text
    assert "| `fastscope, 2 in a scope` | 200 bytes | 0.89 | 1.10 dict: met |" in text
    assert "0.35 B1: **missed**" in report.page(a_run(0.36))
    assert "## Others" not in text


def test_two_runs_are_compared_by_ratio() -> None:
    text = report.comparison(a_run(0.30), a_run(0.24))
    assert "| `hit` | B1 | 0.30 | 0.24 | -20% |" in text
    assert "| `hit` | tf | 1/2,000 | 1/2,000 | +0% |" in text


def test_the_digest_goes_between_its_marks(tmp_path: Path) -> None:
    run = a_run(0.29)
    label = "get_variable('w')"
    run["benchmarks"][0]["extra_info"] |= {"label": label, "ns": {label: 25.0, "B1": 84.0}}
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.MARKS[0]}old\n{report.MARKS[1]}after\n")
    report.put_digest(run, readme)
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "Test CPU, 2 cores, CPython 3.11.7, 2026-11-22." in text
    assert "| look-up | `get_variable('w')` | 25.0 ns | 0.29 x B1 |\n" in text
    assert text.count("`") == 2  # what was not run is left out
    readme.write_text("no marks\n")
    with pytest.raises(SystemExit, match="to put the digest between"):
        report.put_digest(run, readme)
    assert readme.read_text() == "no marks\n"


def test_readme_shows_what_was_measured() -> None:
    results = (report.HERE / "RESULTS.md").read_text()
    digest = (report.HERE.parent / "README.md").read_text().partition(report.MARKS[0])[2].partition(report.MARKS[1])[0]
    rows = [line.strip("| ").split(" | ") for line in digest.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) == len(report.DIGEST)
    for group, label, amount, times in rows:
        section = results.partition(f"## {group[0].upper()}{group[1:]}\n")[2].partition("\n## ")[0]
        (line,) = [line for line in section.splitlines() if line.startswith(f"| {label} |")]
        ratio, _, other = times.partition(" x ")
        titles = [cell.strip() for cell in section.splitlines()[1].strip("| ").split("|")]
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        assert cells[titles.index(f"x {other}")].split()[0] == ratio
        assert cells[1] == amount


def test_the_command_line_writes_everything_from_a_saved_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    saved, older, copy = tmp_path / "now.json", tmp_path / "old.json", tmp_path / "copy.json"
    saved.write_text(json.dumps(a_run(0.29)))
    older.write_text(json.dumps(a_run(0.31)))
    page = tmp_path / "RESULTS.md"
    report.main(["--from", str(saved), "--compare", str(older), "--json", str(copy), "--output", str(page)])
    assert page.read_text() in capsys.readouterr().out
    assert page.read_text().startswith("# Measured")
    assert "## Compared" in page.read_text()
    assert json.loads(copy.read_text()) == a_run(0.29)
    for plot in ("growth.png", "bytes.png"):
        assert (tmp_path / plot).read_bytes().startswith(b"\x89PNG")
