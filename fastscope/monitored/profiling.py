"""A hook that writes how long the operations of some runs took.

Source: tensorflow/python/training/basic_session_run_hooks.py (TF 1.15).
"""

from __future__ import annotations

import os
from typing import Any

from .. import gfile, logging
from ..events.run_metadata import Timeline
from ..events.writer import FileWriterCache
from ..messages import RunOptions
from .hooks import SecondOrStepTimer, SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues, step_tensor

__all__ = ["ProfilerHook"]


class ProfilerHook(SessionRunHook):
    """Writes the times of a run's operations into "timeline-STEP.json", which chrome://tracing opens.

    TensorBoard shows them, too, in its graph. The first run is not timed.

    Args:
        save_steps, save_secs: every so many steps or seconds.
        output_dir: the folder.
        show_dataflow, show_memory: kept for TF's sake.

    Raises:
        ValueError: both or none of save_steps and save_secs.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str = "",
        show_dataflow: bool = True,
        show_memory: bool = False,
    ) -> None:
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._folder, self._shown = output_dir, (show_dataflow, show_memory)
        self._writer = FileWriterCache.get(output_dir)

    def begin(self) -> None:
        """Find the global step.

        Raises:
            RuntimeError: there is none.
        """
        self._next: int | None = None
        self._step = step_tensor("ProfilerHook")

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Note where it begins."""
        self._timer.update_last_triggered_step(int(session.run(self._step)))

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Fetch the step, and let the run be timed if that is due."""
        self._due = self._next is not None and self._timer.should_trigger_for_step(self._next)
        return SessionRunArgs(self._step, options=RunOptions(trace_level=RunOptions.FULL_TRACE) if self._due else None)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Write what was timed."""
        step = int(run_values.results)
        self._next = step + 1
        if not self._due:
            return
        self._timer.update_last_triggered_step(step)
        path = os.path.join(self._folder, f"timeline-{step}.json")
        logging.info("Saving timeline for %d into '%s'.", step, path)
        with gfile.GFile(path, "w") as file:
            file.write(Timeline(run_values.run_metadata.step_stats).generate_chrome_trace_format(*self._shown))
        self._writer.add_run_metadata(run_values.run_metadata, f"step_{step}")
