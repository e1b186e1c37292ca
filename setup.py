"""The two extensions; everything else is in pyproject.toml.

Switches for developers, read from the environment:
    FASTSCOPE_SANITIZE=1   build with -fsanitize=address,undefined
    FASTSCOPE_WARN=1       build with the warnings that CI keeps at zero
    FASTSCOPE_ORDINARY=1   leave out what src/interpreter.h knows about CPython, and src/lstm/ndarray.h about NumPy
"""

import os
import sys
from glob import glob

from Cython.Build import cythonize
from setuptools import Extension, setup

# -fno-plt: calls of CPython's functions without a detour, 3 ns less for each `with`
COMPILE = ["-O3", "-fvisibility=hidden", "-fno-plt"] if os.name == "posix" else []
LINK: list[str] = []
MACROS: list[tuple[str, str | None]] = []

if sys.platform == "linux":  # Python's own flags ask for debug information, five times the size of what runs
    COMPILE += ["-g0"]
    LINK += ["-Wl,--strip-all"]
if os.environ.get("FASTSCOPE_SANITIZE"):
    COMPILE += ["-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"]
    LINK = ["-fsanitize=address,undefined"]
if os.environ.get("FASTSCOPE_WARN"):
    COMPILE += ["-Wall", "-Wextra"]
if os.environ.get("FASTSCOPE_ORDINARY"):
    MACROS += [("FASTSCOPE_ORDINARY", "1")]

STORE = Extension(
    "fastscope._store",
    ["src/_store.pyx"],
    depends=["src/interpreter.h", *sorted(glob("src/store/*"))],
    include_dirs=["src"],
    define_macros=MACROS,
    extra_compile_args=COMPILE,
    extra_link_args=LINK,
)

# No -ffast-math and no -march: one build runs everywhere and chooses its instructions when it is imported. What it
# computes is the same to the bit in every run and with any number of threads. Vectors of another width add up in
# another order, so that processors differ in the last places. The three flags keep the compiler from fusing products by
# itself and let it vectorize what is written.
EXACT = ["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-pthread"] if os.name == "posix" else []

LSTM = Extension(
    "fastscope._lstm",
    ["src/_lstm.pyx"],
    depends=[*sorted(glob("fastscope/fused/*.h")), *sorted(glob("src/lstm/*"))],
    include_dirs=["src", "fastscope/fused"],
    define_macros=MACROS,
    extra_compile_args=COMPILE + EXACT,
    extra_link_args=LINK + EXACT[-1:],
)

setup(
    ext_modules=cythonize([STORE, LSTM], build_dir="build/cython"),
    options={"build_ext": {"parallel": 2}},  # both at the same time
)
