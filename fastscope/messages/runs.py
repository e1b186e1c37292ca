"""RunMetadata: what was noted of one run, an operation at a time.

Source: tensorflow/core/protobuf/config.proto, core/framework/step_stats.proto, tensor_description.proto (TF 1.15).
"""

from __future__ import annotations

from typing import ClassVar

from .fields import Field
from .graphs import GraphDef
from .message import Message
from .tensors import DTYPE_NAMES, TensorShapeProto

__all__ = ["DeviceStepStats", "NodeExecStats", "RunMetadata", "RunOptions", "StepStats"]


class RunOptions(Message):
    """What is asked of a run; `trace_level`: its operations are timed; `timeout_in_ms`: it waits so long for queues."""

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = range(4)
    FIELDS: ClassVar = {
        "trace_level": Field(1, "enum", names={1: "SOFTWARE_TRACE", 2: "HARDWARE_TRACE", 3: "FULL_TRACE"}),
        "timeout_in_ms": Field(2, "int"),
        "inter_op_thread_pool": Field(3, "int"),
        "output_partition_graphs": Field(5, "bool"),
        "report_tensor_allocations_upon_oom": Field(7, "bool"),
    }


class _AllocationDescription(Message):
    FIELDS: ClassVar = {
        "requested_bytes": Field(1, "int"),
        "allocated_bytes": Field(2, "int"),
        "allocator_name": Field(3, "string"),
    }


class _TensorDescription(Message):
    FIELDS: ClassVar = {
        "dtype": Field(1, "enum", names=DTYPE_NAMES),
        "shape": Field(2, TensorShapeProto),
        "allocation_description": Field(4, _AllocationDescription),
    }


class _NodeOutput(Message):
    FIELDS: ClassVar = {"slot": Field(1, "int"), "tensor_description": Field(3, _TensorDescription)}


class NodeExecStats(Message):
    """One operation: when it began, in microseconds since 1970, how long it took, and what it made."""

    FIELDS: ClassVar = {
        "node_name": Field(1, "string"),
        "all_start_micros": Field(2, "int"),
        "op_start_rel_micros": Field(3, "int"),
        "op_end_rel_micros": Field(4, "int"),
        "all_end_rel_micros": Field(5, "int"),
        "output": Field(7, _NodeOutput, repeated=True),
        "timeline_label": Field(8, "string"),
        "scheduled_micros": Field(9, "int"),
        "thread_id": Field(10, "int"),
    }


class DeviceStepStats(Message):
    """The operations of one device."""

    FIELDS: ClassVar = {"device": Field(1, "string"), "node_stats": Field(2, NodeExecStats, repeated=True)}


class StepStats(Message):
    """The operations of all devices."""

    FIELDS: ClassVar = {"dev_stats": Field(1, DeviceStepStats, repeated=True)}


class RunMetadata(Message):
    """What `Session.run(options=, run_metadata=)` notes."""

    FIELDS: ClassVar = {
        "step_stats": Field(1, StepStats),
        "partition_graphs": Field(3, GraphDef, repeated=True),
    }
