"""Run the benchmarks and write what came out: `python -m benchmarks.report`.

    python -m benchmarks.report                            benchmarks/RESULTS.md, growth.png and bytes.png beside it
    python -m benchmarks.report --json now.json            and the raw figures, for machines
    python -m benchmarks.report --from now.json            the same pages from a saved run
    python -m benchmarks.report --compare then.json        and what has changed since another one
    python -m benchmarks.report --readme README.md         and the digest that README shows
    python -m benchmarks.report -k "look or scopes"        some of them (pytest's -k)

The peers of `pip install . --group peers` take part where they are installed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["comparison", "digest", "main", "page", "put_digest"]

HERE = Path(__file__).parent
PACKAGES = [
    "numpy", "tensorflow-cpu", "dm-haiku", "flax", "torch", "onnxruntime", "datrie", "marisa-trie", "pygtrie", "Cython",
]  # fmt: skip
ORDER = ["look-up", "scopes", "names", "default names", "creation", "memory", "growth", "peers", "import", "lstm"]
RATES = {"flop": "GFLOP/s", "bytes_moved": "GB/s"}  # in a row's extra_info: of one operation
EXPLANATION = """\
B0 is `d['a/b/w']`, B1 is `d[f'{scope}/{name}']`: what a look-up by full name costs in a dict. Everything that shares a
row was timed in turns in one run; a ratio is taken within each round, and a cell gives its median over the rounds, the
least one, and the quartiles. `1/2,000` reads: 2,000 times as fast. A bar is what the row is meant to stay under.
GFLOP/s count the operations of the products, GB/s the bytes that have to be read and written at least; "limits" says
what this machine reaches in each.
"""


def run(expression: str) -> dict[str, Any]:
    """Time the benchmarks that pytest's -k finds by `expression`, and return pytest-benchmark's JSON."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.json"
        options = ["-q", "-rs", "--benchmark-enable", f"--benchmark-json={file}", "-k", expression]
        subprocess.run([sys.executable, "-m", "pytest", str(HERE), *options], check=True, cwd=HERE.parent)
        result: dict[str, Any] = json.loads(file.read_text())
    result["packages"] = dict(_versions())
    return result


def _versions() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue


# ---- the page


def page(result: dict[str, Any]) -> str:
    """Return a run as Markdown: the machine, and a table for each group."""
    machine = result["machine_info"]
    cpu = machine["cpu"]
    packages = ", ".join(f"{name} {version}" for name, version in result.get("packages", {}).items())
    lines = [
        "# Measured",
        "",
        f"{cpu.get('brand_raw', machine['processor'])}, {cpu.get('count')} cores, {machine['system']};",
        f"{machine['python_implementation']} {machine['python_version']}; {packages}.",
        f"{result['datetime'][:10]}. Written by `python -m benchmarks.report`.",
        "",
        EXPLANATION,
        "![cost of a call](growth.png)",
        "![bytes of a variable](bytes.png)",
    ]
    for group, rows in _groups(result).items():
        lines += ["", f"## {group[0].upper()}{group[1:]}", "", *_table(rows)]
    return "\n".join(lines) + "\n"


def _groups(result: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for benchmark in result["benchmarks"]:
        if benchmark["extra_info"].get("label"):
            groups.setdefault(benchmark["group"], []).append(benchmark["extra_info"])
    known = {name: k for k, name in enumerate(ORDER)}
    names = sorted(groups, key=lambda group: (known.get(group.partition(",")[0], len(known)), group))
    return {name: _merged(groups[name]) for name in names}


def _merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each label: what was timed beside one other each time is shown beside all of them."""
    merged: dict[str, dict[str, Any]] = {}
    for row in rows:
        first = merged.setdefault(row["label"], row)
        for key in ("ratios", "bars"):
            first[key] = {**first[key], **row[key]}
    return list(merged.values())


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    others = list(dict.fromkeys(other for row in rows for other in row["ratios"]))
    rates = [(key, unit) for key, unit in RATES.items() if any(key in row for row in rows)]
    columns = ["what", "it takes", *(unit for _, unit in rates), *(f"x {other}" for other in others), "bar"]
    yield "| " + " | ".join(columns) + " |"
    yield "| --- " * len(columns) + "|"
    for row in rows:
        cells = [_rate(row, key) for key, _ in rates] + [_times(row["ratios"].get(other)) for other in others]
        yield f"| `{row['label']}` | {_amount(row)} | " + " | ".join(cells) + f" | {_bars(row)} |"


def _amount(row: dict[str, Any]) -> str:
    if "bytes" in row:
        return f"{row['bytes'][row['holder']]:.0f} bytes"
    ns = row["ns"].get(row["label"]) or list(row["ns"].values())[-1]
    return f"{ns:.1f} ns" if ns < 1e4 else f"{ns / 1e3:.0f} us" if ns < 1e7 else f"{ns / 1e6:.0f} ms"


def _rate(row: dict[str, Any], key: str) -> str:
    return f"{row[key] / row['ns'][row['label']]:.0f}" if key in row else ""


def _times(ratio: dict[str, float] | None) -> str:
    if ratio is None:
        return ""
    if ratio["low"] == ratio["high"]:
        return _number(ratio["median"])
    median, least, low, high = (_number(ratio[key]) for key in ("median", "least", "low", "high"))
    return f"{median} (min {least}, {low} to {high})"


def _number(value: float) -> str:
    return f"{value:.2f}" if value > 0.05 else f"1/{1 / value:,.0f}"


def _bars(row: dict[str, Any]) -> str:
    said = []
    for other, bar in row["bars"].items():
        verdict = "met" if row["ratios"][other]["median"] <= bar else "**missed**"
        said.append(f"{_number(bar)} {other}: {verdict}")
    return ", ".join(said)


# ---- README's digest

B1, DICT = "B1", "dict of records"
DIGEST = [
    ("look-up", "get_variable('w')", B1),
    ("look-up", "get_variable('w', shape=[2, 3], dtype=float32)", B1),
    ("scopes", "with variable_scope('b'): pass", B1),
    ("scopes", "with variable_scope('c'): get_variable('w')", B1),
    ("scopes", "with name_scope('b'): pass", B1),
    ("creation", "get_variable(new, [2, 3])", DICT),
    ("peers", "get_variable('w')", "tensorflow"),
    ("peers", "with variable_scope('c'): pass", "tensorflow"),
    ("memory", "fastscope, 2 in a scope, of 1,000,000", "dict"),
    ("memory", "fastscope, 8 in a scope, of 1,000,000", "dict"),
    ("import", "import fastscope, whole process", "import numpy"),
    ("lstm, inference", "(1, 100, 128, 128), threads 1", "onnxruntime"),
    ("lstm, inference", "(32, 40, 512, 512), threads 1", "torch"),
    ("lstm, training", "(32, 40, 512, 512), threads 1", "torch"),
    ("char_rnn", "training on 1,280 characters, threads 2", "torch"),
    ("char_rnn", "writing 100 characters, threads 2", "torch"),
]
MARKS = ("<!-- by python -m benchmarks.report --readme -->\n", "<!-- to here -->\n")


def digest(result: dict[str, Any]) -> str:
    """Return a table of the ratios that README shows."""
    groups = {name: {row["label"]: row for row in rows} for name, rows in _groups(result).items()}
    machine = result["machine_info"]
    lines = [
        f"{machine['cpu'].get('brand_raw', machine['processor'])}, {machine['cpu'].get('count')} cores, "
        f"CPython {machine['python_version']}, {result['datetime'][:10]}.",
        "",
        "| | what | takes | times |",
        "| --- | --- | --- | --- |",
    ]
    for group, label, other in DIGEST:
        row = groups.get(group, {}).get(label)
        if row is not None and other in row["ratios"]:
            times = _number(row["ratios"][other]["median"])
            lines.append(f"| {group} | `{label}` | {_amount(row)} | {times} x {other} |")
    return "\n".join(lines) + "\n"


def put_digest(result: dict[str, Any], readme: Path) -> None:
    """Write the digest between its marks in a file."""
    before, mark, rest = readme.read_text().partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not (mark and end):
        raise SystemExit(f"{readme} has no lines {MARKS[0].strip()} and {MARKS[1].strip()} to put the digest between")
    readme.write_text(before + mark + digest(result) + end + after)


# ---- two runs


def comparison(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return a table of how two runs differ.

    Ratios are compared, not nanoseconds, so the runs may be from two machines.
    """
    before = {(group, row["label"]): row for group, rows in _groups(old).items() for row in rows}
    lines = ["## Compared", "", f"{old['datetime'][:16]} and {new['datetime'][:16]}.", ""]
    lines += ["| what | beside | then | now | change |", "| --- | --- | --- | --- | --- |"]
    for group, rows in _groups(new).items():
        for row in rows:
            then = before.get((group, row["label"]), {"ratios": {}})["ratios"]
            for other, ratio in row["ratios"].items():
                if other in then:
                    change = ratio["median"] / then[other]["median"] - 1
                    cells = [f"`{row['label']}`", other, _number(then[other]["median"]), _number(ratio["median"])]
                    lines.append("| " + " | ".join(cells) + f" | {change:+.0%} |")
    return "\n".join(lines) + "\n"


# ---- the plots


def draw(result: dict[str, Any], folder: Path) -> None:
    """Write growth.png and bytes.png into `folder`."""
    import matplotlib

    matplotlib.use("Agg")
    groups = _groups(result)
    _draw_growth(groups, folder / "growth.png")
    _draw_bytes(groups.get("memory", []), folder / "bytes.png")


def _draw_growth(groups: dict[str, list[dict[str, Any]]], file: Path) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    for label, style, rows in _curves(groups):
        points = sorted(rows)
        if points:
            axes.plot([n for n, _ in points], [ns for _, ns in points], style, label=label)
    axes.set(xscale="log", yscale="log", xlabel="variables in the store", ylabel="ns a call")
    axes.grid(True, which="major", alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(file, dpi=150)
    pyplot.close(figure)


def _curves(groups: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str, Iterable[tuple[int, float]]]]:
    again = groups.get("growth, again", [])
    hits = [row for row in again if row["code"].startswith("get_variable")]
    both = [row for row in again if row["code"].endswith("get_variable('w')")]
    theirs = groups.get("growth, tensorflow", [])
    visits = groups.get("growth, all", [])
    yield "TensorFlow: scope and hit", "C1s-", [(row["count"], row["ns"]["scope and hit"]) for row in theirs]
    yield "TensorFlow: hit", "C1o-", [(row["count"], row["ns"][row["label"]]) for row in theirs]
    yield "fastscope: scope and hit", "C0s-", [(row["count"], row["ns"][row["label"]]) for row in both]
    yield "fastscope: hit", "C0o-", [(row["count"], row["ns"][row["label"]]) for row in hits]
    yield "dict: f-string and look-up", "C7o-", [(row["count"], row["ns"]["dict"]) for row in hits]
    yield "fastscope: scope and hit, all over the store", "C0s:", [(r["count"], r["ns"][r["label"]]) for r in visits]
    yield "dict: f-string and look-up, all over", "C7o:", [(row["count"], row["ns"]["dict"]) for row in visits]


def _draw_bytes(rows: list[dict[str, Any]], file: Path) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3), layout="constrained")
    bars = {f"{row['holder']}, {row['per_scope']} in a scope": row["bytes"][row["holder"]] for row in rows}
    bars |= {f"dict, {row['per_scope']} in a scope": row["bytes"]["dict"] for row in rows if row["bars"]}
    names = sorted(bars, key=lambda name: bars[name], reverse=True)
    drawn = axes.barh(names, [bars[name] for name in names], color=["C0" if "fastscope" in n else "C7" for n in names])
    axes.bar_label(drawn, fmt="%.0f", padding=3)
    axes.set(xlabel="bytes for each declared variable, its object included")
    figure.savefig(file, dpi=150)
    pyplot.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md", help="the page (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the raw figures, too")
    parser.add_argument("--from", dest="source", type=Path, help="take a saved run, time nothing")
    parser.add_argument("--readme", type=Path, help="a file to put the digest in, too")
    parser.add_argument("--compare", type=Path, metavar="OLD", help="a saved run to compare with")
    parser.add_argument("-k", dest="expression", default="", help="which benchmarks, as pytest's -k")
    options = parser.parse_args(arguments)
    result = json.loads(options.source.read_text()) if options.source else run(options.expression)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))
    text = page(result)
    if options.compare:
        text += "\n" + comparison(json.loads(options.compare.read_text()), result)
    options.output.write_text(text)
    if options.readme:
        put_digest(result, options.readme)
    draw(result, options.output.parent)
    print(text)


if __name__ == "__main__":
    main()
