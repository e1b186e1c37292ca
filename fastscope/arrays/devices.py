"""NumPy and CuPy: which of the two an array belongs to, and devices.

The array decides: `xp = array_module(x)` is numpy or cupy, and code goes on as `xp.exp(x)`. This is
the only module that imports CuPy, and it does so no sooner than the first array has to be made on a
device that may be a GPU: `import fastscope` does not look for it.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
import sys
import warnings
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import numpy as np

from ..errors import arrays as errors
from ..errors.reprs import never_raises

__all__ = [
    "CPU",
    "Device",
    "allow_soft_placement",
    "array_module",
    "default_device",
    "device_of",
    "device_text",
    "gpu_count",
    "import_cupy",
    "joined_devices",
    "move",
    "parse_device",
    "to_numpy",
    "unwrap",
]


def array_module(*arrays: Any) -> Any:
    """Return cupy if one of `arrays` is a CuPy array, else numpy."""
    cupy = sys.modules.get("cupy")  # a CuPy array exists only where somebody imported CuPy
    if cupy is not None and any(isinstance(array, cupy.ndarray) for array in arrays):
        return cupy
    return np


def import_cupy() -> Any:
    """Return the module cupy.

    Raises:
        ModuleNotFoundError: CuPy is not installed; the message names the extras to install.
        ImportError: CuPy is installed but broken.
    """
    cupy = sys.modules.get("cupy")
    if cupy is not None:
        return cupy
    if not _cupy_is_installed():
        raise errors.cupy_missing()
    try:
        return importlib.import_module("cupy")
    except Exception as reason:
        raise errors.cupy_broken(reason) from reason


def _cupy_is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("cupy") is not None


def gpu_count() -> int:
    """Return how many GPUs CuPy sees: 0 without CuPy or driver; 0 and a warning if it is broken."""
    if "cupy" not in sys.modules and not _cupy_is_installed():
        return 0
    try:
        cupy = import_cupy()
    except ImportError as broken:
        warnings.warn(str(broken), RuntimeWarning, stacklevel=2)
        return 0
    try:
        return int(cupy.cuda.runtime.getDeviceCount())
    except cupy.cuda.runtime.CUDARuntimeError:
        return 0


class Device:
    """Where an array lives: `kind` "cpu" or "gpu", `index` from 0; compared by value."""

    __slots__ = ("index", "kind")

    def __init__(self, kind: str, index: int = 0) -> None:
        self.kind: Final = kind
        self.index: Final = index

    @property
    def name(self) -> str:
        """TF's short name, `"/gpu:0"`."""
        return f"/{self.kind}:{self.index}"

    @property
    def xp(self) -> Any:
        """The module that makes arrays here: numpy or cupy.

        Raises:
            ImportError: this is a GPU and CuPy is missing or broken.
            RuntimeError: this machine has no such GPU.
        """
        if self.kind == "cpu":
            return np
        return _cupy_with_gpu(self.index)

    def activate(self) -> AbstractContextManager[Any]:
        """Return a context manager in which arrays are made here; see `xp` for what it raises."""
        if self.kind == "cpu":
            return nullcontext()
        device: AbstractContextManager[Any] = self.xp.cuda.Device(self.index)
        return device

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Device):
            return NotImplemented
        return (self.kind, self.index) == (other.kind, other.index)

    def __hash__(self) -> int:
        return hash((self.kind, self.index))

    @never_raises
    def __repr__(self) -> str:
        return f"Device({self.kind!r}, {self.index})"

    def __str__(self) -> str:
        return self.name


CPU: Final = Device("cpu", 0)


@functools.cache
def _cupy_with_gpu(index: int) -> Any:
    """Return cupy, knowing that GPU `index` is there; asked once a GPU: a hot path leads here."""
    cupy = import_cupy()
    count = gpu_count()
    if index >= count:
        raise errors.no_such_gpu(f"/gpu:{index}", count)
    return cupy


# '/gpu:1', 'cpu:0', 'gpu', '/device:GPU:0', '/job:worker/replica:0/task:3/gpu:0', '/job:ps/task:0';
# not compiled here: that would cost a millisecond of the import
_DEVICE_SPEC: Final = (
    r"(?i)(?:/*job:(?P<job>[\w-]+))?(?:/*replica:(?P<replica>\d+))?(?:/*task:(?P<task>\d+))?"
    r"(?:(?:^|/)/*(?:device:)?(?P<kind>cpu|gpu)(?::(?P<index>\d+|\*))?)?/*"
)


def parse_device(spec: str | Device) -> Device:
    """Return the device that `spec` names in one of TF's spellings.

    A spec without CPU or GPU in it, such as `"/job:worker"` or `""`, leaves the choice open:
    `default_device()`.

    Raises:
        ValueError: no device is spelled so.
    """
    if isinstance(spec, Device):
        return spec
    return _named_device(spec, "the device") or default_device()


def _named_device(spec: Any, where: str) -> Device | None:
    """Read `spec`, which came from `where`; None if it leaves the choice open."""
    match = re.fullmatch(_DEVICE_SPEC, spec) if isinstance(spec, str) else None
    if match is None:
        raise errors.bad_device(spec, where)
    if match["kind"] is None:
        return None
    index = 0 if match["index"] in (None, "*") else int(match["index"])
    if match["kind"].lower() == "cpu" or (_placement_is_soft and not _has_gpu(index)):
        return CPU
    return Device("gpu", index)


_placement_is_soft = False


def allow_soft_placement() -> bool:
    """Let the name of a GPU that is not there mean the CPU, from now on in the process; return whether it is new."""
    global _placement_is_soft
    before, _placement_is_soft = _placement_is_soft, True
    return not before


@functools.cache
def _has_gpu(index: int) -> bool:
    return index < gpu_count()


@functools.lru_cache(1024)
def device_text(spec: str) -> str:
    """Return `spec` as TensorFlow's graphs have it: "/gpu:0" is "/device:GPU:0", "cpu" is "/device:CPU:*".

    Raises:
        ValueError: no device is spelled so.
    """
    return joined_devices("", spec)


@functools.lru_cache(1024)
def joined_devices(outer: str, inner: str) -> str:
    """Return what `inner` says of job, replica, task and device, and `outer` where it says nothing.

    Raises:
        ValueError: no device is spelled so.
    """
    parts = {**_device_parts(outer), **_device_parts(inner)}
    text = "".join(f"/{key}:{parts[key]}" for key in ("job", "replica", "task") if key in parts)
    return f"{text}/device:{parts['kind'].upper()}:{parts.get('index', '*')}" if "kind" in parts else text


def _device_parts(spec: str) -> dict[str, str]:
    match = re.fullmatch(_DEVICE_SPEC, spec)
    if match is None:
        raise errors.unknown_device_part(spec)
    return {key: value for key, value in match.groupdict().items() if value not in (None, "*")}


def default_device() -> Device:
    """Return the device of arrays that nobody placed.

    It is what the environment variable FASTSCOPE_DEVICE names, else the first GPU if CuPy finds
    one, else the CPU.

    Raises:
        ValueError: FASTSCOPE_DEVICE names no device.
    """
    chosen = os.environ.get("FASTSCOPE_DEVICE")
    named = _named_device(chosen, "the environment variable FASTSCOPE_DEVICE") if chosen else None
    return named or _found_device()


@functools.cache
def _found_device() -> Device:
    return Device("gpu", 0) if gpu_count() else CPU


def device_of(array: Any) -> Device:
    """Return the device that holds `array`; the CPU for everything that is not a CuPy array."""
    if array_module(array) is np:
        return CPU
    return Device("gpu", int(array.device.id))


def unwrap(value: Any) -> Any:
    """Return the array inside a Variable or PartitionedVariable, and anything else as it is."""
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "_read"):
        return value._read()
    return value.as_tensor() if hasattr(value, "as_tensor") else value


def to_numpy(value: Any) -> np.ndarray[Any, Any]:
    """Return `value` as a NumPy array: copied from a GPU, else the same memory if possible."""
    value = unwrap(value)
    if array_module(value) is np:
        return np.asarray(value)
    host: np.ndarray[Any, Any] = value.get()
    return host


def move(array: Any, device: Device) -> Any:
    """Return `array` on `device`: itself if it is there already, else a copy."""
    if device_of(array) == device:
        return array
    if device.kind == "cpu":
        return to_numpy(array)
    with device.activate():
        return device.xp.asarray(array)
