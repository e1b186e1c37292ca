"""The .cu files as host C++: compiled by g++ through host_shim.h, called through ctypes."""

from __future__ import annotations

import ctypes
import itertools
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fastscope.fused.cuda_source import KERNELS, expression, full_width, source

HERE = Path(__file__).parent
GXX = shutil.which("g++")

_builds = itertools.count()

# As --fmad=false: no a * b + c in one operation but where the source says fma.
FLAGS = ("-std=c++17", "-O1", "-shared", "-fPIC", "-ffp-contract=off", "-w")
SANITIZERS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


class Launch(ctypes.Structure):
    """host::Launch of host_shim.h."""

    _fields_ = (
        ("grid", ctypes.c_uint * 3),
        ("block", ctypes.c_uint * 3),
        ("shared_bytes", ctypes.c_uint),
        ("cooperative", ctypes.c_uint),
        ("seed", ctypes.c_uint),
    )


def instances(file: str) -> list[str]:
    """Return the C++ names of all kernels of a file, in each dtype and width that `cuda` may ask for."""
    return [
        expression(name, itemsize, width)
        for name, is_wide in KERNELS[file].items()
        for itemsize in (4, 8)
        for width in ((1, full_width(itemsize)) if is_wide else (1,))
    ]


def symbol(instance: str) -> str:
    """Return a C name: "lstm_join<float>" is run_lstm_join_float."""
    return "run_" + re.sub(r"\W+", "_", instance).strip("_")


def precompile(folder: Path, flags: Sequence[str] = ()) -> None:
    """Put what most of a build's time goes to into `folder`, for the builds there with these flags."""
    header, precompiled = str(HERE / "host_shim.h"), str(folder / "host_shim.h.gch")
    options = [flag for flag in FLAGS if flag != "-shared"]
    command = [str(GXX), *options, *flags, "-x", "c++-header", header, "-o", precompiled]
    subprocess.run(command, check=True, capture_output=True)


def build(
    file: str,
    folder: Path,
    flags: Sequence[str] = (),
    text: str | None = None,
    reals: tuple[str, ...] = ("float", "double"),
) -> Path:
    """Compile a file, or another text in its place, for some real types; return the shared library."""
    shared = "extern __shared__ double shared[];"
    code = (source(file) if text is None else text).replace(shared, "HOST_SHARED")
    names = [name for name in instances(file) if any(f"<{real}" in name for real in reals)]
    kernels = "".join(f"HOST_KERNEL({symbol(name)}, {name})\n" for name in names)
    unit = folder / f"{Path(file).stem}_{next(_builds)}.cpp"  # a library is loaded once by its name
    unit.write_text(f'#include "host_shim.h"\n#line 1 "{file}"\n{code}\n{kernels}')
    library = unit.with_suffix(".so")
    command = [str(GXX), *FLAGS, *flags, f"-I{folder}", f"-I{HERE}", str(unit), "-o", str(library)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return library


class Kernels:
    """The kernels of one library."""

    def __init__(self, library: Path, seed: int = 0) -> None:
        self.path = library
        self._library = ctypes.CDLL(str(library))
        self.seed = seed

    def __call__(
        self,
        instance: str,
        grid: tuple[int, ...],
        block: tuple[int, ...],
        *arguments: Any,
        shared_bytes: int = 0,
        cooperative: bool = False,
    ) -> None:
        """Launch a kernel and wait: arrays and None are pointers, the rest what CuPy makes of them."""
        held = [_argument(argument) for argument in arguments]
        pointers = (ctypes.c_void_p * len(held))(*map(ctypes.addressof, held))
        shapes = [(ctypes.c_uint * 3)(*shape, *[1] * (3 - len(shape))) for shape in (grid, block)]
        launch = Launch(*shapes, shared_bytes, cooperative, self.seed)
        run = getattr(self._library, symbol(instance))
        run.restype = ctypes.c_char_p
        wrong = run(ctypes.byref(launch), pointers)
        if wrong is not None:
            raise RuntimeError(f"{instance}: {wrong.decode()}")


def _argument(value: Any) -> Any:
    if value is None:
        return ctypes.c_void_p(0)
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    if isinstance(value, bool):
        return ctypes.c_bool(value)
    return ctypes.c_longlong(value) if isinstance(value, int) else ctypes.c_double(value)
