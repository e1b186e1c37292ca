"""A progress bar on standard error, for work that takes long enough to be worth one."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

__all__ = ["Progress"]

_WAIT_S = 0.5  # work that is done sooner shows nothing
_EVERY_S = 0.1


class Progress:
    """Counts bytes; shows how far it is where standard error is a terminal, with rich if that is installed."""

    def __init__(self, label: str, total: int) -> None:
        """Prepare a bar of `total` bytes."""
        self._label, self._total, self._done = label, max(total, 1), 0
        self._next_s = time.monotonic() + _WAIT_S
        self._bar: Any = None
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def advance(self, nbytes: int) -> None:
        """Say that so many more bytes are done."""
        self._done += nbytes
        now = time.monotonic()
        if now >= self._next_s and sys.stderr.isatty():
            self._next_s = now + _EVERY_S
            self._show()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._shown:
            print(file=sys.stderr)

    def _show(self) -> None:
        if not self._shown:
            self._shown = True
            self._bar = _rich_bar(self._label, self._total)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
        else:
            percent = 100 * self._done // self._total
            print(f"\r{self._label} {percent:3d} %", end="", file=sys.stderr, flush=True)


def _rich_bar(label: str, total: int) -> Any:
    """Return a started rich bar, None where rich is not installed."""
    try:
        from rich import progress
        from rich.console import Console
    except ImportError:
        return None
    bar = progress.Progress(
        progress.TextColumn(label),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.add_task(label, total=total)
    bar.start()
    return bar
