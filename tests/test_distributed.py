"""Several ranks, started by mpiexec: what they compute together, and what happens when one fails."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.arrays import gpu_count

pytest.importorskip("mpi4py")
MPIEXEC = shutil.which("mpiexec", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")]))
if MPIEXEC is None:
    pytest.skip("no mpiexec", allow_module_level=True)
PROGRAMS = Path(__file__).parent / "distributed"
EXAMPLES = Path(__file__).parents[1] / "examples"


def started(
    count: int, program: str | Path, *arguments: object, start: Sequence[str] = (), **variables: str
) -> subprocess.Popen[str]:
    package = str(Path(tf.__file__).parents[1])
    paths = [*filter(None, [os.environ.get("PYTHONPATH")]), package]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1", **variables}
    environment["TERM"] = "dumb"  # Open MPI gives its processes a terminal, on which the example draws
    command = [MPIEXEC, "-n", str(count), sys.executable, *start, str(PROGRAMS / program), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    try:
        output = process.communicate(timeout=120)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, *output)


def ranks(count: int, program: str | Path, *arguments: object, **how: Any) -> subprocess.CompletedProcess[str]:
    return ended(started(count, program, *arguments, **how))


@pytest.mark.parametrize("count", [2, 3])
def test_eager(count: int, tmp_path: Path) -> None:
    done = ranks(count, "eager.py", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("is done") == count


@pytest.mark.parametrize("count", [2, 3])
def test_graph(count: int, tmp_path: Path) -> None:
    done = ranks(count, "graph.py", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("is done") == count


def test_char_rnn_equals_one_process_with_the_double_batch(tmp_path: Path) -> None:
    char_rnn = EXAMPLES / "char_rnn.py"
    options = "--num-units 24 --device /cpu:0 --steps 20 --seed 1".split()
    two = ranks(2, char_rnn, *options, "--batch-size", 8, "--distributed", "--output", tmp_path / "two")
    one = ranks(1, char_rnn, *options, "--batch-size", 16, "--output", tmp_path / "one")
    assert two.returncode == one.returncode == 0, two.stderr + one.stderr
    assert two.stdout.count("step 20") == 2  # the first rank alone talks: losses, and the report
    found, wanted = (tf.train.load_checkpoint(tmp_path / name / "model-20") for name in ("two", "one"))
    assert set(found) == set(wanted)
    for name in set(found) - {"options", "seconds"}:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-5, atol=2e-6, err_msg=name)


def test_char_rnn_stopped_by_ctrl_c_goes_on_to_the_same_end(tmp_path: Path) -> None:
    if "Open MPI" in subprocess.run([str(MPIEXEC), "--version"], capture_output=True, text=True).stdout:
        pytest.skip("Open MPI's mpiexec ends all at once")
    char_rnn = EXAMPLES / "char_rnn.py"
    options = "--num-units 24 --batch-size 8 --device /cpu:0 --seed 1 --steps 400 --distributed --output".split()
    process = started(2, char_rnn, *options, tmp_path / "part")
    deadline = time.monotonic() + 60
    while tf.train.latest_checkpoint(tmp_path / "part") is None:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)  # mpiexec sends it on
    part = ended(process)
    assert part.returncode == 0 and "stopped by Ctrl-C" in part.stdout, part.stdout + part.stderr
    assert 0 < tf.train.load_checkpoint(tmp_path / "part")["global_step"] < 400
    rest = ranks(2, char_rnn, "--resume", "--distributed", "--output", tmp_path / "part")
    whole = ranks(2, char_rnn, *options, tmp_path / "whole")
    assert whole.returncode == rest.returncode == 0, whole.stderr + rest.stderr
    found, wanted = (tf.train.load_checkpoint(tmp_path / name / "model-400") for name in ("part", "whole"))
    assert set(found) == set(wanted)
    for name in set(found) - {"options", "seconds", "curve/train", "curve/held_out"}:
        np.testing.assert_array_equal(found[name], wanted[name], err_msg=name)


@pytest.mark.gpu
@pytest.mark.parametrize("way", ["pinned", "direct"])
def test_on_a_gpu(way: str) -> None:
    if not gpu_count():
        pytest.skip("needs CuPy and a GPU, or CuPy on the CPU double: -p cupy_on_cpu")
    double = sys.modules.get("cupy_on_cpu")
    if way == "direct" and double is None:
        pytest.skip("needs an MPI that is CUDA-aware, or the double, whose GPU is memory of the host")
    start = [double.__file__] if double and double.__file__ else []
    done = ranks(2, "gpu.py", way, start=start, CUPY_ON_CPU_PROTECT="0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("is done") == 2
    ways = {
        "pinned": "through pinned memory of the host: it is not CUDA-aware",
        "direct": "as they lie: it is CUDA-aware",
    }
    assert done.stderr.count(ways[way]) == 1, done.stderr


def test_a_program_for_horovod(tmp_path: Path) -> None:
    done = ranks(2, "horovod_program.py", start=["-m", "fastscope", "run"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ends with [-0.5 -0.5]") == 2


FAILURES = {
    "raises": r"rank 1 of \d ends all ranks: KeyError: 'no such word'",
    "killed": r"rank 1 is (process \d+|dead)",  # mpiexec kills the others, and tells the number of the process
    "hangs": r"waited for [\d.]+ s, and rank 1 does not answer: it hangs, or works alone",
    "stops": r"waited for [\d.]+ s, and rank 1 does not answer: it hangs, or works alone",
    "ends": "and rank 1 is at its end",
    "elsewhere": r"rank 0 is at allreduce_gradients \(call \d+\), rank 1 at allreduce",
    "variable": r"rank 0 has only 2 arrays, rank 1 has extra:0 \(2,\) float32",
    "shape": r"rank 0 has b:0 \(4,\) float32, rank 1 has b:0 \(5,\) float32",
    "dtype": r"rank 0 has w:0 \(3, 4\) float32, rank 1 has w64:0 \(3, 4\) float64",
    "nan": "a gradient is not finite: that of w:0 on rank 1. No variable was changed",
}


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("what", FAILURES)
def test_a_rank_that_fails_ends_all(what: str, count: int, tmp_path: Path) -> None:
    done = ranks(count, "failing.py", what, tmp_path)
    assert done.returncode != 0 and "it happens" in done.stdout
    assert re.search(FAILURES[what], done.stderr), done.stderr
    if pid := re.search(r"PID (\d+) RUNNING", done.stderr):
        assert what != "killed" or f"rank 1 is process {pid[1]}" in done.stderr
    latest = tf.train.latest_checkpoint(tmp_path)
    assert latest is not None and latest.endswith("model-3")
    np.testing.assert_allclose(tf.train.load_checkpoint(latest)["w"], np.full([3, 4], 0.7), rtol=1e-6)
