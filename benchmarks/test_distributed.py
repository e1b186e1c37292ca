"""Means of gradients on two ranks, whose program asserts the answers; by itself it prints figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fastscope as fs

pytest.importorskip("mpi4py")
MPIEXEC = shutil.which("mpiexec", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")]))


@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
def test_allreduce() -> None:
    program = str(Path(__file__).with_name("allreduce.py"))
    paths = [*filter(None, [os.environ.get("PYTHONPATH")]), str(Path(fs.__file__).parents[1])]
    done = subprocess.run(
        [str(MPIEXEC), "-n", "2", sys.executable, program, "500000", "1"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["megabytes"] for line in figures] == [2.0, 4e-6]
    assert all(line["ranks"] == 2 and line["ratio"] > 0 for line in figures)
