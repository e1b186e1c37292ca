"""NVRTC compiles every kernel for the GPUs of today, on a machine without one.

This shows what the compiler makes of the kernels: that they compile, with exact division and square
root, 128-bit accesses where they are meant, and registers enough. It shows no result and no time.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from host import instances
from nvrtc import Compiled, Nvrtc, library

from fastscope.fused.cuda_source import KERNELS, OPTIONS, source

ARCHITECTURES = [75, 80, 90, 100, 120]
KERNEL_NAMES = [(file, name) for file in KERNELS for name in instances(file)]
WIDE = [(file, name) for file, name in KERNEL_NAMES if re.search(r", [24]>", name)]

# 256 threads of at most 64 registers leave four blocks on a multiprocessor; 72 would leave three.
# What NVRTC 13.5 takes is 66 at most, for lstm_backward<double, 2> on sm_120.
REGISTERS = {"lstm_forward": 64, "lstm_backward": 66, "lstm_column_sum": 60, "lstm_join": 24}
REGISTERS |= {"lstm_persist": 64, "rmsprop_update": 40, "adam_update": 40}
REGISTERS |= {"sgd_update": 24, "momentum_update": 24}

if "cupy_on_cpu" in sys.modules:
    pytest.skip("the CPU double stands in NVRTC's place", allow_module_level=True)


@pytest.fixture(scope="session")
def nvrtc() -> Nvrtc:
    found = library()
    if found is None:
        pytest.skip("needs NVRTC: pip install nvidia-cuda-nvrtc")
    return Nvrtc(found)


_compiled: dict[tuple[str, int], Compiled] = {}


def compiled(nvrtc: Nvrtc, file: str, name: str, architecture: int) -> Compiled:
    if architecture not in nvrtc.architectures():
        pytest.skip(f"this NVRTC does not know sm_{architecture}")
    key = name, architecture
    if key not in _compiled:
        options = (*OPTIONS, f"--gpu-architecture=sm_{architecture}", "--ptxas-options=-v")
        _compiled[key] = nvrtc.compile(source(file), name, options)
    return _compiled[key]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("file", "name"), KERNEL_NAMES, ids=[name for _, name in KERNEL_NAMES])
def test_compiles_exactly_and_without_spills(nvrtc: Nvrtc, file: str, name: str, architecture: int) -> None:
    got = compiled(nvrtc, file, name, architecture)
    # #177: a kernel for floats leaves the functions for doubles unused.
    assert not [line for line in got.log.splitlines() if " warning #" in line and "#177" not in line]
    assert ".approx" not in got.ptx
    assert ".ftz" not in got.ptx
    assert got.spilled == got.stack == 0
    assert got.registers <= REGISTERS[name.partition("<")[0]]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("file", "name"), KERNEL_NAMES, ids=[name for _, name in KERNEL_NAMES])
def test_only_the_formulas_own_fma(nvrtc: Nvrtc, file: str, name: str, architecture: int) -> None:
    """--fmad=false: the updates and sums are as they are written, the gates have the header's fma."""
    text = compiled(nvrtc, file, name, architecture).ptx
    found = set(re.findall(r"\b(?:fma|mad|div|sqrt|add|mul|sub)\.(?:\w+\.)*f(?:32|64)\b", text))
    rounded = {operation for operation in found if ".rn" in operation}
    plain = {operation for operation in found - rounded if operation[:3] in ("fma", "div", "sqr")}
    assert not plain
    fuses = any(operation.startswith("fma") for operation in found)
    assert fuses == (name.startswith(("lstm_forward", "lstm_backward", "lstm_persist")))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("file", "name"), WIDE, ids=[name for _, name in WIDE])
def test_wide_kernels_access_128_bits(nvrtc: Nvrtc, file: str, name: str, architecture: int) -> None:
    """All accesses but those to ids and lengths, which are 8 bytes a row."""
    text = compiled(nvrtc, file, name, architecture).ptx
    vector = r"\.global(?:\.\w+)*\.v[24]\."
    loads, stores = (len(re.findall(rf"\b{kind}{vector}", text)) for kind in ("ld", "st"))
    # forward: x.W, h.U, bias for four gates, c; c and h frozen. backward: four gates, c twice, ...
    assert (loads, stores) == ((14, 10) if "forward" in name else (10, 12))
    narrow = re.findall(r"\b(?:ld|st)\.global(?!(?:\.\w+)*\.v[24])\S*", text)
    assert all(access in ("ld.global.u64", "ld.global.b64") for access in narrow), narrow


@pytest.mark.parametrize("architecture", [90, 120])
@pytest.mark.parametrize(("file", "name"), WIDE, ids=[name for _, name in WIDE])
def test_wide_kernels_in_machine_code(nvrtc: Nvrtc, tmp_path: Path, file: str, name: str, architecture: int) -> None:
    disassembler = next(
        (str(p) for p in Path(sys.prefix).glob("lib/python*/site-packages/nvidia/*/bin/nvdisasm")),
        shutil.which("nvdisasm"),
    )
    if disassembler is None:
        pytest.skip("needs nvdisasm: pip install nvidia-cuda-nvdisasm")
    cubin = tmp_path / "kernel.cubin"
    cubin.write_bytes(compiled(nvrtc, file, name, architecture).cubin)
    done = subprocess.run([disassembler, str(cubin)], capture_output=True, text=True, check=True)
    stores = re.findall(r"\bSTG?(?:\.\w+)+", done.stdout)
    assert stores
    assert all(".128" in store for store in stores)
    assert len(re.findall(r"\bLDG?\.(?:\w+\.)*128", done.stdout)) >= 9
    assert not re.search(r"\b(?:STL|LDL)\b", done.stdout)
