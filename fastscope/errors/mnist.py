"""Messages about the files of MNIST.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import NotFoundError


def no_file(path: str, files: Iterable[str]) -> NotFoundError:
    """One of the four files is not there."""
    return NotFoundError(
        f"{path} is not there, and nothing is downloaded. Put the four files of MNIST, as they are, into that folder: "
        f"{', '.join(files)}."
    )


def bad_magic(found: Any, path: Any, wanted: int) -> ValueError:
    """A file that does not begin as one of MNIST."""
    return ValueError(
        f"Invalid magic number {found} in MNIST file: {path}, which begins with {wanted} when it is whole: "
        "fetch it again."
    )


def bad_dtype(dtype: str) -> TypeError:
    """Another dtype."""
    return TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")


def lengths_differ(images: Any, labels: Any) -> AssertionError:
    """More or fewer labels than images."""
    return AssertionError(f"images.shape: {images} labels.shape: {labels}: there is one label for each image.")


def validation_size(count: int, found: int) -> ValueError:
    """More are to be kept apart than there are."""
    return ValueError(f"Validation size should be between 0 and {count}. Received: {found}.")
