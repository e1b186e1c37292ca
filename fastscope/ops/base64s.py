"""Text as base64 for addresses of the web, and back.

Source: tensorflow/core/kernels/base64_ops.cc, core/lib/strings/base64.cc (TF 1.15).
"""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np

from ..arrays import as_array, unwrap
from ..arrays.dtypes import string
from ..arrays.typing import Array
from ..errors import strings as errors
from . import shape_rules as rules
from .function import op

__all__ = ["decode_base64", "encode_base64"]


def _each(function: Any, texts: Any) -> Array:
    found: Array = np.frompyfunc(function, 1, 1)(as_array(unwrap(texts), string))
    return np.asarray(found, object)


@op("EncodeBase64", "input:string", shape=rules.same, dtype=string)
def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Array:
    """Return texts in base64, with - and _ for + and /; `pad`: with = at the end, up to a multiple of 4 letters."""

    def encoded(text: bytes) -> bytes:
        found = base64.urlsafe_b64encode(text)
        return found if pad else found.rstrip(b"=")

    return _each(encoded, input)


@op("DecodeBase64", "input:string", shape=rules.same, dtype=string)
def decode_base64(input: Any, name: str | None = None) -> Array:
    """Return the texts that `encode_base64` made these of, with = at the end or without.

    Raises:
        InvalidArgumentError: they are no base64.
    """

    def decoded(text: bytes) -> bytes:
        bare = text.rstrip(b"=")
        if not re.fullmatch(rb"[A-Za-z0-9_-]*", bare) or len(bare) % 4 == 1:
            raise errors.no_base64(text)
        return base64.urlsafe_b64decode(bare + b"=" * (-len(bare) % 4))

    return _each(decoded, input)
