"""Windows that slide over the spatial dimensions of an array: what convolutions and pools are computed with.

Arrays are `[N, *spatial, C]` here. A `Slide` says where the windows lie; a place is one of the positions in a window,
and `at(x, place)` is a view of what all windows have there, `[N, *windows, C]`:

    spatial   a b c d e      window 3, stride 2, padding "SAME": one 0 before and after
    windows   0ab  bcd  de0  (overlapping) at(x, 0) = 0 b d,  at(x, 1) = a c e,  at(x, 2) = b d 0

Source: tensorflow/core/framework/common_shape_fns.cc (GetWindowedOutputSizeVerboseV2) of TF 1.15.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.typing import Array
from ..errors import shapes as errors

__all__ = ["Slide", "channels_first", "channels_last", "spatial_axes"]

_ELEMENTS_AT_ONCE = 1 << 22  # of unrolled windows: 16 MiB of float32, which stays in the caches' reach


def spatial_axes(data_format: str) -> list[int]:
    """Return the places of the spatial dimensions in "NHWC", "NCHW" and their like."""
    return [axis for axis, letter in enumerate(data_format) if letter not in "NC"]


def channels_last(x: Any, data_format: str) -> Any:
    """Return an array of `data_format` as `[N, *spatial, C]`, a view."""
    return x if data_format[-1] == "C" else array_module(x).moveaxis(x, 1, -1)


def channels_first(x: Any, data_format: str) -> Any:
    """Return an array `[N, *spatial, C]` as one of `data_format`."""
    return x if data_format[-1] == "C" else array_module(x).moveaxis(x, -1, 1)


def _sums(parts: Sequence[Any]) -> Any:
    """Return the sums of one element of each of some vectors, all of them, the last vector's first."""
    total = np.zeros(1, np.int64)
    for part in parts:
        total = (total[:, None] + part).reshape(-1)
    return total


class Slide:
    """Windows over the spatial dimensions of an array.

    Args:
        sizes: of the spatial dimensions of the array.
        window, strides, dilations: a number for each of these.
        padding: "SAME", "VALID", or a pair for each.

    Attributes:
        windows: how many windows there are along each dimension.
        padding: what is added before and after each dimension.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        window: Sequence[int],
        strides: Sequence[int],
        dilations: Sequence[int],
        padding: str | Sequence[Sequence[int]],
    ) -> None:
        self.sizes, self.window = tuple(sizes), tuple(window)
        self.strides, self.dilations = tuple(strides), tuple(dilations)
        reach = [(k - 1) * d + 1 for k, d in zip(window, dilations, strict=True)]
        if padding == "SAME":
            self.windows = tuple(-(-n // s) for n, s in zip(sizes, strides, strict=True))
            missing = [
                max((count - 1) * s + r - n, 0)
                for count, s, r, n in zip(self.windows, strides, reach, sizes, strict=True)
            ]
            self.padding = [(m // 2, m - m // 2) for m in missing]
            return
        self.padding = [(0, 0)] * len(self.sizes) if isinstance(padding, str) else [(a, b) for a, b in padding]
        padded = self.padded
        for n, r in zip(padded, reach, strict=True):
            if r > n:
                raise errors.negative_size(n, r)
        self.windows = tuple((n - r) // s + 1 for n, r, s in zip(padded, reach, strides, strict=True))

    @property
    def padded(self) -> tuple[int, ...]:
        """Sizes of the spatial dimensions with the padding."""
        return tuple(n + a + b for n, (a, b) in zip(self.sizes, self.padding, strict=True))

    def turned_round(self) -> Slide | None:
        """Return the windows over what these gave in which an element of what these slid over has its sum.

        None where these go in steps of more than one, or pass over elements: the others find nothing there.
        """
        reach = [(k - 1) * d + 1 for k, d in zip(self.window, self.dilations, strict=True)]
        padding = [(r - 1 - a, r - 1 - b) for r, (a, b) in zip(reach, self.padding, strict=True)]
        if any(s != 1 for s in self.strides) or any(n < 0 for pair in padding for n in pair) or not all(self.windows):
            return None
        return Slide(self.windows, self.window, self.strides, self.dilations, padding)

    def without_a_covered_axis(self) -> Slide | None:
        """Return the windows over the dimensions but the last one; None unless these cover all of it, unpadded."""
        if len(self.window) < 2 or self.window[-1] != self.sizes[-1] or any(self.padding[-1]):
            return None
        rest = slice(-1)
        return Slide(self.sizes[rest], self.window[rest], self.strides[rest], self.dilations[rest], self.padding[rest])

    def pad(self, x: Array, value: Any = 0) -> Array:
        """Return `x` with the padding filled with `value`."""
        if not any(map(any, self.padding)):
            return x
        result = array_module(x).full((x.shape[0], *self.padded, x.shape[-1]), value, x.dtype)
        self.unpadded(result)[...] = x
        return result

    def unpadded(self, x: Array) -> Array:
        """Return the view of a padded array that has no padding."""
        middle = (np.s_[a : a + n] for n, (a, _) in zip(self.sizes, self.padding, strict=True))
        return x[(slice(None), *middle)]

    def places(self) -> Iterator[tuple[int, ...]]:
        """Yield the positions in a window, the last dimension's first."""
        yield from itertools.product(*map(range, self.window))

    def at(self, padded: Array, place: Sequence[int]) -> Array:
        """Return the view of a padded array that has what all windows have at `place`: `[N, *windows, C]`."""
        cuts = (
            np.s_[k * d : k * d + s * (count - 1) + 1 : s] if count else np.s_[:0]
            for k, d, s, count in zip(place, self.dilations, self.strides, self.windows, strict=True)
        )
        return padded[(slice(None), *cuts)]

    def unrolled(self, padded: Array) -> Array:
        """Return the windows of a padded array as the rows of a matrix `[N * windows, places * C]`, a copy."""
        xp = array_module(padded)
        n, c, steps = padded.shape[0], padded.shape[-1], padded.strides[1:-1]
        shape = (n, *self.windows, *self.window, c)
        between = (step * s for step, s in zip(steps, self.strides, strict=True))
        inside = (step * d for step, d in zip(steps, self.dilations, strict=True))
        strides = (padded.strides[0], *between, *inside, padded.strides[-1])
        view = xp.lib.stride_tricks.as_strided(padded, shape, strides)
        return view.reshape(n * int(np.prod(self.windows)), -1)

    def laid_out(self, count: int, channels: int) -> tuple[Any, Any, int]:
        """Return where the windows lie in a padded array `[count, *padded, channels]`, in elements.

        Returns:
            (at, runs, run): int64 of where each window begins, of where the runs of its elements begin from there, and
            how many elements lie side by side in each.
        """
        steps = np.cumprod([channels, *self.padded[:0:-1]])[::-1]  # from one element of a dimension to the next
        images = np.arange(count) * (steps[0] * self.padded[0])
        between = [np.arange(n) * (s * k) for n, s, k in zip(self.windows, self.strides, steps, strict=True)]
        at = _sums([images, *between])
        inside = [np.arange(n) * (d * k) for n, d, k in zip(self.window, self.dilations, steps, strict=True)]
        if self.dilations[-1] == 1:
            return at, _sums(inside[:-1]), self.window[-1] * channels
        return at, _sums(inside), channels

    def rolled(self, rows: Array, count: int) -> Array:
        """Return the sums of such rows at the elements that they came from: `unrolled` turned round."""
        channels = rows.shape[-1] // int(np.prod(self.window))
        result = array_module(rows).zeros((count, *self.padded, channels), rows.dtype)
        cells = rows.reshape(count, *self.windows, *self.window, channels)
        lead: tuple[Any, ...] = (slice(None),) * (1 + len(self.windows))
        for place in self.places():
            self.at(result, place)[...] += cells[lead + place]
        return self.unpadded(result)

    def batches(self, count: int, channels: int) -> Iterator[slice]:
        """Yield slices of `count` arrays of which the unrolled windows are not too large."""
        each = int(np.prod(self.windows)) * int(np.prod(self.window)) * channels
        step = max(1, _ELEMENTS_AT_ONCE // max(each, 1))
        for start in range(0, count, step):
            yield slice(start, start + step)
