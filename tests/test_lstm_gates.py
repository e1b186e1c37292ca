"""Compiles fused/lstm_gates.h by itself and holds it to float64, to its other variants, and to its rules."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastscope import _lstm, fused

HEADER = Path(fused.__file__).with_name("lstm_gates.h")
COMPILER = shutil.which("cc") or shutil.which("gcc")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")

SCALAR = """
#define FS_BITS {bits}
#define FS_LANES 1
#include "lstm_gates.h"
void tanh_1(const {real} *x, {real} *y, long n) {{ for (long k = 0; k < n; k++) y[k] = fs_tanh_f{bits}(x[k]); }}
void sigmoid_1(const {real} *x, {real} *y, long n) {{ for (long k = 0; k < n; k++) y[k] = fs_sigmoid_f{bits}(x[k]); }}
void forward_1(const {real} *a, {real} *y, long n) {{ /* a: [5, n]; y: [6, n] */
  for (long k = 0; k < n; k++) {{
    const fs_cell_f{bits} s = fs_forward_f{bits}(a[k], a[n + k], a[2 * n + k], a[3 * n + k], a[4 * n + k], 0.75);
    y[k] = s.i, y[n + k] = s.j, y[2 * n + k] = s.f, y[3 * n + k] = s.o, y[4 * n + k] = s.c, y[5 * n + k] = s.h;
  }}
}}
void backward_1(const {real} *a, {real} *y, long n) {{ /* a: [8, n]; y: [6, n] */
  for (long k = 0; k < n; k++) {{
    const fs_cell_grad_f{bits} d = fs_backward_f{bits}(a[k], a[n + k], a[2 * n + k], a[3 * n + k], a[4 * n + k],
                                                     a[5 * n + k], a[6 * n + k], a[7 * n + k]);
    y[k] = d.zi, y[n + k] = d.zj, y[2 * n + k] = d.zf, y[3 * n + k] = d.zo, y[4 * n + k] = d.c_prev, y[5 * n + k] = d.h;
  }}
}}
"""

VECTOR = """
#define FS_BITS {bits}
#define FS_LANES {lanes}
#include "lstm_gates.h"
#undef TARGET
#undef L
#undef S
#define TARGET __attribute__((target("{target}")))
#define L(k) {load}(a + (k))
#define S(k, v) {store}(y + (k), v)
TARGET void tanh_{width}(const {real} *a, {real} *y, long n) {{
  for (long k = 0; k < n; k += {lanes}) S(k, fs_tanh_{v}(L(k)));
}}
TARGET void sigmoid_{width}(const {real} *a, {real} *y, long n) {{
  for (long k = 0; k < n; k += {lanes}) S(k, fs_sigmoid_{v}(L(k)));
}}
TARGET void forward_{width}(const {real} *a, {real} *y, long n) {{
  for (long k = 0; k < n; k += {lanes}) {{
    const fs_cell_{v} s = fs_forward_{v}(L(k), L(n + k), L(2 * n + k), L(3 * n + k), L(4 * n + k), {set1}(0.75));
    S(k, s.i), S(n + k, s.j), S(2 * n + k, s.f), S(3 * n + k, s.o), S(4 * n + k, s.c), S(5 * n + k, s.h);
  }}
}}
TARGET void backward_{width}(const {real} *a, {real} *y, long n) {{
  for (long k = 0; k < n; k += {lanes}) {{
    const fs_cell_grad_{v} d = fs_backward_{v}(L(k), L(n + k), L(2 * n + k), L(3 * n + k), L(4 * n + k), L(5 * n + k),
                                             L(6 * n + k), L(7 * n + k));
    S(k, d.zi), S(n + k, d.zj), S(2 * n + k, d.zf), S(3 * n + k, d.zo), S(4 * n + k, d.c_prev), S(5 * n + k, d.h);
  }}
}}
"""


TARGETS = {256: "avx2,fma", 512: "avx512f"}
WIDTHS = [width for width, name in ((256, "avx2"), (512, "avx512")) if name in _lstm.instruction_sets()]


def text(bits: int, widths: Sequence[int]) -> str:
    real, suffix = ("float", "ps") if bits == 32 else ("double", "pd")
    source = SCALAR.format(bits=bits, real=real)
    for width in widths:
        lanes, mm = width // bits, f"_mm{width}"
        source += VECTOR.format(
            bits=bits, real=real, lanes=lanes, v=f"f{bits}x{lanes}", width=width, target=TARGETS[width],
            load=f"{mm}_loadu_{suffix}", store=f"{mm}_storeu_{suffix}", set1=f"{mm}_set1_{suffix}",
        )  # fmt: skip
    return source


class Gates:
    """The header's functions on arrays, from one build."""

    def __init__(self, folder: Path, bits: int, widths: Sequence[int], *flags: str) -> None:
        self.dtype = np.dtype(f"f{bits // 8}")
        name = "-".join((str(bits), *flags)).replace("=", "_")
        source, library = folder / f"{name}.c", folder / f"{name}.so"
        source.write_text(text(bits, widths))
        command = [COMPILER, "-std=c99", "-O2", "-shared", "-fPIC", f"-I{HEADER.parent}", *flags, source, "-o", library]
        subprocess.run([*map(str, command), "-lm"], check=True)
        self.library = ctypes.CDLL(str(library))

    def __call__(self, name: str, arguments: Any) -> Any:
        """Runs e.g. tanh_1 or forward_256 on rows of arguments; returns the rows of results."""
        arguments = np.ascontiguousarray(arguments, self.dtype)
        n = arguments.shape[-1]
        results = np.full((6, n) if arguments.ndim == 2 else n, 7.0, self.dtype)
        getattr(self.library, name)(arguments.ctypes, results.ctypes, ctypes.c_long(n))
        return results


@pytest.fixture(scope="module", params=[32, 64], ids=["float", "double"])
def gates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Gates:
    return Gates(tmp_path_factory.mktemp("gates"), request.param, WIDTHS)


def everywhere(dtype: np.dtype[Any]) -> Any:
    """Finite numbers of all sizes and signs, a multiple of sixteen of them."""
    if dtype == np.float32:
        bits = np.arange(0, 2**32, 2003, dtype=np.uint64).astype(np.uint32)
        x = bits.view(np.float32)
    else:
        rng = np.random.default_rng(5)
        x = np.concatenate(
            [rng.uniform(-750, 750, 200_000), rng.normal(size=200_000), 10.0 ** rng.uniform(-300, 3, 99)]
        )
    x = x[np.isfinite(x)]
    return x[: len(x) // 16 * 16]


def exact(name: str, x: Any) -> Any:
    x = x.astype(np.longdouble)
    with np.errstate(over="ignore"):
        return np.tanh(x) if name == "tanh" else 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_accuracy_over_the_whole_range(gates: Gates, name: str) -> None:
    x = everywhere(gates.dtype)
    got, value = gates(f"{name}_1", x), exact(name, x)
    single = gates.dtype == np.float32
    error = np.abs(got - value)
    assert error.max() < (2e-7 if single else 5e-16)
    normal = np.abs(value) > 2 * np.finfo(gates.dtype).tiny  # relative, down to the negative tail's end
    assert (error[normal] / np.abs(value[normal])).max() < (4e-7 if single else 6e-16)
    assert np.abs(got).max() <= 1
    assert name == "tanh" or got.min() >= 0


def test_ends_and_nan(gates: Gates) -> None:
    x = [-np.inf, np.inf, 0.0, np.nan, -200.0 if gates.dtype == np.float32 else -800.0, 200.0, -np.nan, 1e30]
    assert np.array_equal(gates("tanh_1", x), [-1, 1, 0, np.nan, -1, 1, np.nan, 1], equal_nan=True)
    assert np.array_equal(gates("sigmoid_1", x), [0, 1, 0.5, np.nan, 0, 1, np.nan, 1], equal_nan=True)


def arguments(count: int, n: int = 4096) -> Any:
    rng = np.random.default_rng(count)
    a = rng.normal(0, 3, (count, n))
    a[:, :4] = [-np.inf, np.inf, np.nan, 0.0]
    return a


@pytest.mark.parametrize("width", TARGETS)
@pytest.mark.parametrize(("name", "rows"), [("tanh", 0), ("sigmoid", 0), ("forward", 5), ("backward", 8)])
def test_vectors_give_the_same_bits(gates: Gates, name: str, rows: int, width: int) -> None:
    if width not in WIDTHS:
        pytest.skip(f"needs a processor with {TARGETS[width]}")
    x = arguments(rows) if rows else everywhere(gates.dtype)
    one, many = gates(f"{name}_1", x), gates(f"{name}_{width}", x)
    nan = np.isnan(one)
    assert np.array_equal(nan, np.isnan(many))
    integer = f"u{gates.dtype.itemsize}"
    assert np.array_equal(one.view(integer)[~nan], many.view(integer)[~nan])


@pytest.mark.skipif(not WIDTHS, reason="needs a processor with FMA")
@pytest.mark.parametrize("bits", [32, 64])
def test_a_contracting_compiler_changes_no_bit(tmp_path: Path, bits: int) -> None:
    """No product is an operand of a sum, so there is nothing to contract."""
    plain = Gates(tmp_path, bits, [], "-ffp-contract=off")
    eager = Gates(tmp_path, bits, [], "-O3", "-mfma", "-ffp-contract=fast")
    for name, rows in (("forward_1", 5), ("backward_1", 8)):
        assert np.array_equal(plain(name, arguments(rows)), eager(name, arguments(rows)), equal_nan=True)


def test_forward_is_the_formula(gates: Gates) -> None:
    zi, zj, zf, zo, c = a = np.random.default_rng(1).normal(0, 2, (5, 1000)).astype(gates.dtype)
    i, j, f, o = (
        exact("sigmoid", zi),
        exact("tanh", zj),
        exact("sigmoid", zf + np.longdouble(0.75)),
        exact("sigmoid", zo),
    )
    new_c = f * c + i * j
    expected = [i, j, f, o, new_c, o * np.tanh(new_c)]
    tolerance = 2e-6 if gates.dtype == np.float32 else 4e-15
    np.testing.assert_allclose(gates("forward_1", a), np.array(expected, float), rtol=0, atol=tolerance)


def test_backward_is_the_derivative(gates: Gates) -> None:
    """Of L = dh * h + dc * c, by central differences of the formula in long double."""
    rng = np.random.default_rng(2)
    z, c_prev = rng.normal(0, 1.5, (4, 500)).astype(np.longdouble), rng.normal(size=500).astype(np.longdouble)
    dh, dc = rng.normal(size=(2, 500))

    def cell(z: Any, c_prev: Any) -> tuple[Any, ...]:
        i, j, f, o = exact("sigmoid", z[0]), np.tanh(z[1]), exact("sigmoid", z[2]), exact("sigmoid", z[3])
        c = f * c_prev + i * j
        return i, j, f, o, c, o * np.tanh(c)

    def slope(move: Any, c_move: float) -> Any:
        above, below = cell(z + move, c_prev + c_move), cell(z - move, c_prev - c_move)
        return (dh * (above[5] - below[5]) + dc * (above[4] - below[4])) / 2e-6

    expected = [slope(1e-6 * np.eye(4)[k][:, None], 0.0) for k in range(4)] + [slope(0.0, 1e-6)]
    i, j, f, o, c, h = cell(z, c_prev)
    got = gates("backward_1", np.array([i, j, f, o, c_prev, c, dh, dc], float))
    tolerance = 5e-6 if gates.dtype == np.float32 else 1e-10
    np.testing.assert_allclose(got, np.array([*expected, h], float), rtol=0, atol=tolerance)


@pytest.mark.parametrize("language", ["c", "c++"])
@pytest.mark.parametrize("bits", [32, 64])
def test_compiles_without_a_warning(tmp_path: Path, language: str, bits: int) -> None:
    if language == "c++" and shutil.which("c++") is None:
        pytest.skip("needs a C++ compiler")
    source = tmp_path / "all.c"
    source.write_text(text(bits, WIDTHS))
    standard = "-std=c99" if language == "c" else "-std=c++17"
    flags = ["-Wall", "-Wextra", "-Wconversion", "-Werror"]
    command = [COMPILER, "-x", language, standard, *flags, f"-I{HEADER.parent}", "-c", source, "-o", tmp_path / "all.o"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
