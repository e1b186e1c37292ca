"""Pictures and sounds as files: PNG and WAV.

Source: tensorflow/core/kernels/summary_image_op.cc, tensorflow/core/lib/wav/wav_io.cc (TF 1.15);
https://www.w3.org/TR/png/.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

__all__ = ["as_pixels", "png", "wav"]

_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> PNG's number
_BAD_COLOR = (255, 0, 0, 255)


def png(pixels: Any, compression: int = -1) -> bytes:
    """Return an array `[height, width, channels]` of uint8 or uint16 as a PNG file; 1 to 4 channels."""
    height, width, channels = pixels.shape
    depth = pixels.dtype.itemsize
    head = struct.pack(">IIBBBBB", width, height, 8 * depth, _COLOR_TYPES[channels], 0, 0, 0)
    values = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(height, -1).view(np.uint8)
    data = zlib.compress(_filtered(values, channels * depth).tobytes(), compression)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _filtered(rows: Any, pixel: int) -> Any:
    """Return the bytes of rows, each after the number of its filter: the one that leaves the smallest numbers.

    0 takes them as they are, 1 the difference from the pixel before, 2 that from the row above.
    """
    before, above = np.zeros_like(rows), np.zeros_like(rows)
    before[:, pixel:], above[1:] = rows[:, :-pixel], rows[:-1]
    ways = np.stack([rows, rows - before, rows - above])
    best = np.abs(ways.view(np.int8).astype(np.int16)).sum(axis=2).argmin(axis=0)
    return np.concatenate([best[:, None].astype(np.uint8), ways[best, np.arange(len(rows))]], axis=1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def as_pixels(image: Any) -> Any:
    """Return one picture as bytes: scaled so that its largest value is 255, or, if some are below 0, with 0 at 128.

    What is no number is red, or white where there are no colors.
    """
    if image.dtype == np.uint8:
        return image
    image = np.asarray(image, np.float32)
    bad = ~np.isfinite(image).all(axis=2)
    good = image[~bad]
    low, high = (float(good.min()), float(good.max())) if good.size else (0.0, 0.0)
    if low < 0:
        largest = max(abs(low), abs(high))
        scale, offset = np.float32(0.0 if largest < 1e-6 else 127.0 / largest), np.float32(128.0)
    else:
        scale, offset = np.float32(0.0 if high < 1e-6 else 255.0 / high), np.float32(0.0)
    with np.errstate(all="ignore"):
        pixels = np.where(bad[..., None], 0, image * scale + offset).astype(np.uint8)
    pixels[bad] = _BAD_COLOR[: image.shape[2]]
    return pixels


def wav(sound: Any, sample_rate: int) -> bytes:
    """Return an array `[frames, channels]` of numbers from -1 to 1 as a WAV file; sample_rate in Hz."""
    channels = sound.shape[1]
    samples = np.clip(np.trunc(np.asarray(sound, np.float32) * 32768), -32768, 32767).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * channels * 2, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body
