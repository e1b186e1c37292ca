"""The `checkpoint` file of a directory: which checkpoints there are, and which is the latest.

It is TensorFlow's text format, so that either program finds what the other wrote, or what a person wrote:

    model_checkpoint_path: "model-7"            # double quotes or single ones
    all_model_checkpoint_paths: ["model-6", "model-7"]
    all_model_checkpoint_timestamps: 1596.5     # when it was made, in seconds since 1970

A text that is no such message is ignored with a warning, as TensorFlow does: another tool may call its file so.

Source: tensorflow/python/training/checkpoint_state.proto, https://protobuf.dev/reference/protobuf/textformat-spec/
"""

from __future__ import annotations

import ntpath
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..errors import DataLossError
from ..errors import checkpoint as errors
from .atomic import write_text
from .datafile import open_regular

__all__ = ["CheckpointState", "read_state", "store_state", "write_state"]

_TOKEN: Final = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')|(?P<word>[A-Za-z_]\w*)"""
    r"""|(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fF]?)|(?P<sign>[:\[\],;])|\s+|\#[^\n]*"""
)
_PATHS: Final = ("model_checkpoint_path", "all_model_checkpoint_paths")
_TIMES: Final = ("all_model_checkpoint_timestamps", "last_preserved_timestamp")
_OF_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")  # an absolute path there
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|.)")
_ESCAPES: Final = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))


@dataclass(frozen=True)
class CheckpointState:
    """What the `checkpoint` file says, with paths that can be opened from here.

    Attributes:
        model_checkpoint_path: prefix of the latest checkpoint.
        all_model_checkpoint_paths: prefixes of all that are kept, oldest first.
        all_model_checkpoint_timestamps: when each was made, in seconds since 1970; empty where nobody said so.
        last_preserved_timestamp: when the last one was made that is kept for good; 0 where nobody said so.
    """

    model_checkpoint_path: str
    all_model_checkpoint_paths: list[str] = field(default_factory=list)
    all_model_checkpoint_timestamps: list[float] = field(default_factory=list)
    last_preserved_timestamp: float = 0.0


def read_state(directory: str, filename: str = "checkpoint") -> CheckpointState | None:
    """Read the state file of a directory; None if there is none, or, with a warning, if it is of another kind.

    Raises:
        DataLossError: the file is one, and names no checkpoint.
        OSError: it is there and can't be read.
    """
    path = os.path.join(directory, filename)
    try:
        descriptor, _ = open_regular(path)
        with open(descriptor, "rb") as file:
            values = _parse(os.fsdecode(file.read()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (DataLossError, ValueError) as reason:
        warnings.warn(errors.state_ignored(path, reason), stacklevel=4)
        return None
    if not values[_PATHS[0]]:
        raise errors.bad_state(path)
    latest, *others = ([_resolve(directory, path) for path in values[name]] for name in _PATHS)
    times, preserved = ([float(number.rstrip("fF")) for number in values[name]] for name in _TIMES)
    return CheckpointState(latest[-1], others[0] or latest[-1:], times, preserved[-1] if preserved else 0.0)


def _parse(text: str) -> dict[str, list[str]]:
    """Return the values of each of the message's fields.

    Raises:
        ValueError: it is no such message.
    """
    found: dict[str, list[str]] = {name: [] for name in _PATHS + _TIMES}
    tokens = [*_tokens(text), ("end", "")]
    at = 0

    def take(*kinds: str) -> str:
        nonlocal at
        kind, value = tokens[at]
        if kind not in kinds and value not in kinds:
            raise ValueError(f"{value or 'its end'!r} where {' or '.join(kinds)} should be")
        at += 1
        return value

    def value_of(name: str) -> str:
        if name in _TIMES:
            return take("number", "word")  # "inf" and "nan" are words
        value = take("text")
        while tokens[at][0] == "text":  # texts side by side are one
            value = value[:-1] + take("text")[1:]
        return _unescape(value[1:-1])

    while tokens[at][0] != "end":
        name = take(*found)
        take(":")
        if tokens[at][1] != "[" or tokens[at][0] != "sign":
            found[name].append(value_of(name))
        else:
            take("[")
            while tokens[at][1] != "]":
                found[name].append(value_of(name))
                if tokens[at][1] != "]":
                    take(",")
            take("]")
        if tokens[at][1] in (",", ";"):
            take(",", ";")
    return found


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text[at : at + 20]!r} makes no sense in it")
        if match.lastgroup is not None:
            yield match.lastgroup, match[0]
        at = match.end()


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

    def named(path: str) -> str:
        return os.path.relpath(path, directory) if relative or not os.path.isabs(path) else path

    store_state(directory, CheckpointState(named(latest), list(map(named, paths))), filename)


def store_state(directory: str, state: CheckpointState, filename: str) -> None:
    """Write a state as it is into the file of a directory, atomically and durably.

    Raises:
        OSError: it could not be written; an older one is as it was.
    """
    text = f'model_checkpoint_path: "{_escape(state.model_checkpoint_path)}"\n'
    text += "".join(f'all_model_checkpoint_paths: "{_escape(path)}"\n' for path in state.all_model_checkpoint_paths)
    text += "".join(f"all_model_checkpoint_timestamps: {time}\n" for time in state.all_model_checkpoint_timestamps)
    if state.last_preserved_timestamp:
        text += f"last_preserved_timestamp: {state.last_preserved_timestamp}\n"
    file = os.path.join(directory, filename)
    try:
        write_text(file, text)
    except OSError as reason:
        raise errors.state_failed(file, state.model_checkpoint_path, reason) from reason


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
        if code.isdigit():
            return bytes([int(code, 8) & 255])
        if code[:1] in b"xX" and len(code) > 1:
            return bytes([int(code[1:], 16)])
        return bytes([_ESCAPES.get(code[0], code[0])])

    return os.fsdecode(_ESCAPE.sub(plain, os.fsencode(text)))
