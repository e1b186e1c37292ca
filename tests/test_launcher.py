"""run, check and install: TensorFlow 1 programs as they lie on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fastscope as fs
from fastscope.launcher import check

pytest.importorskip("fissix")
PROGRAM = """\
import tensorflow as tf
import sys
from helper import shape

flags = tf.app.flags
flags.DEFINE_integer("batch", 2, "rows")

def main(_):
    x = tf.placeholder(tf.float32, [None, 3])
    with tf.variable_scope("net"):
        w = tf.get_variable("w", shape(), initializer=tf.ones_initializer())
    y = tf.reduce_sum(tf.matmul(x, w))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        print(w.name, session.run(y, {x: [[1, 2, 3]] * flags.FLAGS.batch}), __name__, sys.argv[1:])

if __name__ == "__main__":
    tf.app.run()
"""


def fastscope(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = [os.path.dirname(os.path.dirname(fs.__file__)), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "fastscope", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text("def shape():\n    return [3, 1]\n")
    return tmp_path


def test_a_program_runs_as_it_lies(folder: Path) -> None:
    done = fastscope("run", str(folder / "train.py"), "--batch", "4")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "net/w:0 24.0 __main__ ['--batch', '4']\n"
    assert not (folder / "__pycache__").exists()


def test_its_folder_and_its_files_are_those_under_python(folder: Path) -> None:
    (folder / "data.txt").write_text("7")
    (folder / "look.py").write_text("import sys\nprint(open('data.txt').read(), sys.argv, __file__, sys.path[0])\n")
    done = fastscope("run", "look.py", "-h", cwd=folder)
    assert done.stdout == f"7 ['look.py', '-h'] look.py {folder}\n"


@pytest.mark.parametrize(
    ("end", "code", "text"),
    [("sys.exit(3)", 3, ""), ("sys.exit()", 0, ""), ("sys.exit('no')", 1, "no\n"), ("raise SystemExit(2)", 2, "")],
)
def test_exit_codes(folder: Path, end: str, code: int, text: str) -> None:
    (folder / "end.py").write_text(f"import sys\n{end}\n")
    done = fastscope("run", str(folder / "end.py"))
    assert (done.returncode, done.stderr) == (code, text)


def test_a_traceback_begins_in_the_program_and_shows_its_lines(folder: Path) -> None:
    (folder / "broken.py").write_text("import helper2\n\nhelper2.go(3)\n")
    (folder / "helper2.py").write_text("def go(x):\n    print 'going', x\n    return {}[x]\n")
    done = fastscope("run", str(folder / "broken.py"))
    assert done.returncode == 1
    assert done.stdout == "going 3\n"
    lines = done.stderr.splitlines()
    assert lines[0] == f"fastscope: {folder / 'helper2.py'} is Python 2; it was translated in memory"
    assert lines[1] == "Traceback (most recent call last):"
    assert lines[2] == f'  File "{folder / "broken.py"}", line 3, in <module>'
    assert "    return {}[x]" in lines
    assert lines[-1] == "KeyError: 3"
    assert "launcher" not in done.stderr


PYTHON2 = """\
# -*- coding: latin-1 -*-
import cPickle
import tensorflow as tf
d = {'a': 1}
for k, v in d.iteritems():
    print k, v, unicode('x'), xrange(2)[1], reduce(lambda a, b: a + b, [1, 2])
print 3 / 2, cPickle.loads(cPickle.dumps([1]))
"""


def test_python_2(folder: Path) -> None:
    (folder / "old.py").write_text(PYTHON2)
    done = fastscope("run", str(folder / "old.py"))
    assert done.stdout == "a 1 x 1 3\n1.5 [1]\n", done.stderr
    path = folder / "old.py"
    assert done.stderr == (
        f"fastscope: {path} is Python 2; it was translated in memory\n"
        f"fastscope: {path}:7: 3 / 2 is a whole number in Python 2, and a fraction here; write // for the former\n"
    )
    assert path.read_text() == PYTHON2


def test_python_2_that_python_3_can_read(folder: Path) -> None:
    (folder / "old.py").write_text("for i in xrange(2):\n    print(i)\n")
    assert fastscope("run", str(folder / "old.py")).stdout == "0\n1\n"
    (folder / "both.py").write_text(
        "try:\n    import cPickle as p\nexcept ImportError:\n    import pickle as p\nprint(p)\n"
    )
    assert fastscope("run", str(folder / "both.py")).stderr == ""


def test_tabs_of_python_2(folder: Path) -> None:
    (folder / "tabs.py").write_text(
        "def f():\n\tif True:\n            x = 'a\tb'\n\t    print x\n\treturn 2\nprint f()\n"
    )
    assert fastscope("run", str(folder / "tabs.py")).stdout == "a\tb\n2\n"
    assert check([str(folder / "tabs.py")]).unread == []


OLD_NUMPY = (
    "import numpy as np\nfrom numpy import float\n"
    "print(np.zeros(2, np.int).dtype, np.asscalar(np.array([3.0])), -np.infty, np.NINF, float, np.int(3))\n"
    "print(np.product([2, 3]), np.in1d([1, 2], [2]).tolist(), hasattr(np, 'nothing'))\n"
)


@pytest.mark.skipif(np.__version__ < "2", reason="NumPy 1 has some of them")
def test_old_names_of_numpy(folder: Path) -> None:
    (folder / "old.py").write_text(OLD_NUMPY)
    done = fastscope("run", str(folder / "old.py"))
    assert done.stdout == "int64 3.0 -inf -inf <class 'float'> 3\n6 [False, True] False\n", done.stderr
    assert done.stderr.splitlines()[:2] == [
        "fastscope: np.float is gone from NumPy; float stands for it",
        "fastscope: np.int is gone from NumPy; int stands for it",
    ]
    assert done.stderr.count("np.int is gone") == 1


def test_libraries_get_numpy_s_own_answer(folder: Path) -> None:
    (folder / "site-packages").mkdir()
    (folder / "site-packages" / "library.py").write_text("import numpy as np\nhas_int = hasattr(np, 'int')\n")
    (folder / "asks.py").write_text(
        "import sys\nsys.path.append(sys.path[0] + '/site-packages')\nimport library\nprint(library.has_int)\n"
    )
    done = fastscope("run", str(folder / "asks.py"))
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_what_no_python_reads(folder: Path) -> None:
    (folder / "bad.py").write_text("x = = 3\n")
    done = fastscope("run", str(folder / "bad.py"))
    assert done.returncode == 1
    assert done.stderr.endswith("    x = = 3\n        ^\nSyntaxError: invalid syntax\n")
    assert f'File "{folder / "bad.py"}", line 1' in done.stderr


def cell(*lines: str, kind: str = "code") -> dict[str, object]:
    return {"cell_type": kind, "source": [line + "\n" for line in lines], "metadata": {}, "outputs": []}


def test_a_notebook(folder: Path) -> None:
    cells = [
        cell("# Scopes", kind="markdown"),
        cell("%matplotlib inline", "import tensorflow as tf", "!ls"),
        cell("tf.Variable?"),
        cell("%%time", "w = tf.get_variable('w', [2])"),
        cell("print w.name"),
        cell("w.shape.as_list()"),
        cell("tf.get_variable('w', [2])"),
        cell("'after'"),
        cell("1 + 1;"),
    ]
    path = folder / "scopes.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    done = fastscope("run", str(path))
    assert done.returncode == 1
    assert done.stdout == "w:0\n[2]\n"
    assert f'File "{path}, cell 6", line 1, in <module>' in done.stderr
    assert "    tf.get_variable('w', [2])" in done.stderr
    assert "ValueError: Variable w already exists, disallowed." in done.stderr
    done = fastscope("run", "--allow-errors", str(path))
    assert (done.returncode, done.stdout) == (1, "w:0\n[2]\n'after'\n")


def test_what_is_no_program(folder: Path) -> None:
    done = fastscope("run", str(folder / "none.py"))
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == f"fastscope: {folder / 'none.py'}: no such program. Expected the path of a .py or .ipynb file.\n"
    )
    (folder / "no.ipynb").write_text("[]")
    done = fastscope("run", str(folder / "no.ipynb"))
    assert done.returncode == 2
    assert "this is no notebook" in done.stderr
    (folder / "no.ipynb").write_text('{"cells": [{"cell_type": "code", "source": 5}]}')
    done = fastscope("run", str(folder / "no.ipynb"))
    assert done.returncode == 2
    assert f"{folder / 'no.ipynb'}: this is no notebook" in done.stderr


def test_inner_modules_of_tensorflow(folder: Path) -> None:
    (folder / "inner.py").write_text(
        "import tensorflow as tf, tensorflow.compat.v1 as v1\n"
        "from tensorflow.python.ops import array_ops, rnn_cell, variable_scope as vs\n"
        "from tensorflow.python.framework import ops, dtypes, tensor_shape\n"
        "from tensorflow.python.ops.rnn_cell_impl import LSTMStateTuple\n"
        "from tensorflow.contrib import rnn\n"
        "import tensorflow.contrib.rnn as rnn2\n"
        "from tensorflow.python.layers.core import Dense\n"
        "assert v1 is tf and rnn is rnn2 and array_ops.concat is tf.concat and ops.Graph is tf.Graph\n"
        "assert rnn_cell.GRUCell is tf.nn.rnn_cell.GRUCell and vs.variable_scope is tf.variable_scope\n"
        "assert dtypes.float32 is tf.float32 and tensor_shape.TensorShape is tf.TensorShape\n"
        "assert LSTMStateTuple is tf.nn.rnn_cell.LSTMStateTuple and Dense is tf.layers.Dense\n"
        "try:\n    from tensorflow.python.ops.array_ops import no_such\n"
        "except ImportError as error:\n    print('ImportError', error.name)\n"
        "from tensorflow.python.layers import utils\n"
        "from tensorflow.contrib.layers.python.ops.sparse_ops import dense_to_sparse_tensor\n"
        "assert utils.normalize_tuple(2, n=2, name='strides') == (2, 2) and utils.normalize_padding('SAME') == 'same'\n"
        "assert utils.convert_data_format(utils.normalize_data_format('Channels_Last'), 4) == 'NHWC'\n"
        "assert utils.deconv_output_length(4, 3, 'same', 2) == 8 and utils.conv_input_length(3, 4, 'same', 2) == 4\n"
        "assert utils.conv_output_length(4, 2, 'same', 2) == 2\n"
        "with tf.Session() as session:\n"
        "    kept = [dense_to_sparse_tensor(['a', '', 'b']), dense_to_sparse_tensor([True, False], True)]\n"
        "    kept.append(dense_to_sparse_tensor([[0.0, 1.5]]))\n"
        "    assert [each.indices.tolist() for each in session.run(kept)] == [[[0], [2]], [[1]], [[0, 1]]]\n"
        "array_ops.no_such\n"
    )
    done = fastscope("run", str(folder / "inner.py"))
    assert done.stdout == "ImportError tensorflow.python.ops.array_ops\n", done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        "AttributeError: module 'tensorflow.python.ops.array_ops' has no attribute 'no_such' here"
    )


def test_networks_of_slim_by_their_modules(folder: Path) -> None:
    (folder / "nets.py").write_text(
        "import tensorflow as tf, tensorflow.contrib.slim.nets as nets\n"
        "from tensorflow.contrib.slim.nets import vgg\n"
        "from tensorflow.contrib.slim.python.slim.nets import inception_v1, resnet_utils, resnet_v1\n"
        "from tensorflow.contrib.slim.python.slim.nets.inception_v3 import inception_v3_base\n"
        "assert nets is tf.contrib.slim.nets and vgg is nets.vgg and resnet_utils.Block is nets.resnet_utils.Block\n"
        "assert inception_v3_base is nets.inception.inception_v3_base\n"
        "print(inception_v1.inception_v1.default_image_size, resnet_v1.resnet_v1_50.__name__)\n"
    )
    done = fastscope("run", str(folder / "nets.py"))
    assert done.stdout == "224 resnet_v1_50\n", done.stderr


def test_install_in_a_program(folder: Path) -> None:
    code = (
        "import fastscope as fs; fs.compat.install(); fs.compat.install(); import tensorflow as tf; print(tf.__name__)"
    )
    paths = [os.path.dirname(os.path.dirname(fs.__file__)), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(folder)])}
    run = [sys.executable, "-c", code]
    assert subprocess.run(run, env=environment, capture_output=True, text=True).stdout == "fastscope.compat.v1\n"
    (folder / "tensorflow.py").write_text("")  # as if it were installed
    assert subprocess.run(run, env=environment, capture_output=True, text=True).stdout == "fastscope.compat.v1\n"
    run[-1] = "import tensorflow, fastscope as fs; fs.compat.install()"
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    assert "compat.install: TensorFlow itself was imported before, from" in done.stderr
    assert "before anything imports tensorflow." in done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("from tensorflow.nn import seq2seq", "has no attribute 'seq2seq'. Write tf.contrib.legacy_seq2seq."),
        (
            "from tensorflow import image_summary",
            "has no attribute 'image_summary'. Write tf.summary.image(name, tensor)",
        ),
        (
            "from tensorflow.python.ops.rnn import nothing",
            "has no attribute 'nothing' here: TensorFlow's inner modules",
        ),
    ],
)
def test_an_import_of_a_name_says_what_to_write(line: str, words: str, folder: Path) -> None:
    (folder / "asks.py").write_text(f"{line}\n")
    done = fastscope("run", str(folder / "asks.py"))
    assert done.returncode == 1
    assert "ImportError: cannot import name" in done.stderr.splitlines()[-2]
    assert words in done.stderr.splitlines()[-1]


def test_an_import_of_another_library_s_name_is_python_s(folder: Path) -> None:
    (folder / "asks.py").write_text("from os import nothing\n")
    assert (
        fastscope("run", str(folder / "asks.py")).stderr.splitlines()[-1].startswith("ImportError: cannot import name")
    )


def test_what_programs_take_of_contrib_learn(folder: Path) -> None:
    (folder / "asks.py").write_text(
        "from tensorflow.contrib import learn\n"
        "from tensorflow.contrib.learn.python.learn.datasets.mnist import read_data_sets\n"
        "from tensorflow.examples.tutorials.mnist import input_data\n"
        "print(learn.preprocessing.VocabularyProcessor(3).fit(['a b']).vocabulary_.get('b'))\n"
        "print(read_data_sets is input_data.read_data_sets)\n"
        "learn.Estimator\n"
    )
    done = fastscope("run", str(folder / "asks.py"))
    assert done.stdout == "2\nTrue\n"
    assert "has no attribute 'Estimator'. Write a loop over batches" in done.stderr


# ---- check


def test_check_lists_what_is_not_here(folder: Path) -> None:
    (folder / "model.py").write_text(
        "import tensorflow as tf\n"
        "from tensorflow.contrib import no_such_part\n"
        "x = tf.mul(tf.zeros([2]), 2.0)\n"
        "cell = tf.nn.rnn_cell\n"
        "cell.NoSuchCell(3)\n"
        "try:\n    y = tf.pack\nexcept AttributeError:\n    y = tf.stack\n"
        "if tf.__version__ < '0.12':\n    tf.initialize_nothing()\n"
        "if 'concat_v2' in dir(tf):\n    tf.concat_v2([x], 0)\n"
        "v = tf.Variable.no_method_is_looked_for\n"
    )
    report = check([str(folder)])
    assert report.files == 3
    found = [(Path(one.file).name, one.line, one.name) for one in report.missing]
    assert found == [
        ("model.py", 2, "tf.contrib.no_such_part"),
        ("model.py", 3, "tf.mul"),
        ("model.py", 5, "tf.nn.rnn_cell.NoSuchCell"),
    ]
    assert report.missing[1].instead is not None and "tf.multiply" in report.missing[1].instead
    done = fastscope("check", str(folder / "model.py"), str(folder / "train.py"))
    assert done.returncode == 1
    assert f"{folder / 'model.py'}:3: tf.mul is not here: write tf.multiply" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("3 not here")


def test_check_of_a_whole_program(folder: Path) -> None:
    done = fastscope("check", str(folder / "train.py"))
    assert (done.returncode, done.stdout) == (0, "1 program, 14 names of TensorFlow, 0 not here\n")
    found = json.loads(fastscope("check", "--json", str(folder)).stdout)
    assert found["missing"] == found["unread"] == []
    assert "tensorflow.placeholder" in found["names"]


def test_check_reads_python_2_and_notebooks(folder: Path) -> None:
    (folder / "old.py").write_text("import tensorflow as tf\nprint tf.mul\n")
    (folder / "bad.py").write_text("x = = 3\n")
    book = {"cells": [cell("%pylab", "import tensorflow as tf"), cell("print tf.sub")]}
    (folder / "book.ipynb").write_text(json.dumps(book))
    (folder / "broken.ipynb").write_text('{"cells": [')
    (folder / "more.py").write_text(
        "import tensorflow\nfrom tensorflow.core.protobuf import config_pb2\nconfig_pb2.No\n"
    )
    report = check([str(folder / name) for name in ("old.py", "bad.py", "broken.ipynb", "book.ipynb", "more.py")])
    assert [one.name for one in report.missing] == ["tf.mul", "tf.sub", "tf.core.protobuf.config_pb2.No"]
    assert [Path(file).name for file, _ in report.unread] == ["bad.py", "broken.ipynb"]
    with pytest.raises(FileNotFoundError, match="no such program"):
        check([str(folder / "none.py")])


def test_check_goes_on_after_what_it_cannot_read(folder: Path) -> None:
    (folder / "long.py").write_text("x = " + " + ".join(["1"] * 30_000) + "\n")
    (folder / "deep.py").write_text("x = " + "-" * 100_000 + "1\n")
    (folder / "no.ipynb").write_text('{"cells": [{"cell_type": "code", "source": 5}]}')
    (folder / "old.py").write_text("import tensorflow as tf\ntf.mul\n")
    names = ["long.py", "deep.py", "no.ipynb", "old.py"]
    done = fastscope("check", *names, cwd=folder)
    lines = done.stdout.splitlines()
    reason = "not read: an expression in it is nested too deeply for Python's parser; shorter statements help"
    assert lines[0].startswith("old.py:2: tf.mul is not here")
    assert lines[1:3] == [f"long.py: {reason}", f"deep.py: {reason}"]
    assert lines[3].startswith("no.ipynb: not read: no.ipynb: this is no notebook")
    assert (done.returncode, done.stderr) == (1, "")


def test_without_the_translator(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fissix", None)
    (folder / "old.py").write_text("import tensorflow as tf\nprint tf.mul\n")
    with pytest.raises(ModuleNotFoundError, match=r"old.py is Python 2, or is misspelt.* 'fastscope\[python2\]'"):
        check([str(folder / "old.py")])


def test_files_by_the_names_of_file_io(folder: Path) -> None:
    (folder / "files.py").write_text(
        "from tensorflow.python.lib.io import file_io\n"
        "from tensorflow.python.data.ops import dataset_ops\n"
        "from tensorflow.python.util import compat\n"
        "from tensorflow.python.framework import ops\n"
        "assert ops.RegisterShape('Mine')(len) is len\n"
        "file_io.recursive_create_dir('a/b')\n"
        "file_io.write_string_to_file('a/b/c', 'text')\n"
        "file_io.atomic_write_string_to_file('a/b/d', compat.as_bytes('text'))\n"
        "assert file_io.filecmp('a/b/c', 'a/b/d') and file_io.read_file_to_string('a/b/d', True) == b'text'\n"
        "try:\n"
        "    file_io.atomic_write_string_to_file('a/b/d', 'other', overwrite=False)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__)\n"
        "print(sorted(file_io.list_directory('a/b')), file_io.stat('a/b/c').length, dataset_ops.Dataset.__name__)\n"
    )
    done = fastscope("run", str(folder / "files.py"), cwd=folder)
    assert done.stdout == "AlreadyExistsError\n['c', 'd'] 4 Dataset\n", done.stderr


def test_names_of_inner_modules_that_programs_ask_for(folder: Path) -> None:
    (folder / "inner.py").write_text(
        "import tensorflow as tf\n"
        "from tensorflow.contrib.data.python.ops import grouping\n"
        "from tensorflow.python.client import device_lib\n"
        "from tensorflow.python.data.experimental.ops import scan_ops\n"
        "from tensorflow.python.framework import ops, sparse_tensor\n"
        "from tensorflow.python.lib.io import tf_record\n"
        "from tensorflow.python.summary.writer import writer, writer_cache\n"
        "from tensorflow.python.training import queue_runner, saver\n"
        "assert grouping.group_by_window is tf.contrib.data.group_by_window\n"
        "assert scan_ops.scan is tf.data.experimental.scan\n"
        "assert tf_record.TFRecordWriter is tf.python_io.TFRecordWriter\n"
        "assert writer.FileWriter is tf.summary.FileWriter\n"
        "assert writer_cache.FileWriterCache is tf.summary.FileWriterCache\n"
        "assert queue_runner.QueueRunner is tf.train.QueueRunner\n"
        "assert saver.update_checkpoint_state is tf.train.update_checkpoint_state\n"
        "assert sparse_tensor.is_sparse(tf.SparseTensorValue([[0]], [1], [1])) and not sparse_tensor.is_sparse(3)\n"
        "assert ops.IndexedSlicesValue is tf.IndexedSlicesValue\n"
        "devices = device_lib.list_local_devices()\n"
        "print([device.name for device in devices if device.device_type == 'CPU'], devices[0].memory_limit > 0)\n"
    )
    done = fastscope("run", str(folder / "inner.py"), cwd=folder)
    assert done.stdout == "['/device:CPU:0'] True\n", done.stderr
