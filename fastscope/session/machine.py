"""The devices of this machine, as `Session.list_devices` tells them."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..arrays import gpu_count, import_cupy

__all__ = ["DeviceAttributes", "devices_here"]


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


def _device(kind: str, number: int, memory: int) -> DeviceAttributes:
    return DeviceAttributes(f"/job:localhost/replica:0/task:0/device:{kind}:{number}", kind, memory)
