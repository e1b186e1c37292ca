"""What does `import fastscope` cost?"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from typing import Any

import pytest

from benchmarks.import_time import process_times
from benchmarks.timing import ratio


@pytest.mark.benchmark(group="import")
def test_import(benchmark: Any) -> None:
    loaded = "import sys, fastscope; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout.split()
    assert "numpy" in modules
    assert not {"cupy", "tensorflow", "matplotlib", "safetensors", "asyncio"} & set(modules)
    times = process_times(["numpy", "fastscope"], 1 if benchmark.disabled else 21)
    benchmark.extra_info.update(
        label="import fastscope, whole process",
        ns={module: sorted(seconds)[len(seconds) // 2] * 1e9 for module, seconds in times.items()},
        ratios={"import numpy": asdict(ratio(times["fastscope"], times["numpy"]))},
        bars={"import numpy": 2.0},
    )
    benchmark.pedantic(process_times, args=(["fastscope"], 1), rounds=1)
