"""Damaged files: whatever the bytes, an error that names the file, bounded memory, and never a wrong value.

A short run is part of the suite, and so is a corpus of files that a longer one found. The long one takes 22 minutes on
one core: `FASTSCOPE_FUZZ=100000 pytest tests/test_checkpoint_fuzz.py`. In November 2026 all its tests passed: 100,000
inputs for each of nine kinds of damage, and 25,000 of each kind that Hypothesis makes up.
"""

from __future__ import annotations

import base64
import io
import json
import os
import random
import resource
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import safetensors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastscope.checkpoint import load_checkpoint, write_bundle, write_npz, write_safetensors
from fastscope.checkpoint.datafile import crc32c
from fastscope.checkpoint.protowire import field, read_varint
from fastscope.checkpoint.sstable import TableWriter, masked
from fastscope.checkpoint.tensor_slices import encode_shape, fill, slice_key
from fastscope.errors import OpError

GOLDEN = Path(__file__).parent / "golden" / "checkpoints"
CORPUS = Path(__file__).parent / "golden" / "corpus.json"
INPUTS = int(os.environ.get("FASTSCOPE_FUZZ", "500"))  # for each kind of file
HEADROOM = 512 << 20  # bytes of address space that reading a file of a few kB may take
TENSORS = {
    "a/kernel": np.arange(12, dtype=np.float32).reshape(3, 4),
    "a/bias": np.arange(4, dtype=np.float64),
    "flags": np.array([True, False, True]),
    "z": np.array([1 + 2j]),
    "step": np.array(7, np.int64),
}
WORDS = {"words": np.array([b"one", b"", b"three"], object)}


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Let an allocation of more than HEADROOM fail with MemoryError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + HEADROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def mutate(rng: random.Random, data: bytes) -> bytes:
    """Damage a file in one of the ways that files get damaged, or that somebody would think of."""
    raw = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at = rng.randrange(len(raw) + 1)
        kind = rng.randrange(8)
        if kind <= 2 and at < len(raw):
            raw[at] ^= 1 << rng.randrange(8)
        elif kind == 3 and at < len(raw):
            raw[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 4:
            del raw[at:]
        elif kind == 5:
            raw[at : at + 8] = rng.choice((b"\xff" * 8, b"\xff" * 7 + b"\x7f", rng.randbytes(8)))
        elif kind == 6:
            start = rng.randrange(len(raw) + 1)
            raw[at:at] = raw[start : start + rng.randrange(64)]
        else:
            del raw[at : at + rng.randrange(1, 16)]
    return bytes(raw)


def mutate_json(rng: random.Random, data: bytes) -> bytes:
    """Change the header of a safetensors file and leave it valid JSON, its note's checksum included."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    note = json.loads(header["__metadata__"]["fastscope"])
    change_somewhere(rng, header if rng.random() < 0.5 else note)
    if isinstance(header.get("__metadata__"), dict):
        text = json.dumps(note)
        header["__metadata__"] |= {"fastscope": text, "fastscope_crc32c": str(crc32c(text.encode()))}
    text_bytes = json.dumps(header).encode()
    return len(text_bytes).to_bytes(8, "little") + text_bytes + data[8 + size :]


ODD = (
    0,
    -1,
    1,
    7,
    1 << 31,
    1 << 63,
    1 << 64,
    10**400,
    1.5,
    True,
    None,
    "",
    "F32",
    "string",
    [],
    {},
    [[]],
    [1 << 62] * 3,
)


def change_somewhere(rng: random.Random, tree: Any) -> None:
    """Replace, remove or add one value somewhere in a tree of dicts and lists."""
    while True:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(tree[key], (dict, list)) and tree[key] and rng.random() < 0.8:
            tree = tree[key]
            continue
        if rng.random() < 0.2:
            del tree[key]
        else:
            tree[key] = rng.choice(ODD)
        return


def mutate_table(rng: random.Random, data: bytes) -> bytes:
    """Change the blocks of a table and mend their checksums, so that the damage is seen by what is behind them."""
    raw = bytearray(mutate_inside(rng, data))
    try:
        _, at = read_varint(raw[-48:], read_varint(raw[-48:], 0)[1])
        offset, at = read_varint(raw[-48:], at)
        size, _ = read_varint(raw[-48:], at)
    except (OpError, ValueError, IndexError):
        return bytes(raw)
    mend(raw, offset, size)
    mend(raw, 0, offset - 13 - 5 if offset >= 18 else 0)  # one data block; then the metaindex, 13 bytes
    return bytes(raw)


def mutate_inside(rng: random.Random, data: bytes) -> bytes:
    """Change single bytes and leave the length, so that most offsets stay right."""
    raw = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(raw) - 48)
        raw[at] = rng.choice((raw[at] ^ 1 << rng.randrange(8), 0, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(raw)


def mend(raw: bytearray, offset: int, size: int) -> None:
    if 0 <= offset and offset + size + 5 <= len(raw):
        crc = masked(crc32c(bytes(raw[offset : offset + size + 1])))
        raw[offset + size + 1 : offset + size + 5] = crc.to_bytes(4, "little")


def read_all(path: Path) -> dict[str, np.ndarray] | None:
    """Open a checkpoint and read all of it, both ways; None if it is refused, as it should be."""
    with bounded_memory():
        try:
            reader = load_checkpoint(path)
            values = {name: reader[name] for name in reader}
            for name, value in values.items():
                out = np.empty(value.shape, value.dtype)
                reader.read_into(name, out)
                assert value.tobytes() == out.tobytes() or value.dtype == object
        except (OpError, ValueError) as error:
            assert str(path.parent) in str(error), error
            return None
    return values


def same(values: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> bool:
    return set(values) <= set(expected) and all(
        value.dtype == expected[name].dtype and value.shape == expected[name].shape and (value == expected[name]).all()
        for name, value in values.items()
    )


class Kind(NamedTuple):
    """A kind of file, and how it is damaged.

    Attributes:
        make: writes a good checkpoint into a folder.
        opened: what of it is then opened.
        damaged: the file that is damaged.
        damage: returns other bytes for it.
        refused: share of the inputs that, at least, have to be refused.
        values: what is read in spite of the damage is one of these; None where the file has no checksum that says so.
    """

    make: Callable[[Path], None]
    opened: str
    damaged: str
    damage: Callable[[random.Random, bytes], bytes]
    refused: float
    values: dict[str, np.ndarray] | None = None


def native(folder: Path) -> None:
    write_safetensors(str(folder / "m.safetensors"), TENSORS | WORDS)


def bundle(folder: Path) -> None:
    write_bundle(str(folder / "m"), TENSORS | WORDS)


def npz(folder: Path) -> None:
    write_npz(str(folder / "m.npz"), TENSORS)


def recorded(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for path in GOLDEN.glob(f"{name}*"):
            shutil.copy(path, folder)

    return make


KINDS = {
    # files that protect themselves by checksums
    "native": Kind(native, "m.safetensors", "m.safetensors", mutate, 0.8),
    "bundle, index": Kind(bundle, "m", "m.index", mutate, 0.8, TENSORS | WORDS),
    "bundle, data": Kind(bundle, "m", "m.data-00000-of-00001", mutate, 0.8, TENSORS | WORDS),
    "npz": Kind(npz, "m.npz", "m.npz", mutate, 0.3),
    # checksums that are right and contents that are not
    "native, valid header": Kind(native, "m.safetensors", "m.safetensors", mutate_json, 0.6),
    "bundle, slices": Kind(recorded("v2_slices"), "v2_slices", "v2_slices.index", mutate_table, 0.5),
    "bundle, types": Kind(recorded("v2_types"), "v2_types", "v2_types.index", mutate_table, 0.5),
    "V1, slices": Kind(recorded("v1_slices"), "v1_slices", "v1_slices", mutate_table, 0.3),
    "V1, types": Kind(recorded("v1_types"), "v1_types", "v1_types", mutate_table, 0.3),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_damage(tmp_path: Path, kind: Kind) -> None:
    kind.make(tmp_path)
    good = (tmp_path / kind.damaged).read_bytes()
    assert read_all(tmp_path / kind.opened) is not None
    refused = 0
    for seed in range(INPUTS):
        bad = kind.damage(random.Random(seed), good)
        (tmp_path / kind.damaged).write_bytes(bad)
        try:
            values = read_all(tmp_path / kind.opened)
            assert values is None or kind.values is None or same(values, kind.values)
        except BaseException:
            print(f"seed {seed}: {bad!r}")
            raise
        refused += values is None
    assert refused > INPUTS * kind.refused


@pytest.mark.parametrize("kind", KINDS)
def test_corpus(tmp_path: Path, kind: str) -> None:
    """Inputs of a longer run, the shortest for each line that refuses one; golden/record_corpus.py chose them."""
    KINDS[kind].make(tmp_path)
    for text in json.loads(CORPUS.read_text())[kind]:
        (tmp_path / KINDS[kind].damaged).write_bytes(zlib.decompress(base64.b85decode(text)))
        assert read_all(tmp_path / KINDS[kind].opened) is None, text


def _message(fields_: list[tuple[int, int | bytes]]) -> bytes:
    return b"".join(field(number, value) for number, value in fields_)


KEYS = st.sampled_from(["w", "", "__metadata__", "dtype", "shape", "data_offsets", "fastscope", "fastscope_crc32c"])
MESSAGES = st.recursive(
    st.binary(max_size=12),
    lambda inner: st.lists(st.tuples(st.integers(1, 18), st.integers(0, 2**64 - 1) | inner), max_size=5).map(_message),
    max_leaves=8,
)


class TestBitFlips:
    def test_they_never_change_a_value(self, tmp_path: Path) -> None:
        """Every bit of a file, one by one."""
        path = tmp_path / "m.safetensors"
        write_safetensors(str(path), TENSORS | WORDS)
        good = path.read_bytes()
        for bit in range(0, len(good) * 8, 1 if INPUTS > 500 else 7):
            raw = bytearray(good)
            raw[bit // 8] ^= 1 << bit % 8
            path.write_bytes(raw)
            values = read_all(path)
            assert values is None or same(values, TENSORS | WORDS), f"bit {bit}"


class TestForgery:
    """Files that nobody's disk would make."""

    def test_a_zip_bomb(self, tmp_path: Path) -> None:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 40,)})
        with zipfile.ZipFile(tmp_path / "m.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("w.npy", header.getvalue() + b"\0" * 1000)
        assert read_all(tmp_path / "m.npz") is None

    def test_a_pickle_is_not_run(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "m.npz", w=np.array([Boom()], object), v=np.zeros(2))
        reader = load_checkpoint(tmp_path / "m.npz")
        assert list(reader) == ["v"]
        with pytest.raises(OpError, match="w is of a dtype that no variable has"):
            reader["w"]

    def test_slices_that_share_their_bytes(self, tmp_path: Path) -> None:
        """A megabyte that 600 parts of a tensor claim, each for itself."""
        part = bytes(1 << 20)
        (tmp_path / "m.data-00000-of-00001").write_bytes(part)
        place = field(5, len(part)) + field(6, masked(crc32c(part)), fixed32=True)
        extents = [(i * len(part), len(part)) for i in range(600)]
        whole = field(1, 4) + field(2, encode_shape([600 * len(part)]))
        whole += b"".join(field(7, field(1, field(1, start) + field(2, size))) for start, size in extents)
        table = {b"": field(1, 1), b"w": whole}
        table |= {slice_key("w", (one,)): field(1, 4) + field(2, encode_shape([len(part)])) + place for one in extents}
        with open(tmp_path / "m.index", "wb") as file:
            writer = TableWriter(file)
            for key, value in sorted(table.items()):
                writer.add(key, value)
            writer.finish()
        with bounded_memory(), pytest.raises(OpError, match="the slices of w don't make up the whole tensor"):
            load_checkpoint(tmp_path / "m")["w"]

    def test_keys_that_share_their_beginnings(self, tmp_path: Path) -> None:
        """A block of 400 kB whose keys would take 7 GB."""
        block = bytearray([0, 100_000 & 0x7F | 0x80, 100_000 >> 7 & 0x7F | 0x80, 100_000 >> 14, 0]) + b"a" * 100_000
        for i in range(70_000):
            n = 100_000 + i
            block += bytes([n & 0x7F | 0x80, n >> 7 & 0x7F | 0x80, n >> 14, 1, 0]) + b"a"
        block += (0).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\0"
        first = bytes(block) + masked(crc32c(bytes(block))).to_bytes(4, "little")
        size = len(block) - 1
        handle = bytes([0, size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14])
        index = (
            bytes([0, 1, len(handle)]) + b"b" + handle + (0).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\0"
        )
        second = index + masked(crc32c(index)).to_bytes(4, "little")
        n = len(first)
        place = bytes([n & 0x7F | 0x80, n >> 7 & 0x7F | 0x80, n >> 14, len(index) - 1])
        footer = (bytes([0, 0]) + place).ljust(40, b"\0") + (0xDB4775248B80FB57).to_bytes(8, "little")
        (tmp_path / "m.index").write_bytes(first + second + footer)
        with bounded_memory(), pytest.raises(OpError, match=r"m\.index: .*unreasonably long keys"):
            load_checkpoint(tmp_path / "m")


class TestTiling:
    """Whether places fill an array, by their borders alone, and by marking each element."""

    @settings(max_examples=300, deadline=None, database=None)
    @given(
        shape=st.lists(st.integers(0, 3), max_size=3),
        cuts=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=4),
        change=st.none() | st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)),
    )
    def test_fill(self, shape: list[int], cuts: list[tuple[int, int]], change: Any) -> None:
        places = [tuple(slice(0, size) for size in shape)]
        for axis, at in cuts:
            if axis < len(shape) and (place := places[0])[axis].start <= at <= place[axis].stop:
                for side in (slice(place[axis].start, at), slice(at, place[axis].stop)):
                    places.append((*place[:axis], side, *place[axis + 1 :]))
                del places[0]
        if change is not None and change[0] < len(places) and change[1] < len(shape):
            which, axis, low, high = change
            side = slice(min(low, shape[axis]), min(max(low, high), shape[axis]))
            places[which] = (*places[which][:axis], side, *places[which][axis + 1 :])
        marks = np.zeros(shape, int)
        for place in places:
            marks[place] += 1
        assert fill(shape, places) == (marks == 1).all()


class Boom:
    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('a pickle was run')",)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2**65)
    | st.floats()
    | st.sampled_from([*ODD[11:14], "BF16", "BOOL", "U8"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
HYPOTHESIS = settings(
    max_examples=max(INPUTS // 4, 100),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class TestAnything:
    """Files made up by Hypothesis, which shrinks what it finds."""

    @HYPOTHESIS
    @given(data=st.binary(max_size=300), end=st.sampled_from([".safetensors", ".npz", ".index", ""]))
    def test_bytes(self, tmp_path: Path, data: bytes, end: str) -> None:
        for path in tmp_path.iterdir():
            path.unlink()
        magic = b"" if end in (".safetensors", ".npz") else (0xDB4775248B80FB57).to_bytes(8, "little")
        (tmp_path / f"m{end}").write_bytes((b"PK" if end == ".npz" else b"") + data + magic)
        read_all(tmp_path / f"m{end}")

    @HYPOTHESIS
    @given(
        header=st.dictionaries(
            KEYS, JSON | st.fixed_dictionaries({"dtype": JSON, "shape": JSON, "data_offsets": JSON}), max_size=3
        ),
        data=st.binary(max_size=16),
    )
    def test_headers(self, tmp_path: Path, header: dict[str, Any], data: bytes) -> None:
        text = json.dumps(header).encode()
        (tmp_path / "m.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
        read_all(tmp_path / "m.safetensors")

    @HYPOTHESIS
    @given(
        entries=st.dictionaries(st.binary(min_size=1, max_size=4), MESSAGES, max_size=4),
        header=MESSAGES,
        data=st.binary(max_size=16),
        v1=st.booleans(),
    )
    def test_messages(self, tmp_path: Path, entries: dict[bytes, bytes], header: bytes, data: bytes, v1: bool) -> None:
        for path in tmp_path.iterdir():
            path.unlink()
        (tmp_path / "m.data-00000-of-00001").write_bytes(data)
        with open(tmp_path / ("m" if v1 else "m.index"), "wb") as file:
            table = TableWriter(file)
            for key, value in sorted((entries | {b"": header if v1 or header else field(1, 1)}).items()):
                table.add(key, value)
            table.finish()
        read_all(tmp_path / ("m" if v1 else "m.index"))


class TestSameJudgementAsTheLibrary:
    """Our parser of the safetensors header against the library's own."""

    def test_what_the_library_refuses_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "m.safetensors"
        write_safetensors(str(path), TENSORS)
        good = path.read_bytes()
        differ = []
        for seed in range(INPUTS):
            rng = random.Random(seed)
            path.write_bytes((mutate if seed % 2 else mutate_json)(rng, good))
            try:
                with safetensors.safe_open(str(path), "np") as file:
                    library = sorted(file.keys())
            except (safetensors.SafetensorError, OSError, TypeError):
                library = None
            try:
                ours = sorted(load_checkpoint(path))
            except (OpError, ValueError):
                ours = None
            if library is None and ours is not None:
                differ.append(seed)
            assert ours is None or ours == library, seed
        assert differ == []
