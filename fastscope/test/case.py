"""A TestCase for programs of fastscope, and what tests ask of a machine.

Source: tensorflow/python/framework/test_util.py, tensorflow/python/platform/googletest.py (TF 1.15).
"""

from __future__ import annotations

import random
import re
import tempfile
import unittest
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from ..arrays import gpu_count, parse_device, to_numpy
from ..errors import OpError
from ..graph import (
    Graph,
    Tensor,
    current,
    reset_default_graph,
    set_random_seed,
)
from ..messages.text import parsed
from ..session.session import Session, get_default_session

__all__ = [
    "TestCase",
    "get_temp_dir",
    "gpu_device_name",
    "is_built_with_cuda",
    "is_gpu_available",
    "main",
]

_SEED = 87654321  # TensorFlow's, of the graph and of NumPy


def main(argv: list[str] | None = None) -> None:
    """Run the tests of the program's file."""
    unittest.main(argv=argv)


def get_temp_dir() -> str:
    """Return a new folder for files of tests."""
    return tempfile.mkdtemp()


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Return whether arrays can be on a GPU."""
    return gpu_count() > 0


def is_built_with_cuda() -> bool:
    """Return whether arrays can be on a GPU: what CuPy says, as nothing here is built with CUDA."""
    return is_gpu_available()


def gpu_device_name() -> str:
    """Return "/device:GPU:0"; "" where there is none."""
    return "/device:GPU:0" if is_gpu_available() else ""


class TestCase(unittest.TestCase):
    """A test with a fresh default graph, whose seed is set, and with assertions about arrays."""

    _cached: Any = None
    _folder: str | None = None

    def setUp(self) -> None:
        """Start afresh."""
        self._ClearCachedSession()
        random.seed(_SEED)
        np.random.seed(_SEED)
        reset_default_graph()
        set_random_seed(_SEED)

    def _ClearCachedSession(self) -> None:
        """Let the next block of `cached_session` open a new session."""
        if self._cached is not None:
            self._cached.close()
        self._cached = None

    def get_temp_dir(self) -> str:
        """Return a folder for files of this test."""
        self._folder = self._folder or get_temp_dir()
        return self._folder

    # ---- sessions

    @contextmanager
    def session(
        self, graph: Graph | None = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """Open a new session in a block."""
        with Session(graph=graph, config=config) as session:
            yield session

    @contextmanager
    def cached_session(
        self, graph: Graph | None = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """Open the one session of this test in a block."""
        if self._cached is None:
            self._cached = Session(graph=graph, config=config)
        with self._cached.graph.as_default(), self._cached.as_default():
            yield self._cached

    def test_session(
        self, graph: Graph | None = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> AbstractContextManager[Session]:
        """Open a session in a block: a new one for a graph that is given, else the one of this test."""
        if self.id().endswith(".test_session"):  # unittest takes it for a test
            self.skipTest("Not a test.")
        open_one = self.cached_session if graph is None else self.session
        return open_one(graph, config)

    def evaluate(self, tensors: Any) -> Any:
        """Return the values of tensors; arrays as they are."""
        if current() is None:
            return tensors
        found = get_default_session() or self._cached
        if found is not None:
            return found.run(tensors)
        with self.session() as session:
            return session.run(tensors)

    # ---- assertions

    def _array(self, value: Any) -> Any:
        if isinstance(value, Tensor) or hasattr(value, "_recorded"):
            value = self.evaluate(value)
        return np.asarray(to_numpy(value) if hasattr(value, "dtype") else value)

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None) -> None:
        """Check that two values, or two structures of values, agree within `atol + rtol * abs(b)`."""
        if isinstance(a, Mapping):
            self.assertEqual(set(a), set(b), msg)
            for key in a:
                self.assertAllClose(a[key], b[key], rtol, atol, msg)
            return
        if isinstance(a, (list, tuple)) and _is_ragged(a):
            self.assertEqual(len(a), len(b), msg)
            for one, other in zip(a, b, strict=True):
                self.assertAllClose(one, other, rtol, atol, msg)
            return
        found, wanted = self._array(a), self._array(b)
        self.assertEqual(found.shape, wanted.shape, msg)
        if not np.allclose(found, wanted, rtol, atol, equal_nan=True):  # which takes arrays as tolerances, too
            np.testing.assert_allclose(found, wanted, np.max(rtol), np.max(atol), err_msg=msg or "")

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        msg: str | None = None,
    ) -> None:
        """Check as `assertAllClose` does, with the tolerance of the less exact of the two types."""
        found, wanted = self._array(a), self._array(b)
        width = min(found.dtype.itemsize, wanted.dtype.itemsize)
        if width <= 4:
            rtol, atol = max(rtol, float_rtol), max(atol, float_atol)
        if width <= 2:
            rtol, atol = max(rtol, half_rtol), max(atol, half_atol)
        self.assertAllClose(found, wanted, rtol, atol, msg)

    def assertNotAllClose(self, a: Any, b: Any, **tolerances: Any) -> None:
        """Check that `assertAllClose` fails."""
        try:
            self.assertAllClose(a, b, **tolerances)
        except AssertionError:
            return
        self.fail("The two values are close at all elements")

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Check that two values have the same shape and equal elements; NaN equals NaN."""
        found, wanted = self._array(a), self._array(b)
        self.assertEqual(found.shape, wanted.shape, msg)
        np.testing.assert_array_equal(found, wanted, err_msg=msg or "")

    def assertProtoEquals(self, expected_message_maybe_ascii: Any, message: Any, msg: str | None = None) -> None:
        """Check that a message is as another one says, or as a text of one."""
        wanted = expected_message_maybe_ascii
        if isinstance(wanted, (str, bytes)):
            text = wanted.decode() if isinstance(wanted, bytes) else wanted
            wanted = type(message)()
            parsed(text, wanted)
        self.assertIs(type(wanted), type(message), msg)
        self.assertMultiLineEqual(str(wanted), str(message), msg)

    def assertNotAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Check that `assertAllEqual` fails."""
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        self.fail(msg or "The two values are equal at all elements")

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """Check that each element is greater than a number."""
        self.assertGreater(self._array(a).min(), comparison_target)

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """Check that each element is less than a number."""
        self.assertLess(self._array(a).max(), comparison_target)

    def assertAllInRange(self, target: Any, lower_bound: Any, upper_bound: Any) -> None:
        """Check that each element is in [lower_bound, upper_bound]."""
        array = self._array(target)
        outside = (array < lower_bound) | (array > upper_bound) | np.isnan(array)
        self.assertFalse(
            outside.any(), f"{outside.sum()} of {array.size} elements are outside [{lower_bound}, {upper_bound}]"
        )

    def assertNear(self, f1: float, f2: float, err: float, msg: str | None = None) -> None:
        """Check that two numbers differ by no more than `err`."""
        shown = f"{float(f1):f} != {float(f2):f} +/- {float(err):f}{f' ({msg})' if msg else ''}"
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, shown)

    def assertArrayNear(self, farray1: Any, farray2: Any, err: float, msg: str | None = None) -> None:
        """Check that the numbers of two lists differ by no more than `err`."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for one, other in zip(farray1, farray2, strict=True):
            self.assertNear(float(one), float(other), err, msg)

    def assertShapeEqual(self, np_array: Any, tf_tensor: Any, msg: str | None = None) -> None:
        """Check that a tensor's static shape is the shape of an array."""
        self.assertAllEqual(np_array.shape, tf_tensor.get_shape().as_list(), msg)

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """Check the dtype of an array."""
        self.assertEqual(self._array(target).dtype, np.dtype(expected_dtype))

    def assertStartsWith(self, actual: str, expected_start: str, msg: str | None = None) -> None:
        """Check how a text begins."""
        self.assertTrue(
            actual.startswith(expected_start), f"{actual!r} does not start with {expected_start!r} {msg or ''}"
        )

    def assertItemsEqual(self, first: Any, second: Any, msg: str | None = None) -> None:
        """Check that two lists have the same things in them, in any order."""
        self.assertCountEqual(first, second, msg)

    def assertEmpty(self, container: Any, msg: str | None = None) -> None:
        """Check that there is nothing in it."""
        self.assertEqual(len(container), 0, msg)

    def assertNotEmpty(self, container: Any, msg: str | None = None) -> None:
        """Check that there is something in it."""
        self.assertNotEqual(len(container), 0, msg)

    def assertLen(self, container: Any, expected_len: int, msg: str | None = None) -> None:
        """Check how many things are in it."""
        self.assertEqual(len(container), expected_len, msg)

    @contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type: type[BaseException], expected_err_re_or_predicate: str | Callable[[Any], Any]
    ) -> Iterator[None]:
        """Check that the block raises an error whose message has a pattern in it, or for which a function holds."""
        wanted = expected_err_re_or_predicate
        try:
            yield
        except exception_type as error:
            holds = wanted(error) if callable(wanted) else re.search(wanted, str(error))
            self.assertTrue(holds, f"Exception of type {type(error)}: {error}")
        else:
            self.fail(f"{exception_type.__name__} not raised")

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """Check that all numbers are as large as a number, or larger."""
        self.assertTrue((self._array(a) >= comparison_target).all())

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """Check that no number is larger than a number."""
        self.assertTrue((self._array(a) <= comparison_target).all())

    def assertAllInSet(self, target: Any, expected_set: Iterable[Any]) -> None:
        """Check that all values are of a set."""
        self.assertLessEqual(set(self._array(target).ravel().tolist()), set(expected_set))

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: str | None = None) -> None:
        """Check that the distance of two arrays, the root of the sum of squares, is no more than `err`."""
        self.assertLessEqual(float(np.linalg.norm(self._array(ndarray1) - self._array(ndarray2))), err, msg)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: str | None = None) -> None:
        """Check that two texts name the same device."""
        self.assertEqual(parse_device(str(device1 or "")), parse_device(str(device2 or "")), msg)

    # what Python's own TestCase had by other names until 3.12
    assertEquals = unittest.TestCase.assertEqual
    assertNotEquals = unittest.TestCase.assertNotEqual
    assertAlmostEquals = unittest.TestCase.assertAlmostEqual
    assertRaisesRegexp = unittest.TestCase.assertRaisesRegex
    assertRegexpMatches = unittest.TestCase.assertRegex
    assertNotRegexpMatches = unittest.TestCase.assertNotRegex
    assert_ = unittest.TestCase.assertTrue

    def assertRaisesOpError(self, expected_err_re_or_predicate: str | Callable[[Any], Any]) -> Any:
        """Check that the block raises an OpError; see `assertRaisesWithPredicateMatch`."""
        return self.assertRaisesWithPredicateMatch(OpError, expected_err_re_or_predicate)


def _is_ragged(values: Any) -> bool:
    """Return whether a list's values are of several shapes, or mappings."""
    if any(isinstance(value, (Mapping, Tensor)) for value in values):
        return True
    try:
        return len({np.shape(value) for value in values}) > 1
    except ValueError:
        return True
