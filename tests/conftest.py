"""A fresh default graph for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import fastscope

# benchmarks.baselines is the oracle of the store's tests.  At the end of the path: an installed fastscope goes first.
sys.path.append(str(Path(__file__).parent.parent))


# What the CPU double of CuPy has not, in its words and CuPy's: sorting, products of batches, and solvers.
NOT_ON_THE_DOUBLE = ("is not provided by the CPU double", "CUBLAS_STATUS_NOT_SUPPORTED", "libnvJitLink")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> object:
    """On the CPU double of CuPy, leave out what needs a part of CuPy that it has not; a GPU has it."""
    try:
        return (yield)
    except Exception as error:
        if "cupy_on_cpu" in sys.modules and any(words in str(error) for words in NOT_ON_THE_DOUBLE):
            pytest.skip("the CPU double has not all of CuPy")
        raise


@pytest.fixture(autouse=True)
def fresh_graph(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start at the root of an empty graph, and leave a sound one behind; in tests/graph_mode one in graph mode."""
    fastscope.enable_eager_execution()
    fastscope.reset_default_graph()
    fastscope.arrays.devices._placement_is_soft = False  # a session of an earlier test can have asked for it
    if "graph_mode" in request.path.parts:
        fastscope.disable_eager_execution()
    yield
    fastscope.get_default_graph().check()


@pytest.fixture
def tensorflow_is_fastscope() -> Iterator[None]:
    """`import tensorflow` gives fastscope in a test, and not after it."""
    finders, modules = list(sys.meta_path), set(sys.modules)
    fastscope.compat.install()
    yield
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] in ("tensorflow", "horovod", "google"):
            del sys.modules[name]


@pytest.fixture
def graph_mode(fresh_graph: None) -> Iterator[ModuleType]:
    """TensorFlow 1's face, and every graph in graph mode."""
    import fastscope.compat.v1

    fastscope.disable_eager_execution()
    yield fastscope.compat.v1
    fastscope.enable_eager_execution()
