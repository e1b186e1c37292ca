"""Means of gradients on two ranks, whose program asserts the answers; by itself it prints figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fastscope as fs

pytest.importorskip("mpi4py")
MPIEXEC = shutil.which("mpiexec", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")]))


def lines_of(program: str, *arguments: int) -> list[Any]:
    """Return what a program prints on two ranks, lines of JSON."""
    paths = [*filter(None, [os.environ.get("PYTHONPATH")]), str(Path(fs.__file__).parents[1])]
    done = subprocess.run(
        [str(MPIEXEC), "-n", "2", sys.executable, str(Path(__file__).with_name(program)), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
def test_allreduce() -> None:
    figures = lines_of("allreduce.py", 500000, 1)
    assert [line["megabytes"] for line in figures] == [2.0, 4e-6]
    assert all(line["ranks"] == 2 and line["ratio"] > 0 for line in figures)


@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
def test_overlap() -> None:
    figures = lines_of("overlap.py", 4, 3, 32, 2)
    assert [line["sent"] for line in figures] == ["at the end", "when ready", "when ready, looked at", "nothing sent"]
    assert all(line["ranks"] == 2 and line["ratio"] > 0 for line in figures)
