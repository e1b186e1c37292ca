"""What --help writes.

Source: absl/flags/_flagvalues.py (_get_help_for_modules), absl/app.py (usage).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from textwrap import wrap

from .values import FLAGS, Flag

__all__ = ["help_of", "usage"]

_WIDTH = 80


def help_of(flags: Iterable[Flag], module: str) -> str:
    """Return what a module's flags are for."""
    lines = ["", f"{module}:"]
    for flag in sorted(flags, key=lambda flag: flag.name):
        lines += _lines(flag)
    return "\n".join(lines)


def _lines(flag: Flag) -> list[str]:
    short = f"-{flag.short_name}," if flag.short_name else ""
    head = f"  {short}--{'[no]' if flag.boolean else ''}{flag.name}: {flag.help}" + (";" if flag.multi else "")
    lines = wrap(head, _WIDTH, subsequent_indent="    ")
    if flag.multi:
        lines.append("    repeat this option to specify a list of values")
    if flag.default is not None:
        default = str(flag.default) if flag.multi else flag.text(flag.default)
        lines.append(f"    (default: {default!r})")
    return lines + [f"    ({flag.kind})"] * bool(flag.kind)


def usage(full: bool = False) -> str:
    """Return what the program is for and the flags that it takes.

    Args:
        full: those of all modules, in place of those of the program's own file.
    """
    doc = sys.modules["__main__"].__doc__
    head = doc.replace("%s", sys.argv[0]) if doc else f"\n       USAGE: {sys.argv[0]} [flags]\n"
    if full:
        return f"{head}flags:\n{FLAGS.get_help()}\n"
    return f"{head}flags:\n{FLAGS.main_module_help()}\n\nTry --helpfull to get a list of all flags.\n"
