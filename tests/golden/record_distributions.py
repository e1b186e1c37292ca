"""Record distributions.json again: what TensorFlow 1.15 answers of its distributions.

    python3.7 record_distributions.py

Each program is an expression of D = tf.distributions; its answers are arrays, kept as nested lists.
"""

import json
import os

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "distributions.json")
X, P, ROWS = "[[0.5], [1.5], [2.5]]", "[[0.125], [0.5], [0.75]]", "[[0.25, 0.5, 0.25], [0.125, 0.25, 0.625]]"
MADE = {
    "D.Gamma([0.5, 3.0], [2.0, 0.75])": (X, "log_prob prob", "mean variance stddev mode entropy"),
    "D.Exponential([0.5, 3.0])": (X, "log_prob prob cdf survival_function", "mean variance stddev entropy"),
    "D.Beta([0.5, 3.0], [2.0, 4.0])": (P, "log_prob prob", "mean variance stddev mode entropy"),
    "D.Dirichlet([[2.0, 3.0, 4.0], [0.5, 1.5, 2.0]])": (ROWS, "log_prob prob", "mean variance stddev entropy"),
    "D.Laplace([0.5, -1.0], [2.0, 0.75])": (
        X,
        "log_prob prob cdf log_cdf survival_function log_survival_function",
        "mean variance stddev mode entropy",
    ),
    "D.StudentT([0.75, 1.5, 5.0], [0.5, -1.0, 2.0], 2.0)": (X, "log_prob prob", "mean variance stddev mode entropy"),
    "D.Normal([0.5, -1.0], [2.0, 0.75])": (X, "log_cdf survival_function log_survival_function", ""),
    "D.Uniform([0.5, -1.0], 2.0)": (P, "survival_function", ""),
}
PROGRAMS = [
    *(f"{made}.{what}({x})" for made, (x, asked, _) in MADE.items() for what in asked.split()),
    *(f"{made}.{what}()" for made, (_, _, asked) in MADE.items() for what in asked.split()),
    "D.kl_divergence(D.Gamma([0.5, 3.0], [2.0, 0.75]), D.Gamma(1.5, 2.5))",
    "D.kl_divergence(D.Beta([0.5, 3.0], [2.0, 4.0]), D.Beta(1.5, 2.5))",
    "D.kl_divergence(D.Dirichlet([2.0, 3.0, 4.0]), D.Dirichlet([0.5, 1.5, 2.0]))",
    "D.Gamma([0.5, 3.0], 2.0).batch_shape_tensor()",
    "D.Dirichlet([[2.0, 3.0, 4.0]]).event_shape_tensor()",
    "D.Dirichlet([[2.0, 3.0, 4.0]]).batch_shape_tensor()",
    "D.Normal(0.0, 1.0).is_scalar_batch()",
    "D.Dirichlet([2.0, 3.0]).is_scalar_event()",
    "D.Dirichlet([2.0, 3.0]).covariance()",
    "D.Dirichlet([2.0, 3.0, 4.0]).mode()",
]  # fmt: skip


def main():
    os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["CUDA_VISIBLE_DEVICES"] = "3", ""
    import tensorflow as tf

    found = {}
    for program in PROGRAMS:
        with tf.Graph().as_default(), tf.Session() as session:
            value = session.run(tf.convert_to_tensor(eval(program, {"D": tf.distributions})))
            found[program] = [str(v) for v in value.ravel().tolist()], list(value.shape), value.dtype.name
    with open(FILE, "w", encoding="utf-8") as file:
        file.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
