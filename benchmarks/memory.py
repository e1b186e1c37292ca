"""Bytes of the process for each declared variable: `python -m benchmarks.memory fastscope 2 1000000`.

Each measurement is a process of its own: what is freed stays with the allocator, so only the first growth is honest.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

from benchmarks.baselines import Record

__all__ = ["HOLDERS", "MOST", "NAMES", "bytes_per_variable"]

NAMES = ("kernel", "bias", "w_i_diag", "w_f_diag", "w_o_diag", "projection", "gamma", "beta")


def paths(count: int, per_scope: int) -> Iterator[str]:
    """Full names of `count` variables in scopes layer_0/lstm_cell, layer_1/lstm_cell, ..."""
    for layer in range(count // per_scope):
        for name in NAMES[:per_scope]:
            yield f"layer_{layer}/lstm_cell/{name}"


def fill_fastscope(count: int, per_scope: int) -> object:
    """The store, with Variables whose arrays are not made."""
    import fastscope as fs

    names, shape = NAMES[:per_scope], [2, 3]
    fs.reset_default_graph()
    for layer in range(count // per_scope):
        with fs.variable_scope(f"layer_{layer}"), fs.variable_scope("lstm_cell"):
            for name in names:
                fs.get_variable(name, shape)
    graph = fs.get_default_graph()
    assert graph.stats()["variables"] == count
    return graph


def fill_dict(count: int, per_scope: int) -> object:
    """A dict of full name -> object with slots for the same fields."""
    shape = (2, 3)
    return {path: Record(path, shape, "float32") for path in paths(count, per_scope)}


def fill_pygtrie(count: int, per_scope: int) -> object:
    """pygtrie: a dict for each node, in Python."""
    import pygtrie

    trie, shape = pygtrie.StringTrie(), (2, 3)
    for path in paths(count, per_scope):
        trie[path] = Record(path, shape, "float32")
    return trie


def fill_datrie(count: int, per_scope: int) -> object:
    """datrie: a double-array trie over characters, in C."""
    import string

    import datrie

    trie, shape = datrie.Trie(string.ascii_lowercase + string.digits + "_/"), (2, 3)
    for path in paths(count, per_scope):
        trie[path] = Record(path, shape, "float32")
    return trie


HOLDERS: dict[str, Callable[[int, int], object]] = {
    "fastscope": fill_fastscope,
    "dict": fill_dict,
    "pygtrie": fill_pygtrie,
    "datrie": fill_datrie,
}
MOST = {"pygtrie": 100_000, "datrie": 10_000}  # more takes long: datrie's time grows with the square


def resident_bytes() -> int:
    """Memory of this process that is in RAM; Linux."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def grown(holder: str, per_scope: int, count: int) -> float:
    """Bytes for each variable in this process, which must be a fresh one."""
    fill = HOLDERS[holder]
    fill(per_scope, per_scope)  # imports, free lists
    gc.collect()
    gc.freeze()
    before = resident_bytes()
    held = fill(count, per_scope)
    after = resident_bytes()
    assert held is not None
    return (after - before) / count


def bytes_per_variable(holder: str, per_scope: int, count: int) -> float:
    """Return what `grown` says in a new process."""
    command = [sys.executable, "-m", "benchmarks.memory", holder, str(per_scope), str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    print(grown(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
