"""What test files written for TensorFlow take from its inner modules `test_util` and `context`.

A test runs in graph mode: what asks for both modes runs in that one, and what is about eager mode, XLA or control flow
of another kind changes nothing.

Source: tensorflow/python/framework/test_util.py, tensorflow/python/eager/context.py (TF 1.15).
"""

from __future__ import annotations

import functools
import unittest
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from .. import test
from ..arrays import gpu_count
from ..graph import Graph
from ..graph import device as _device

__all__ = [
    "IsBuiltWithROCm",
    "IsGoogleCudaEnabled",
    "IsMklEnabled",
    "NCHWToNHWC",
    "NHWCToNCHW",
    "TensorFlowTestCase",
    "also_run_as_tf_function",
    "assert_equal_graph_def",
    "assert_no_garbage_created",
    "assert_no_new_pyobjects_executing_eagerly",
    "assert_no_new_tensors",
    "assert_ops_in_graph",
    "deprecated_graph_mode_only",
    "device",
    "disable_all_xla",
    "disable_control_flow_v2",
    "disable_xla",
    "enable_control_flow_v2",
    "force_cpu",
    "force_gpu",
    "get_node_def_from_graph",
    "graph_mode",
    "in_eager_mode",
    "in_graph_mode",
    "no_xla_auto_jit",
    "num_gpus",
    "run_all_in_graph_and_eager_modes",
    "run_cuda_only",
    "run_deprecated_v1",
    "run_gpu_only",
    "run_in_graph_and_eager_modes",
    "run_v1_only",
    "run_v2_only",
    "use_deterministic_cudnn",
    "use_gpu",
    "with_control_flow_v2",
    "xla_allow_fallback",
]

TensorFlowTestCase = test.TestCase


# ---- decorators


def _as_it_is(function: Any = None, *_: Any, **__: Any) -> Any:
    """Return a function or class as it is; a text in its place is a reason."""
    return function if callable(function) else lambda decorated: decorated


also_run_as_tf_function = assert_no_garbage_created = assert_no_new_pyobjects_executing_eagerly = _as_it_is
assert_no_new_tensors = deprecated_graph_mode_only = run_deprecated_v1 = run_v1_only = _as_it_is
disable_all_xla = disable_xla = no_xla_auto_jit = xla_allow_fallback = use_deterministic_cudnn = _as_it_is
disable_control_flow_v2 = enable_control_flow_v2 = with_control_flow_v2 = _as_it_is


def run_in_graph_and_eager_modes(function: Any = None, **options: Any) -> Any:
    """Run a test in a session of its own, in graph mode."""
    if function is None:
        return lambda decorated: run_in_graph_and_eager_modes(decorated, **options)
    if isinstance(function, type):
        raise ValueError("run_in_graph_and_eager_modes is for a method; run_all_in_graph_and_eager_modes for a class.")

    @functools.wraps(function)
    def run(self: Any, *args: Any, **kwargs: Any) -> None:
        with self.test_session():
            function(self, *args, **kwargs)

    return run


def run_all_in_graph_and_eager_modes(case: Any) -> Any:
    """Run all tests of a class so."""
    for name in unittest.TestLoader().getTestCaseNames(case):
        if name in vars(case) and name != "test_session":
            setattr(case, name, run_in_graph_and_eager_modes(vars(case)[name]))
    return case


def _skipping(condition: Callable[[], bool], reason: str) -> Any:
    def decorate(function: Any = None) -> Any:
        return decorate if function is None else unittest.skipIf(condition(), reason)(function)

    return decorate


run_gpu_only = run_cuda_only = _skipping(lambda: not gpu_count(), "needs a GPU")
run_v2_only = _skipping(lambda: True, "is about TensorFlow 2")


# ---- devices


def device(use_gpu: bool) -> AbstractContextManager[Any]:
    """Run a block on the GPU, if there is one and it is asked for, else on the CPU."""
    return _device("/gpu:0" if use_gpu and gpu_count() else "/cpu:0")


def use_gpu() -> AbstractContextManager[Any]:
    """Run a block on the GPU, if there is one."""
    return device(True)


def force_gpu() -> AbstractContextManager[Any]:
    """Run a block on the GPU."""
    return _device("/gpu:0")


def force_cpu() -> AbstractContextManager[Any]:
    """Run a block on the CPU."""
    return _device("/cpu:0")


def num_gpus() -> int:
    """Return how many GPUs there are."""
    return gpu_count()


def IsBuiltWithROCm() -> bool:
    """Return False."""
    return False


IsGoogleCudaEnabled = test.is_built_with_cuda
IsMklEnabled = IsBuiltWithROCm


# ---- modes


def in_graph_mode() -> bool:
    """Return True."""
    return True


def in_eager_mode() -> bool:
    """Return False."""
    return False


def graph_mode() -> AbstractContextManager[None]:
    """Change nothing in a block."""
    return nullcontext()


# ---- arrays and graphs


def NHWCToNCHW(input_tensor: Any) -> Any:
    """Return an array, or a list of four sizes, with channels as the second axis."""
    return _ordered(input_tensor, [0, 3, 1, 2])


def NCHWToNHWC(input_tensor: Any) -> Any:
    """Return an array, or a list of four sizes, with channels as the last axis."""
    return _ordered(input_tensor, [0, 2, 3, 1])


def _ordered(value: Any, order: list[int]) -> Any:
    if isinstance(value, (list, tuple)):
        return [value[axis] for axis in order]
    if isinstance(value, np.ndarray):
        return value.transpose(order)
    from ..ops import transpose

    return transpose(value, order)


def assert_ops_in_graph(expected_ops: Mapping[str, str], graph: Graph) -> dict[str, Any]:
    """Check that operations of these names and types are there; return their NodeDefs by name."""
    found = {node.name: node for node in graph.as_graph_def().node if node.name in expected_ops}
    for name, kind in expected_ops.items():
        if name not in found or found[name].op != kind:
            there = f"a {found[name].op}" if name in found else "missing"
            raise ValueError(f"Expected op for node {name} is different. It is to be a {kind}, and is {there}.")
    return found


def assert_equal_graph_def(actual: Any, expected: Any, *_: Any, **__: Any) -> None:
    """Check that two graphs have the same nodes, in any order."""
    one, other = ({node.name: node for node in graph.node} for graph in (actual, expected))
    unittest.TestCase().assertEqual(one, other)


def get_node_def_from_graph(node_name: str, graph_def: Any) -> Any:
    """Return the node of a name, or None."""
    return next((node for node in graph_def.node if node.name == node_name), None)
