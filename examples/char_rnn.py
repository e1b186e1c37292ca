"""Learns to write like a text file, one character at a time.

    python char_rnn.py                       # Python's own documentation, two and a half minutes
    python char_rnn.py novel.txt --minutes 30 --layers 2 --num-units 512
    python char_rnn.py --resume              # go on with a run that was stopped
    python char_rnn.py --resume --minutes 60 # ... or that is to train longer, an hour in all
    mpiexec -n 2 python char_rnn.py --distributed  # two processes, one network, twice the batch
    python char_rnn.py --sample --prime "The " --length 500 --temperature 0.5

The network is built twice in one variable scope: for training it reads 40 characters of many places
in the text at a time, for sampling 1 character. Both hold the same variables.
"""

import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is something to save, Ctrl-C ends it without a word

import argparse
import json
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from char_rnn_display import Curve, Display, draw_curve
from char_rnn_network import RNN, Config, bits_per_character
from char_rnn_options import DEFAULTS, arguments
from char_rnn_ranks import Alone, Together
from char_rnn_text import Alphabet, Corpus, streams

import fastscope as tf

FINAL_RATE = 0.05  # of the learning rate, reached at the end
REPORTS = 8  # held-out loss, sample and checkpoint so many times
MOST_HELD_OUT = 65_536  # characters: a larger text would be evaluated for longer than it is trained on


class Training:
    """The two networks, the optimizer and where they are in the text: all that a checkpoint holds."""

    def __init__(self, options: argparse.Namespace, corpus: Corpus, ranks: Alone) -> None:
        self.options, self.corpus, self.ranks = options, corpus, ranks
        self.text = ranks.part(streams(corpus.train, options.batch_size * ranks.size), 1)
        if len(self.text) < 41:
            most = len(corpus.train) // 41 // ranks.size
            raise SystemExit(f"--batch-size {options.batch_size} is too large: {most} is the most here")
        config = Config(len(corpus.alphabet.characters), options.batch_size, options.layers, options.num_units)
        with tf.variable_scope("rnn") as scope:
            self.network = RNN(config)
            scope.reuse_variables()
            self.sampler = RNN(config._replace(batch_size=1))
        shared = zip(self.network.variables(), self.sampler.variables(), strict=True)
        assert all(a is b for a, b in shared), "two networks, one set of variables"
        self.rate = options.learning_rate
        self.optimizer = tf.train.AdamOptimizer(lambda: self.rate)
        self.optimizer.create_slots(self.network.variables())
        self.clock = Clock()
        self.train_curve, self.held_out_curve = Curve(), Curve()
        self.carried = [
            noted(f"state/{k}", ranks.whole(array)) for k, array in enumerate(arrays_of(self.network.state))
        ]
        with tf.device("/cpu:0"):
            self.step = tf.train.get_or_create_global_step()
            self.place = noted("place_in_the_text", 0)
            self.seconds = noted("seconds", np.float64(0))
            self.curves = {  # train, held out
                curve: noted(f"curve/{name}", curve.table())
                for name, curve in (("train", self.train_curve), ("held_out", self.held_out_curve))
            }
            noted("vocabulary", np.array([ord(c) for c in corpus.alphabet.characters], np.int32))
            kept = {name: value for name, value in vars(options).items() if name in DEFAULTS}
            kept["checksum"] = corpus.checksum
            noted("options", np.frombuffer(json.dumps(kept).encode(), np.uint8))
        self.saver = tf.train.Saver(max_to_keep=2)

    def progress(self) -> float:
        """Return which part of the training is done, 0 to 1, by steps or by time."""
        if self.options.steps:
            return min(int(self.step) / self.options.steps, 1)
        return self.ranks.agreed(min(self.clock.seconds() / (60 * self.options.minutes), 1))

    def characters_a_second(self) -> float:
        """Return how fast it reads, since the run began."""
        return 40 * self.options.batch_size * self.ranks.size * int(self.step) / self.clock.seconds()

    def train(self, progress: float):
        """Take one step; `progress` goes from 0 to 1. Return the loss, which may still be on its way."""
        begin = int(self.place)
        if begin + 41 > len(self.text):
            begin = 0
            self.network.forget(self.options.batch_size)
        self.rate = self.options.learning_rate * (1 + (FINAL_RATE - 1) * progress)
        ids, targets = self.text[begin : begin + 40], self.text[begin + 1 : begin + 41]
        seed = self.ranks.seed(int(self.step))
        loss, pairs = self.network.loss_and_gradients(ids, targets, self.options.keep_prob, seed)
        gradients, variables = zip(*self.ranks.mean(pairs), strict=True)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True), self.step)
        self.place.assign(begin + 40)
        return loss

    def held_out(self) -> float:
        """Return the bits per character of text that is never trained on."""
        bits = bits_per_character(self.network, streams(self.corpus.held_out[:MOST_HELD_OUT], 32))
        self.held_out_curve.add(int(self.step), bits)
        return bits

    def sample(self, length: int) -> str:
        """Return some text of the network's own."""
        written = self.sampler.write([self.corpus.start], length, self.options.temperature)
        return self.corpus.alphabet.text(written)

    def save(self) -> str:
        """Write a checkpoint; the one before stays until this one is whole."""
        for variable, array in zip(self.carried, arrays_of(self.network.state), strict=True):
            variable.assign(self.ranks.whole(array))
        for curve, variable in self.curves.items():
            variable.assign(curve.table())
        self.seconds.assign(self.clock.seconds())
        return self.ranks.save(self.saver, self.options.output / "model", global_step=self.step)

    def resume(self, latest: str) -> None:
        """Go on where a checkpoint was saved."""
        self.ranks.restore(self.saver, latest, exclude="options")
        arrays = iter([self.ranks.part(tf.identity(variable), 0) for variable in self.carried])
        self.network.state = tuple(type(layer)(next(arrays), next(arrays)) for layer in self.network.state)
        for curve, variable in self.curves.items():
            curve.load(variable.numpy())
        self.clock = Clock(float(self.seconds))


def noted(name: str, value: Any) -> tf.Variable:
    """Make a variable that is saved and not trained."""
    return tf.Variable(value, trainable=False, name=name)


def arrays_of(state: Any) -> list[Any]:
    """Return c and h of each layer."""
    return [array for layer in state for array in layer]


class Clock:
    """Counts the seconds inside its with blocks."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._since: float | None = None

    def seconds(self) -> float:
        """Return what is counted until now."""
        return self._seconds + (0.0 if self._since is None else time.monotonic() - self._since)

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._seconds, self._since = self.seconds(), None


class Stop:
    """Turns Ctrl-C into a wish, so that no step and no save is cut in two; among processes the first one's counts."""

    def __init__(self, ranks: Alone) -> None:
        self.times = 0
        self._ranks = ranks
        self._at_once = False

    def wished(self) -> int:
        """Return how often Ctrl-C was pressed, as all processes see it."""
        return int(self._ranks.agreed(self.times))

    def __enter__(self) -> "Stop":
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._wish)
        return self

    def __exit__(self, *_: object) -> None:
        # what was stopped has saved and is leaving: a second Ctrl-C has nothing left to stop
        signal.signal(signal.SIGINT, signal.SIG_IGN if self.times else self._before)

    def _wish(self, *_: object) -> None:
        self.times += 1
        if self._at_once and self._ranks.size == 1:  # one that leaves alone would leave the others waiting
            raise KeyboardInterrupt

    def spares(self, act: Callable[[], object]) -> bool:
        """Call `act`, which Ctrl-C ends at once; return whether it was done."""
        try:
            self._at_once = True
            act()
        except KeyboardInterrupt:
            return False
        finally:
            self._at_once = False
        return True


def run(training: Training, display: Display, stop: Stop) -> None:
    """Train until the time or the steps are over, or Ctrl-C."""
    recent: list[Any] = []
    reports = int(training.progress() * REPORTS)
    while (progress := training.progress()) < 1 and not stop.wished():
        with training.clock:
            recent.append(training.train(progress))
            progress = training.progress()
            # A loss on a GPU is waited for when it is read: seldom, and that is a part of the training.
            bits = float(sum(recent)) / len(recent) / math.log(2) if len(recent) == 20 or progress == 1 else None
        if bits is not None:
            recent.clear()
            bits = training.ranks.average(bits)
            training.train_curve.add(int(training.step), bits)
            display.update(int(training.step), progress, bits, training.characters_a_second(), training.clock.seconds())
        if int(progress * REPORTS) > reports and progress < 1:
            reports = int(progress * REPORTS)
            report(training, display, 200)
            training.save()


def report(training: Training, display: Display, length: int) -> None:
    """Show how well it reads what it never read, and what it writes."""
    display.report(int(training.step), training.held_out(), training.sample(length))


def train(options: argparse.Namespace) -> None:
    """Train, sample, save; Ctrl-C ends the training and not the program."""
    ranks = Together() if options.distributed else Alone()
    corpus = Corpus(options.text)
    if corpus.encoding != "UTF-8":
        print(f"{options.text} is no UTF-8: read as {corpus.encoding}")
    try:
        options.output.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise SystemExit(f"cannot make the folder --output: {reason}") from None
    training = Training(options, corpus, ranks)
    if options.latest:
        goes_on(training, options.latest)
    # Those of a run before are deleted as new ones are saved.
    if state := tf.train.get_checkpoint_state(options.output):
        training.saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
    count = sum(v.shape.num_elements() for v in tf.trainable_variables())
    print(f"{len(corpus.train):,} characters to train on, {len(corpus.alphabet.characters)} different ones")
    print(f"{count:,} weights in {len(tf.trainable_variables())} variables, held by both networks")
    with Stop(ranks) as stop:
        with Display() as display:
            run(training, display, stop)
            if stop.wished():
                display.note("stopped by Ctrl-C")
            saved = training.save()
            if stop.wished() > 1 or not stop.spares(lambda: report(training, display, 600)):
                display.note("no sample: stopped by Ctrl-C again")
            training.save()  # with the curve's last point
        print(f"saved {saved}.safetensors")
        if ranks.rank == 0 and not stop.spares(
            lambda: print(draw_curve(*training.curves, options.output / "loss.png"))
        ):
            print("no loss curve: stopped by Ctrl-C again")


def goes_on(training: Training, latest: str) -> None:
    """Restore a checkpoint, or end with a line that says why there is no going on."""
    options = training.options
    if options.checksum != training.corpus.checksum:
        text = options.text or "the documentation of this Python"
        raise SystemExit(f"{latest} was trained on another text than {text} is now")
    training.resume(latest)
    if training.progress() == 1:
        steps, minutes = int(training.step), training.clock.seconds() / 60
        raise SystemExit(
            f"{latest} is trained to its end, {steps} steps in {minutes:.2g} minutes: "
            "a larger --steps or --minutes makes it go on"
        )


def write(options: argparse.Namespace) -> None:
    """Write from a saved model."""
    reader = tf.train.load_checkpoint(options.latest)
    alphabet = Alphabet("".join(map(chr, reader["vocabulary"])))
    ids = alphabet.ids(options.prime) or [alphabet.start]
    with tf.variable_scope("rnn"):
        network = RNN(Config(len(alphabet.characters), 1, options.layers, options.num_units))
    tf.train.Saver(network.variables()).restore(options.latest)
    written = network.write(ids, options.length, options.temperature)
    print(options.prime + alphabet.text(written))


def main() -> None:
    """Train, or write from what was trained."""
    options = arguments()
    tf.set_random_seed(options.seed)
    with tf.device(options.device):
        (write if options.sample else train)(options)


if __name__ == "__main__":
    main()
