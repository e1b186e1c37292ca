"""Cells of a notebook that are run again: what their earlier run made goes, or is handed back.

Source: IPython's events pre_run_cell and post_run_cell.
"""

from __future__ import annotations

import sys
from typing import Any

from ..errors import notebook as errors
from ..graph import Graph, get_default_graph
from ..scoping.clearing import Made, Moment

__all__ = ["load_ipython_extension", "notebook", "unload_ipython_extension"]

_POLICIES = ("replace", "reuse", "error")


def notebook(rerun: str = "replace") -> None:
    """Say what happens when a notebook's cell is run again.

    A cell is the same one when the notebook says so, its text may have changed; where it does not say, when the text
    is the same. What another cell made stays: asking for its names is the error that it always was.

    Args:
        rerun: "replace": what the cell's earlier run made in the default graph is forgotten first, variables,
            operations, members of collections, names, so that it runs as if for the first time. "reuse": so are they,
            but get_variable hands the variables of the earlier run back where shape and dtype agree, values and all.
            "error": nothing is forgotten, as in TensorFlow; this is how things are until notebook() is called.

    Raises:
        ValueError: another word.
        RuntimeError: there is no IPython shell that runs this.
    """
    if rerun not in _POLICIES:
        raise errors.bad_rerun(rerun, _POLICIES)
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        raise errors.no_notebook()
    _watch(shell, rerun)


def load_ipython_extension(shell: Any) -> None:
    """Do what `%load_ext fastscope` asks for: notebook(rerun="replace")."""
    _watch(shell, "replace")


def unload_ipython_extension(shell: Any) -> None:
    """Do what `%unload_ext fastscope` asks for: notebook(rerun="error")."""
    _watch(shell, "error")


_cells: _Cells | None = None


def _watch(shell: Any, rerun: str) -> None:
    global _cells
    if _cells is None:
        _cells = _Cells(rerun)
        shell.events.register("pre_run_cell", _cells.begin)
        shell.events.register("post_run_cell", _cells.end)
    _cells.rerun = rerun


class _Cells:
    """What each cell made in its last run.

    Attributes:
        rerun: what to do with it when the cell is run again.
    """

    def __init__(self, rerun: str) -> None:
        self.rerun = rerun
        self._made: dict[str, Made] = {}
        self._running: list[Any] = []  # a cell can run others: %run, run_cell
        self._moment: Moment | None = Moment(get_default_graph())  # the cell that asks for all this is running
        self._kept: dict[str, Any] = {}

    def begin(self, info: Any) -> None:
        """A cell is about to run."""
        self._running.append(info)
        if len(self._running) > 1 or not _compiles(info):
            return
        graph, self._kept = get_default_graph(), {}
        made = self._made.get(_key(info))
        if made is not None and made.is_of(graph) and self.rerun != "error":
            self._kept = made.shared() if self.rerun == "reuse" else {}
            made.take_back(self._kept)
            graph.kept = set(self._kept)
        self._moment = Moment(graph)

    def end(self, result: Any) -> None:
        """It has run, or failed."""
        if self._running:
            self._running.pop()
        if self._running or self._moment is None:
            return
        moment, self._moment = self._moment, None
        left, moment.graph.kept = moment.graph.kept, set()
        if moment.graph is get_default_graph():
            made = moment.made()
            made.add({name: v for name, v in self._kept.items() if name not in left or not result.success})
        else:  # the cell took another one
            made = Moment(get_default_graph(), new=True).made()
        self._made[_key(result.info)] = made
        if result.success:
            _forget(moment.graph, {name: self._kept[name] for name in left})


def _key(info: Any) -> str:
    """Return what tells a cell from others: what the notebook calls it, else its text."""
    return getattr(info, "cell_id", None) or str(info.raw_cell)


def _forget(graph: Graph, variables: dict[str, Any]) -> None:
    """Take back what the cell does not make any more."""
    made = Made(graph)
    made.add(variables)
    made.take_back({})


def _compiles(info: Any) -> bool:
    """Whether there is something to run: a cell with a slip of the pen makes nothing, and takes nothing back."""
    import ast

    text = getattr(info, "transformed_cell", None) or info.raw_cell
    try:
        compile(text, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError):
        return text.lstrip().startswith(("%", "!", "?"))
    return True
