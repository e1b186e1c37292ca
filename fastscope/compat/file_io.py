"""Files by the names of tensorflow.python.lib.io.file_io, which programs import though it is none of the public ones.

Source: tensorflow/python/lib/io/file_io.py (TF 1.15).
"""

from __future__ import annotations

import filecmp as _filecmp
import os
from typing import Any

from .. import gfile
from ..gfile import GFile

__all__ = [
    "FileIO",
    "atomic_write_string_to_file",
    "copy",
    "create_dir",
    "delete_file",
    "delete_recursively",
    "file_exists",
    "filecmp",
    "get_matching_files",
    "is_directory",
    "list_directory",
    "read_file_to_string",
    "recursive_create_dir",
    "rename",
    "stat",
    "walk",
    "write_string_to_file",
]

FileIO = GFile
copy, delete_file, delete_recursively, rename = gfile.Copy, gfile.Remove, gfile.DeleteRecursively, gfile.Rename
create_dir, recursive_create_dir, list_directory = gfile.MkDir, gfile.MakeDirs, gfile.ListDirectory
file_exists, is_directory, get_matching_files = gfile.Exists, gfile.IsDirectory, gfile.Glob
stat, walk = gfile.Stat, gfile.Walk


def read_file_to_string(filename: Any, binary_mode: bool = False) -> Any:
    """Return all of a file, as text or bytes."""
    with GFile(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename: Any, file_content: Any) -> None:
    """Make a file of text or bytes."""
    with GFile(filename, "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(filename: Any, contents: Any, overwrite: bool = True) -> None:
    """Make a file that is there whole or not at all.

    Raises:
        AlreadyExistsError: it is there, and shall not be written over.
    """
    beside = f"{os.fsdecode(filename)}.tmp{os.getpid()}"
    write_string_to_file(beside, contents)
    try:
        rename(beside, filename, overwrite)
    except Exception:
        delete_file(beside)
        raise


def filecmp(filename_a: Any, filename_b: Any) -> bool:
    """Return whether two files are the same, byte by byte."""
    return _filecmp.cmp(os.fsdecode(filename_a), os.fsdecode(filename_b), shallow=False)
