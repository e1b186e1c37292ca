"""The store on an interpreter where nothing holds of what its fast path rests on: the ordinary path, silently.

It is built once more, with a header that answers the checks at import wrongly.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import fastscope as fs

pytest.importorskip("Cython")
ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent / "other_builds"
COMPILER = shutil.which("cc") or shutil.which("gcc")
KNOWN = sys.implementation.name == "cpython" and (3, 11) <= sys.version_info[:2] <= (3, 15)
if COMPILER is None or not KNOWN or not (ROOT / "src" / "_store.pyx").exists():
    pytest.skip("no compiler, no source, or an interpreter that is not known anyway", allow_module_level=True)
if "LD_PRELOAD" in os.environ or fs.build_info()["path"] == "ordinary":
    pytest.skip("built in another way already", allow_module_level=True)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the store with the lies; return the environment of a process that has it."""
    folder = tmp_path_factory.mktemp("lies")
    source, built = folder / "_store.c", folder / f"_store{sysconfig.get_config_var('EXT_SUFFIX')}"
    compile = (
        "from Cython.Compiler.Main import CompilationOptions, compile; import sys; "
        "options = CompilationOptions(output_file=sys.argv[1], include_path=['src']); "
        "sys.exit(compile('src/_store.pyx', options, full_module_name='fastscope._store').num_errors)"
    )
    subprocess.run([sys.executable, "-c", compile, source], check=True, cwd=ROOT)
    headers = {sysconfig.get_path("include"), sysconfig.get_path("platinclude")}
    subprocess.run(
        [str(COMPILER), "-O1", "-fPIC", "-shared", "-fvisibility=hidden", "-w", "-include", HERE / "lies.h",
         f"-I{ROOT / 'src'}", *(f"-I{path}" for path in headers), source, "-o", built],
        check=True,
    )  # fmt: skip
    paths = [str(HERE), str(Path(fs.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "LYING_STORE": str(built)}


def test_build_info_says_what_does_not_hold_and_why(environment: dict[str, str]) -> None:
    program = "import lying_store, json, fastscope as fs; print(json.dumps(fs.build_info()))"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    info = json.loads(done.stdout)
    assert (info["path"], done.stderr) == ("ordinary", "")
    missing = {
        "the caller is read from its frame": "the running frame's code and instruction are not where they were",
        "frames are used again": "a reference count does not tell whether an object is held elsewhere",
    }
    if sys.version_info >= (3, 14):  # before, the field is part of CPython's documented interface
        missing["the context is a field"] = "PyThreadState.context is not the context that was entered"
    assert info["missing"] == missing


def test_everything_works_all_the_same(environment: dict[str, str]) -> None:
    files = ["test_store.py", "test_scopes.py", "test_tasks.py", "test_threads.py", "test_build_info.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "lying_store", "-p", "no:cacheprovider"]
    only_fast = ["--deselect", "tests/test_build_info.py::test_every_fact_holds"]
    done = subprocess.run(
        [*command, *only_fast, *(f"tests/{name}" for name in files)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "failed" not in done.stdout
