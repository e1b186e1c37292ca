"""The examples, run as a reader runs them."""

from __future__ import annotations

import importlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from typing import Any

import numpy as np
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


def test_char_rnn_goes_on_to_the_same_end(tmp_path: pathlib.Path) -> None:
    """Stopped by Ctrl-C and resumed without an option, it ends where it ends without a stop, to the last bit."""
    options = ("--layers", 2, "--keep-prob", 0.8, "--learning-rate", 0.01, "--seed", 5, "--temperature", 0.3)
    char_rnn(tmp_path / "whole", "--steps", 60, *options)
    part = interrupted(tmp_path / "part", "sample", "--steps", 60, *options)
    assert "stopped by Ctrl-C" in part and "model-8.safetensors" in part
    run("char_rnn.py", "--resume", "--output", tmp_path / "part")
    one, two = (tf.train.load_checkpoint(tmp_path / name / "model-60") for name in ("whole", "part"))
    assert set(one) == set(two)
    for name in set(one) - {"seconds", "curve/train"}:  # which of the steps' losses are read together may differ
        np.testing.assert_array_equal(one[name], two[name], err_msg=name)
    curves = one["curve/train"], two["curve/train"]
    assert all(np.nanmax(curve[:, 0]) == 60 and len(curve) == 1024 for curve in curves)
    assert sorted(path.name for path in (tmp_path / "part").glob("model*")) == [
        "model-53.safetensors",
        "model-60.safetensors",
    ]


def test_char_rnn_trains_longer(tmp_path: pathlib.Path) -> None:
    first = char_rnn(tmp_path, "--steps", 40)
    assert "is trained to its end, 40 steps" in char_rnn(tmp_path, "--resume", code=1)
    assert "is trained to its end, 40 steps" in char_rnn(tmp_path, "--resume", "--steps", 40, code=1)
    second = char_rnn(tmp_path, "--steps", 41, "--resume")
    assert abs(held_out_bits(second)[-1] - held_out_bits(first)[-1]) < 0.3
    assert "saved" in second and "model-41.safetensors" in second
    assert "model-42" in char_rnn(tmp_path, "--steps", 42, "--resume", "--temperature", 1)
    assert "no checkpoint in" in char_rnn(tmp_path / "empty", "--resume", code=1)


def line_of(output: str) -> str:
    (line,) = output.splitlines()
    return line


def test_other_options_are_refused(tmp_path: pathlib.Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("one two three four\n" * 2000)
    out = tmp_path / "out"
    char_rnn(out, text, "--steps", 2)
    before = (out / "model-2.safetensors").read_bytes()
    said = line_of(char_rnn(out, "--resume", "--steps", 4, "--layers", 2, "--learning-rate", 0.5, code=1))
    assert "was trained with --layers 1 --learning-rate 0.004, not --layers 2 --learning-rate 0.5" in said
    assert "--overwrite" in said
    for option, value in (("--num-units", 32), ("--batch-size", 8), ("--keep-prob", 0.5), ("--seed", 2)):
        assert f"not {option} {value}" in line_of(char_rnn(out, "--resume", "--steps", 4, option, value, code=1))
    other = tmp_path / "other.txt"
    other.write_text("one two three four\n" * 1999 + "one two three fuor\n")
    assert f"another text than {other} is now" in char_rnn(out, other, "--resume", "--steps", 4, code=1)
    assert (out / "model-2.safetensors").read_bytes() == before
    moved = text.rename(tmp_path / "moved.txt")
    assert "cannot read the text" in char_rnn(out, "--resume", "--steps", 4, code=1)
    assert "model-4.safetensors" in char_rnn(out, moved, "--resume", "--steps", 4)


def test_a_folder_that_is_used(tmp_path: pathlib.Path) -> None:
    char_rnn(tmp_path, "--steps", 9)
    said = line_of(char_rnn(tmp_path, "--steps", 2, code=1))
    assert "model-9 is there already: --resume goes on with it, --overwrite begins afresh" in said
    assert tf.train.latest_checkpoint(tmp_path) == str(tmp_path / "model-9")
    assert "model-2.safetensors" in char_rnn(tmp_path, "--steps", 2, "--overwrite", "--layers", 2)
    assert "not allowed with argument" in char_rnn(tmp_path, "--resume", "--overwrite", code=2)
    (tmp_path / "file").write_text("")
    assert "cannot make the folder" in line_of(char_rnn(tmp_path / "file", "--steps", 2, code=1))


def test_sampling_from_what_is_saved(tmp_path: pathlib.Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("abcdefgh\n" * 3000)
    out = tmp_path / "out"
    char_rnn(out, text, "--steps", 150, "--layers", 2, "--learning-rate", 0.02)
    text.unlink()
    written = run("char_rnn.py", "--sample", "--output", out, "--prime", "cde", "--length", 24, "--temperature", 0)
    assert written == ("cdefgh\nabcdefgh\nabcdefgh\nabcdefgh"[: 3 + 24]) + "\n"
    hot = [
        run("char_rnn.py", "--sample", "--output", out, "--length", 50, "--temperature", 3, "--seed", seed)
        for seed in (1, 1, 2)
    ]
    assert hot[0] == hot[1] != hot[2] and len(hot[0]) == 51
    sample = ("--sample", "--output", out)
    assert "never read 'ß'" in line_of(run("char_rnn.py", *sample, "--prime", "aß", code=1))
    assert "trained with --layers 2, not --layers 1" in line_of(run("char_rnn.py", *sample, "--layers", 1, code=1))
    assert "leave out --steps 5" in line_of(run("char_rnn.py", *sample, "--steps", 5, code=1))
    assert "leave out text other.txt" in line_of(run("char_rnn.py", *sample, "other.txt", code=1))
    assert "expected a number from 0, got -1" in run("char_rnn.py", *sample, "--temperature", -1, code=2)
    assert "--prime: only with --sample" in line_of(char_rnn(tmp_path / "new", "--prime", "a", code=1))
    assert "no checkpoint in" in char_rnn(tmp_path / "new", "--sample", code=1)
    (tmp_path / "new").mkdir()
    other = tf.train.Saver([tf.Variable([1.0], name="w")]).save(tmp_path / "new" / "model")
    assert f"{other} was not saved by this program" in line_of(char_rnn(tmp_path / "new", "--sample", code=1))


def test_char_rnn_reads_any_text(tmp_path: pathlib.Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Wer reitet so spät durch Nacht und Wind? " * 600, encoding="utf-8")
    output = char_rnn(tmp_path / "out", text, "--steps", 30)
    assert held_out_bits(output)[-1] < 4
    text.write_text("short")
    assert "20,000 are the least" in char_rnn(tmp_path / "short", text, code=1)


@pytest.mark.parametrize(("encoding", "said"), [("latin-1", "Latin-1"), ("utf-16", "UTF-16"), ("utf-8-sig", None)])
def test_the_encoding_is_said(tmp_path: pathlib.Path, encoding: str, said: str | None) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes("Wer reitet so spät\r\ndurch Nacht und Wind? ".encode(encoding) * 800)
    output = char_rnn(tmp_path / "out", text, "--steps", 1)
    assert (f"{text} is no UTF-8: read as {said}" in output) if said else ("read as" not in output)
    vocabulary = tf.train.load_variable(str(tmp_path / "out"), "vocabulary")
    assert "".join(map(chr, vocabulary)).strip("\ufeff") == "".join(
        sorted(set("\nWer reitet so spätdurch Nacht und Wind?"))
    )


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The example as a module."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("char_rnn")


def test_the_evaluation_is_bounded_and_takes_none_of_the_time(
    module: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("".join(chr(97 + k * k // 7 % 26) for k in range(2_000_000)))
    evaluate, shapes = module.bits_per_character, []

    def slow(network: Any, text: Any) -> float:
        shapes.append(text.shape)
        time.sleep(0.3)
        return float(evaluate(network, text))

    monkeypatch.setattr(module, "bits_per_character", slow)
    arguments = [text, *SMALL, "--output", tmp_path / "out", "--minutes", 0.02]
    monkeypatch.setattr(sys, "argv", ["char_rnn.py", *map(str, arguments)])
    module.main()
    assert shapes == [(2048, 32)] * 8
    assert 1.2 <= tf.train.load_variable(str(tmp_path / "out"), "seconds") < 1.5


def test_char_rnn_as_tensorflow_1_had_it(tmp_path: pathlib.Path) -> None:
    output = run("char_rnn_tf1.py", "--steps", 200, "--num-units", 64, "--output", tmp_path)
    first, second = (float(bits) for bits in re.findall(r"([\d.]+) bits/char", output))
    assert second < 4 < first < 6
    weights = ["embedding", "softmax_w", "softmax_b", "rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/bias"]
    assert "variables: " + ", ".join(f"rnn/{name}:0" for name in weights) in output
    assert len(output.partition("it writes:\n")[2].partition("\nsaved ")[0]) == 401
    slots = [f"rnn/{name}{slot}" for name in weights for slot in ("", "/Adam", "/Adam_1")]  # as in TensorFlow's file
    names = [name for name, _ in tf.train.list_variables(str(tmp_path))]
    assert names == sorted([*slots, "beta1_power", "beta2_power", "global_step"])


def started(folder: pathlib.Path) -> subprocess.Popen[str]:
    """Start a long training and wait until it has saved once."""
    command = [sys.executable, str(EXAMPLES / "char_rnn.py"), *SMALL, "--output", str(folder)]
    process = subprocess.Popen(
        [*command, "--steps", "2400"],
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


def interrupted(folder: pathlib.Path, methods: str, *arguments: Any, code: int = 0) -> str:
    """Run the example with a Ctrl-C at the beginning and the end of these methods of Training."""
    script = folder.with_suffix(".py")
    script.write_text(
        f"import os, signal, sys; sys.path.insert(0, {str(EXAMPLES)!r})\n"
        "import char_rnn\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def wrapped(method):\n"
        "    def call(*args):\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        result = method(*args)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        return result\n"
        "    return call\n"
        f"for name in {methods.split()!r}:\n"
        "    setattr(char_rnn.Training, name, wrapped(getattr(char_rnn.Training, name)))\n"
        "char_rnn.main()\n"
    )
    return run(str(script), *SMALL, "--output", folder, *arguments, code=code)


@pytest.mark.parametrize("methods", ["sample", "train", "save", "train save", "sample save"])
def test_a_second_ctrl_c_leaves_out_the_sample(tmp_path: pathlib.Path, methods: str) -> None:
    output = interrupted(tmp_path / "out", methods, "--steps", 4)
    assert "stopped by Ctrl-C\n" in output and "no sample" in output and "Traceback" not in output
    assert re.search(r"saved .*model-1\.safetensors", output)
    assert tf.train.latest_checkpoint(tmp_path / "out") == str(tmp_path / "out" / "model-1")
    assert tf.train.load_variable(str(tmp_path / "out"), "global_step") == 1


def test_ctrl_c_twice_at_a_terminal_s_speed(tmp_path: pathlib.Path) -> None:
    process = started(tmp_path)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert "saved" in output.partition("stopped by Ctrl-C")[2] and "Traceback" not in output


def catches_ctrl_c(pid: int) -> bool:
    """Whether a process has a handler for SIGINT."""
    found = re.search(r"^SigCgt:\s*(\w+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)
    return bool(found and int(found[1], 16) & 1 << (signal.SIGINT - 1))


@pytest.mark.skipif(not pathlib.Path("/proc/self/status").exists(), reason="there is no /proc to look into")
@pytest.mark.parametrize("wait_s", [0, 0.1, 0.3, 0.8])
def test_ctrl_c_in_the_first_second(tmp_path: pathlib.Path, wait_s: float) -> None:
    """From the program's first line on, no traceback; what Python does before that is Python's."""
    command = [sys.executable, str(EXAMPLES / "char_rnn.py"), *SMALL, "--output", str(tmp_path / "out")]
    process = subprocess.Popen(
        command,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for wanted in (True, False):  # Python's own handler is set, and then taken away
        while process.poll() is None and catches_ctrl_c(process.pid) is not wanted:
            time.sleep(0.0005)
    time.sleep(wait_s)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert "Traceback" not in output
    assert process.returncode == -signal.SIGINT or "saved" in output


@pytest.mark.parametrize("option", ["minutes", "steps", "layers", "num-units", "batch-size"])
@pytest.mark.parametrize("value", [0, -1])
def test_numbers_that_mean_nothing(tmp_path: pathlib.Path, option: str, value: int) -> None:
    output = char_rnn(tmp_path, f"--{option}", value, code=2)
    assert f"argument --{option}: expected a number above 0, got {value}" in output


def test_options_that_cannot_be(tmp_path: pathlib.Path) -> None:
    said = "argument --keep-prob: expected a number above 0 and at most 1, got 1.5"
    assert said in char_rnn(tmp_path, "--keep-prob", 1.5, code=2)
    output = char_rnn(tmp_path, "--device", "nonsense", code=2)
    assert "argument --device: Cannot read the device 'nonsense'" in output and "Traceback" not in output


def test_what_does_not_fit_is_said_in_a_line(tmp_path: pathlib.Path) -> None:
    for wrong, said in ((("--batch-size", 20_000), "is the most"), ((tmp_path / "no.txt",), "cannot read the text: ")):
        output = char_rnn(tmp_path / "out", *wrong, code=1)
        assert said in output and "Traceback" not in output


def test_a_kill_leaves_the_last_good_checkpoint(tmp_path: pathlib.Path) -> None:
    process = started(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    latest = tf.train.latest_checkpoint(tmp_path)
    assert latest is not None
    output = char_rnn(tmp_path, "--steps", int(latest.rpartition("-")[2]) + 1, "--resume")
    assert held_out_bits(output)
