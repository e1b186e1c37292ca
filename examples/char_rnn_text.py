"""The text of char_rnn.py as numbers."""

import codecs
import importlib
import pathlib
import zlib

import numpy as np

HELD_OUT = 0.05  # of the text, at its end


class Alphabet:
    """The characters that a network knows, by their number."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self._number = {character: k for k, character in enumerate(characters)}
        self.start = self._number.get("\n", 0)

    def text(self, ids: list[int]) -> str:
        """Return characters for their numbers."""
        return "".join(self.characters[k] for k in ids)

    def ids(self, text: str) -> list[int]:
        """Return numbers for characters; the program ends where it doesn't know one."""
        unknown = "".join(sorted(set(text) - set(self.characters)))
        if unknown:
            raise SystemExit(f"the network never read {unknown!r}: it knows {self.characters!r}")
        return [self._number[character] for character in text]


class Corpus:
    """A text as numbers: most of it to train on, its end held out.

    Attributes:
        alphabet: the characters that occur; start: number of the one that a text begins after.
        train, held_out: int32 `[length]`.
        encoding: in which the file was read. checksum: tells one text from another.
    """

    def __init__(self, path: str | None) -> None:
        if path is None:
            topics = importlib.import_module("pydoc_data.topics").topics
            text, self.encoding = "\n".join(topics[name] for name in sorted(topics)), "UTF-8"
        else:
            try:
                text, self.encoding = decoded(pathlib.Path(path).read_bytes())
            except OSError as reason:
                raise SystemExit(f"cannot read the text: {reason}") from None
        if len(text) < 20_000:
            raise SystemExit(f"{path} has {len(text)} characters; 20,000 are the least to learn from")
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        occurs = np.zeros(0x110000, bool)
        occurs[codes] = True
        self.alphabet = Alphabet("".join(map(chr, np.flatnonzero(occurs))))
        self.start = self.alphabet.start
        ids = (np.cumsum(occurs, dtype=np.int32) - 1)[codes]
        cut = int(len(ids) * (1 - HELD_OUT))
        self.train, self.held_out = ids[:cut], ids[cut:]
        self.checksum = zlib.crc32(codes)


def decoded(data: bytes) -> tuple[str, str]:
    """Return a file's text and its encoding: UTF-8, UTF-16 if the file says so, else Latin-1, which takes any bytes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, encoding = data.decode("utf-16", "replace"), "UTF-16"
    else:
        try:
            text, encoding = data.decode("utf-8-sig"), "UTF-8"
        except UnicodeDecodeError:
            text, encoding = data.decode("latin-1"), "Latin-1"
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def streams(ids: np.ndarray, batch_size: int) -> np.ndarray:
    """Return the text cut into parallel streams, [time, batch_size]."""
    length = len(ids) // batch_size
    return np.ascontiguousarray(ids[: length * batch_size].reshape(batch_size, length).T)
