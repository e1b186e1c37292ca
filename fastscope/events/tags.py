"""Tags: by which name TensorBoard shows a summary.

Source: tensorflow/python/ops/summary_op_util.py (TF 1.15).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from .._store import name_scope

__all__ = ["clean_tag", "summary_scope"]

_NOT_ALLOWED = re.compile(r"[^-/\w\.]")


def clean_tag(name: str) -> str:
    """Return a name with "_" for each character that an operation's name cannot have."""
    return _NOT_ALLOWED.sub("_", name).lstrip("/")


@contextmanager
def summary_scope(name: str | None, family: str | None, default: str) -> Iterator[tuple[str, str]]:
    """Open the name scope of a summary, and give its tag and the full name of its operation.

    The tag is the scope's path; with a family that stands before it once more.
    """
    base = clean_tag(default if name is None else name)
    front = clean_tag(family) if family else ""
    with name_scope(f"{front}/{base}" if front else base) as scope:
        path = scope.removesuffix("/")
        yield (f"{front}/{path}" if front else path), scope
