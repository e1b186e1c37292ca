"""Messages about cells of a notebook that are run again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def bad_rerun(got: Any, known: Sequence[str]) -> ValueError:
    """`notebook` got another word."""
    words = ", ".join(map(repr, known[:-1])) + f" or {known[-1]!r}"
    return ValueError(f"notebook: expected rerun={words}, got {got!r:.80}.")


def no_notebook() -> RuntimeError:
    """`notebook` outside of one."""
    return RuntimeError(
        "notebook: no IPython shell runs this program, so there are no cells that could be run again. Call it in a "
        "cell of a notebook, or say %load_ext fastscope there; a program needs neither."
    )
