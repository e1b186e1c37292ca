"""The examples, run as a reader runs them."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

import fastscope as tf

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"
SMALL = ("--num-units", "24", "--batch-size", "16", "--device", "/cpu:0")


def environment() -> dict[str, str]:
    package = str(pathlib.Path(tf.__file__).parents[1])
    paths = [*filter(None, [os.environ.get("PYTHONPATH")]), package]
    # One thread: its sums are the same from run to run, and tests run beside each other.
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}


def run(script: str, *arguments: Any, code: int = 0) -> str:
    command = [sys.executable, str(EXAMPLES / script), *map(str, arguments)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def char_rnn(folder: pathlib.Path, *arguments: Any, code: int = 0) -> str:
    return run("char_rnn.py", *SMALL, "--output", folder, *arguments, code=code)


def held_out_bits(output: str) -> list[float]:
    return [float(bits) for bits in re.findall(r"([\d.]+) bits per held-out character", output)]


@pytest.fixture
def no_extras(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither rich nor matplotlib is installed."""
    for name in ("rich", "matplotlib"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('no {name}', name='{name}')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_shared_lstm_is_short_and_learns() -> None:
    output = run("shared_lstm.py")
    errors = [float(e) for e in re.findall(r"mean squared error ([\d.]+)", output)]
    assert errors[-1] < 0.02 < errors[0]
    assert "'rnn/rnn/basic_lstm_cell/kernel:0'" in output
    assert output.count("*\n") == 60
    lines = (EXAMPLES / "shared_lstm.py").read_text().splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 40


def test_char_rnn_learns_writes_and_saves(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("matplotlib")
    output = char_rnn(tmp_path, "--steps", 120, "--seed", 1)
    found = re.search(r"([\d,]+) characters to train on, (\d+) different ones", output)  # each Python has its own text
    assert found and int(found[1].replace(",", "")) > 300_000 and int(found[2]) > 90
    bits = held_out_bits(output)
    assert len(bits) == 8
    assert bits[-1] < 4.6 < bits[0] < 7
    assert re.search(r"step 20  [\d.]+ bits/char  [\d.]+k chars/s  \d+ s left", output)
    assert tf.train.latest_checkpoint(tmp_path) == str(tmp_path / "model-120")
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    names = [name for name, _ in tf.train.list_variables(str(tmp_path))]
    kernel = "rnn/rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel"
    assert {kernel, f"{kernel}/Adam_1", "beta1_power", "global_step", "place_in_the_text"} <= set(names)


def test_char_rnn_without_extras(tmp_path: pathlib.Path, no_extras: None) -> None:
    output = char_rnn(tmp_path / "out", "--steps", 2)
    assert "no loss curve: matplotlib is not installed (pip install 'fastscope[examples]')" in output
    assert held_out_bits(output)


def test_char_rnn_is_repeatable(tmp_path: pathlib.Path) -> None:
    one, two, other = (
        char_rnn(tmp_path / name, "--steps", 4, "--seed", seed, "--keep-prob", 0.9)
        for name, seed in (("one", 3), ("two", 3), ("other", 4))
    )

    def sample(output: str) -> str:
        return output.rpartition("it writes:\n")[2].partition("\nsaved")[0]

    assert sample(one) == sample(two) != sample(other)


def test_char_rnn_goes_on_where_it_was(tmp_path: pathlib.Path) -> None:
    first = char_rnn(tmp_path, "--steps", 40, "--layers", 2)
    second = char_rnn(tmp_path, "--steps", 1, "--layers", 2, "--resume")
    assert abs(held_out_bits(second)[-1] - held_out_bits(first)[-1]) < 0.3
    assert "saved" in second and "model-41.safetensors" in second
    assert "no checkpoint in" in char_rnn(tmp_path / "empty", "--resume", code=1)


def test_char_rnn_reads_any_text(tmp_path: pathlib.Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Wer reitet so spät durch Nacht und Wind? " * 600, encoding="utf-8")
    output = char_rnn(tmp_path / "out", text, "--steps", 30)
    assert held_out_bits(output)[-1] < 4
    text.write_text("short")
    assert "20,000 are the least" in char_rnn(tmp_path / "out", text, code=1)


def started(folder: pathlib.Path) -> subprocess.Popen[str]:
    """Start a long training and wait until it has saved once."""
    command = [sys.executable, str(EXAMPLES / "char_rnn.py"), *SMALL, "--output", str(folder)]
    process = subprocess.Popen(
        [*command, "--steps", "6000"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # what runs in the background ignores it
    )
    deadline = time.monotonic() + 120
    while tf.train.latest_checkpoint(folder) is None:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    return process


def test_ctrl_c_ends_with_a_sample_and_a_model(tmp_path: pathlib.Path) -> None:
    process = started(tmp_path)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert "stopped by Ctrl-C" in output and "Traceback" not in output
    assert "saved" in output.partition("stopped by Ctrl-C")[2]


def test_a_second_ctrl_c_leaves_out_the_sample(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "interrupted.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(EXAMPLES)!r})\n"
        "import char_rnn\n"
        "def sample(self, length): raise KeyboardInterrupt\n"
        "char_rnn.Training.sample = sample\n"
        "char_rnn.main()\n"
    )
    output = run(str(script), *SMALL, "--output", tmp_path / "out", "--steps", 4)
    assert "stopped by Ctrl-C\n" in output and "no sample" in output and "model-1.safetensors" in output
    assert tf.train.latest_checkpoint(tmp_path / "out") is not None


@pytest.mark.parametrize("option", ["minutes", "steps", "layers", "num-units", "batch-size"])
@pytest.mark.parametrize("value", [0, -1])
def test_numbers_that_mean_nothing(tmp_path: pathlib.Path, option: str, value: int) -> None:
    output = char_rnn(tmp_path, f"--{option}", value, code=2)
    assert f"argument --{option}: expected a number above 0, got {value}" in output


def test_what_does_not_fit_is_said_in_a_line(tmp_path: pathlib.Path) -> None:
    for wrong, said in ((("--batch-size", 20_000), "is the most"), ((tmp_path / "no.txt",), "cannot read the text: ")):
        output = char_rnn(tmp_path / "out", *wrong, code=1)
        assert said in output and "Traceback" not in output


def test_a_kill_leaves_the_last_good_checkpoint(tmp_path: pathlib.Path) -> None:
    process = started(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    output = char_rnn(tmp_path, "--steps", 1, "--resume")
    assert held_out_bits(output)
