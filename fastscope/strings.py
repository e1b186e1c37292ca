"""tf.strings: functions of text."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .ops.hashing import string_to_hash_bucket as to_hash_bucket
from .ops.hashing import string_to_hash_bucket_fast as to_hash_bucket_fast
from .ops.strings import as_string, length, lower, reduce_join, regex_full_match, regex_replace, substr, upper
from .ops.strings import string_join as join
from .ops.strings import string_strip as strip
from .ops.strings import string_to_number as to_number

__all__ = [
    "as_string",
    "join",
    "length",
    "lower",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "strip",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_number",
    "upper",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("strings", __all__)
