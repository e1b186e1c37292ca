"""Kernels of the .cu files as callables: compiled at first use, chosen by dtype and alignment, launched."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

from ..arrays import array_module, import_cupy
from .cuda_source import OPTIONS, expression, full_width, source_of

P = ParamSpec("P")
R = TypeVar("R")

BLOCK: Final = 256  # threads; the kernels' __launch_bounds__


def on_device_of(position: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator: the function runs on the GPU that holds its argument at `position`.

    Launches and cuBLAS go to the current device, which need not be the one that holds the arrays.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        name = list(inspect.signature(function).parameters)[position]

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            array: Any = args[position] if position < len(args) else kwargs[name]
            with array.device:
                return function(*args, **kwargs)

        return run

    return decorate


@functools.cache
def _compiled(name: str, itemsize: int, width: int, device: int, cooperative: bool) -> Any:
    """Return a kernel, loaded on `device`, which is the current one; CuPy keeps it on disk."""
    instance = expression(name, itemsize, width)
    module = import_cupy().RawModule(
        code=source_of(name),
        options=OPTIONS,
        name_expressions=(instance,),
        enable_cooperative_groups=cooperative,
    )
    return module.get_function(instance)


def kernel_for(name: str, like: Any, width: int = 1, cooperative: bool = False) -> Any:
    """Return a kernel for the dtype and the device of the array `like`."""
    return _compiled(name, like.itemsize, width, like.device.id, cooperative)


def width_for(units: int, *arrays: Any) -> int:
    """Return how many units a thread takes: what 128 bits hold, or 1 if it does not come out even.

    Args:
        units: H.
        arrays: all that the kernel reads or writes; None are skipped.
    """
    given = [array for array in arrays if array is not None]
    width = full_width(given[0].itemsize)
    even = units % width == 0 and all(array.data.ptr % 16 == 0 for array in given)
    return width if even else 1


def blocks(threads: int) -> tuple[int]:
    """Return the grid that has at least so many threads."""
    return (-(-threads // BLOCK),)


def contiguous(array: Any) -> Any:
    """Return an array in C order: itself, or a copy."""
    return array if array.flags.c_contiguous else array_module(array).ascontiguousarray(array)


def integers(xp: Any, values: Any) -> Any:
    """Return int64 values in C order on the current device: themselves, or a copy."""
    return xp.ascontiguousarray(xp.asarray(values), dtype="int64")
