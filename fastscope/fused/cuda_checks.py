"""Checks before a launch: a kernel that is given other shapes than it counts on strays in memory."""

from __future__ import annotations

from typing import Any, Final

from ..errors import fused as messages

_FAST: Final = "fd"  # float32 and float64, as dtype.char


def check_inputs(name: str, inputs: Any, axes: str, h: Any) -> int:
    """Check the rank and dtype of x or an embedding, and its batch size, and return D.

    Args:
        axes: "TND", "ND", or "VD" for an embedding of V rows.
        h: `[N, H]`.

    Raises:
        InvalidArgumentError: another shape.
        TypeError: another dtype than that of `h`, or one that is not fast.
    """
    sizes = {"N": len(h)}
    if inputs.ndim != len(axes):
        raise messages.wrong_shape(name, tuple(axes), inputs.shape)
    shape = tuple(sizes.get(axis, size) for axis, size in zip(axes, inputs.shape, strict=True))
    check(name, inputs, h.dtype, shape)
    return int(shape[-1])


def check_cell(depth: int, c: Any, h: Any, kernel: Any, bias: Any) -> None:
    """Check c and h `[N, H]`, kernel `[D + H, 4H]` and bias `[4H]`; raises as `check_inputs`."""
    if h.ndim != 2:
        raise messages.wrong_shape("h", ("N", "H"), h.shape)
    units = h.shape[1]
    check("h", h, h.dtype, h.shape)
    check("c", c, h.dtype, h.shape)
    check("kernel", kernel, h.dtype, (depth + units, 4 * units))
    check("bias", bias, h.dtype, (4 * units,))


def check(name: str, array: Any, dtype: Any, shape: tuple[int, ...]) -> None:
    """Check one array; raises as `check_inputs`."""
    if array.shape != shape:
        raise messages.wrong_shape(name, shape, array.shape)
    if array.dtype != dtype or dtype.char not in _FAST:
        raise messages.wrong_dtype(name, array.dtype)


def check_rows(name: str, integers: Any, h: Any) -> None:
    """Check ids or lengths `[N]`, against h `[N, H]`; raises as `check_inputs`."""
    if integers.shape != h.shape[:1]:
        raise messages.wrong_shape(name, h.shape[:1], integers.shape)
