"""Pictures that become arrays, by Pillow, and arrays that become pictures.

Source: tensorflow/core/kernels/decode_image_op.cc, tensorflow/python/ops/image_ops_impl.py (TF 1.15).
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from ..arrays.dtypes import as_dtype, int32, string
from ..arrays.dtypes import bool as bool_
from ..arrays.dtypes import uint8 as uint8_
from ..errors import data as errors
from ..errors import images as image_errors
from ..errors import summaries as summary_errors
from ..events.pictures import png
from ..ops.creation import convert_to_tensor
from ..ops.image_colors import convert_image_dtype
from ..ops.random_numbers import random_uniform
from ..ops.scoped import within
from .decoding import as_bytes, called

__all__ = [
    "adjust_jpeg_quality",
    "decode_and_crop_jpeg",
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "encode_jpeg",
    "encode_png",
    "extract_jpeg_shape",
    "is_jpeg",
    "random_jpeg_quality",
]

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_DEPTHS = {"1": "L", "L": "L", "LA": "LA", "P": "RGB", "CMYK": "RGB", "YCbCr": "RGB"}


def _pillow(what: str) -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise errors.no_pillow(what) from None
    return Image


def _picture(data: Any, what: str) -> Any:
    """Return a picture of Pillow's.

    Raises:
        UnimplementedError: Pillow is not there.
        InvalidArgumentError: the bytes are none.
    """
    image, contents = _pillow(what), as_bytes(data[()])
    try:
        return image.open(io.BytesIO(contents))
    except OSError:
        raise errors.no_picture(contents) from None


def _pixels(picture: Any, channels: int) -> Any:
    """Return a picture as `[height, width, channels]`; 0 = as many as it has."""
    if not channels and picture.mode == "P" and "transparency" in picture.info:
        mode = "RGBA"
    else:
        mode = _MODES[channels] if channels else _DEPTHS.get(picture.mode, picture.mode)
    array = np.asarray(picture if picture.mode == mode else picture.convert(mode))
    return array[..., None] if array.ndim == 2 else array


def _decoded(type: str, contents: Any, channels: int, dtype: Any, name: str | None) -> Any:
    wanted = as_dtype(dtype)

    def decode(data: Any) -> Any:
        pixels = _pixels(_picture(data, type), channels)
        if wanted.size == 2 and pixels.dtype == np.uint8:
            return pixels.astype(np.uint16) * 257
        return (
            pixels.astype(wanted.dtype, copy=False)
            if pixels.dtype == np.uint8 or wanted.size == 2
            else ((pixels.astype(np.int64) >> 8).astype(np.uint8))
        )

    return called(type, name, decode, {"contents": contents}, lambda _: [((None, None, channels or None), wanted)])


def decode_png(contents: Any, channels: int = 0, dtype: Any = "uint8", name: str | None = None) -> Any:
    """Return a PNG file as `[height, width, channels]`.

    Args:
        contents: bytes of the file.
        channels: 1 (gray), 3 (RGB) or 4 (with alpha); 0 = as many as it has.
        dtype: uint8 or uint16.
        name: of the operation, "DecodePng" by default.

    Raises:
        UnimplementedError: when it runs: Pillow is not installed.
        InvalidArgumentError: when it runs: the bytes are no picture.
    """
    return _decoded("DecodePng", contents, channels, dtype, name)


def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """Return a JPEG file as `[height, width, channels]`, uint8; see `decode_png`.

    Args:
        ratio: take every so many pixels only.
        fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method: kept for TF's sake.
    """
    whole = _decoded("DecodeJpeg", contents, channels, "uint8", name)
    return whole if ratio == 1 else whole[::ratio, ::ratio]


def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Any:
    """Return a BMP file as `[height, width, channels]`, uint8; see `decode_png`."""
    return _decoded("DecodeBmp", contents, channels, "uint8", name)


def decode_gif(contents: Any, name: str | None = None) -> Any:
    """Return a GIF file as `[frames, height, width, 3]`, uint8; see `decode_png`."""
    return called("DecodeGif", name, _frames, {"contents": contents}, lambda _: [((None, None, None, 3), uint8_)])


def _frames(data: Any) -> Any:
    picture = _picture(data, "DecodeGif")
    frames = []
    for k in range(getattr(picture, "n_frames", 1)):
        picture.seek(k)
        frames.append(_pixels(picture, 3))
    return np.stack(frames)


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = "uint8",
    name: str | None = None,
    expand_animations: bool = True,
) -> Any:
    """Return a BMP, GIF, JPEG or PNG file as an array of unknown rank: a GIF has a dimension of frames.

    Args:
        contents, channels: see `decode_png`.
        dtype: uint8, uint16 or float32, which is from 0 to 1.
        name: of the name scope, "decode_image" by default.
        expand_animations: False = of a GIF the first frame alone.
    """
    wanted = as_dtype(dtype)

    def decode(data: Any) -> Any:
        picture = _picture(data, "decode_image")
        if picture.format == "GIF":
            pixels = _frames(data) if expand_animations else _frames(data)[0]
        else:
            pixels = _pixels(picture, channels or 0)
        if wanted.is_floating:
            return (pixels / np.float32(255)).astype(wanted.dtype)
        return pixels.astype(wanted.dtype) * (257 if wanted.size == 2 else 1)

    return called("DecodeImage", name or "decode_image", decode, {"contents": contents}, lambda _: [(None, wanted)])


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Any:
    """Return an array `[height, width, channels]` of uint8 or uint16 as the bytes of a PNG file; 1 to 4 channels.

    Args:
        image: the array.
        compression: from 0, quick, to 9, small; -1 = in between.
        name: of the operation, "EncodePng" by default.

    Raises:
        InvalidArgumentError: when it runs: another shape.
    """

    def encode(pixels: Any) -> Any:
        if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4):
            raise summary_errors.no_images(pixels.shape)
        return np.array(
            png(pixels if pixels.dtype == np.uint16 else pixels.astype(np.uint8), compression), dtype=object
        )

    return called("EncodePng", name, encode, {"image": image}, lambda _: [((), string)])


def encode_jpeg(image: Any, format: str = "", quality: int = 95, name: str | None = None) -> Any:
    """Return an array `[height, width, channels]` of uint8 as the bytes of a JPEG file; 1 or 3 channels.

    Raises:
        UnimplementedError: when it runs: Pillow is not installed.
    """
    return called("EncodeJpeg", name, lambda pixels: _jpeg(pixels, quality), {"image": image}, lambda _: [((), string)])


def _jpeg(pixels: Any, quality: int) -> Any:
    picture = _pillow("EncodeJpeg").fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return np.array(file.getvalue(), dtype=object)


def adjust_jpeg_quality(image: Any, jpeg_quality: Any, name: str | None = None) -> Any:
    """Return an image as it is after it was a JPEG file of a quality from 0 to 100.

    Raises:
        UnimplementedError: when it runs: Pillow is not installed.
    """
    with within(name, "adjust_jpeg_quality"):
        image = convert_to_tensor(image)
        given = {"image": convert_image_dtype(image, uint8_), "quality": jpeg_quality}

        def encode(pixels: Any, quality: Any) -> Any:
            return _jpeg(pixels, int(quality))

        file = called("EncodeJpegVariableQuality", None, encode, given, lambda *_: [((), string)])
        return convert_image_dtype(decode_jpeg(file), image.dtype)


def random_jpeg_quality(image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None) -> Any:
    """Return adjust_jpeg_quality by a quality drawn from [min_jpeg_quality, max_jpeg_quality).

    Raises:
        ValueError: these are no qualities.
    """
    if not (0 <= min_jpeg_quality <= 100 and 0 <= max_jpeg_quality <= 100):
        raise image_errors.bad_range("jpeg encoding range", "between 0 and 100", min_jpeg_quality, max_jpeg_quality)
    if min_jpeg_quality >= max_jpeg_quality:
        raise image_errors.bad_range(
            "`min_jpeg_quality`", "less than `max_jpeg_quality`", min_jpeg_quality, max_jpeg_quality
        )
    quality = random_uniform([], min_jpeg_quality, max_jpeg_quality, seed=seed, dtype=int32)
    return adjust_jpeg_quality(image, quality)


def is_jpeg(contents: Any, name: str | None = None) -> Any:
    """Return whether bytes are those of a JPEG file: how they begin."""
    with within(name, "is_jpeg") as scope:

        def look(data: Any) -> Any:
            starts = [as_bytes(item).startswith(b"\xff\xd8\xff") for item in data.ravel()]
            return np.array(starts).reshape(data.shape)

        return called("Equal", scope, look, {"contents": contents}, lambda dims: [(dims, bool_)])


def extract_jpeg_shape(contents: Any, output_type: Any = "int32", name: str | None = None) -> Any:
    """Return height, width and channels of a JPEG file.

    Args:
        contents: bytes of the file.
        output_type: int32 or int64.
        name: of the operation, "ExtractJpegShape" by default.

    Raises:
        UnimplementedError: when it runs: Pillow is not installed.
        InvalidArgumentError: when it runs: the bytes are no picture.
    """
    wanted = as_dtype(output_type)

    def look(data: Any) -> Any:
        picture = _picture(data, "ExtractJpegShape")
        return np.array([picture.height, picture.width, len(picture.getbands())], wanted.dtype)

    return called("ExtractJpegShape", name, look, {"contents": contents}, lambda _: [((3,), wanted)])


def decode_and_crop_jpeg(
    contents: Any,
    crop_window: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """Return a box of a JPEG file; see `decode_jpeg`.

    Args:
        crop_window: `[first row, first column, height, width]`.

    Raises:
        InvalidArgumentError: when it runs: the box is not within the picture.
    """

    def decode(data: Any, window: Any) -> Any:
        pixels = _pixels(_picture(data, "DecodeAndCropJpeg"), channels)[::ratio, ::ratio]
        top, left, height, width = (int(n) for n in window)
        inside = top + height <= pixels.shape[0] and left + width <= pixels.shape[1]
        if min(top, left) < 0 or min(height, width) <= 0 or not inside:
            raise image_errors.bad_crop_window([top, left, height, width], pixels.shape)
        return pixels[top : top + height, left : left + width]

    given = {"contents": contents, "crop_window": crop_window}
    return called("DecodeAndCropJpeg", name, decode, given, lambda *_: [((None, None, channels or None), uint8_)])
