"""A notebook about variable scopes, cell by cell: what it prints, and how it fails where it means to."""

from __future__ import annotations

import contextlib
import io
import pydoc
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"


@dataclass
class Cell:
    code: str
    out: str = ""
    error: str = ""


@dataclass
class Kernel:
    cells: list[Cell] = field(default_factory=list)


def kernels(notebook: str) -> list[Kernel]:
    found: list[Kernel] = []
    for block in (GOLDEN / notebook).read_text().split("=== ")[1:]:
        kind, _, text = block.partition("\n")
        if kind == "kernel":
            found.append(Kernel())
        elif kind == "in":
            found[-1].cells.append(Cell(text))
        else:
            setattr(found[-1].cells[-1], kind, text)
    return found


def run(cell: Cell, number: int, namespace: dict[str, Any]) -> tuple[str, str]:
    """What the cell prints, and "Type: message" of how it ends; '' for well."""
    printed, error = io.StringIO(), ""
    code = cell.code.strip()
    with contextlib.redirect_stdout(printed):
        try:
            if code.endswith("?"):
                pydoc.render_doc(eval(code[:-1], namespace))
            else:
                exec(compile(code, f"<ipython-input-{number}-0123456789ab>", "exec"), namespace)
        except Exception as caught:
            error = f"{type(caught).__name__}: {caught}"
    return printed.getvalue(), error


def run_all(kernel: Kernel) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(kernel.cells, 1):
        out, error = run(cell, number, namespace)
        assert out == cell.out, error
        expected = cell.error.strip()
        assert error[: len(expected) or None] == expected


@pytest.mark.parametrize("kernel", kernels("notebook.txt"), ids=lambda kernel: f"{len(kernel.cells)} cells")
def test_notebook(kernel: Kernel) -> None:
    run_all(kernel)


@pytest.mark.parametrize("kernel", kernels("notebook_graph.txt"), ids=lambda kernel: f"{len(kernel.cells)} cells")
def test_notebook_in_graph_mode(graph_mode: ModuleType, kernel: Kernel) -> None:
    """What TensorFlow 1.15 printed: golden/record_notebook.py."""
    run_all(kernel)


def test_an_error_names_the_cell_of_the_definition() -> None:
    kernel = kernels("notebook.txt")[3]
    _, error = run(kernel.cells[0], 7, {})
    assert "There is a variable of this name, made by Variable(...)" in error
    assert "Cell In [7], line 4" in error
    assert "Scope 'v_scope' holds: 'Weights'." in error
