"""What the floors above hand down for what stands for an array and may have to be written down in place of computed."""

from __future__ import annotations

from typing import Any

__all__ = ["recordable"]


class _Recordable:
    """Whether anything was ever recorded in this process, and who writes an operator down.

    Attributes:
        on: False in a program that only computes: it asks no further.
    """

    on = False

    def recording(self) -> bool:
        """Return whether operations are written down here."""
        return False

    def in_graph_mode(self) -> bool:
        """Return whether operations are written down because the graph is in graph mode, and in no function alone."""
        return False

    def ufunc(self, ufunc: Any, method: str, inputs: Any, facts: Any, /) -> Any:
        """Write down what NumPy was asked for, or return NotImplemented where everything is computed at once."""
        return NotImplemented

    def operator(self, name: str, /, *operands: Any) -> Any:
        """Write down an operator, "add" say, or return NotImplemented where everything is computed at once."""
        return NotImplemented

    def function(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function of `ops` by its name."""
        raise NotImplementedError(name)


recordable = _Recordable()
