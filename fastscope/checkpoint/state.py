"""The `checkpoint` file of a directory: which checkpoints there are, and which is the latest.

It is TensorFlow's text format, so that either program finds what the other wrote:

    model_checkpoint_path: "model-7"
    all_model_checkpoint_paths: "model-6"
    all_model_checkpoint_paths: "model-7"
"""

from __future__ import annotations

import ntpath
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ..errors import checkpoint as errors
from .atomic import write_text

__all__ = ["CheckpointState", "read_state", "write_state"]

_LINE: Final = re.compile(r'(\w+)\s*:\s*("(?:[^"\\]|\\.)*"|\S+)')
_OF_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")  # an absolute path there
_ESCAPES: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


@dataclass(frozen=True)
class CheckpointState:
    """What the `checkpoint` file says, with paths that can be opened from here.

    Attributes:
        model_checkpoint_path: prefix of the latest checkpoint.
        all_model_checkpoint_paths: prefixes of all that are kept, oldest first.
    """

    model_checkpoint_path: str
    all_model_checkpoint_paths: list[str] = field(default_factory=list)


def read_state(directory: str, filename: str = "checkpoint") -> CheckpointState | None:
    """Read the state file of a directory; None if there is none.

    Raises:
        DataLossError: the file names no checkpoint.
    """
    path = os.path.join(directory, filename)
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    paths: dict[str, list[str]] = {}
    for key, value in _LINE.findall(text):
        if value.startswith('"'):
            paths.setdefault(key, []).append(_resolve(directory, _unescape(value[1:-1])))
    if "model_checkpoint_path" not in paths:
        raise errors.bad_state(path)
    latest = paths["model_checkpoint_path"][-1]
    return CheckpointState(latest, paths.get("all_model_checkpoint_paths", [latest]))


def write_state(directory: str, latest: str, paths: Sequence[str], filename: str, *, relative: bool) -> None:
    """Write the state file, atomically and durably.

    Args:
        directory: where the file goes.
        latest: prefix of the latest checkpoint.
        paths: prefixes of all, oldest first.
        filename: the file's name, "checkpoint" unless a program has its own.
        relative: write paths relative to `directory`, so that it can be moved. Paths that are
            relative to the working directory are always written so.

    Raises:
        OSError: it could not be written; an older one is as it was.
    """
    lines = [("model_checkpoint_path", latest)]
    lines += [("all_model_checkpoint_paths", path) for path in paths]
    text = ""
    for key, path in lines:
        if relative or not os.path.isabs(path):
            path = os.path.relpath(path, directory)
        text += f'{key}: "{_escape(path)}"\n'
    file = os.path.join(directory, filename)
    try:
        write_text(file, text)
    except OSError as reason:
        raise errors.state_failed(file, latest, reason) from reason


def _resolve(directory: str, path: str) -> str:
    """Make a path of the state file one that opens from the working directory."""
    # Where the directory was moved or copied since, the checkpoint came along with the state file.
    if _OF_WINDOWS.match(path):
        return os.path.join(directory, ntpath.basename(path))
    if os.path.isabs(path) and not os.path.isdir(os.path.dirname(path)):
        return os.path.join(directory, os.path.basename(path))
    return os.path.join(directory, path)


def _escape(path: str) -> str:
    out = ""
    for byte in os.fsencode(path):
        char = chr(byte)
        if char in '"\\':
            out += "\\" + char
        else:
            out += char if 32 <= byte < 127 else f"\\{byte:03o}"
    return out


def _unescape(text: str) -> str:
    def plain(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8) & 255]) if code.isdigit() else _ESCAPES.get(code, code)

    return os.fsdecode(re.sub(rb"\\([0-7]{1,3}|.)", plain, os.fsencode(text)))
