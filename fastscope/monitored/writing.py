"""Graphs as files.

Source: tensorflow/python/framework/graph_io.py (TF 1.15).
"""

from __future__ import annotations

import os
from typing import Any

from ..checkpoint.atomic import write_whole
from ..graph import Graph
from ..messages import GraphDef

__all__ = ["write_graph"]


def write_graph(graph_or_graph_def: Graph | GraphDef, logdir: Any, name: str, as_text: bool = True) -> str:
    """Write a graph as a `GraphDef`, and return the path.

    Args:
        graph_or_graph_def: Graph or its message.
        logdir: the folder, made if it is not there.
        name: of the file.
        as_text: as text, else as bytes.

    Raises:
        OSError: it could not be written. A file that was there is as it was.
    """
    given = graph_or_graph_def
    message = given.as_graph_def() if isinstance(given, Graph) else given
    path = os.path.join(os.fsdecode(logdir), name)
    write_whole(path, str(message).encode() if as_text else message.SerializeToString())
    return path
