"""Runs a block of Python as a notebook runs a cell, for the site and for the test of its pages."""

from __future__ import annotations

import ast
from typing import Any

import fastscope


def last_value(text: str, page: str, line: int) -> Any:
    """Run a block that begins after `line` lines, in a graph of its own; return the value of its last expression."""
    *statements, last = ast.parse("\n" * line + text).body
    assert isinstance(last, ast.Expr), f"{page}: the last line of a shown block is an expression"
    world: dict[str, Any] = {}
    with fastscope.Graph().as_default():
        exec(compile(ast.Module(statements, []), page, "exec"), world)
        return eval(compile(ast.Expression(last.value), page, "eval"), world)
