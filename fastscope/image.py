"""tf.image: images of other sizes."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .ops import ResizeMethod, extract_image_patches, resize_bilinear, resize_images, resize_nearest_neighbor

if TYPE_CHECKING:  # `later` says where else they come from
    from .data.pictures import decode_bmp, decode_gif, decode_image, decode_jpeg, decode_png, encode_jpeg, encode_png
    from .ops.glimpses import extract_glimpse

__all__ = [
    "ResizeMethod",
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "encode_jpeg",
    "encode_png",
    "extract_glimpse",
    "extract_image_patches",
    "resize_bilinear",
    "resize_images",
    "resize_nearest_neighbor",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("image", __all__)
