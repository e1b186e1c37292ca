"""The command line of char_rnn.py: what is asked for now, and what a run that goes on was begun with."""

import argparse
import json
import pathlib
from collections.abc import Iterable
from typing import Any

import fastscope as tf

DEFAULTS = {
    "text": None,
    "layers": 1,
    "num_units": 256,
    "batch_size": 32,
    "learning_rate": 4e-3,
    "keep_prob": 1.0,
    "seed": 1,
    "minutes": 2.4,
    "steps": None,
    "temperature": 0.6,
    "device": None,
}
FIXED = {"layers", "num_units", "batch_size", "learning_rate", "keep_prob", "seed"}  # for all of a run
ENDS = {"minutes", "steps"}  # one of them counts
OF_A_SAMPLE = {"prime": "", "length": 600}


def above_zero(kind: type, zero: bool = False, most: float = float("inf")):
    """Return what argparse reads a number above zero of this kind with, or one that may be zero, and is no larger."""
    range_said = f"{'from' if zero else 'above'} 0" + (f" and at most {most}" if most < float("inf") else "")

    def read(text: str):
        number = kind(text)
        if not (0 < number <= most or (zero and number == 0)):
            raise argparse.ArgumentTypeError(f"expected a number {range_said}, got {text}")
        return number

    read.__name__ = kind.__name__  # argparse puts it into "invalid int value"
    return read


def device(text: str) -> str:
    """Return the name of a device that is there."""
    try:
        with tf.device(text):
            tf.zeros([0])
    except (ValueError, ImportError, RuntimeError) as reason:
        raise argparse.ArgumentTypeError(str(reason)) from None
    return text


def parser() -> argparse.ArgumentParser:
    """Return the command line; an option that isn't given leaves no trace."""
    known = argparse.ArgumentParser(
        description="Learns to write like a text file, one character at a time.",
        argument_default=argparse.SUPPRESS,
    )

    def add(name: str, kind: Any, meaning: str) -> None:
        default = (DEFAULTS | OF_A_SAMPLE)[name]
        note = f" ({default})" if default else ""
        known.add_argument("--" + name.replace("_", "-"), type=kind, help=meaning + note)

    known.add_argument("text", nargs="?", help="a text file; by default Python's documentation")
    add("minutes", above_zero(float), "how long to train in all")
    add("steps", above_zero(int), "how many steps to train in all, in place of --minutes")
    add("layers", above_zero(int), "LSTM cells, one on the other")
    add("num_units", above_zero(int), "of each cell")
    add("batch_size", above_zero(int), "places in the text that are read side by side")
    add("learning_rate", above_zero(float), "at the beginning; it falls to a twentieth")
    add("keep_prob", above_zero(float, most=1), "1 - dropout of the outputs")
    add("seed", int, "of first values, dropout and samples")
    add("temperature", above_zero(float, zero=True), "of the samples; 0 takes the likeliest character")
    add("device", device, "/cpu:0, /gpu:0; by default a GPU if there is one")
    known.add_argument(
        "--distributed", action="store_true", help="train on the processes that mpiexec started, each with a batch"
    )
    known.add_argument("--output", type=pathlib.Path, default=pathlib.Path("char_rnn_output"), help="a folder")
    modes = known.add_mutually_exclusive_group()
    modes.add_argument("--resume", action="store_true", help="go on with the run in the folder")
    modes.add_argument("--overwrite", action="store_true", help="begin afresh in a folder that holds a run")
    modes.add_argument("--sample", action="store_true", help="write from the model in the folder, and do not train")
    add("prime", str, "what the network reads before it writes a sample")
    add("length", above_zero(int), "characters of the sample")
    return known


def arguments() -> argparse.Namespace:
    """Return the options, with what was saved for --resume and --sample; or end with one line that says why not.

    The result holds `output`, `sample`, `distributed`, and `latest`: the checkpoint to go on with or to write from, or
    None.
    """
    given = vars(parser().parse_args())
    output, distributed = given.pop("output"), given.pop("distributed", False)
    resume, overwrite, sample = (given.pop(mode, False) for mode in ("resume", "overwrite", "sample"))
    latest = tf.train.latest_checkpoint(output)
    if sample and distributed:
        raise SystemExit("--sample trains nothing: leave out --distributed")
    if not sample and (of_a_sample := given.keys() & OF_A_SAMPLE):
        raise SystemExit(f"{flags(of_a_sample)}: only with --sample")
    if not (resume or sample):
        if latest and not overwrite:
            raise SystemExit(f"{latest} is there already: --resume goes on with it, --overwrite begins afresh")
        saved, latest = {}, None
    elif latest is None:
        raise SystemExit(f"there is no checkpoint in {output} to {'resume' if resume else 'sample'} from")
    else:
        saved = saved_options(latest)
        refuse_others(latest, given, saved, sample)
        if given.keys() & ENDS:
            saved |= dict.fromkeys(ENDS)
    if "text" in given:
        given["text"] = str(pathlib.Path(given["text"]).resolve())  # a run may be resumed from another folder
    modes = {"output": output, "latest": latest, "sample": sample, "distributed": distributed}
    return argparse.Namespace(**modes, **DEFAULTS | OF_A_SAMPLE | saved | given)


def refuse_others(latest: str, given: dict[str, Any], saved: dict[str, Any], sample: bool) -> None:
    """End the program where options are given that a saved network can't have."""
    if sample and (of_training := given.keys() & (ENDS | {"text"})):
        raise SystemExit(f"--sample trains nothing: leave out {flags(of_training, given)}")
    wrong = {name for name in given.keys() & FIXED if given[name] != saved[name]} - ({"seed"} if sample else set())
    if wrong:
        raise SystemExit(
            f"{latest} was trained with {flags(wrong, saved)}, not {flags(wrong, given)}: "
            "leave that out, or begin afresh with --overwrite"
        )


def flags(names: Iterable[str], values: dict[str, Any] | None = None) -> str:
    """Return "--layers --num-units", or "--layers 2 --num-units 128"."""
    said = {name: name if name == "text" else "--" + name.replace("_", "-") for name in sorted(names)}
    return " ".join(flag if values is None else f"{flag} {values[name]}" for name, flag in said.items())


def saved_options(checkpoint: str) -> dict[str, Any]:
    """Return the options that a checkpoint's network was trained with."""
    try:
        reader = tf.train.load_checkpoint(checkpoint)
        if "options" not in reader:
            raise SystemExit(f"{checkpoint} was not saved by this program: it holds no `options`")
        return json.loads(reader["options"].tobytes())
    except tf.errors.OpError as reason:
        raise SystemExit(str(reason)) from None
