"""NumPy and CuPy arrays: devices, dtypes, shapes, streams of random numbers, nested structures."""

from .devices import (
    CPU,
    Device,
    allow_soft_placement,
    array_module,
    default_device,
    device_of,
    gpu_count,
    import_cupy,
    move,
    parse_device,
    to_numpy,
    unwrap,
)
from .values import as_array, as_host_array, native, new_buffer

__all__ = [
    "CPU",
    "Device",
    "allow_soft_placement",
    "array_module",
    "as_array",
    "as_host_array",
    "default_device",
    "device_of",
    "gpu_count",
    "import_cupy",
    "move",
    "native",
    "new_buffer",
    "parse_device",
    "to_numpy",
    "unwrap",
]
