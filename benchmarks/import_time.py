"""How long a process takes that does nothing but import: `python -m benchmarks.import_time`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

__all__ = ["process_times"]


def process_times(modules: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Return seconds of the whole process `python -c "import module"`, the modules taking turns."""
    times: dict[str, list[float]] = {module: [] for module in modules}
    for module in modules:  # byte code and the disk's cache
        _process(module)
    for _ in range(rounds):
        for module in modules:
            times[module].append(_process(module))
    return times


def _process(module: str) -> float:
    # a package that was installed has its byte code, and a checkout gets it in the first process
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=environment)
    return time.perf_counter() - start


if __name__ == "__main__":
    for name, seconds in process_times(sys.argv[1:] or ["numpy", "fastscope"], 11).items():
        print(f"{name:20} median {sorted(seconds)[5] * 1e3:.1f} ms, min {min(seconds) * 1e3:.1f} ms")
