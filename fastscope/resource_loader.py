"""tf.resource_loader: files that lie beside a program's own.

Source: tensorflow/python/platform/resource_loader.py (TF 1.15).
"""

from __future__ import annotations

import os
import sys

from .gfile import GFile

__all__ = ["get_data_files_path", "get_path_to_datafile", "load_resource"]


def get_data_files_path() -> str:
    """Return the folder of the file that calls this."""
    return os.path.dirname(sys._getframe(1).f_code.co_filename)


def get_path_to_datafile(path: str) -> str:
    """Return the path of a file in the folder of the file that calls this."""
    return os.path.join(os.path.dirname(sys._getframe(1).f_code.co_filename), path)


def load_resource(path: str) -> bytes:
    """Return the contents of a file in the folder of the file that calls this.

    Raises:
        NotFoundError: there is none.
    """
    with GFile(os.path.join(os.path.dirname(sys._getframe(1).f_code.co_filename), path), "rb") as file:
        contents: bytes = file.read()
    return contents
