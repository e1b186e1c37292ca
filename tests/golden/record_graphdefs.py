"""Record graphs that TensorFlow wrote, and what it makes of those that the library wrote.

python tests/golden/record_graphdefs.py            # with TensorFlow 1.15: graphdefs/*.pb, *.pbtxt, answers.json
python tests/golden/record_graphdefs.py --write    # with the library: its own graphs, into a folder
python tests/golden/record_graphdefs.py --check    # with TensorFlow 1.15: graphdefs/written.json, dtypes.json
"""

import base64
import json
import os
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FOLDER = HERE / "graphdefs"
WRITTEN = Path("/tmp/graphdefs_written")
sys.path.insert(0, str(HERE))

import dtype_programs  # noqa: E402
import graphdef_programs as programs  # noqa: E402

AS_TEXT = ("branches", "mlp")


def feeds():
    return {f"{name}:0": np.array(values, dtype) for name, (dtype, values) in programs.FEEDS.items()}


def kept(value):
    if value is None:
        return None
    array = np.asarray(value)
    return [str(array.dtype), list(array.shape), [float(f"{item:.7g}") for item in array.ravel().tolist()]]


def names_of(fetches):
    return [fetch.op.name + ":0" if hasattr(fetch, "initializer") else fetch.name for fetch in fetches]


def answers(session, fetches, is_trained):
    """What a program gives in each run; a trained one runs twice, after its initializer."""
    fed = feeds()
    if not is_trained:
        return [[kept(value) for value in session.run(fetches, fed)]]
    session.run("init")
    found = []
    for _ in range(2):
        session.run([fetch for fetch in fetches if not hasattr(fetch, "dtype")], fed)
        found.append([kept(session.run(fetch, fed)) if hasattr(fetch, "dtype") else None for fetch in fetches])
    return found


def build(tf, program):
    fetches = program(tf, np)
    if program in programs.TRAINED:
        tf.global_variables_initializer()
    return fetches


def elements(graph, names):
    return [graph.as_graph_element(name) for name in names]


def as_lines(told):
    """Return JSON with a line for each program."""
    return "{{\n{}\n}}\n".format(",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in told.items()))


def record():
    import tensorflow as tf

    FOLDER.mkdir(exist_ok=True)
    told = {}
    for program in programs.COMPUTED + programs.TRAINED:
        name = program.__name__
        with tf.Graph().as_default(), tf.Session() as session:
            fetches = build(tf, program)
            graph_def = tf.get_default_graph().as_graph_def()
            as_text = name in AS_TEXT
            tf.train.write_graph(graph_def, str(FOLDER), name + (".pbtxt" if as_text else ".pb"), as_text=as_text)
            names = names_of(fetches)
            told[name] = {
                "fetches": names,
                "answers": answers(session, elements(session.graph, names), program in programs.TRAINED),
            }
        if program in programs.TRAINED:
            record_checkpoint(tf, program)
    (FOLDER / "answers.json").write_text(as_lines(told))


def record_checkpoint(tf, program):
    """A checkpoint after two steps, with the graph beside it, and what a third step gives."""
    if program.__name__ not in ("mlp", "lstm"):
        return
    with tf.Graph().as_default(), tf.Session() as session:
        fetches = build(tf, program)
        for fetch in fetches:
            tf.add_to_collection("fetches", fetch.op if isinstance(fetch, tf.Variable) else fetch)
        tf.add_to_collection("numbers", 3)
        tf.add_to_collection("texts", "a")
        session.run("init")
        operations = [fetch for fetch in fetches if isinstance(fetch, tf.Operation)]
        for _ in range(2):
            session.run(operations, feeds())
        tf.train.Saver(max_to_keep=7).save(session, str(FOLDER / (f"{program.__name__}.ckpt")))
        (FOLDER / "checkpoint").unlink()


def fetch_of(tf, line, dtype):
    """Write down a line in a dtype; return what is fetched."""
    made = eval(line, dict(dtype_programs.inputs(tf, np, dtype), tf=tf, np=np))
    fetch = tf.identity(made[0] if isinstance(made, (list, tuple)) else made, "fetch")
    tf.global_variables_initializer()
    return fetch


def computed(session, dtype):
    """What the fetch of a line is; an error if it cannot run."""
    fed = {f"{name}:0": value for name, value in dtype_programs.values(np, dtype).items()}
    session.run("init", fed)
    return kept_of_any(session.run("fetch:0", fed))


def kept_of_any(value):
    array = np.asarray(value)
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag])
    if array.dtype == object:
        return ["object", list(array.shape), [item.decode() for item in array.ravel().tolist()]]
    return kept(array)


def write():
    import fastscope.compat.v1 as tf

    WRITTEN.mkdir(exist_ok=True)
    written = []
    for line, dtype in [(line, dtype) for line in dtype_programs.lines() for dtype in dtype_programs.DTYPES]:
        with tf.Graph().as_default() as graph, tf.Session() as session:
            try:
                fetch_of(tf, line, dtype)
                computed(session, dtype)
            except (TypeError, ValueError, tf.errors.OpError):  # it is nothing that can be done in this dtype
                continue
            data = graph.as_graph_def().SerializeToString()
            written.append([line, dtype, base64.b64encode(data).decode()])
    (WRITTEN / "dtypes.json").write_text(json.dumps(written))
    for program in programs.COMPUTED + programs.TRAINED:
        with tf.Graph().as_default(), tf.Session():
            fetches = build(tf, program)
            graph_def = tf.get_default_graph().as_graph_def()
            (WRITTEN / (f"{program.__name__}.pb")).write_bytes(graph_def.SerializeToString())
            (WRITTEN / (f"{program.__name__}.json")).write_text(json.dumps(names_of(fetches)))


def check():
    import tensorflow as tf

    check_dtypes(tf)
    told = {}
    for program in programs.COMPUTED + programs.TRAINED:
        name = program.__name__
        graph_def = tf.GraphDef.FromString((WRITTEN / (f"{name}.pb")).read_bytes())
        names = json.loads((WRITTEN / (f"{name}.json")).read_text())
        not_tensorflow = sorted({node.op for node in graph_def.node if node.op.startswith("Fastscope")})
        told[name] = {"fetches": names, "not TensorFlow's": not_tensorflow}
        runnable = set(names)
        graph_def, runnable = runnable_part(tf, graph_def, names)
        with tf.Graph().as_default() as graph, tf.Session() as session:
            tf.import_graph_def(graph_def, name="")
            fetches = elements(graph, runnable)
            told[name]["ran"] = runnable
            told[name]["answers"] = answers(session, fetches, program in programs.TRAINED)
    (FOLDER / "written.json").write_text(as_lines(told))
    print({name: (each["not TensorFlow's"], len(each["ran"]), len(each["fetches"])) for name, each in told.items()})


def check_dtypes(tf):
    """What TensorFlow makes of each line in each dtype: numbers, or the types that it does not have."""
    told = {}
    for line, dtype, data in json.loads((WRITTEN / "dtypes.json").read_text()):
        graph_def = tf.GraphDef.FromString(base64.b64decode(data))
        own = sorted({node.op for node in graph_def.node if node.op.startswith("Fastscope")})
        with tf.Graph().as_default(), tf.Session() as session:
            if not own:
                tf.import_graph_def(graph_def, name="")
            try:
                told.setdefault(line, {})[dtype] = own or computed(session, dtype)
            except tf.errors.InvalidArgumentError as error:  # there is no kernel for it
                print(line, dtype, str(error).splitlines()[0])
    (FOLDER / "dtypes.json").write_text(as_lines(told))


def runnable_part(tf, graph_def, names):
    """The graph without what needs the library's own operations, and the fetches that are left."""
    bad = {node.name for node in graph_def.node if node.op.startswith("Fastscope")}
    before = -1
    while before != len(bad):
        before = len(bad)
        bad |= {n.name for n in graph_def.node if any(s.lstrip("^").split(":")[0] in bad for s in n.input)}
    made = tf.GraphDef()
    made.versions.CopyFrom(graph_def.versions)
    made.node.extend(node for node in graph_def.node if node.name not in bad)
    return made, [name for name in names if name.split(":")[0] not in bad]


if __name__ == "__main__":
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    {"--write": write, "--check": check}.get((sys.argv[1:] or [""])[0], record)()
