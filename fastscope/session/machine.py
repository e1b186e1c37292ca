"""The devices of this machine, as `Session.list_devices` tells them."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from ..arrays import gpu_count, import_cupy

__all__ = ["DeviceAttributes", "LocalDevice", "devices_here", "list_local_devices"]


class DeviceAttributes(NamedTuple):
    """One device.

    Attributes:
        name: "/job:localhost/replica:0/task:0/device:CPU:0".
        device_type: "CPU" or "GPU".
        memory_limit_bytes: how much memory it has.
    """

    name: str
    device_type: str
    memory_limit_bytes: int


def devices_here() -> list[DeviceAttributes]:
    """Return the CPU, and the GPUs that CuPy finds."""
    found = [_device("CPU", 0, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))]
    for number in range(gpu_count()):
        with import_cupy().cuda.Device(number) as gpu:
            found.append(_device("GPU", number, int(gpu.mem_info[1])))
    return found


class LocalDevice(NamedTuple):
    """One device, as `device_lib.list_local_devices` tells of it.

    Attributes:
        name: "/device:CPU:0".
        device_type: "CPU" or "GPU".
        memory_limit: how many bytes it has.
        physical_device_desc: what a GPU is: "device: 0, name: NVIDIA H100, compute capability: 9.0".
    """

    name: str
    device_type: str
    memory_limit: int
    physical_device_desc: str


def list_local_devices(session_config: Any = None) -> list[LocalDevice]:
    """Return the CPU and the GPUs of this machine; the argument is kept for TF's sake."""
    return [
        LocalDevice(f"/device:{device.name.rpartition('device:')[2]}", *device[1:], _described(device))
        for device in devices_here()
    ]


def _described(device: DeviceAttributes) -> str:
    if device.device_type != "GPU":
        return ""
    number = int(device.name.rpartition(":")[2])
    runtime = import_cupy().cuda.runtime
    known = runtime.getDeviceProperties(number)
    name = known["name"].decode()
    return f"device: {number}, name: {name}, compute capability: {known['major']}.{known['minor']}"


def _device(kind: str, number: int, memory: int) -> DeviceAttributes:
    return DeviceAttributes(f"/job:localhost/replica:0/task:0/device:{kind}:{number}", kind, memory)
