"""A Sphinx extension: pages of the reference, one a row of names.md, from the docstrings."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import fastscope

HERE = Path(__file__).parent
NAMES = (HERE / "names.md").read_text()
ROW = re.compile(r"^\| `(tf[\w.]*)`(?:: ([\w ]+))? \|(.*)\|$", re.M)
CODE = re.compile(r"`([^`]+)`")


def rows() -> dict[str, tuple[str, list[str]]]:
    """Return title -> (module, names): "Scopes" -> ("fastscope", ["variable_scope", ...])."""
    found = {}
    for module, what, names in ROW.findall(NAMES):
        title = what.capitalize() if what else module.replace("tf.", "fastscope.")
        found[title] = module.replace("tf", "fastscope", 1), re.findall(r"`(\w+)`", names)
    return found


def attribute(path: str) -> Any:
    """Return what a dotted name says; None for nothing."""
    found: Any = fastscope
    for part in path.split(".")[1:]:
        found = getattr(found, part, None)
    return found


def described() -> dict[int, str]:
    """Return the first name under which each thing stands in the table, by its id."""
    found: dict[int, str] = {}
    for module, names in rows().values():
        for name in names:
            found.setdefault(id(attribute(f"{module}.{name}")), f"{module}.{name}")
    return found


def entry(path: str, first: str) -> str:
    """Return the directive that describes a name, or a line that says where it is described."""
    thing = attribute(path)
    if path != first:
        return f".. py:data:: {path}\n\n   The same as :py:obj:`{first}`.\n"
    if isinstance(thing, type):
        fields = ", ".join(getattr(thing, "_fields", ()))  # of a named tuple: told under Attributes
        return f".. autoclass:: {path}\n   :members:\n   :exclude-members: {fields}\n"
    if callable(thing):
        return f".. autofunction:: {path}\n"
    return f".. py:data:: {path}\n   :value: {thing!r}\n"


def page(title: str, module: str, names: list[str]) -> str:
    """Return a page of the reference."""
    found = attribute(module)
    parts = [title, "=" * len(title), ""]
    if title == module:  # the module's row, and no part of one
        parts += [f".. py:module:: {module}", "", *paragraphs(found), ""]
    things = [name for name in names if not isinstance(attribute(f"{module}.{name}"), ModuleType)]
    firsts = described()
    parts += [entry(f"{module}.{name}", firsts[id(attribute(f"{module}.{name}"))]) for name in things]
    return "\n".join(parts)


def paragraphs(module: ModuleType) -> list[str]:
    """Return a module's docstring as reStructuredText."""
    lines = (module.__doc__ or "").splitlines()
    as_restructured_text(None, "module", "", None, None, lines)
    return lines


def as_restructured_text(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn code in docstrings, `x`, into what Sphinx calls code, or into a link where the reference has the name."""
    for k, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            pieces = CODE.split(line)
            pieces[::2] = [re.sub(r"([*|]|(?<=\w)_(?!\w))", r"\\\1", text) for text in pieces[::2]]
            pieces[1::2] = [linked(code) for code in pieces[1::2]]
            lines[k] = "".join(pieces)


def linked(code: str) -> str:
    """Return the role for a piece of code."""
    path = re.sub(r"^(tf|fs)\.", "fastscope.", code)
    first = (
        described().get(id(attribute(path)))
        if path.startswith("fastscope.") and path.replace(".", "_").isidentifier()
        else None
    )
    return f":py:obj:`{code} <{first}>`" if first else f"``{code}``"


def write_pages(app: Any, config: Any) -> None:
    """Write the pages where Sphinx will look for them."""
    folder = HERE / "reference"
    folder.mkdir(exist_ok=True)
    titles = []
    for title, (module, names) in rows().items():
        if title != "Modules":
            titles.append(re.sub(r"\W+", "_", title.lower()))
            write(folder / f"{titles[-1]}.rst", page(title, module, names))
    toctree = "\n".join(f"   {title}" for title in titles)
    write(folder / "index.rst", f"Reference\n=========\n\n.. toctree::\n   :maxdepth: 1\n\n{toctree}\n")


def write(path: Path, text: str) -> None:
    """Write a file that changed; one that didn't keeps its time, so that Sphinx leaves it out."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def setup(app: Any) -> dict[str, bool]:
    """Join Sphinx."""
    app.connect("config-inited", write_pages)
    app.connect("autodoc-process-docstring", as_restructured_text, priority=100)  # before Google's sections are read
    return {"parallel_read_safe": True}
