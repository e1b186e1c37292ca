"""Record graph_oracle.json again: run each of its programs on TensorFlow 1.15 and write down what it answers.

    python3.7 record_graph_oracle.py            rewrite the file
    python3.7 record_graph_oracle.py --check    only say which answers would change
    python3.7 record_graph_oracle.py ID ...     show these answers, write nothing

A new question is a new entry with a `case`, a `section` and a `code`: a function body, written with the short names
that `helpers` makes. This script fills in the rest. `result` is always one Python expression (`show`), so that a test
can evaluate it (`parse`) and compare numbers with a tolerance and all else exactly (`agrees`). `helpers`, `show`,
`parse` and `agrees` need no TensorFlow: `helpers(fastscope)` runs the same programs on fastscope.
"""

import json
import math
import os
import re
import sys
import tempfile
import textwrap

import numpy as np

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "graph_oracle.json")
PRELUDE = (
    "each case runs as a function body in a fresh tf.Graph().as_default(); `result` is show(return value), one "
    "expression. Names (made by `helpers` in record_graph_oracle.py): tf np os tempfile; VS=tf.variable_scope "
    "NS=tf.name_scope GV=tf.get_variable V=tf.Variable C=tf.constant ph=tf.placeholder S=tf.Session f32 f64 i32 i64 "
    "b1(bool) dtypes; "
    "nm(*xs): names; sh(*ts): static shapes, None = unknown rank; ops(prefix=''): names of all operations in creation "
    "order; types(prefix=''): 'name=Type'; init(sess): run the global, local and table initializers; "
    "run(fetches, feed=None): a new Session, init, one run; A(*shape, k=0, dtype=float64): distinct dyadic values "
    "((37*i+11+k)%64-31.5)/32, never 0; fill(sess): load A(shape, k=sum(ord of v.op.name))/2 into each trainable "
    "variable; G(f, *xs): constants xs, y=f(*xs), [y, tf.gradients(y, floating xs, grad_ys=A(y.shape, k=5))...]; "
    "err(fn): 'ErrorType: message' or ('no error', value), for several in one case; stderr(fn): what fn wrote to file "
    "descriptor 2; dense(g): IndexedSlices -> (values, indices, dense_shape); hexes(a): float.hex of each element."
)
SECTIONS = {
    1: "names and static facts", 2: "placeholders and feeding", 3: "Session", 4: "static shapes", 5: "dtype conversion",
    6: "variables", 7: "gradients", 8: "optimizers, decays, averages, clipping", 9: "control flow", 10: "rnn, seq2seq",
    11: "layers, nn, losses, metrics", 12: "savers, seeds, summaries, data and the rest", 13: "whole programs",
    14: "public names and signatures, data only",
}  # fmt: skip


def A(*shape, **options):
    """Dyadic values in (-1, 1), none of them 0, exact in float16, distinct up to 64 of them."""
    k, dtype = options.get("k", 0), options.get("dtype", np.float64)
    count = int(np.prod(shape)) if shape else 1
    return (((37 * np.arange(count) + 11 + k) % 64 - 31.5) / 32).astype(dtype).reshape(shape)


def clean(message):
    """A message without stack traces, node positions, addresses and temporary names."""
    if message.startswith("in converted code:"):
        message = message.rstrip().splitlines()[-1].strip()
    message = re.sub(r"^\d+ root error\(s\) found\.\n\s+\(0\) [\w ]+?: ", "", message)
    message = re.split(r"\n\s+\[\[", message)[0]
    message = re.split(r"\n\nOriginal stack trace|\n\n? *File |\n\nErrors may|\n\nCaused by", message)[0]
    message = re.sub(r" ?\(defined at [^)]*\)", "", message)
    message = re.sub(re.escape(tempfile.gettempdir()) + r"/\w+", "DIR", message)
    message = re.sub(r"pyfunc_\d+", "pyfunc_N", message)  # numbers that count up through the whole process
    message = re.sub(r"(TensorArray \S+?)_\d+:", r"\1_N:", message)
    message = re.sub(r"(__inference_\S+?)_\d+\}\}", r"\1_N}}", message)
    message = re.sub(r"'_\d+_(\w+)'", r"'_N_\1'", message)
    return re.sub(r"0x[0-9a-f]{6,}", "0x", message).rstrip()


def text_of(error):
    text = getattr(error, "message", None)
    if not isinstance(text, str):
        text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return clean(text)


def helpers(tf):
    """The short names, for a module that has TensorFlow 1's names."""

    def sh(*tensors):
        found = []
        for tensor in tensors:
            shape = tensor.get_shape()
            found.append(None if shape.ndims is None else shape.as_list())
        return found[0] if len(tensors) == 1 else found

    def ops(prefix=""):
        return [op.name for op in tf.get_default_graph().get_operations() if op.name.startswith(prefix)]

    def types(prefix=""):
        listed = tf.get_default_graph().get_operations()
        return [op.name + "=" + op.type for op in listed if op.name.startswith(prefix)]

    def init(session):
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer()])

    def run(fetches, feed=None):
        with tf.Session() as session:
            init(session)
            return session.run(fetches, feed_dict=feed)

    def fill(session):
        for variable in tf.trainable_variables():
            shape = variable.get_shape().as_list()
            dtype = variable.dtype.base_dtype.as_numpy_dtype
            variable.load(A(*shape, k=sum(map(ord, variable.op.name)), dtype=dtype) / 2, session)

    def dense(gradient):
        if isinstance(gradient, tf.IndexedSlices):
            return (gradient.values, gradient.indices, gradient.dense_shape)
        return gradient

    def G(f, *xs):
        inputs = [tf.constant(x) for x in xs]
        y = f(*inputs)
        floating = [x for x in inputs if x.dtype.is_floating]
        weights = tf.constant(A(*y.get_shape().as_list(), k=5).astype(y.dtype.as_numpy_dtype))
        gradients = [dense(g) for g in tf.gradients(y, floating, grad_ys=weights)]
        wanted = [g for g in gradients if g is not None]
        answers = iter(run([y] + wanted))
        return [next(answers)] + [None if g is None else next(answers) for g in gradients]

    def err(function):
        try:
            return ("no error", function())
        except Exception as error:
            return type(error).__name__ + ": " + text_of(error)

    def stderr(function):
        sys.stderr.flush()
        kept, (reading, writing) = os.dup(2), os.pipe()
        os.dup2(writing, 2)
        try:
            function()
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(writing)
            os.close(kept)
        with os.fdopen(reading, "rb") as pipe:
            return pipe.read().decode()

    return {
        "tf": tf, "np": np, "os": os, "tempfile": tempfile, "VS": tf.variable_scope, "NS": tf.name_scope,
        "GV": tf.get_variable, "V": tf.Variable, "C": tf.constant, "ph": tf.placeholder, "S": tf.Session,
        "f32": tf.float32, "f64": tf.float64, "i32": tf.int32, "i64": tf.int64, "b1": tf.bool,
        "nm": lambda *items: [getattr(item, "name", item) for item in items],
        "sh": sh, "ops": ops, "types": types, "init": init, "run": run, "fill": fill, "dense": dense, "G": G, "A": A,
        "err": err, "stderr": stderr,
        "hexes": lambda array: [float(v).hex() for v in np.asarray(array).ravel()],
    }  # fmt: skip


def special(value):
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def number(value):
    """One element of an array: the fewest digits that give it back in its own dtype."""
    if isinstance(value, (bool, np.bool_)):
        return repr(bool(value))
    if isinstance(value, np.integer):
        return repr(int(value))
    if isinstance(value, np.complexfloating):
        return repr(complex(value))
    if isinstance(value, np.floating):
        return str(value) if np.isfinite(value) else special(value)
    return show(value)


def nested(array):
    if not isinstance(array, np.ndarray) or array.ndim == 0:
        return number(array[()] if isinstance(array, np.ndarray) else array)
    return "[" + ", ".join(nested(part) for part in array) + "]"


def show(value):
    """A value as one expression, the same under every NumPy: array('float32', [1.0, 2.0]), obj('<tf.Tensor ...>')."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        shape = ", " + repr(array.shape) if not array.size else ""
        return f"array({array.dtype.name!r}, {nested(array)}{shape})"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else special(value)
    if isinstance(value, str):
        return repr(re.sub(r" at 0x[0-9a-f]+>", " at 0x>", value))
    if value is None or isinstance(value, (bool, int, complex, bytes)):
        return repr(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        pairs = zip(value._fields, value)
        return type(value).__name__ + "(" + ", ".join(f"{name}={show(part)}" for name, part in pairs) + ")"
    if type(value).__name__ == "TensorShape":  # elsewhere it may be a tuple
        return f"obj({repr(value)!r})"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(show, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(show, value)) + "]"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(show, value))) + "}" if value else "set()"
    if isinstance(value, dict):
        return "{" + ", ".join(show(k) + ": " + show(v) for k, v in value.items()) + "}"
    return f"obj({clean(repr(value))!r})"


def parse(result):
    """What `show` wrote, as values; an obj(...) as its text, a namedtuple as a tuple."""

    class Names(dict):
        def __missing__(self, name):
            return lambda *values, **fields: (*values, *fields.values())

    def array(dtype, data, shape=None):
        made = np.array(data, dtype=dtype)
        return made if shape is None else made.reshape(shape)

    return eval(result, Names(array=array, obj=str, nan=math.nan, inf=math.inf, set=set, __builtins__={}))


def agrees(expected, found, rtol=1e-5, atol=1e-6):
    """Do two parsed results agree: structure, text and integers exactly, floating numbers within a tolerance."""
    if isinstance(expected, np.ndarray):
        if not isinstance(found, np.ndarray) or expected.dtype != found.dtype or expected.shape != found.shape:
            return False
        if expected.dtype.kind in "fc":
            return np.allclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
        return bool(np.array_equal(expected, found))
    if isinstance(expected, float):
        if expected != expected:
            return isinstance(found, float) and found != found
        return isinstance(found, float) and math.isclose(expected, found, rel_tol=rtol, abs_tol=atol)
    if isinstance(expected, (list, tuple)):
        same = type(expected) is type(found) and len(expected) == len(found)
        return same and all(agrees(e, f, rtol, atol) for e, f in zip(expected, found))
    if isinstance(expected, dict):
        same = isinstance(found, dict) and list(expected) == list(found)
        return same and all(agrees(e, found[k], rtol, atol) for k, e in expected.items())
    return type(expected) is type(found) and expected == found


def answer(name, code, names, tf):
    """What one program returns or raises: {"ok", "result"} or {"ok", "error", "message"}."""
    scope = dict(names)
    exec(compile("def " + name + "():\n" + textwrap.indent(code, "    "), "<program>", "exec"), scope)
    try:
        with tf.Graph().as_default():
            return {"ok": True, "result": show(scope[name]())}
    except Exception as error:
        return {"ok": False, "error": type(error).__name__, "message": text_of(error)}


def tensorflow():
    """TensorFlow 1.15, quiet and with one thread, so that sums have one order."""
    import logging
    import warnings

    warnings.filterwarnings("ignore")
    logging.getLogger("tensorflow").setLevel(logging.CRITICAL)
    import tensorflow as tf

    tf.logging.set_verbosity(tf.logging.FATAL)
    with tf.Graph().as_default():
        config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with tf.Session(config=config) as session:  # the first session of a process decides for all
            session.run(tf.constant(0))
    import tensorflow.contrib

    tf.contrib.rnn  # loads it all
    tf.logging.set_verbosity(tf.logging.FATAL)
    return tf


def main(arguments):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    with open(FILE, encoding="utf-8") as file:
        recorded = json.load(file)
    tf = tensorflow()
    names = helpers(tf)
    wanted = [a for a in arguments if not a.startswith("--")]
    cases, changed = [], 0
    for case in recorded["cases"]:
        if wanted and case["case"] not in wanted:
            continue
        head = {"case": case["case"], "section": case["section"]}
        fresh = dict(head, **answer(case["case"], case["code"], names, tf), code=case["code"])
        if wanted:
            print(case["case"], fresh.get("result") or fresh.get("error", "") + ": " + fresh.get("message", ""))
        elif fresh != case:
            changed += 1
            print("changed:", case["case"])
        cases.append(fresh)
    if wanted:
        return 0
    if "--check" not in arguments:
        python = ".".join(map(str, sys.version_info[:2]))
        head = {
            "prelude": PRELUDE,
            "sections": SECTIONS,
            "recorded_with": f"tensorflow {tf.__version__} (CPU), Python {python}, NumPy {np.__version__}",
            "cases": cases,
        }
        with open(FILE, "w", encoding="utf-8") as file:
            file.write(json.dumps(head, indent=1, ensure_ascii=False) + "\n")
    print(len(cases), "cases,", changed, "changed")
    return 1 if changed and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
