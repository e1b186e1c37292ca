"""What char_rnn.py shows: a progress bar, samples, and a loss curve at the end.

With rich it is a bar that moves; without it, or where nobody watches a terminal, lines.
"""

import sys
import time
from pathlib import Path

import numpy as np

try:
    import rich.console
    import rich.progress
except ImportError:
    rich = None

SECONDS_BETWEEN_LINES = 10.0


class Display:
    """Shows how training goes."""

    def __init__(self) -> None:
        self._last_line = 0.0
        self._smooth = 0.0
        self._bar = None
        if rich and sys.stdout.isatty():
            console = rich.console.Console(highlight=False)
            columns = [rich.progress.BarColumn(), rich.progress.TextColumn("{task.description}")]
            self._bar = rich.progress.Progress(*columns, console=console)
            self._task = self._bar.add_task("", total=1.0)

    def __enter__(self) -> "Display":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def update(self, step: int, progress: float, bits: float, characters_a_second: float, elapsed: float) -> None:
        """Show where training is: bits per character, speed, seconds left."""
        self._smooth = bits if not self._smooth else 0.7 * self._smooth + 0.3 * bits
        left = elapsed / progress * max(1 - progress, 0)
        text = (
            f"step {step}  {self._smooth:.3f} bits/char  {characters_a_second / 1000:.1f}k chars/s  {left:.0f} s left"
        )
        if self._bar:
            self._bar.update(self._task, completed=progress, description=text)
        elif time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self.note(f"{progress:4.0%}  {text}")

    def report(self, step: int, bits: float, sample: str) -> None:
        """Show the held-out bits per character and a sample."""
        self.note(f"\n--- step {step}: {bits:.3f} bits per held-out character; it writes:\n{sample}\n")

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar:
            self._bar.console.print(text, markup=False)
        else:
            print(text, flush=True)


class Curve:
    """Points (step, bits per character); every second one goes when they are more than can be seen."""

    MOST = 1024

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []

    def add(self, step: int, bits: float) -> None:
        """Go on to (step, bits)."""
        self.points.append((step, bits))
        if len(self.points) > self.MOST:
            del self.points[1::2]

    def table(self) -> np.ndarray:
        """Return the points, [MOST, 2]: a variable of a checkpoint has the same shape always. NaN: no point."""
        table = np.full([self.MOST, 2], np.nan)
        table[: len(self.points)] = np.reshape(self.points, [-1, 2])
        return table

    def load(self, table: np.ndarray) -> None:
        """Take the points of a table."""
        self.points = [(step, bits) for step, bits in table.tolist() if step == step]


def draw_curve(train: Curve, held_out: Curve, path: Path) -> str:
    """Draw both curves into a PNG and return what to say about it."""
    try:
        import matplotlib
    except ImportError:
        return "no loss curve: matplotlib is not installed (pip install 'fastscope[examples]')"
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for curve, style, label in ((train, "-", "training"), (held_out, "o-", "held out")):
        axes.plot(*zip(*curve.points, strict=True) if curve.points else ([], []), style, label=label, markersize=4)
    axes.set(xlabel="step", ylabel="bits per character", title="char_rnn")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)
    return f"drew {path}"
