"""The faces are lists, docs/names.md tells what is on them, and importing them costs little."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import fastscope

PACKAGE = Path(fastscope.__file__).parent
README = (Path(__file__).parent.parent / "README.md").read_text()
NAMES = (Path(__file__).parent.parent / "docs" / "names.md").read_text()
FACES = [
    "__init__",
    "nn",
    "rnn_cell",
    "train",
    "bitwise",
    "image",
    "random",
    "sets",
    "signal",
    "spectral",
    "debugging",
    "sparse",
    "distributions",
    "layers.__init__",
    "losses.__init__",
    "graph_util",
    "saved_model.__init__",
    "linalg",
    "math",
    "nest",
    "metrics.__init__",
    "config.__init__",
    "contrib.__init__",
    "contrib.cudnn_rnn",
    "contrib.distributions",
    "contrib.framework",
    "contrib.layers",
    "contrib.crf",
    "contrib.data",
    "contrib.learn.__init__",
    "contrib.learn.preprocessing",
    "contrib.legacy_seq2seq",
    "contrib.lookup",
    "contrib.losses",
    "contrib.metrics",
    "contrib.opt",
    "contrib.seq2seq",
    "contrib.slim",
    "contrib.training",
    "contrib.rnn",
    "contrib.util",
    "distributed.__init__",
]


def table() -> dict[str, set[str]]:
    """The table: module -> the names in its rows."""
    found: dict[str, set[str]] = {}
    for row in re.findall(r"^\| `(tf[\w.]*)`.*$", NAMES, re.M):
        found[row] = set()
    for module, names in re.findall(r"^\| `(tf[\w.]*)`[^|]*\|(.*)\|$", NAMES, re.M):
        found[module] |= set(re.findall(r"`(\w+)`", names))
    return found


def module_of(name: str) -> ModuleType:
    found = fastscope
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("module", table())
def test_the_table_tells_every_name(module: str) -> None:
    told, has = table()[module], set(module_of(module).__all__)
    assert not has - told, f"add to the row of {module}: {' '.join(sorted(f'`{name}`' for name in has - told))}"
    assert not told - has, f"take out of the row of {module}: {sorted(told - has)}"


@pytest.mark.parametrize("face", FACES)
def test_a_face_is_a_list(face: str) -> None:
    tree = ast.parse(PACKAGE.joinpath(*face.split(".")).with_suffix(".py").read_text())
    for node in tree.body[1:]:  # after the docstring
        if isinstance(node, ast.If):
            module = "nn.rnn_cell" if face == "rnn_cell" else face.removesuffix("__init__").removesuffix(".")
            if ast.unparse(node.test) == "TYPE_CHECKING":  # names that `later` has
                assert all(isinstance(line, ast.ImportFrom) for line in node.body)
                continue
            (only,) = node.body
            assert ast.unparse(node.test) == "not TYPE_CHECKING"
            assert ast.unparse(only) == f"__getattr__, __dir__ = _face({module!r}, __all__)"
        elif isinstance(node, ast.Assign):
            assert ast.unparse(node.targets[0]) in ("__all__", "__version__")
            ast.literal_eval(node.value)
        else:
            assert isinstance(node, (ast.Import, ast.ImportFrom)), ast.unparse(node)


def test_a_type_checker_is_told_where_later_names_come_from() -> None:
    from fastscope.later import HOMES

    told = {}
    for face in [*FACES, "compat.v1.__init__"]:
        module = face.removesuffix("__init__").removesuffix(".")
        package = PACKAGE.joinpath(*face.split(".")).with_suffix(".py")
        for block in ast.parse(package.read_text()).body:
            if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
                for line in block.body:
                    assert isinstance(line, ast.ImportFrom)
                    inside = module if face.endswith("__init__") and line.level == 1 else ""
                    for alias in line.names if line.names[0].name != "*" else ():
                        path = f"{module}.{alias.name}" if module else alias.name
                        home = line.module or path.removeprefix(f"{inside}.")
                        told[path] = ".".join(filter(None, (inside, home)))
                        if path == "compat.v1.summary":
                            told[path] += ".summary"
    assert told == HOMES, set(told.items()) ^ set(HOMES.items())


@pytest.mark.parametrize("module", ["tf", *sorted(set(table()) - {"tf"}), "tf.contrib", "tf.initializers", "tf.errors"])
def test_names_are_there_and_sorted(module: str) -> None:
    found = module_of(module)
    assert len(found.__all__) == len(set(found.__all__))
    for name in found.__all__:
        assert not name.startswith("_") and hasattr(found, name)


def test_no_internal_module_hides_a_missing_name() -> None:
    for name in ("RaggedTensor", "keras", "feature_column"):
        with pytest.raises(AttributeError, match="docs/porting.md lists what there is"):
            getattr(fastscope, name)


@pytest.mark.parametrize(
    "module",
    [
        "tf.nn",
        "tf.train",
        "tf.config",
        "tf.contrib",
        "tf.contrib.rnn",
        "tf.contrib.layers",
        "tf.contrib.framework",
    ],
)
def test_a_name_that_is_not_there(module: str) -> None:
    found = module_of(module)
    near = found.__all__[0]
    with pytest.raises(AttributeError, match=rf"no attribute '{near}x'\. Did you mean '{near}'"):
        getattr(found, near + "x")


def test_what_is_like_a_name_is_looked_for_when_the_message_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("difflib.get_close_matches", lambda name, *_, **__: asked.append(name) or [])
    assert not any(hasattr(fastscope, "nearest_thing_in_a_loop") for _ in range(3)) and not asked
    with pytest.raises(AttributeError, match="no attribute 'nearest_thing_in_a_loop'"):
        fastscope.nearest_thing_in_a_loop
    assert set(asked) == {"nearest_thing_in_a_loop"}


def test_contrib_can_be_imported_as_tf1_code_does() -> None:
    assert importlib.import_module("fastscope.contrib.rnn").LSTMCell is fastscope.nn.rnn_cell.LSTMCell
    from fastscope.contrib.layers import l2_regularizer

    assert l2_regularizer(0.5)(fastscope.Variable([2.0, 4.0])) == 5.0


def test_modules_are_imported_by_their_paths_below_compat_v1() -> None:
    program = """if True:
        import sys
        from fastscope.compat.v1.contrib import rnn
        import fastscope.compat.v1.contrib.layers as layers
        from fastscope.compat.v1.nn.rnn_cell import GRUCell
        import fastscope.compat.v1.train, fastscope.compat.v1.layers, fastscope.compat.v1.losses, fastscope.compat.v1.nn
        import fastscope.compat.v1 as tf
        assert rnn is tf.contrib.rnn and layers is tf.contrib.layers and GRUCell is rnn.GRUCell
        for name, module in sys.modules.items():
            if name.startswith("fastscope."):
                assert module.__spec__.name == module.__name__, name
        files = [module.__file__ for name, module in sys.modules.items() if name == getattr(module, "__name__", "")
                 and name.startswith("fastscope")]
        assert len(files) == len(set(files))
    """
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_module_that_is_not_there_is_told_below_compat_v1() -> None:
    importlib.import_module("fastscope.compat.v1")
    for path in ("contrib.tpu", "nn.relu", "no.such"):
        with pytest.raises(ModuleNotFoundError, match="docs/porting.md lists what there is"):
            importlib.import_module(f"fastscope.compat.v1.{path}")


def test_readme_s_programs_run() -> None:
    programs = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(programs) == 2
    for program in programs:
        fastscope.enable_eager_execution()
        fastscope.reset_default_graph()
        if "compat.v1" in program:  # its import does this, once in a process
            fastscope.disable_eager_execution()
        exec(compile(program, "README.md", "exec"), {})


def test_importing_brings_in_nothing_that_is_not_needed() -> None:
    program = "import sys, numpy; before = set(sys.modules); import fastscope; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    brought = {name.partition(".")[0] for name in done.stdout.split()}
    unwanted = {"cupy", "ml_dtypes", "safetensors", "google_crc32c", "cramjam", "matplotlib", "rich", "asyncio", "json"}
    unwanted |= {"dataclasses", "difflib", "hashlib", "logging", "random", "shutil"}  # a millisecond each
    assert brought & unwanted == set()
    for folder in ("checkpoint", "layers", "rnn", "session", "training"):
        assert f"fastscope.{folder}" not in done.stdout.split()


def test_the_version_is_the_distribution_s() -> None:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution("fastscope")
    except PackageNotFoundError:
        pytest.skip("fastscope is not installed, only on the path")
    tree = Path(fastscope.__file__).parent.parent
    if "editable" in (origin := found.read_text("direct_url.json") or "") and f'{tree.as_uri()}"' not in origin:
        pytest.skip("what is installed is another copy of the sources")
    assert found.version == fastscope.__version__
