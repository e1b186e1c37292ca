"""What a run's operations took, as TensorFlow's message has it, and as Chrome shows it.

Source: tensorflow/core/framework/step_stats.proto, python/client/timeline.py (TF 1.15); the trace is the format of
chrome://tracing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ..graph.timing import Timed
from ..messages import NodeExecStats, RunMetadata, StepStats
from ..messages.tensors import dtype_number, shape_proto

__all__ = ["Timeline", "note"]

_CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
_MICRO = 1000  # nanoseconds


def note(metadata: RunMetadata, steps: Iterable[Timed]) -> None:
    """Write the operations of a run into a message, in place of what it held."""
    metadata.Clear()
    devices: dict[str, Any] = {_CPU: metadata.step_stats.dev_stats.add(device=_CPU)}
    for step in steps:
        device = step.operation.device or _CPU
        if device not in devices:
            devices[device] = metadata.step_stats.dev_stats.add(device=device)
        devices[device].node_stats.append(_stats(step))


def _stats(step: Timed) -> NodeExecStats:
    operation, took = step.operation, (step.end - step.begin) // _MICRO
    inputs = ", ".join(tensor.op.name for tensor in operation.inputs)
    stats = NodeExecStats(
        node_name=operation.name,
        all_start_micros=step.begin // _MICRO,
        op_end_rel_micros=took,
        all_end_rel_micros=took,
        timeline_label=f"{operation.name} = {operation.type}({inputs})",
        scheduled_micros=step.begin // _MICRO,
        thread_id=step.thread,
    )
    for slot, (tensor, (shape, size)) in enumerate(zip(operation.outputs, step.outputs, strict=False)):
        described = stats.output.add(slot=slot).tensor_description
        described.dtype = dtype_number(tensor.dtype)
        described.shape.CopyFrom(shape_proto(shape))
        described.allocation_description.requested_bytes = size
        described.allocation_description.allocated_bytes = size
        described.allocation_description.allocator_name = "cpu"
    return stats


class Timeline:
    """A run's operations on an axis of time, for chrome://tracing.

    Args:
        step_stats: `RunMetadata.step_stats` of a run that was traced.
        graph: kept for TF's sake.
    """

    def __init__(self, step_stats: StepStats, graph: Any = None) -> None:
        self._step_stats = step_stats

    def generate_chrome_trace_format(self, show_dataflow: bool = True, show_memory: bool = False) -> str:
        """Return the text of a file that chrome://tracing opens; what is shown besides is kept for TF's sake."""
        events: list[dict[str, Any]] = []
        for pid, device in enumerate(self._step_stats.dev_stats):
            events.append({"name": "process_name", "ph": "M", "pid": pid, "args": {"name": f"{device.device} Compute"}})
            for stats in device.node_stats:
                name, _, call = stats.timeline_label.partition(" = ")
                kind, _, inputs = call.rstrip(")").partition("(")
                arguments = {f"input{k}": each for k, each in enumerate(filter(None, inputs.split(", ")))}
                events.append(
                    {
                        "name": kind,
                        "cat": "Op",
                        "ph": "X",
                        "pid": pid,
                        "tid": 0,
                        "ts": stats.all_start_micros,
                        "dur": stats.all_end_rel_micros,
                        "args": {"name": name, "op": kind, **arguments},
                    }
                )
        return json.dumps({"traceEvents": events}, indent=4)
