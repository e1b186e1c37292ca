"""Record distributions.json again: what TensorFlow 1.15 answers of its distributions.

    python3.7 record_distributions.py

Each program is an expression of D = tf.distributions; its answers are arrays, kept as nested lists.
"""

import json
import math
import os

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "distributions.json")
X, P, ROWS = "[[0.5], [1.5], [2.5]]", "[[0.125], [0.5], [0.75]]", "[[0.25, 0.5, 0.25], [0.125, 0.25, 0.625]]"
PAIRS, PAIR, TRIL = "[[0.5, 1.0], [-2.0, 3.0]]", "[0.5, -1.5]", "[[1.0, 9.0], [0.5, 2.0]]"
FAR = "[-40.0, -20.0, -10.0, -3.0, 0.0, 3.0, 10.0, 20.0]"
MOMENTS = "mean variance stddev entropy"
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
    "C.MultivariateNormalDiag([1.0, -1.0], [1.0, 2.0])": (PAIRS, "log_prob", f"{MOMENTS} mode covariance"),
    "C.MultivariateNormalDiag([[1.0, -1.0], [0.5, 2.0]], [-1.0, 2.0])": (PAIRS, "log_prob", MOMENTS),
    "C.MultivariateNormalDiag([1.0, -1.0], scale_identity_multiplier=[1.0, 2.0])": (PAIRS, "log_prob", MOMENTS),
    "C.MultivariateNormalDiag(None, [1.0, 2.0], scale_identity_multiplier=0.5)": (PAIR, "log_prob", MOMENTS),
    "C.MultivariateNormalDiag([0.5, 1.0, 2.0])": ("[0.0, 1.0, 2.0]", "log_prob prob", MOMENTS),
    "C.MultivariateNormalDiagWithSoftplusScale([1.0, -1.0], [-1.0, 2.0])": (PAIR, "log_prob prob", MOMENTS),
    f"C.MultivariateNormalTriL([1.0, -1.0], {TRIL})": (PAIRS, "log_prob prob", f"{MOMENTS} mode covariance"),
    f"C.MultivariateNormalTriL([[1.0, -1.0], [0.5, 2.0]], {TRIL})": (PAIRS, "log_prob", "mean entropy"),
    "C.MultivariateNormalFullCovariance([1.0, -1.0], [[1.0, 0.5], [0.5, 4.25]])": (PAIR, "log_prob", MOMENTS),
    "C.Independent(D.Normal([[0.5, -1.0]], [2.0, 0.75]), 1)": (PAIRS, "log_prob prob", MOMENTS),
    "C.Independent(D.Bernoulli(probs=[[0.25], [0.5]]))": ("[[1], [0]]", "log_prob", "mean variance entropy mode"),
    "C.Logistic([0.5, -1.0], [2.0, 0.75])": (
        X,
        "log_prob prob cdf log_cdf survival_function log_survival_function",
        f"{MOMENTS} mode",
    ),
    "C.Poisson([0.5, 3.0])": ("[[0.0], [2.0]]", "log_prob prob", "mean variance stddev mode"),
    "C.Poisson(log_rate=[0.5, 3.0])": ("[[0.0], [2.0]]", "log_prob prob", "mean variance stddev mode"),
    f"C.OneHotCategorical(probs={ROWS})": ("[0, 1, 0]", "log_prob prob", "variance mode entropy covariance"),
    f"C.OneHotCategorical(logits={ROWS}, dtype='float32')": ("[0.0, 1.0, 0.0]", "log_prob", "entropy mode"),
    f"C.RelaxedOneHotCategorical(0.5, probs={ROWS})": ("[[0.25, 0.5, 0.25]] * 2", "log_prob prob", ""),
    f"C.RelaxedOneHotCategorical(0.75, logits={ROWS})": ("[0.25, 0.5, 0.25]", "log_prob prob", ""),
    f"C.ExpRelaxedOneHotCategorical(0.75, logits={ROWS})": ("[[-1.0, -2.0, -0.75]] * 2", "log_prob", ""),
    "C.RelaxedBernoulli(0.75, probs=[0.25, 0.5])": (P, "log_prob prob cdf", ""),
    "C.RelaxedBernoulli([0.5, 2.0], logits=[0.25, -0.5])": (P, "log_prob", ""),
    "C.NormalWithSoftplusScale([0.5, -1.0], [2.0, -0.75])": (X, "log_prob", MOMENTS),
    "C.LaplaceWithSoftplusScale([0.5, -1.0], [2.0, -0.75])": (X, "log_prob", MOMENTS),
    "C.BetaWithSoftplusConcentration([0.5, -1.0], [2.0, -0.75])": (P, "log_prob", MOMENTS),
    "C.GammaWithSoftplusConcentrationRate([0.5, -1.0], [2.0, -0.75])": (X, "log_prob", MOMENTS),
    "C.ExponentialWithSoftplusRate([0.5, -1.0])": (X, "log_prob", MOMENTS),
    "C.StudentTWithAbsDfSoftplusScale([-3.5, 4.0], [0.5, -1.0], [2.0, -0.75])": (X, "log_prob", MOMENTS),
}
PARTS = (
    "D.Categorical(probs=[[0.25, 0.75], [0.5, 0.5]]), [D.Normal([0.0, 1.0], [1.0, 2.0]), D.Laplace([3.0, -1.0], 0.5)]"
)
VECTORS = (
    "D.Categorical(logits=[0.5, -1.0]), "
    "[C.MultivariateNormalDiag([0.0, 1.0], [1.0, 2.0]), C.MultivariateNormalDiag([3.0, -1.0], [0.5, 1.0])]"
)
FAMILY = (
    "D.Categorical(probs=[[0.25, 0.75], [0.5, 0.5]]), D.Normal([[0.0, 1.0], [3.0, -1.0]], [[1.0, 2.0], [0.5, 1.0]])"
)
OF_VECTORS = (
    "D.Categorical(logits=[0.5, -1.0]), C.MultivariateNormalDiag([[0.0, 1.0], [3.0, -1.0]], [[1.0, 2.0], [0.5, 1.0]])"
)
MIXED = {
    f"C.Mixture({PARTS})": ("[[0.5, 1.0], [2.0, -3.0]]", "log_prob prob log_cdf cdf", "mean stddev"),
    f"C.Mixture({VECTORS})": ("[[0.5, 1.0], [2.0, -3.0]]", "log_prob prob", "mean stddev"),
    f"C.MixtureSameFamily({FAMILY})": (
        "[[0.5, 1.0], [2.0, -3.0]]",
        "log_prob prob log_cdf cdf",
        "mean variance stddev",
    ),
    f"C.MixtureSameFamily({OF_VECTORS})": ("[[0.5, 1.0], [2.0, -3.0]]", "log_prob prob", "mean variance stddev"),
}
MADE.update(MIXED)
VECTOR, TWO = "C.MultivariateNormalDiag([1.0, -1.0], [1.0, 2.0])", "C.MultivariateNormalDiag([0.5, 2.0], [3.0, -1.0])"
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
    *(f"D.Normal(0.0, 1.0).{log}({FAR})" for log in ("log_cdf", "log_survival_function", "cdf", "survival_function")),
    *(f"D.Normal(np.float64(0), np.float64(1)).{log}(np.array({FAR}))" for log in ("log_cdf", "log_survival_function")),
    *(f"D.Uniform(11.0, 100.0).{what}([math.nan, 1.0, 50.0, 200.0])" for what in ("prob", "log_prob", "cdf")),
    *(f"D.StudentT([0.5, 1.0, 1.5, 2.0, 2.5], 0.0, 1.0).{what}()" for what in ("mean", "variance", "stddev")),
    f"C.kl_divergence({VECTOR}, {TWO})",
    f"C.kl_divergence({VECTOR}, C.MultivariateNormalTriL([0.5, 2.0], {TRIL}))",
    f"C.kl_divergence(C.MultivariateNormalTriL([[0.5, 2.0], [1.0, 0.0]], {TRIL}), {TWO})",
    f"C.kl_divergence(C.OneHotCategorical(probs={ROWS}), C.OneHotCategorical(logits={ROWS}))",
    "C.kl_divergence(C.Independent(D.Normal([0.5, 1.0], 2.0), 1), C.Independent(D.Normal([1.5, 1.0], 0.5), 1))",
    "C.kl_divergence(C.NormalWithSoftplusScale(0.5, 1.0), D.Normal(1.5, 2.0))",
    f"{VECTOR}.event_shape_tensor()",
    f"{VECTOR}.batch_shape_tensor()",
    "C.Independent(D.Normal([[0.5, -1.0]] * 3, 1.0)).event_shape_tensor()",
    "C.Independent(D.Normal([[0.5, -1.0]] * 3, 1.0)).batch_shape_tensor()",
    *(f"C.fill_triangular(np.arange(24.0).reshape(2, 2, 6), upper={upper})" for upper in (False, True)),
    "C.fill_triangular([7.0])",
    *(f"C.fill_triangular_inverse(np.arange(18.0).reshape(2, 3, 3), upper={upper})" for upper in (False, True)),
    "C.softplus_inverse([1e-20, 1e-7, 0.5, 2.0, 13.0, 80.0])",
    "C.softplus_inverse(np.array([1e-20, 1e-9, 0.5, 40.0]))",
    "C.tridiag([1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0])",
    "C.tridiag(below=[[1.0, 2.0]], above=[[6.0, 7.0]])",
    "C.matrix_diag_transform([[1.0, 2.0], [3.0, 4.0]], lambda d: -d)",
    "C.reduce_weighted_logsumexp([[1.0, 2.0], [3.0, 90.0]], [[1.0, -2.0], [0.5, -0.25]], axis=-1)",
    "C.reduce_weighted_logsumexp([[1.0, 2.0], [3.0, 90.0]], keep_dims=True)",
    "C.reduce_weighted_logsumexp([[1.0, 2.0]], [[1.0, -2.0]], axis=1, return_sign=True)[1]",
    *(
        f"C.percentile(np.arange(24.0).reshape(2, 3, 4)[::-1] % 7, q={q}, axis={axis}, interpolation={kind!r})"
        for q, axis, kind in ((30.0, None, None), (50.0, 1, "lower"), (50.0, [0, -1], "higher"), (99.0, [2], "nearest"))
    ),
    "C.percentile(np.arange(24).reshape(2, 3, 4), q=0.0, axis=1, keep_dims=True)",
]  # fmt: skip

# what is drawn: these numbers hang on the seeds
DRAWN = [
    f"{VECTOR}.sample(3, seed=1)",
    f"{VECTOR}.sample([2, 1], seed=1)",
    "C.MultivariateNormalDiag([[1.0, -1.0], [0.5, 2.0]], [1.0, 2.0]).sample(3, seed=1)",
    f"C.MultivariateNormalTriL([[1.0, -1.0], [0.5, 2.0]], {TRIL}).sample(3, seed=1)",
    "C.Independent(D.Normal([[0.5, -1.0]], [2.0, 0.75]), 1).sample([2, 1], seed=1)",
    "C.Logistic([0.5, -1.0], [2.0, 0.75]).sample(3, seed=1)",
    "C.Poisson([0.5, 30.0]).sample([2, 2], seed=1)",
    f"C.OneHotCategorical(probs={ROWS}).sample(4, seed=1)",
    "C.OneHotCategorical(logits=[0.5, 1.0, 0.25], dtype='float32').sample([2, 2], seed=1)",
    f"C.RelaxedOneHotCategorical(0.5, probs={ROWS}).sample(3, seed=1)",
    f"C.ExpRelaxedOneHotCategorical(0.5, logits={ROWS}).sample(seed=1)",
    "C.RelaxedBernoulli(0.75, probs=[0.25, 0.5]).sample(3, seed=1)",
    f"C.Mixture({PARTS}).sample(6, seed=1)",
    f"C.Mixture({PARTS}, use_static_graph=True).sample(6, seed=1)",
    f"C.Mixture({VECTORS}).sample([3, 2], seed=1)",
    f"C.Mixture({VECTORS}, use_static_graph=True).sample(4, seed=1)",
    "D.Gamma([0.5, 3.0], [2.0, 0.75]).sample(3, seed=1)",
    "D.Exponential([0.5, 3.0]).sample(3, seed=1)",
    "D.Beta([0.5, 3.0], [2.0, 4.0]).sample(3, seed=1)",
    "D.Dirichlet([[2.0, 3.0, 4.0], [0.5, 1.5, 2.0]]).sample(3, seed=1)",
    "D.Laplace([0.5, -1.0], [2.0, 0.75]).sample(3, seed=1)",
    "D.StudentT([0.75, 1.5, 5.0], [0.5, -1.0, 2.0], 2.0).sample(3, seed=1)",
    "D.Normal([0.5, -1.0], [2.0, 0.75]).sample(3, seed=1)",
    "D.Uniform([0.5, -1.0], 2.0).sample(3, seed=1)",
    "D.Bernoulli(probs=[0.25, 0.5]).sample(3, seed=1)",
    f"D.Categorical(probs={ROWS}).sample(3, seed=1)",
]

# what draws and densities hand back to their parameters
GRADIENTS = [
    f"grad(lambda x: D.Normal(0.0, 1.0).log_cdf(x), {FAR})",
    "grad(lambda x: C.MultivariateNormalDiag(x, x).log_prob([0.5, 1.0]), [1.0, 2.0])",
    "grad(lambda x: C.MultivariateNormalDiag([0.5, 1.0], x).sample(3, seed=1), [1.0, 2.0])",
    "grad(lambda x: C.MultivariateNormalTriL([0.5, 1.0], x).log_prob([[1.5, 2.0]]), [[1.0, 2.0], [0.5, 0.25]])",
    "grad(lambda x: C.kl_divergence(C.MultivariateNormalDiag(x, x), C.MultivariateNormalDiag([0.5, 2.0])), [1.5, 3.0])",
    "grad(lambda x: C.RelaxedOneHotCategorical(0.5, x).sample(2, seed=1) ** 2, [1.0, 2.0, -0.5])",
    "grad(lambda x: C.RelaxedOneHotCategorical(x, [1.0, 2.0]).log_prob([0.25, 0.75]), 0.5)",
    "grad(lambda x: C.RelaxedBernoulli(0.5, x).sample(2, seed=1), [1.0, -0.5])",
    "grad(lambda x: C.OneHotCategorical(x).log_prob([[0.0, 1.0, 0.0]]), [1.0, 2.0, -0.5])",
    "grad(lambda x: C.Poisson(x).log_prob([1.0, 4.0]), [1.0, 2.5])",
    "grad(lambda x: C.softplus_inverse(x), [1e-20, 0.5, 2.0, 80.0])",
    "grad(lambda x: C.fill_triangular(x) ** 2, [1.0, 2.0, 3.0])",
    "grad(lambda x: C.percentile(x, 30.0), [1.0, 5.0, 3.0])",
]


def main():
    os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["CUDA_VISIBLE_DEVICES"] = "3", ""
    import numpy as np
    import tensorflow as tf
    import tensorflow.contrib.distributions

    found = {}

    def grad(function, value):
        x = tf.constant(value)
        return tf.gradients(function(x), x)[0]

    names = {"math": math, "grad": grad, "D": tf.distributions, "C": tf.contrib.distributions, "np": np}
    for program in PROGRAMS + DRAWN + GRADIENTS:
        with tf.Graph().as_default(), tf.Session() as session:
            value = session.run(tf.convert_to_tensor(eval(program, names)))
            found[program] = [str(v) for v in value.ravel().tolist()], list(value.shape), value.dtype.name
    with open(FILE, "w", encoding="utf-8") as file:
        file.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
