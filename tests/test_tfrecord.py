"""Files of records, against TensorFlow 1.15's bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fastscope as tf

io: Any = tf.python_io
GOLDEN = "0300000000000000b099490e6162636e57f121000000000000000029039807d8ea82a2"  # b"abc", b""


def test_bytes_are_tensorflow_s(tmp_path: Path) -> None:
    path = tmp_path / "r"
    with io.TFRecordWriter(str(path)) as writer:
        writer.write(b"abc")
        writer.flush()
        assert path.stat().st_size == 19
        writer.write(b"")
    assert path.read_bytes().hex() == GOLDEN and list(io.tf_record_iterator(path)) == [b"abc", b""]


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB", io.TFRecordCompressionType.GZIP, io.TFRecordCompressionType.NONE, ""])
def test_compressed(tmp_path: Path, kind: Any) -> None:
    options = io.TFRecordOptions(kind, compression_level=1)
    records = [bytes([k]) * k * 1000 for k in range(100)]
    with io.TFRecordWriter(tmp_path / "r", options=options) as writer:
        for k, record in enumerate(records):
            writer.write(record)
            if k == 50:
                writer.flush()
    assert list(io.tf_record_iterator(tmp_path / "r", options)) == records


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r"
    whole = bytes.fromhex(GOLDEN)
    for data, text in (
        (whole[:17], "truncated record at 0"),
        (whole[:25], "truncated record at 19"),
        (b"\x04" + whole[1:], "checksum of its length is another one"),
        (whole[:13] + b"x" + whole[14:], "checksum of its data is another one"),
    ):
        path.write_bytes(data)
        with pytest.raises(tf.errors.DataLossError, match=text):
            list(io.tf_record_iterator(path))
    with pytest.raises(tf.errors.NotFoundError, match="No such file or directory"):
        list(io.tf_record_iterator(tmp_path / "none"))
    with pytest.raises(tf.errors.UnimplementedError, match="Unsupported compression type 'BZIP'"):
        io.TFRecordOptions("BZIP")
