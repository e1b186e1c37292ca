"""How fast is a checkpoint read into variables, beside numpy.fromfile; and how fast is a long index listed?

1 GB of float32 in four tensors, from the page cache, checksums verified. numpy.fromfile reads the same bytes and
verifies nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from benchmarks.timing import Subject
from fastscope.checkpoint import write_bundle, write_safetensors

TENSORS = 4
NAMES = 100_000


# Not timed: what listing may take, so that it is judged as everything else is, beside another.
MOST = Subject("2 s for 100,000", lambda turns: 2.0 * turns, NAMES, turns=1)


@pytest.fixture
def files(benchmark: Any, tmp_path: Path) -> Path:
    """A folder with the same numbers as raw bytes, safetensors and a TensorFlow checkpoint."""
    elements = 10_000 if benchmark.disabled else 2**28
    values = np.random.default_rng(0).standard_normal((TENSORS, elements // TENSORS // 4, 4), np.float32)
    values.tofile(tmp_path / "raw")
    tensors = {f"w{i}": value for i, value in enumerate(values)}
    write_safetensors(str(tmp_path / "native.safetensors"), tensors)
    write_bundle(str(tmp_path / "bundle"), tensors)
    return tmp_path


def from_file(folder: Path) -> Subject:
    def loop(turns: int) -> float:
        start = time.perf_counter()
        for _ in range(turns):
            values = np.fromfile(folder / "raw", np.float32)
        took = time.perf_counter() - start
        assert values.size
        return took

    return Subject("numpy.fromfile", loop, (folder / "raw").stat().st_size, turns=1)


def declared(path: Path, *, made: bool) -> list[fs.Variable]:
    """Variables for a checkpoint's tensors, whose arrays are made already, or are not."""
    shapes = fs.train.list_variables(path)
    variables = [fs.get_variable(name, shape, initializer=fs.zeros_initializer()) for name, shape in shapes]
    if made:
        fs.global_variables_initializer().run()
    return variables


def restore(folder: Path, name: str, label: str, *, made: bool) -> Subject:
    reader = fs.train.load_checkpoint(folder / name)

    def loop(turns: int) -> float:
        took = 0.0
        for _ in range(turns):
            with fs.Graph().as_default():
                variables = declared(folder / name, made=made)
                saver = fs.train.Saver(variables)
                start = time.perf_counter()
                saver.restore(folder / name)
                took += time.perf_counter() - start
        last = reader[f"w{TENSORS - 1}"][-1]
        assert (variables[-1].array[-1] == last).all()
        return took

    return Subject(label, loop, (folder / "raw").stat().st_size, turns=1)


@pytest.mark.benchmark(group="checkpoint: ns a byte")
@pytest.mark.parametrize("name", ["native", "bundle"])
@pytest.mark.parametrize("made", [False, True], ids=["fresh", "made"])
def test_read_into_variables(measure: Callable[..., None], files: Path, name: str, made: bool) -> None:
    values = np.fromfile(files / "raw", np.float32).reshape(TENSORS, -1, 4)
    variables = declared(files / name, made=made)
    fs.train.Saver(variables).restore(files / name)
    for variable, value in zip(variables, values, strict=True):
        assert (variable.array == value).all()
    fs.reset_default_graph()
    del variables, variable, values, value  # 2 GB
    baseline = from_file(files)
    label = f"restore {name}, arrays {'made before' if made else 'not yet made'}"
    # at least 0.8 of its bandwidth
    measure(restore(files, name, label, made=made), [baseline], {baseline.label: 1 / 0.8})


@pytest.mark.benchmark(group="checkpoint: ns a tensor listed")
@pytest.mark.parametrize("kind", ["bundle", "native"])
def test_list(benchmark: Any, measure: Callable[..., None], tmp_path: Path, kind: str) -> None:
    count = 1000 if benchmark.disabled else NAMES
    shapes = [(i % 7, 3, 0) for i in range(count)]
    tensors = {
        f"model/layer_{i // 10}/block_{i % 10}/kernel": np.zeros(shape, np.float32) for i, shape in enumerate(shapes)
    }
    if kind == "bundle":
        write_bundle(str(tmp_path / "m"), tensors)
    else:
        write_safetensors(str(tmp_path / "m.safetensors"), tensors)

    assert dict(fs.train.list_variables(tmp_path / "m")) == {name: list(x.shape) for name, x in tensors.items()}

    def loop(turns: int) -> float:
        start = time.perf_counter()
        for _ in range(turns):
            found = fs.train.list_variables(tmp_path / "m")
        took = time.perf_counter() - start
        assert len(found) == count
        return took

    measure(Subject(f"list_variables, {kind}", loop, count, turns=1), [MOST], {MOST.label: 1.0})
