"""Where everything is computed at once there is no graph to read or write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fastscope as fs
from fastscope.messages import GraphDef


@pytest.mark.parametrize(
    "call",
    [
        lambda: fs.import_graph_def(GraphDef()),
        lambda: fs.train.export_meta_graph(),
        lambda: fs.train.import_meta_graph(fs.MetaGraphDef()),
    ],
)
def test_graphs_need_graph_mode(call: Callable[[], Any]) -> None:
    with pytest.raises(RuntimeError, match="not supported when eager execution is enabled. Read it in graph mode"):
        call()
    assert fs.executing_eagerly()
