"""A module imports only from floors below its own; inside a package, and everywhere, without cycles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import fastscope

PACKAGE = Path(fastscope.__file__).parent
ROOT = Path(__file__).parent.parent

# Top to bottom. A folder stands for what is in it, unless some of that stands on a floor of its own.
FLOORS = """
__main__
looking.cli
launcher
compat.v1
__init__
looking
contrib config app distributed
seq2seq
nn train layers losses metrics image bitwise random sets sparse distributions flags test resource_loader compat strings
signal spectral debugging
io examples fitting
monitored
queues
data
rnn_cell initializers gfile logging python_io graph_util saved_model linalg math nest
events
graphdef
messages records
checkpoint.saver checkpoint.init_from
vjp
rnn
training
gradients session
ops checkpoint
scoping
fused
graph
arrays _store
_lstm
errors
later
"""
FLOOR = {name: -k for k, line in enumerate(FLOORS.split("\n")) for name in line.split()}
FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def floor(module: str) -> int:
    while module and module not in FLOOR:
        module = module.rpartition(".")[0]
    return FLOOR[module]


def imports(file: Path, everywhere: bool = True) -> Iterator[str]:
    """The fastscope modules that a file imports, "checkpoint.reader"; `everywhere`: inside functions too."""
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".") for alias in node.names]
            yield from (below or "__init__" for package, _, below in names if package == "fastscope")
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for alias in node.names:
                target = folder / alias.name
                is_module = alias.name != "*" and (target.is_dir() or any(folder.glob(f"{alias.name}.*")))
                yield ".".join((target if is_module else folder).relative_to(PACKAGE).parts) or "__init__"


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_imports_go_down(file: Path) -> None:
    module = name_of(file)
    for target in imports(file):
        siblings = module.partition(".")[0] == target.partition(".")[0] and floor(target) == floor(module)
        assert siblings or floor(target) < floor(module), f"{module} imports {target}"


def test_no_cycles() -> None:
    graph = {name_of(file): {*imports(file, everywhere=False)} - {name_of(file)} for file in FILES}
    TopologicalSorter(graph).prepare()


def test_only_arrays_imports_cupy() -> None:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert not any(name.partition(".")[0] == "cupy" for name in names), f"{name_of(file)} imports cupy"


@pytest.mark.parametrize("folder", ["benchmarks", "examples"])
def test_outside_the_package_only_the_face_is_used(folder: str) -> None:
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "fastscope":
                parts = f"{node.module}.{node.names[0].name}".split(".")
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names if alias.name.startswith("fastscope")]
                parts = ".".join(names).split(".")
            else:
                continue
            assert not any(part.startswith("_") for part in parts), f"{file}: {'.'.join(parts)}"
