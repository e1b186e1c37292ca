"""NVRTC by ctypes, from the wheel nvidia-cuda-nvrtc: it compiles for any GPU on a machine without one."""

from __future__ import annotations

import ctypes
import importlib.util
import re
from pathlib import Path
from typing import Any, NamedTuple


class Compiled(NamedTuple):
    """What came of one kernel for one architecture."""

    ptx: str
    cubin: bytes
    log: str  # with what ptxas says about registers, spills and memory

    def number(self, pattern: str) -> int:
        """Return the number in the log that `pattern` has in its group."""
        (found,) = re.findall(pattern, self.log)
        return int(found)

    @property
    def registers(self) -> int:
        return self.number(r"Used (\d+) registers")

    @property
    def spilled(self) -> int:
        """Bytes of registers that went to memory and back."""
        return self.number(r"(\d+) bytes spill stores") + self.number(r"(\d+) bytes spill loads")

    @property
    def stack(self) -> int:
        return self.number(r"(\d+) bytes stack frame")


def library() -> ctypes.CDLL | None:
    """Return libnvrtc of the installed wheel, or None."""
    spec = importlib.util.find_spec("nvidia")
    for folder in spec.submodule_search_locations or [] if spec else []:
        for path in sorted(Path(folder).glob("*/lib/libnvrtc.so.*")):
            return ctypes.CDLL(str(path))
    return None


class Nvrtc:
    """Compiles kernels. Raises AssertionError with NVRTC's log where the source does not compile."""

    def __init__(self, nvrtc: ctypes.CDLL) -> None:
        self._nvrtc = nvrtc

    def version(self) -> tuple[int, int]:
        major, minor = ctypes.c_int(), ctypes.c_int()
        assert self._nvrtc.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)) == 0
        return major.value, minor.value

    def architectures(self) -> list[int]:
        """Return those that this NVRTC compiles for: 75 for sm_75."""
        count = ctypes.c_int()
        assert self._nvrtc.nvrtcGetNumSupportedArchs(ctypes.byref(count)) == 0
        found = (ctypes.c_int * count.value)()
        assert self._nvrtc.nvrtcGetSupportedArchs(found) == 0
        return list(found)

    def compile(self, source: str, instance: str, options: tuple[str, ...]) -> Compiled:
        nvrtc, program = self._nvrtc, ctypes.c_void_p()
        handle = ctypes.byref(program)
        created = nvrtc.nvrtcCreateProgram(handle, source.encode(), b"kernels.cu", 0, None, None)
        assert created == 0
        try:
            assert nvrtc.nvrtcAddNameExpression(program, instance.encode()) == 0
            encoded = [option.encode() for option in options]
            array = (ctypes.c_char_p * len(encoded))(*encoded)
            result = nvrtc.nvrtcCompileProgram(program, len(encoded), array)
            log = self._get(program, "ProgramLog").rstrip(b"\0").decode()
            assert result == 0, log
            ptx = self._get(program, "PTX").rstrip(b"\0").decode()
            return Compiled(ptx, self._get(program, "CUBIN"), log)
        finally:
            nvrtc.nvrtcDestroyProgram(handle)

    def _get(self, program: Any, what: str) -> bytes:
        size = ctypes.c_size_t()
        assert getattr(self._nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size)) == 0
        buffer = ctypes.create_string_buffer(size.value)
        assert getattr(self._nvrtc, f"nvrtcGet{what}")(program, buffer) == 0
        return buffer.raw
