"""What the fast path rests on holds on this interpreter, and build_info() says so."""

from __future__ import annotations

import contextvars
import dis
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


@pytest.mark.skipif(ORDINARY or not KNOWN, reason="built without what src/interpreter.h knows")
@pytest.mark.parametrize("block", [fs.variable_scope, fs.name_scope])
def test_with_makes_no_bound_methods(block: type) -> None:
    # from 3.14 on CPython calls plain method descriptors as they are; before, descriptors of our own stand in for them
    opcodes = {instruction.opname for instruction in dis.get_instructions("with a: pass")}
    own = type(vars(block)["__enter__"]).__name__
    assert own == type(vars(block)["__exit__"]).__name__
    assert ("LOAD_SPECIAL" in opcodes, own) == (
        (True, "method_descriptor") if sys.version_info >= (3, 14) else (False, "instance_binder")
    )


@pytest.mark.skipif(ORDINARY or not KNOWN, reason="built without what src/interpreter.h knows")
def test_what_nobody_kept_is_used_again_and_what_was_kept_is_not() -> None:
    with fs.name_scope("again") as first, fs.variable_scope("kept") as scope:
        pass
    ids = set()
    for _ in range(100):
        with fs.name_scope("again") as name, fs.variable_scope("kept") as other:
            assert (name is first, other is scope) == (False, False)
            ids.add((id(name), id(other)))
            del name, other
    assert (first, scope.name, scope.original_name_scope) == ("again/", "kept", "again/kept/")
    assert len(ids) <= 4


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
