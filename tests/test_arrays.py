"""arrays: dtype rules for values, devices, and CuPy looked for no sooner than needed."""

from __future__ import annotations

import importlib
import subprocess
import sys
import types
from collections.abc import Iterator

import numpy as np
import pytest

from fastscope import arrays
from fastscope.arrays import CPU, Device, as_array, default_device, devices, dtypes, parse_device


class Holder:
    """Stands for a Variable: `_read` answers its array."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def _read(self) -> np.ndarray:
        return self.array


class Parts:
    """Stands for a PartitionedVariable."""

    def as_tensor(self) -> np.ndarray:
        return np.array([3.0, 4.0])


# ---- values


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.5, "float32"),
        ([1, 2.5], "float32"),
        (3, "int32"),
        ([[1], [2]], "int32"),
        (2**40, "int64"),
        ([1, -(2**31) - 1], "int64"),
        (True, "bool"),
        ([], "float32"),
        (1 + 2j, "complex128"),
        (np.float64(1.5), "float64"),
        (np.zeros(2), "float64"),
        (np.int8(3), "int8"),
        ([np.float64(1.5)], "float32"),
    ],
)
def test_dtype_of_a_value(value: object, dtype: str) -> None:
    array = as_array(value)
    assert array.dtype.name == dtype
    np.testing.assert_array_equal(array, np.asarray(value))


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (3, dtypes.float32),
        (3, "float64"),
        ([1.5, 2.5], np.float64),
        (np.array([1.5]), dtypes.float16),
        (np.array([3, 4]), "float32"),
        ([], dtypes.int32),
        (2.0, "complex64"),
        (200, "uint8"),
        ([1.5, -3.0], dtypes.bfloat16),
        (np.arange(3, dtype=">i4"), "int32"),
    ],
)
def test_a_dtype_that_fits(value: object, dtype: object) -> None:
    array = as_array(value, dtype)
    assert array.dtype == dtypes.as_dtype(dtype).dtype
    assert array.dtype.isnative
    np.testing.assert_array_equal(array.astype(np.complex128), np.asarray(value))


@pytest.mark.parametrize(
    ("value", "dtype", "found"),
    [
        (1.5, "int32", "float"),
        ([1, 1.5], "int32", "float"),
        (np.array([1.5]), "int32", "float64"),
        (True, "float32", "bool"),
        (1, "bool", "int"),
        (1j, "float32", "complex"),
        ("text", "int32", "str"),
        (3, "string", "int"),
    ],
)
def test_a_dtype_that_does_not_fit(value: object, dtype: str, found: str) -> None:
    with pytest.raises(TypeError, match=f"^Expected {dtype}, got .* of type '{found}' instead\\.") as caught:
        as_array(value, dtype)
    assert "tf.cast" in str(caught.value)


def test_the_element_that_does_not_fit_is_named() -> None:
    with pytest.raises(TypeError, match="^Expected int32, got 2.5 of type 'float' instead"):
        as_array([[1, 2], (1, 2.5)], "int32")
    with pytest.raises(TypeError, match="^Expected bool, got 3 of type 'int' instead"):
        as_array([True, 3], "bool")


def test_numbers_are_no_text() -> None:
    with pytest.raises(TypeError, match="numbers and text do not mix"):
        as_array([1, "a"])
    with pytest.raises(TypeError, match="numbers and text do not mix"):
        as_array([["a", 2.5]])


def test_a_number_too_large_is_refused() -> None:
    with pytest.raises(OverflowError, match=r"^Expected integers from -128 to 127 for int8, got 300\..*tf.int64"):
        as_array(300, "int8")
    for negative in ([1, -1], np.array([1, -1]), np.int8(-1)):
        with pytest.raises(OverflowError, match="from 0 to 255 for uint8, got -1"):
            as_array(negative, "uint8")
    with pytest.raises(OverflowError, match="got -1"):
        as_array(np.array([1, -1]), "uint64")
    assert as_array(np.array([2**31 - 1, -(2**31)]), "int32").tolist() == [2**31 - 1, -(2**31)]


def test_long_arrays_are_short_in_messages() -> None:
    with pytest.raises(TypeError, match=r"an array of shape \(1000, 3\) and dtype float64"):
        as_array(np.zeros((1000, 3)), "int32")


def test_text_is_bytes() -> None:
    array = as_array([["ab", b"c"], ["d\u00e9", ""]])
    assert array.dtype == object
    assert array.tolist() == [[b"ab", b"c"], ["d\u00e9".encode(), b""]]
    assert as_array("x", "string")[()] == b"x"


def test_no_array_at_all() -> None:
    ragged = r"Argument must be a dense tensor: \[\[1, 2\], \[3\]\] - got shape \[2\], but wanted \[2, 2\]"
    with pytest.raises(ValueError, match=ragged):
        as_array([[1, 2], [3]])
    no_array = "^Failed to convert object of type <class 'dict'> to Tensor. Contents: {'a': 1}"
    with pytest.raises(TypeError, match=no_array):
        as_array({"a": 1})
    with pytest.raises(ValueError, match="^None values not supported"):
        as_array(None)


def test_arrays_are_not_copied_without_need() -> None:
    array = np.arange(6.0)
    assert as_array(array) is array
    assert as_array(array, "float64", CPU) is array
    assert as_array(Holder(array)) is array


def test_unwrap() -> None:
    array = np.arange(3)
    assert arrays.unwrap(array) is array
    assert arrays.unwrap(Holder(array)) is array
    assert arrays.unwrap(Parts()).tolist() == [3.0, 4.0]
    assert arrays.unwrap(7) == 7
    assert arrays.to_numpy(Holder(array)) is array
    assert arrays.to_numpy([1, 2]).tolist() == [1, 2]


def test_subclasses_become_plain_arrays() -> None:
    assert type(as_array(np.ma.array([1.0, 2.0]))) is np.ndarray


# ---- devices


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("/cpu:0", "/cpu:0"),
        ("cpu", "/cpu:0"),
        ("CPU:0", "/cpu:0"),
        ("/gpu:1", "/gpu:1"),
        ("gpu", "/gpu:0"),
        ("/device:GPU:2", "/gpu:2"),
        ("device:gpu:*", "/gpu:0"),
        ("/job:worker/replica:0/task:3/device:GPU:4", "/gpu:4"),
        ("/job:x/task:0/gpu:0", "/gpu:0"),
        ("job:localhost/cpu:0", "/cpu:0"),
        ("//cpu:0", "/cpu:0"),
        ("/device:CPU:1", "/cpu:0"),  # the CPU is one device, whatever its number
        ("/job:x//gpu:1/", "/gpu:1"),
    ],
)
def test_parse_device(spec: str, name: str) -> None:
    device = parse_device(spec)
    assert device.name == str(device) == name
    assert parse_device(device) is device


@pytest.mark.parametrize("spec", ["/tpu:0", "/gpu:-1", "gpu0", "/gpu:0/x", "nonsense", 3])
def test_bad_devices(spec: object) -> None:
    with pytest.raises(ValueError, match="^Cannot read the device .*'/cpu:0'"):
        parse_device(spec)  # type: ignore[arg-type]


def test_devices_compare_by_value() -> None:
    assert Device("gpu", 1) == parse_device("/gpu:1") != Device("gpu", 0) != CPU
    assert len({Device("gpu", 1), parse_device("gpu:1"), CPU}) == 2
    assert Device("gpu", 1) != "/gpu:1"
    assert repr(Device("gpu", 1)) == "Device('gpu', 1)"


def test_the_cpu() -> None:
    assert CPU.xp is np
    with CPU.activate():
        assert arrays.device_of(np.zeros(2)) == CPU
    array = np.zeros(2)
    assert arrays.move(array, CPU) is array
    assert arrays.array_module(array, 3, None) is np


class FakeCupy(types.ModuleType):
    """As much of CuPy as `arrays` touches, its arrays being NumPy's."""

    class ndarray(np.ndarray):
        @property
        def device(self) -> types.SimpleNamespace:  # type: ignore[override]
            return types.SimpleNamespace(id=FakeCupy.active)

        def get(self) -> np.ndarray:
            return self.view(np.ndarray).copy()

    active = 0

    def __init__(self, gpus: int) -> None:
        super().__init__("cupy")

        class CUDARuntimeError(RuntimeError):
            pass

        def count() -> int:
            if gpus == 0:
                raise CUDARuntimeError("cudaErrorNoDevice")
            return gpus

        class Scope:
            def __init__(self, index: int) -> None:
                self.index = index

            def __enter__(self) -> None:
                FakeCupy.active = self.index

            def __exit__(self, *error: object) -> None:
                FakeCupy.active = 0

        runtime = types.SimpleNamespace(getDeviceCount=count, CUDARuntimeError=CUDARuntimeError)
        self.cuda = types.SimpleNamespace(runtime=runtime, Device=Scope)

    def asarray(self, value: object) -> np.ndarray:
        return np.array(value).view(FakeCupy.ndarray)


@pytest.fixture(autouse=True)
def _forget_devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("FASTSCOPE_DEVICE", raising=False)
    caches = (devices._found_device, devices._cupy_with_gpu)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def no_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    monkeypatch.setattr(devices, "_cupy_is_installed", lambda: False)


def test_default_device_without_cupy(no_cupy: None) -> None:
    assert default_device() == CPU
    assert arrays.gpu_count() == 0


def test_default_device_with_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy(2))
    assert default_device() == Device("gpu", 0)


def test_default_device_with_cupy_and_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy(0))
    assert default_device() == CPU


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy(2))
    monkeypatch.setenv("FASTSCOPE_DEVICE", "cpu")
    assert default_device() == CPU
    monkeypatch.setenv("FASTSCOPE_DEVICE", "/gpu:1")
    assert default_device() == parse_device("/job:worker") == Device("gpu", 1)
    monkeypatch.setenv("FASTSCOPE_DEVICE", "quantum")
    with pytest.raises(ValueError, match="'quantum'"):
        default_device()


def test_a_gpu_without_cupy_names_the_extras(no_cupy: None) -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        _ = Device("gpu").xp
    for word in ("fastscope[cuda12]", "fastscope[cuda13]", "/cpu:0", "FASTSCOPE_DEVICE"):
        assert word in str(caught.value)


def test_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for count, there in ((0, "no GPU"), (1, "one GPU, /gpu:0"), (2, "GPUs /gpu:0 to /gpu:1")):
        monkeypatch.setitem(sys.modules, "cupy", FakeCupy(count))
        devices._cupy_with_gpu.cache_clear()
        with pytest.raises(RuntimeError, match=f"Cannot use device /gpu:3: CuPy sees {there}"):
            Device("gpu", 3).activate()


def test_a_broken_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise RuntimeError(f"no libcuda for {name}")

    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    monkeypatch.setattr(devices, "_cupy_is_installed", lambda: True)
    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ImportError, match=r"no libcuda for cupy.*fastscope\[cuda12\]"):
        arrays.import_cupy()
    with pytest.warns(RuntimeWarning, match="no libcuda for cupy"):
        assert default_device() == CPU


def test_arrays_move(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeCupy(2)
    monkeypatch.setitem(sys.modules, "cupy", fake)
    host = np.arange(3.0)
    there = arrays.move(host, Device("gpu", 0))
    assert isinstance(there, fake.ndarray)
    assert arrays.array_module(host, there) is fake
    assert arrays.device_of(there) == Device("gpu", 0)
    assert arrays.move(there, Device("gpu", 0)) is there
    back = arrays.move(there, CPU)
    assert type(back) is np.ndarray
    assert back.tolist() == arrays.to_numpy(there).tolist() == [0, 1, 2]
    assert as_array(there) is there
    assert isinstance(as_array([1, 2], "float32", Device("gpu", 0)), fake.ndarray)
    with pytest.raises(TypeError, match="Expected int32"):
        as_array(there, "int32")


def test_the_import_looks_for_nothing() -> None:
    program = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("cupy", "ml_dtypes"):
            raise AssertionError(f"import fastscope looked for {name}")
sys.meta_path.insert(0, Refuse())
import fastscope
assert "cupy" not in sys.modules and "ml_dtypes" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
