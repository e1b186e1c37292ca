"""Messages of what runs TensorFlow's programs: run, check, compat.install."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from .names import what_to_write

TOO_DEEP = "an expression in it is nested too deeply for Python's parser; shorter statements help"


def tensorflow_is_imported(file: str | None) -> RuntimeError:
    """`install` after the real one was imported."""
    where = f", from {file}" if file else ""
    return RuntimeError(
        f"compat.install: TensorFlow itself was imported before{where}, and programs hold it. Call "
        "fastscope.compat.install() before anything imports tensorflow."
    )


def no_inner_name(module: str, name: str) -> AttributeError:
    """An inner module of TensorFlow's was asked for what no public one has."""
    instead = what_to_write(name)
    hint = f" Write {instead}." if instead else ""
    return AttributeError(
        f"module {module!r} has no attribute {name!r} here: TensorFlow's inner modules have what fastscope.compat.v1 "
        f"has, under the public names.{hint} `fastscope check` lists all that a program uses and that is not here."
    )


def what_import_lacks(error: ImportError) -> Iterator[str]:
    """What a module of the face says of a name that `from ... import` asked it for; Python's message leaves it out."""
    asked = re.match("cannot import name '(.+?)' from '(fastscope|tensorflow)", str(error))
    module = sys.modules.get(error.name or "")
    if asked is None or module is None:
        return
    try:
        getattr(module, asked[1])
    except AttributeError as found:
        yield str(found)


def no_script(path: str) -> FileNotFoundError:
    """A program that is not there."""
    return FileNotFoundError(f"{path}: no such program. Expected the path of a .py or .ipynb file.")


def no_notebook_file(path: str, error: Exception) -> ValueError:
    """A file that is called .ipynb and is no notebook."""
    found = f"{type(error).__name__}: {error}"
    return ValueError(f"{path}: this is no notebook: {found}. Expected JSON with a list of cells.")


def no_translator(path: str) -> ModuleNotFoundError:
    """A source in Python 2, without the library that translates it."""
    return ModuleNotFoundError(
        f"{path} is Python 2, or is misspelt: Python 3 cannot read it. Python 2 is translated with fissix: pip install "
        "'fastscope[python2]'.",
        name="fissix",
    )
