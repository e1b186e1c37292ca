"""What this build of fastscope is, for a report of an error or of a speed."""

from __future__ import annotations

import platform
import sys
from typing import Any

from .. import _store

__all__ = ["build_info"]


def build_info() -> dict[str, Any]:
    """Return which path the scope store takes on this interpreter, and why.

        >>> fs.build_info()["path"]
        'fast'

    Returns:
        `fastscope` and `python`, their versions; `path`: "fast", or "ordinary" where something that the fast one rests
        on is not known of this interpreter, or was not found so when fastscope was imported; `missing`: dict of what
        that is -> why.  Both paths do the same.
    """
    from importlib import metadata  # only here: on 3.13 it brings json along

    missing = _store.missing_facts()
    try:
        own = metadata.version("fastscope")
    except metadata.PackageNotFoundError:  # run from its sources
        own = "not installed"
    return {
        "fastscope": own,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "path": "ordinary" if missing else "fast",
        "missing": missing,
    }
