"""tf.io: files, records and text, by the names of TensorFlow 1.15."""

from typing import TYPE_CHECKING

from . import gfile
from .data.decoding import decode_csv, matching_files, read_file, write_file
from .data.features import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature
from .data.parsing import parse_example, parse_single_example, parse_single_sequence_example
from .data.pictures import decode_bmp, decode_gif, decode_image, decode_jpeg, decode_png, encode_jpeg
from .errors.names import face as _face
from .ops.bits import decode_raw
from .records.tfrecord import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "TFRecordCompressionType",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_bmp",
    "decode_csv",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "decode_raw",
    "encode_jpeg",
    "gfile",
    "matching_files",
    "parse_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "read_file",
    "tf_record_iterator",
    "write_file",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("io", __all__)
