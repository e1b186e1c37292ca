"""Opens a character RNN that TensorFlow 1 saved, loads it by name into our cells, and lets it write.

    python load_tf1_char_rnn.py                      # the small one of the test suite
    python load_tf1_char_rnn.py save/model.ckpt      # yours: prefix, one of its files, or its directory

The network is that of the many "char-rnn-tensorflow" programs: embedding, stacked LSTM cells and a
softmax in scope "rnnlm". Its cell was saved as ".../basic_lstm_cell/weights", the name of
TensorFlow 1.0; ours is called ".../kernel". TensorFlow itself is not needed.
"""

import argparse
import pathlib
import re
import sys

import numpy as np

import fastscope as tf

HERE = pathlib.Path(__file__).parent
SAMPLE = HERE.parent / "tests" / "golden" / "checkpoints" / "char_rnn"


class CharRNN:
    """Predicts the next character, one at a time."""

    def __init__(self, layers: int, num_units: int, vocabulary: int, depth: int) -> None:
        with tf.variable_scope("rnnlm"):
            self.embedding = tf.get_variable("embedding", [vocabulary, depth])
            self.w = tf.get_variable("softmax_w", [num_units, vocabulary])
            self.b = tf.get_variable("softmax_b", [vocabulary])
        self.cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(num_units) for _ in range(layers)])
        self.state = self.cell.zero_state(1, tf.float32)
        # A cell makes its variables where it runs first: here, under "rnnlm".
        tf.nn.dynamic_rnn(self.cell, np.zeros([1, 0, depth], np.float32), dtype=tf.float32, scope="rnnlm")

    def logits(self, symbol: int) -> np.ndarray:
        """Read one character and return the scores of what may follow, [vocabulary]."""
        inputs = tf.nn.embedding_lookup(self.embedding, [symbol])
        output, self.state = self.cell(inputs, self.state)
        return tf.nn.xw_plus_b(output, self.w, self.b)[0]


def network_for(reader) -> CharRNN:
    """Build the network whose shapes the checkpoint's tensors have."""
    if "rnnlm/embedding" not in reader or "rnnlm/softmax_w" not in reader:
        sys.exit(f"{reader.path} holds no rnnlm/embedding and rnnlm/softmax_w: see `fastscope list`.")
    vocabulary, depth = reader.info("rnnlm/embedding").shape
    num_units = reader.info("rnnlm/softmax_w").shape[0]
    layers = {match[0] for name in reader if (match := re.search(r"cell_?\d+(?=/)", name, re.I))}
    return CharRNN(max(len(layers), 1), num_units, vocabulary, depth)


def alphabet_of(reader) -> list[str]:
    """Return the characters by number; where the checkpoint doesn't hold them, numbers in brackets."""
    if "vocabulary" in reader:
        return [char.decode() for char in reader["vocabulary"]]
    return [f"[{i}]" for i in range(reader.info("rnnlm/embedding").shape[0])]


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
    network = network_for(reader)
    report = tf.train.Saver().restore(options.checkpoint)
    print(f"{reader!r}: loaded {len(report.loaded)} variables")
    for name, old in report.renamed.items():
        print(f"  {old} -> {name}")
    text = sample(network, alphabet_of(reader), options.prime, options.length, options.temperature, options.seed)
    print(f"\n{text}")


if __name__ == "__main__":
    main()
