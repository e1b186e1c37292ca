"""Without CuPy, with CuPy but no GPU, with a broken CuPy: clear errors, and a CPU path that never looks.

Each program runs in a Python of its own, since what was imported stays imported; a folder in front of
its path stands in for the CuPy in question.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fastscope

ROOT = Path(fastscope.__file__).parent.parent

NO_DEVICE = """
class ndarray: ...
class cuda:
    class runtime:
        class CUDARuntimeError(RuntimeError): ...
        def getDeviceCount():
            raise cuda.runtime.CUDARuntimeError('cudaErrorNoDevice: no CUDA-capable device is detected')
"""
CUPIES = {
    "no CuPy": None,
    "no GPU": NO_DEVICE,
    "broken": "raise ImportError('libcublas.so.13: cannot open shared object file')",
}

HIDE = """
import importlib.abc, sys
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == 'cupy':
            raise ModuleNotFoundError("No module named 'cupy'", name='cupy')
sys.meta_path.insert(0, Hide())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == 'cupy' else found(name, *rest)
"""

CPU_PROGRAM = """
import numpy as np, sys
import fastscope as tf
from fastscope import vjp
tf.set_random_seed(1)
cell = tf.nn.rnn_cell.BasicLSTMCell(8)
x = np.ones([3, 5, 4], np.float32)
outputs, pull = vjp.dynamic_rnn(cell, x, dtype=tf.float32)
grads = vjp.Gradients()
pull(outputs, into=grads)
tf.train.AdamOptimizer(0.1).apply_gradients(grads)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
assert all(type(v.array) is np.ndarray for v in tf.global_variables())
print('trained on', cell.weights[0].array.shape)
"""

WANT_GPU = """
import fastscope as tf
with tf.device('/gpu:0'):
    v = tf.get_variable('v', [2])
try:
    v.array
except Exception as error:
    print(type(error).__name__, '|', error)
v = tf.get_variable('w', [2])
print('and the default is', type(v.array).__module__)
"""


def python(program: str, tmp_path: Path, cupy: str | None, **environment: str) -> str:
    """Run a program with a CuPy of this kind, and return what it prints; it must end well."""
    if cupy is not None:
        (tmp_path / "cupy.py").write_text(cupy)
    path = os.pathsep.join([str(tmp_path), str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    kept = {name: value for name, value in os.environ.items() if name != "FASTSCOPE_DEVICE"}
    done = subprocess.run(
        [sys.executable, "-c", (HIDE if cupy is None else "") + program],
        env={**kept, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=CUPIES)
def cupy(request: pytest.FixtureRequest) -> str | None:
    return CUPIES[request.param]


class TestCPU:
    def test_is_the_default(self, tmp_path: Path, cupy: str | None) -> None:
        assert python(CPU_PROGRAM, tmp_path, cupy) == "trained on (12, 32)\n"

    def test_never_imports_cupy(self, tmp_path: Path) -> None:
        """Told to use the CPU, it doesn't even look whether CuPy is there."""
        program = CPU_PROGRAM + "assert 'cupy' not in sys.modules\n"
        bomb = "raise SystemExit('cupy was imported')"
        got = python(program, tmp_path, bomb, FASTSCOPE_DEVICE="/cpu:0")
        assert got == "trained on (12, 32)\n"

    def test_import_does_not_look(self, tmp_path: Path) -> None:
        program = (
            "import sys, fastscope, fastscope.vjp, fastscope.fused\n"
            "with fastscope.device('/cpu:0'):\n"
            "    fastscope.get_variable('v', [2]).numpy()\n"
            "print([name for name in sys.modules if name.startswith('cupy')])\n"
        )
        assert python(program, tmp_path, "raise SystemExit('cupy was imported')") == "[]\n"

    def test_cuda_sources_need_no_cupy(self, tmp_path: Path) -> None:
        """The modules of the GPU path import, so that a type checker and a reader need no CuPy."""
        program = "import sys, fastscope.fused.cuda as c; print('lstm_step' in c.__all__, 'cupy' in sys.modules)"
        assert python(program, tmp_path, None) == "True False\n"


class TestWantingAGPU:
    def test_without_cupy(self, tmp_path: Path) -> None:
        error, default = python(WANT_GPU, tmp_path, None).splitlines()
        assert error.startswith("ModuleNotFoundError |")
        assert "fastscope[cuda12]" in error
        assert "fastscope[cuda13]" in error
        assert default == "and the default is numpy"

    def test_with_cupy_and_no_gpu(self, tmp_path: Path) -> None:
        error, default = python(WANT_GPU, tmp_path, NO_DEVICE).splitlines()
        assert error.startswith("RuntimeError |")
        assert "/gpu:0" in error
        assert default == "and the default is numpy"

    def test_with_a_broken_cupy(self, tmp_path: Path) -> None:
        error, default = python(WANT_GPU, tmp_path, CUPIES["broken"]).splitlines()
        assert error.startswith("ImportError |")
        assert "libcublas.so.13" in error
        assert default == "and the default is numpy"
