"""The page about checkpoints says what happens: its program runs, and its commands print what stands under them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import fastscope as tf
from fastscope.looking.cli import main

PAGE = (Path(__file__).parent.parent / "docs" / "checkpoints.md").read_text()


def test_program_and_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    with tf.Graph().as_default():
        exec(compile(program, "checkpoints.md", "exec"), {})
    assert capsys.readouterr().out == "model/b (3,)\nmodel/w (2, 3)\n"
    (session,) = re.findall(r"```console\n(.*?)```", PAGE, re.S)
    commands = re.findall(r"^\$ fastscope (.*)\n((?:(?!\$ ).*\n)*)", session, re.M)
    assert len(commands) == session.count("$ ")
    for command, printed in commands:
        assert main(shlex.split(command)) == 0
        assert capsys.readouterr().out == printed, command
