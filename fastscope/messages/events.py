"""Event: one record of a file that TensorBoard reads.

Source: tensorflow/core/util/event.proto (TF 1.15).
"""

from __future__ import annotations

from typing import ClassVar

from .fields import Field
from .message import Message
from .summaries import Summary

__all__ = ["Event", "LogMessage", "SessionLog", "TaggedRunMetadata"]


class SessionLog(Message):
    """That a session began, ended or wrote a checkpoint."""

    STATUS_UNSPECIFIED, START, STOP, CHECKPOINT = range(4)
    FIELDS: ClassVar = {
        "status": Field(1, "enum", names={1: "START", 2: "STOP", 3: "CHECKPOINT"}),
        "checkpoint_path": Field(2, "string"),
        "msg": Field(3, "string"),
    }


class LogMessage(Message):
    """A line of a log."""

    UNKNOWN, DEBUGGING, INFO, WARN, ERROR, FATAL = 0, 10, 20, 30, 40, 50
    FIELDS: ClassVar = {
        "level": Field(1, "enum", names={10: "DEBUGGING", 20: "INFO", 30: "WARN", 40: "ERROR", 50: "FATAL"}),
        "message": Field(2, "string"),
    }


class TaggedRunMetadata(Message):
    """What was noted of one run."""

    FIELDS: ClassVar = {"tag": Field(1, "string"), "run_metadata": Field(2, "bytes")}


class Event(Message):
    """Something that happened at a step; wall_time in seconds since 1970."""

    FIELDS: ClassVar = {
        "wall_time": Field(1, "double"),
        "step": Field(2, "int"),
        "file_version": Field(3, "string", oneof="what"),
        "graph_def": Field(4, "bytes", oneof="what"),
        "summary": Field(5, Summary, oneof="what"),
        "log_message": Field(6, LogMessage, oneof="what"),
        "session_log": Field(7, SessionLog, oneof="what"),
        "tagged_run_metadata": Field(8, TaggedRunMetadata, oneof="what"),
        "meta_graph_def": Field(9, "bytes", oneof="what"),
    }
