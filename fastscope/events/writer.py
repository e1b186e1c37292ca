"""FileWriter: a file of events, which TensorBoard reads while it grows.

Source: tensorflow/python/summary/writer/writer.py, event_file_writer.py (TF 1.15).
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, ClassVar, Self

from ..errors import summaries as errors
from ..graph import Graph
from ..graphdef.writing import graph_def_of
from ..messages import Event, GraphDef, RunMetadata, SessionLog, Summary, TaggedRunMetadata
from ..messages.wire import encoded
from ..records.tfrecord import read_records, record

__all__ = ["FileWriter", "FileWriterCache", "summary_iterator"]

_VERSION = "brain.Event:2"


class FileWriter:
    """Writes summaries and graphs into a file of events.

    Example:
        >>> writer = tf.summary.FileWriter("logs")
        >>> writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=0.5)]), global_step=7)
        >>> writer.close()

    Args:
        logdir: the folder, made if it is not there; the file in it is called after the time and the machine.
        graph: written first, if given.
        max_queue: kept for TF's sake: what is written waits for nobody.
        flush_secs: hand over to the operating system what is written when so many seconds went by.
        graph_def: an older form of `graph`, a message.
        filename_suffix: at the end of the file's name.
        session: kept for TF's sake.
    """

    def __init__(
        self,
        logdir: Any,
        graph: Graph | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: GraphDef | None = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ) -> None:
        if logdir is None:
            raise errors.no_logdir()
        self._logdir = os.fsdecode(logdir)
        self._suffix = filename_suffix or ""
        self._flush_seconds = flush_secs
        self._lock = threading.Lock()
        self._runs: set[str] = set()  # tags of what was noted of runs
        self._described: set[str] = set()  # tags whose metadata is written
        os.makedirs(self._logdir, exist_ok=True)
        self._file: Any = None
        self._open()
        if graph is not None or graph_def is not None:
            self.add_graph(graph, graph_def=graph_def)

    def _open(self) -> None:
        now = time.time()
        name = f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}{self._suffix}"
        self._file = open(os.path.join(self._logdir, name), "ab")  # noqa: SIM115 - close closes it
        self._flushed = time.monotonic()
        self._write(Event(wall_time=now, file_version=_VERSION))
        self._file.flush()

    def _write(self, event: Event) -> None:
        self._file.write(record(encoded(event)))

    def get_logdir(self) -> str:
        """Return the folder."""
        return self._logdir

    def add_event(self, event: Event) -> None:
        """Write an event; a writer that was closed writes nothing."""
        with self._lock:
            if self._file.closed:
                return
            self._write(event)
            if time.monotonic() - self._flushed > self._flush_seconds:
                self._flush()

    def _add(self, step: Any, **what: Any) -> None:
        self.add_event(Event(wall_time=time.time(), step=None if step is None else int(step), **what))

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Write a summary: what a run of one gave, or a `Summary`.

        Args:
            summary: bytes or message.
            global_step: the step it belongs to.
        """
        if not isinstance(summary, Summary):
            summary = Summary.FromString(summary)
        for value in summary.value:
            if value.HasField("metadata"):  # once for each tag is enough
                if value.tag in self._described:
                    value.ClearField("metadata")
                self._described.add(value.tag)
        self._add(global_step, summary=summary)

    def add_session_log(self, session_log: SessionLog, global_step: Any = None) -> None:
        """Write that a session began, ended or saved."""
        self._add(global_step, session_log=session_log)

    def add_run_metadata(self, run_metadata: RunMetadata, tag: str, global_step: Any = None) -> None:
        """Write what `Session.run` noted of a run.

        Args:
            run_metadata: that it filled.
            tag: what TensorBoard calls it, once in a file.
            global_step: the step it belongs to.

        Raises:
            ValueError: the tag was there before.
        """
        if tag in self._runs:
            raise errors.run_again(tag)
        self._runs.add(tag)
        noted = TaggedRunMetadata(tag=tag, run_metadata=encoded(run_metadata))
        self._add(global_step, tagged_run_metadata=noted)

    def add_graph(self, graph: Any = None, global_step: Any = None, graph_def: GraphDef | None = None) -> None:
        """Write a graph, with the static shapes of its tensors.

        Raises:
            TypeError: it is neither a graph nor a message of one.
        """
        given = graph if graph is not None else graph_def
        if isinstance(given, Graph):
            given = graph_def_of(given, add_shapes=True)
        if not isinstance(given, GraphDef):
            raise errors.no_graph(given)
        data = encoded(given)
        self._add(global_step, graph_def=data)
        if isinstance(graph, Graph):
            # a MetaGraphDef: its second field is the graph
            self._add(global_step, meta_graph_def=_meta_graph(data))

    def flush(self) -> None:
        """Hand over to the operating system what was written."""
        with self._lock:
            if not self._file.closed:
                self._flush()

    def _flush(self) -> None:
        self._file.flush()
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def reopen(self) -> None:
        """Go on in a new file, if it was closed."""
        with self._lock:
            if self._file.closed:
                self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _meta_graph(graph_def: bytes) -> bytes:
    from ..checkpoint.protowire import varint

    return varint(2 << 3 | 2) + varint(len(graph_def)) + graph_def


class FileWriterCache:
    """One FileWriter for each folder."""

    _writers: ClassVar[dict[str, FileWriter]] = {}

    @classmethod
    def get(cls, logdir: Any) -> FileWriter:
        """Return the writer of a folder, made if there is none."""
        name = os.fsdecode(logdir)
        if name not in cls._writers:
            cls._writers[name] = FileWriter(name)
        return cls._writers[name]

    @classmethod
    def clear(cls) -> None:
        """Close all writers, and forget them."""
        for writer in cls._writers.values():
            writer.close()
        cls._writers.clear()


def summary_iterator(path: Any) -> Iterator[Event]:
    """Yield the events of a file.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is damaged, or ends inside a record.
    """
    return (Event.FromString(data) for data in read_records(path))
