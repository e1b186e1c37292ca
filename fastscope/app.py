"""tf.app: flags, and how a program begins.

Source: tensorflow/python/platform/app.py, absl/app.py (TF 1.15).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from . import flags

__all__ = ["flags", "run"]


def run(main: Callable[[list[str]], Any] | None = None, argv: Sequence[str] | None = None) -> NoReturn:
    """Read the command line, call `main` with what of it is no flag, and leave the program with what it returns.

    --help writes what the flags of the program's file are for, --helpfull those of all its modules. Unknown flags are
    left to `main`.

    Args:
        main: callable(argv); None = the function `main` of the program.
        argv: the command line with the program's name; None = sys.argv.
    """
    function = main or sys.modules["__main__"].main
    words = list(sys.argv if argv is None else argv)
    asked = [word for word in words[1:] if word in ("--help", "-help", "--helpshort", "--helpfull")]
    rest = flags.FLAGS([word for word in words if word not in asked], known_only=True)
    if asked:
        from .flags.help import usage

        sys.stdout.write(usage(full="--helpfull" in asked))
        sys.exit(1)
    sys.exit(function(rest))
