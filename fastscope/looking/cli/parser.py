"""The commands, their arguments and their help."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable
from typing import NoReturn

from ... import __version__
from . import commands
from .completion import SHELLS

__all__ = ["make_parser"]

_PATH_HELP = "a checkpoint: .safetensors, .npz, a TensorFlow prefix or one of its files, or a directory"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors take one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"fastscope: {message}; see {self.prog} --help\n")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; each command's function is its `run`."""
    parser = _Parser(
        prog="fastscope",
        description="Look into checkpoints, fastscope's and TensorFlow's; compare, convert and rename them. "
        "Run TensorFlow 1 programs.",
        epilog="example: fastscope tree ckpt/model-7",
    )
    parser.add_argument("-V", "--version", action="version", version=f"fastscope {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    tree = _add(subparsers, "tree", commands.tree, "the tensors as a tree of scopes", "tree ckpt --depth 2")
    _path(tree)
    tree.add_argument("--depth", type=_whole(0), metavar="N", help="show N levels, below them only sums")
    tree.add_argument(
        "--separator", type=_some, metavar="TEXT", help='what parts a name (default "/"; "." where no name has one)'
    )
    tree.add_argument("--no-slots", dest="slots", action="store_false", help="leave out the optimizer's variables")
    tree.add_argument("--in-order", action="store_true", help="in the order of the variables, not by name")

    listing = _add(
        subparsers, "list", commands.list_tensors, "one line a tensor: name, dtype, shape", "list ckpt/model-7"
    )
    _path(listing)
    _filters(listing)

    show = _add(
        subparsers, "show", commands.show, "a tensor's statistics and histogram", "show ckpt rnn/kernel --png k.png"
    )
    _path(show)
    show.add_argument("name", metavar="NAME", help="the tensor")
    show.add_argument("--png", metavar="FILE", help="draw the histogram into a file (needs matplotlib)")
    show.add_argument("--bins", type=_whole(1), default=20, metavar="N", help="bars of the histogram (default 20)")

    verify = _add(
        subparsers,
        "verify",
        commands.verify,
        "read every tensor and compare its checksum; exit code 1 if any is damaged",
        "verify ckpt/model-7",
    )
    _path(verify)

    diff = _add(
        subparsers, "diff", commands.diff, "names, shapes and values that differ; exit code 1 if any do", "diff a b"
    )
    _path(diff, "first", "A")
    _path(diff, "second", "B")
    diff.add_argument(
        "--tolerance", type=_tolerance, default=0.0, metavar="X", help="largest difference to overlook (default 0)"
    )

    convert = _add(
        subparsers,
        "convert",
        commands.convert,
        "write a checkpoint in the format that OUT's name says",
        "convert ckpt/model-7 model.safetensors",
        "OUT ends in .safetensors or .npz; with .ckpt, .index or no extension it is a TensorFlow checkpoint's prefix.",
    )
    _in_out(convert)

    rename = _add(
        subparsers,
        "rename",
        commands.rename,
        "the same as convert, with other names",
        "rename old.ckpt new.ckpt --map rnnlm=model --rnn",
    )
    _in_out(rename)
    rename.add_argument(
        "--map", action="append", default=[], type=_pair, metavar="OLD=NEW", help="a name or scope, and what it becomes"
    )
    rename.add_argument(
        "--regex", action="store_true", help="OLD is a regular expression, up to the last =; NEW may use \\1"
    )
    rename.add_argument("--rnn", action="store_true", help="bring RNN names of TensorFlow 0.x and 1.0 up to date")

    run = _add(
        subparsers,
        "run",
        commands.run,
        "run a TensorFlow 1 program, or a notebook's cells: `import tensorflow` is fastscope",
        "run train.py --batch_size 32",
        "What stands after the program is the program's own. Python 2 is translated in memory.",
        json=False,
    )
    run.add_argument("--allow-errors", action="store_true", help="of a notebook: go on with the next cell")
    run.add_argument("program", metavar="PROGRAM", help="a .py or .ipynb file")
    run.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGS", help="what the program is given")

    check = _add(
        subparsers,
        "check",
        commands.check,
        "the names of TensorFlow that programs use and that are not here; exit code 1 if there are any",
        "check train.py models/",
        "Nothing is run. A name is not looked for where a `try` expects it to be missing.",
    )
    check.add_argument("paths", nargs="+", metavar="PATH", help="a .py or .ipynb file, or a folder of such")

    completion = _add(
        subparsers,
        "completion",
        commands.completion,
        "print a script that completes this command in a shell",
        "completion bash >> ~/.bashrc",
        json=False,
    )
    completion.add_argument("shell", choices=SHELLS)
    return parser


def _add(
    subparsers: argparse._SubParsersAction[_Parser],
    name: str,
    run: commands.Command,
    summary: str,
    example: str,
    more: str = "",
    *,
    json: bool = True,
) -> argparse.ArgumentParser:
    """Add a command; its help ends with an example."""
    command = subparsers.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. {more}".strip(),
        epilog=f"example: fastscope {example}",
    )
    command.set_defaults(run=run)
    if json:
        command.add_argument("--json", action="store_true", help="print JSON, for programs")
    return command


def _path(command: argparse.ArgumentParser, name: str = "path", metavar: str = "PATH") -> None:
    command.add_argument(name, metavar=metavar, help=_PATH_HELP)


def _in_out(command: argparse.ArgumentParser) -> None:
    _path(command, "source", "IN")
    command.add_argument("target", metavar="OUT", help="where to write; replaced with --force")
    command.add_argument("--force", action="store_true", help="replace OUT if it is there")
    _filters(command)


def _filters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--include", type=_regex, metavar="REGEX", help="only tensors whose name matches")
    command.add_argument("--exclude", type=_regex, metavar="REGEX", help="no tensors whose name matches")


def _some(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty text parts nothing")
    return text


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as reason:
        raise argparse.ArgumentTypeError(f"{text!r} is no regular expression: {reason}") from None


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.rpartition("=")  # a regular expression may hold one, in "(?=...)"; a name hardly ever
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form OLD=NEW")
    return old, new


def _tolerance(text: str) -> float:
    try:
        tolerance = float(text)
    except ValueError:
        tolerance = math.nan
    if not 0 <= tolerance < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 on")
    return tolerance


def _whole(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
        return int(text)

    return parse
