"""Pools made of others: over one dimension, of any rank, and with gaps.

Source: tensorflow/python/ops/nn_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays.typing import Array
from ..errors import arrays as array_errors
from ..errors import windows as errors
from .batches import batch_to_space_nd, required_space_to_batch_paddings, space_to_batch_nd
from .convolution import sequence_of
from .creation import convert_to_tensor
from .operands import either
from .pooling import avg_pool, avg_pool3d, max_pool, max_pool3d
from .scoped import inner, within
from .shaping import expand_dims, shape, squeeze, stack

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool_v2",
    "max_pool1d",
    "max_pool2d",
    "max_pool_v2",
    "pool",
    "with_space_to_batch",
]

_POOLS: dict[tuple[str, int], Any] = {
    ("MAX", 1): max_pool, ("AVG", 1): avg_pool, ("MAX", 2): max_pool, ("AVG", 2): avg_pool,
    ("MAX", 3): max_pool3d, ("AVG", 3): avg_pool3d,
}  # fmt: skip
_LAYOUTS = {1: "NWC", 2: "NHWC", 3: "NDHWC"}


def _over_one(
    pool: Any, name: str | None, default_name: str, input: Any, ksize: Any, strides: Any, padding: Any, layout: str
) -> Array:
    """Return a pool over one dimension: over two, of which one has a single element."""
    axis, form = (2, "NCHW") if layout in ("NCW", "NCHW") else (1, "NHWC")
    window, steps = ([1, sequence_of(what, n, layout)[axis]] for what, n in (("ksize", ksize), ("strides", strides)))
    with within(name, default_name):
        return squeeze(pool(expand_dims(input, axis), window, steps, padding, form), [axis])


def max_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NWC", name: str | None = None
) -> Array:
    """Return what max_pool returns, for one spatial dimension: `[N, W, C]`."""
    return _over_one(max_pool, name, "MaxPool1d", input, ksize, strides, padding, data_format)


def avg_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NWC", name: str | None = None
) -> Array:
    """Return what avg_pool returns, for one spatial dimension: `[N, W, C]`."""
    return _over_one(avg_pool, name, "AvgPool1D", input, ksize, strides, padding, data_format)


def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC", name: str | None = None
) -> Array:
    """Return max_pool of `[N, height, width, C]`."""
    result: Array = max_pool(input, ksize, strides, padding, data_format, name=name)
    return result


avg_pool2d = avg_pool


def _of_any_rank(kind: str, one: Any) -> Any:
    def pool(
        input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
    ) -> Array:
        rank = _rank(input)
        spatial = (rank if rank is not None else len(data_format or "")) - 2
        if spatial not in _LAYOUTS:
            raise errors.pool_rank(spatial + 2)
        layout = data_format or _LAYOUTS[spatial]
        function = one if spatial == 1 else _POOLS[kind, spatial]
        result: Array = function(input, ksize, strides, padding, layout, name=name)
        return result

    pool.__name__ = pool.__qualname__ = f"{kind.lower()}_pool_v2"
    pool.__doc__ = (
        f"Return what {kind.lower()}_pool returns, for one, two or three dimensions between the batch and the channels."
    )
    return pool


def _rank(value: Any) -> int | None:
    return value.get_shape().ndims if hasattr(value, "get_shape") else np.ndim(value)


max_pool_v2 = _of_any_rank("MAX", max_pool1d)
avg_pool_v2 = _of_any_rank("AVG", avg_pool1d)


def _per_dimension(name: str, given: Any, spatial: int) -> list[int]:
    listed = [1] * spatial if given is None else [int(n) for n in np.ravel(given)]
    if len(listed) != spatial:
        raise errors.wrong_count(name, spatial, len(listed))
    if any(n < 1 for n in listed):
        raise array_errors.not_positive(name, listed)
    return listed


def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    padding: Any,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Array:
    """Return a pool over as many dimensions as `window_shape` has: 1, 2 or 3.

    Args:
        input: `[N, *spatial, C]`, or the channels second.
        window_shape, strides: a number for each spatial dimension.
        pooling_type: "MAX" or "AVG".
        padding: "SAME" or "VALID"; "VALID" where there are gaps.
        dilation_rate, dilations: distances between the elements of a window; then the strides are 1.
        name: drawn from the name table.
        data_format: "NWC", "NHWC", "NDHWC" or the same with C second; None = C last.

    Raises:
        ValueError: another type, other numbers of spatial dimensions, strides larger than the window, or gaps with
            strides or with "SAME".
    """
    window = [int(n) for n in np.ravel(window_shape)]
    spatial = len(window)
    if pooling_type not in ("MAX", "AVG"):
        raise errors.pooling_type(pooling_type)
    if spatial not in _LAYOUTS:
        raise errors.spatial_dimensions("pool", spatial)
    steps = _per_dimension("strides", strides, spatial)
    gaps = _per_dimension("dilation_rate", either("dilations", dilations, "dilation_rate", dilation_rate), spatial)
    if max(gaps) > 1 and (max(steps) > 1 or padding == "SAME"):
        raise errors.pool_with_gaps(gaps, steps, padding)
    if any(s > n for s, n in zip(steps, window, strict=True)):
        raise errors.strides_pass_window(steps, window)
    layout = data_format or _LAYOUTS[spatial]
    with within(name, f"{pooling_type.lower()}_pool") as scope:

        def once(x: Any, spatial: int, padding: str) -> Any:
            function = _POOLS[pooling_type, spatial]
            if spatial == 1:
                return _over_one(function, scope, "", x, window, steps, padding, layout)
            return function(x, window, steps, padding, layout, name=scope)

        result: Array = with_space_to_batch(input, gaps, padding, once, window, data_format=layout)
        return result


def with_space_to_batch(
    input: Any,
    dilation_rate: Any,
    padding: str,
    op: Callable[[Any, int, str], Any],
    filter_shape: Any = None,
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
) -> Array:
    """Return what a function of windows gives for windows with gaps: each offset's elements are moved into the batch.

    Args:
        input: `[N, *spatial, C]`, or the channels second.
        dilation_rate: distances between the elements of a window, one for each spatial dimension.
        padding: "SAME" or "VALID".
        op: callable(array, number of spatial dimensions, padding) -> array, for windows without gaps.
        filter_shape: sizes of the window, for "SAME".
        spatial_dims: the dimensions that the windows slide over, in order; None = those between batch and channels.
        data_format: starts with "NC" if the channels are second.

    Raises:
        ValueError: the arguments say nothing together.
    """
    x: Any = convert_to_tensor(input)
    gaps = [int(n) for n in np.ravel(dilation_rate)]
    first = 2 if (data_format or "").startswith("NC") else 1
    axes = list(range(first, first + len(gaps)) if spatial_dims is None else spatial_dims)
    if axes != sorted(set(axes)) or (axes and axes[0] < 1):
        raise errors.bad_spatial_dims(axes)
    if any(n < 1 for n in gaps):
        raise array_errors.not_positive("dilation_rate", gaps)
    if all(n == 1 for n in gaps):
        return op(x, len(gaps), padding)
    if padding not in ("SAME", "VALID"):
        raise errors.bad_padding("with_space_to_batch", padding, ["SAME", "VALID"])
    if padding == "SAME" and filter_shape is None:
        raise errors.filter_shape_missing()
    around = [(0, 0)] * len(gaps)
    if padding == "SAME":
        reach = [(int(k) - 1) * n for k, n in zip(np.ravel(filter_shape), gaps, strict=False)]
        around = [(r // 2, r - r // 2) for r in reach]
    paddings, crops = required_space_to_batch_paddings(_sizes(x, axes), gaps, around)
    blocks = _spread(gaps, axes, 1)
    inside = space_to_batch_nd(x, blocks, _spread(paddings, axes, [0, 0]))
    result = op(inside, len(gaps), "VALID")
    return batch_to_space_nd(result, blocks, _spread(crops, axes, [0, 0]), name=inner("BatchToSpaceND"))


def _sizes(x: Any, axes: list[int]) -> Any:
    known = [x.shape[axis] for axis in axes]
    known = [getattr(n, "value", n) for n in known]
    return stack([shape(x)[axis] for axis in axes]) if None in known else known


def _spread(values: Any, axes: list[int], fill: Any) -> list[Any]:
    """Return the value of each dimension from 1 on: `fill` where none of `values` is for it."""
    found = {axis: values[k] for k, axis in enumerate(axes)}
    return [found.get(axis, fill) for axis in range(1, axes[-1] + 1)]
