"""A tensor in numbers, and its histogram in the terminal or as a picture."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...errors import checkpoint as errors

__all__ = ["Statistics", "histogram_lines", "statistics", "write_png"]

_BAR = " ▏▎▍▌▋▊▉█"
_BAR_CELLS = 40


class Statistics(NamedTuple):
    """What `show` says of a tensor; of a complex one, about its absolute values.

    Attributes:
        elements: how many there are.
        zeros: how many are zero.
        nan: how many are no number.
        infinite: how many are infinite.
        minimum: the smallest finite one, an integer's exactly; None if there is none; so are the others.
        maximum: the largest.
        mean: their mean.
        deviation: their standard deviation.
        edges: the borders of the histogram's bars, one more than there are bars.
        counts: how many finite elements each holds.
    """

    elements: int
    zeros: int
    nan: int
    infinite: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what is known, as JSON can hold it."""
        return {key: value for key, value in self._asdict().items() if value is not None}


def statistics(value: np.ndarray, bins: int) -> Statistics:
    """Return the statistics of a numeric array, computed in float64; integers are compared as such."""
    wide = (np.abs(value) if value.dtype.kind == "c" else value).astype(np.float64).reshape(-1)
    finite = wide[np.isfinite(wide)]
    nan, zeros = int(np.isnan(wide).sum()), int((wide == 0).sum())
    found = Statistics(wide.size, zeros, nan, wide.size - finite.size - nan)
    if not finite.size:
        return found
    ordered = value if value.dtype.kind in "iu" else finite
    # A range as wide as float64 itself overflows in the sums: scaled by its largest element it doesn't.
    scale = float(np.abs(finite).max()) or 1.0
    scaled = finite / scale
    heights, borders = np.histogram(scaled, bins if scaled.min() < scaled.max() else 1)
    return found._replace(
        minimum=ordered.min().item(),
        maximum=ordered.max().item(),
        mean=float(scaled.mean() * scale),
        deviation=float(scaled.std() * scale),
        edges=tuple((borders * scale).tolist()),
        counts=tuple(heights.tolist()),
    )


def histogram_lines(found: Statistics) -> list[str]:
    """Return a line of text for each bar: its borders, itself, and its count."""
    if not found.counts:
        return []
    labels = [f"{edge:.4g}" for edge in found.edges]
    width, top = max(map(len, labels)), max(found.counts)
    lines = []
    for low, high, count in zip(labels, labels[1:], found.counts, strict=False):
        eighths = round(count / top * _BAR_CELLS * 8)
        bar = _BAR[8] * (eighths // 8) + (_BAR[eighths % 8] if eighths % 8 else "")
        lines.append(f"  {low:>{width}} .. {high:>{width}}  {bar} {count:,}")
    return lines


def write_png(path: str, name: str, found: Statistics) -> None:
    """Draw the histogram into a picture.

    Raises:
        ImportError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as reason:
        raise errors.matplotlib_missing() from reason
    figure = Figure(figsize=(8, 4.5), layout="constrained")  # no pyplot: it would look for a window
    axes = figure.add_subplot()
    if found.counts:
        axes.stairs(found.counts, found.edges, fill=True)
    axes.set(title=name, xlabel="value", ylabel="elements")
    FigureCanvasAgg(figure)
    figure.savefig(path, format="png")
