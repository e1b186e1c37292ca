"""What the fast path rests on holds on this interpreter, and build_info() says so."""

from __future__ import annotations

import contextvars
import platform
import sys
import threading

import pytest

import fastscope as fs

ORDINARY = "FASTSCOPE_ORDINARY" in fs.build_info()["missing"].get("frames are used again", "")
KNOWN = sys.implementation.name == "cpython" and (3, 11) <= sys.version_info[:2] <= (3, 15)


def test_it_names_versions_and_path() -> None:
    info = fs.build_info()
    assert info["python"] == f"CPython {platform.python_version()}"
    assert info["path"] == ("ordinary" if info["missing"] else "fast")
    info["missing"]["x"] = "y"  # a copy
    assert "x" not in fs.build_info()["missing"]


@pytest.mark.skipif(ORDINARY or not KNOWN, reason="built without what src/interpreter.h knows")
def test_every_fact_holds() -> None:
    assert fs.build_info()["missing"] == {}


def test_the_place_of_a_variable_is_its_callers() -> None:
    variable = fs.Variable(0.0)
    file, _, function = variable._defined_at  # type: ignore[misc]
    assert (file, function) == (__file__, "test_the_place_of_a_variable_is_its_callers")


def test_a_thread_is_at_its_root_and_its_contexts_are_told_apart() -> None:
    seen: list[str] = []

    def name() -> str:
        return fs.get_variable_scope().name

    def run() -> None:
        with fs.variable_scope("b"):
            copy = contextvars.copy_context()
            seen.extend([name(), copy.run(name), contextvars.Context().run(name)])
        seen.extend([name(), copy.run(name)])

    with fs.variable_scope("a"):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    # a context sees the scopes that were open where it was first used
    assert seen == ["b", "b", "b", "", "b"]
