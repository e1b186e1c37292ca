"""Opens a character RNN that TensorFlow 1 saved, loads it by name into our cells, and lets it write.

    python load_tf1_char_rnn.py                      # the small one of the test suite
    python load_tf1_char_rnn.py save/model.ckpt      # yours: prefix, one of its files, or its directory
    python load_tf1_char_rnn.py char_rnn_output      # what char_rnn.py saved

The network is that of the many "char-rnn-tensorflow" programs: LSTM cells between an embedding, or characters as they
are, and a softmax. Which scopes it was built in, the names and shapes in the checkpoint tell; names that TensorFlow 0.x
and 1.0 gave, such as ".../basic_lstm_cell/weights", are found too. TensorFlow itself is not needed.
"""

import argparse
import pathlib
import re
import sys
from typing import NamedTuple

import numpy as np

import fastscope as tf

HERE = pathlib.Path(__file__).parent
SAMPLE = HERE.parent / "tests" / "golden" / "checkpoints" / "char_rnn"
CELLS = {"basic_lstm_cell": tf.nn.rnn_cell.BasicLSTMCell, "lstm_cell": tf.nn.rnn_cell.LSTMCell}
KERNEL = re.compile(rf"(?:(.*)/)?(multi_rnn_cell/cell_\d+/)?({'|'.join(CELLS)})/kernel")
SLOT = re.compile(r"/(Adam|Momentum|RMSProp|Adagrad|ExponentialMovingAverage)(_\d+)?$")


class Parts(NamedTuple):
    """What a checkpoint's network consists of: names of its variables, and sizes."""

    scope: str  # of the cells
    cell: str  # which kind
    layers: int
    stacked: bool  # in a MultiRNNCell
    num_units: int
    depth: int  # of the inputs
    vocabulary: int
    embedding: str | None  # None: characters as they are, one of `vocabulary` numbers 1
    softmax_w: str
    softmax_b: str


class CharRNN:
    """Predicts the next character, one at a time."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.embedding = parts.embedding and tf.get_variable(parts.embedding, [parts.vocabulary, parts.depth])
        self.w = tf.get_variable(parts.softmax_w, [parts.num_units, parts.vocabulary])
        self.b = tf.get_variable(parts.softmax_b, [parts.vocabulary])
        cells = [CELLS[parts.cell](parts.num_units) for _ in range(parts.layers)]
        self.cell = tf.nn.rnn_cell.MultiRNNCell(cells) if parts.stacked else cells[0]
        self.state = self.cell.zero_state(1, tf.float32)
        # A cell makes its variables where it runs first.
        nothing = np.zeros([1, 0, parts.depth], np.float32)
        tf.nn.dynamic_rnn(self.cell, nothing, initial_state=self.state, scope=parts.scope or tf.get_variable_scope())

    def logits(self, symbol: int) -> np.ndarray:
        """Read one character and return the scores of what may follow, [vocabulary]."""
        if self.embedding is None:
            inputs = tf.one_hot([symbol], self.parts.vocabulary)
        else:
            inputs = tf.nn.embedding_lookup(self.embedding, [symbol])
        output, self.state = self.cell(inputs, self.state)
        return tf.nn.xw_plus_b(output, self.w, self.b)[0]


def parts_of(reader) -> Parts:
    """Tell from names and shapes what network a checkpoint holds; end the program where it is none that we know."""
    shapes = {name: tuple(reader.info(name).shape) for name in reader if not SLOT.search(name)}
    modern = {name: tf.checkpoint.modern_name(name) for name in shapes}
    cells = {name: found for name in shapes if (found := KERNEL.fullmatch(modern[name]))}
    kinds = {(found[1] or "", found[3], bool(found[2])) for found in cells.values()}
    if len(kinds) != 1:
        sys.exit(none_of_these(reader, f"{len(kinds)} stacks of LSTM cells, not one"))
    ((scope, cell, stacked),) = kinds
    first = min(cells, key=lambda name: modern[name])
    rows, columns = shapes[first]
    num_units, depth = columns // 4, rows - columns // 4
    others = {name: shape for name, shape in shapes.items() if f"{cell}/" not in modern[name]}
    for softmax_w, (units, *classes) in ((name, shape) for name, shape in others.items() if len(shape) == 2):
        beside = [name for name, shape in others.items() if shape == (*classes,) and home(name) == home(softmax_w)]
        tables = [name for name, shape in others.items() if shape == (*classes, depth) and name != softmax_w]
        if units == num_units and beside and (tables or classes == [depth]):
            embedding = min(tables, key=lambda name: "embed" not in name.lower(), default=None)
            return Parts(
                scope, cell, len(cells), stacked, num_units, depth, *classes, embedding, softmax_w, min(beside)
            )
    sys.exit(none_of_these(reader, f"no softmax that {num_units} units go into"))


def none_of_these(reader, reason: str) -> str:
    """Return what to say of a checkpoint that holds another kind of network."""
    return (
        f"{reader.path} holds no rnnlm/embedding, rnnlm/softmax_w and LSTM cells, and none under other names: "
        f"there are {reason}. `fastscope list` shows what there is."
    )


def home(name: str) -> str:
    """Return the scope that a name is in."""
    return name.rpartition("/")[0]


def network_for(reader) -> CharRNN:
    """Build the network whose variables a checkpoint holds."""
    return CharRNN(parts_of(reader))


def alphabet_of(reader) -> list[str]:
    """Return the characters by number; where the checkpoint doesn't hold them, numbers in brackets."""
    if "vocabulary" in reader:
        return [char.decode() if isinstance(char, bytes) else chr(char) for char in reader["vocabulary"]]
    return [f"[{i}]" for i in range(parts_of(reader).vocabulary)]


def sample(network: CharRNN, alphabet: list[str], prime: str, length: int, temperature: float, seed: int) -> str:
    """Let the network read `prime` and go on for `length` characters; temperature 0 takes the likeliest."""
    rng = np.random.default_rng(seed)
    text = [char for char in prime if char in alphabet] or alphabet[:1]
    for char in text:
        scores = network.logits(alphabet.index(char))
    for _ in range(length):
        if temperature:
            odds = np.exp((scores - scores.max()) / temperature).astype(np.float64)
            choice = int(rng.choice(len(odds), p=odds / odds.sum()))
        else:
            choice = int(scores.argmax())
        text.append(alphabet[choice])
        scores = network.logits(choice)
    return "".join(text)


def main() -> None:
    """Load, report, sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", default=SAMPLE, help="prefix, file or directory")
    parser.add_argument("--prime", default="she ", help="what the network reads first")
    parser.add_argument("--length", type=int, default=120, help="characters to write")
    parser.add_argument("--temperature", type=float, default=0.5, help="0 takes the likeliest character")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reader = tf.train.load_checkpoint(options.checkpoint)
    with tf.device("/cpu:0"):
        network = network_for(reader)
    report = tf.train.Saver().restore(options.checkpoint)
    print(f"{reader!r}: loaded {len(report.loaded)} variables")
    for name, old in report.renamed.items():
        print(f"  {old} -> {name}")
    text = sample(network, alphabet_of(reader), options.prime, options.length, options.temperature, options.seed)
    print(f"\n{text}")


if __name__ == "__main__":
    main()
