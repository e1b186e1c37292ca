"""What was made lately: a cache whose hits cost one look-up in a dict."""

from __future__ import annotations

from typing import Any

__all__ = ["Kept"]


class Kept:
    """Values by key. What nobody asked for while `size` others were made is let go, and at most twice as many are kept.

    There are two dicts: when the first is full it becomes the second, and what the second had is gone. What is found in
    the second goes back to the first. Threads may use it at once: at worst something is made twice.

    Args:
        size: how many values the first dict takes.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._new: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """Return a value, or None."""
        value = self._new.get(key)
        if value is None:
            value = self._old.pop(key, None)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: Any, value: Any) -> None:
        """Keep a value."""
        if len(self._new) >= self._size:
            self._old, self._new = self._new, {}
        self._new[key] = value

    def clear(self) -> None:
        """Let go of everything."""
        self._new, self._old = {}, {}

    def __len__(self) -> int:
        return len(self._new) + len(self._old)
