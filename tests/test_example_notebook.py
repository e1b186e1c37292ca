"""examples/scopes.ipynb, run in a real kernel: it prints what is stored in it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import fastscope as fs

NOTEBOOK = Path(__file__).parent.parent / "examples" / "scopes.ipynb"
AGAIN = "jupyter execute --inplace examples/scopes.ipynb"  # records the outputs again


def cells(kind: str) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == kind]


def text_of(output: Any) -> str:
    """Return what an output shows, as text."""
    found = output.get("text") or output.get("data", {}).get("text/plain") or output["evalue"]
    return "".join(found)


def test_it_prints_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    paths = [str(Path(fs.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    ran = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(ran, kernel_name="python3", allow_errors=True, timeout=120).execute()
    for before, after in zip(cells("code"), (cell for cell in ran.cells if cell.cell_type == "code"), strict=True):
        stored, printed = ("".join(map(text_of, cell["outputs"])) for cell in (before, after))
        assert printed == stored, f"In [{after.execution_count}]; if it is right: {AGAIN}"


def test_it_is_stored_as_it_was_run_once_and_without_paths() -> None:
    code = cells("code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = "".join(text_of(output) for cell in code for output in cell["outputs"])
    assert "already exists, disallowed" in outputs and "Cell In [" in outputs
    assert not [folder for folder in ("/home/", "/tmp/", "/usr/", "site-packages", ".py") if folder in outputs]


def test_each_text_is_there_in_both_languages() -> None:
    for cell in cells("markdown"):
        *_, row = "".join(cell["source"]).splitlines()
        _, english, chinese, _ = row.split(" | ") if row.count(" | ") == 3 else ["", *row.strip("| ").split(" | "), ""]
        assert english.isascii() and not chinese.isascii()
