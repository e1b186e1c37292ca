"""Every message has a program that provokes it, and says what it should."""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import error_programs_creation
import pytest
from error_programs import PROGRAMS, Program

import fastscope

PACKAGE = Path(fastscope.__file__).parent
ERRORS = PACKAGE / "errors"
HERE = Path(__file__).parent
RUN_HERE = ("scoping", "variables", "session")  # areas whose messages PROGRAMS provokes, all of them
assert error_programs_creation.provokes
PROVOKED = {program.message for program in PROGRAMS}


def message_functions(file: Path) -> Iterator[ast.FunctionDef]:
    """The functions of a file that build an exception."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef) and re.search("(Error|Exception)$", ast.unparse(node.returns or node)):
            yield node


AREAS = {file.stem: list(message_functions(file)) for file in sorted(ERRORS.glob("*.py")) if file.stem != "__init__"}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.message)
def test_program(program: Program) -> None:
    called: list[str] = []

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(ERRORS)):
            called.append(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}")

    with pytest.raises(program.error) as caught:
        sys.setprofile(note)
        try:
            program.run()
        except Exception as error:
            str(error)  # some messages are put together when they are read
            raise
        finally:
            sys.setprofile(None)
    assert program.message in called
    text = str(caught.value.args[0])
    assert text[: len(program.opening)] == program.opening
    for part in program.parts:
        assert part in text
    assert fastscope.get_variable_scope().name == ""  # every block was left


@pytest.mark.parametrize("area", RUN_HERE)
def test_every_message_has_a_program(area: str) -> None:
    assert not {f"{area}.{node.name}" for node in AREAS[area]} - PROVOKED


def literal_text(node: ast.FunctionDef) -> list[str]:
    """The pieces of the message that do not depend on the arguments."""
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)][
        1:
    ]  # without the docstring


@functools.cache
def quoted_in_tests() -> str:
    """What tests look for in messages: strings given to `match=`, and strings of which `in` is asked."""
    found: list[str] = []
    for file in HERE.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value.replace("\\", ""))
    return "\0".join(dict.fromkeys(found))


def is_quoted(pieces: list[str], quotes: str) -> bool:
    """Whether a test quotes twelve characters on end of a piece (or all of a shorter one)."""
    for piece in (piece for piece in pieces if len(piece.strip()) >= 5):
        width = min(12, len(piece))
        if any(piece[k : k + width] in quotes for k in range(len(piece) - width + 1)):
            return True
    return False


@pytest.mark.parametrize("area", [area for area in AREAS if area not in RUN_HERE])
def test_every_other_message_is_quoted_in_a_test_or_has_a_program(area: str) -> None:
    quotes = quoted_in_tests()
    assert not {f"{area}.{node.name}" for node in AREAS[area] if not is_quoted(literal_text(node), quotes)} - PROVOKED


def test_every_message_is_used() -> None:
    used = "".join(file.read_text() for file in PACKAGE.rglob("*.py") if file.parent != ERRORS)
    used += "".join(file.read_text() for file in (HERE.parent / "src").rglob("*.p*"))
    words = set(re.findall(r"\w+", used))
    assert not [f"{area}.{node.name}" for area, nodes in AREAS.items() for node in nodes if node.name not in words]
