"""tf.flags and tf.app.run answer as TensorFlow 1.15 and absl do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fastscope as tf

PROGRAM = """
import fastscope as tf

F = tf.app.flags
F.DEFINE_integer("num", 3, "how many")
F.DEFINE_string("name", "a", "the name")
F.DEFINE_boolean("on", False, "whether")
F.DEFINE_float("lr", 0.5, "rate")
F.DEFINE_list("l", ["a", "b"], "lst")
F.DEFINE_enum("e", "x", ["x", "y"], "en", short_name="q")
FLAGS = F.FLAGS


def main(argv):
    print(argv[1:], FLAGS.num, FLAGS.name, FLAGS.on, FLAGS.lr, FLAGS.l, FLAGS.e)
    return 3


if __name__ == "__main__":
    tf.app.run()
"""
# what TensorFlow 1.15 prints, or the last line of its traceback
ANSWERS = [
    ("", 3, "[] 3 a False 0.5 ['a', 'b'] x"),
    ("--num=4 rest", 3, "['rest'] 4 a False 0.5 ['a', 'b'] x"),
    ("--num 4 -on a b --name=5", 3, "['a', 'b'] 4 5 True 0.5 ['a', 'b'] x"),
    ("--noon --nonum", 3, "['--nonum'] 3 a False 0.5 ['a', 'b'] x"),
    ("--bad=1", 3, "['--bad=1'] 3 a False 0.5 ['a', 'b'] x"),
    ("-- --num=3", 3, "['--', '--num=3'] 3 a False 0.5 ['a', 'b'] x"),
    ("-q y --nume=3", 3, "['--nume=3'] 3 a False 0.5 ['a', 'b'] y"),
    ("--l=p,q --num=1 --num=2", 3, "[] 2 a False 0.5 ['p', 'q'] x"),
    ("--undefok=bad --bad=2", 3, "[] 3 a False 0.5 ['a', 'b'] x"),
    ("--lr=x", 1, "IllegalFlagValueError: flag --lr=x: could not convert string to float: 'x'"),
    ("--on=false --e=z", 1, "IllegalFlagValueError: flag --e=z: value should be one of <x|y>"),
    ("--on=maybe", 1, "flag --on=maybe: ('Non-boolean argument to boolean flag', 'maybe')"),
    ("--num", 1, "Error: Missing value for flag --num"),
]
HELP = """
       USAGE: PROGRAM [flags]
flags:

PROGRAM:
  -q,--e: <x|y>: en
    (default: 'x')
  --l: lst
    (default: 'a,b')
    (a comma separated list)
  --lr: rate
    (default: '0.5')
    (a number)
  --name: the name
    (default: 'a')
  --num: how many
    (default: '3')
    (an integer)
  --[no]on: whether
    (default: 'false')

Try --helpfull to get a list of all flags.
"""


@pytest.fixture
def flags() -> Any:
    """Flags of a test's own."""
    return tf.flags.FlagValues()


def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(program), *words], capture_output=True, text=True)


def test_a_program_s_command_line(tmp_path: Path) -> None:
    """One process for all command lines: an import of the library each would take longer than the test."""
    program = tmp_path / "train.py"
    program.write_text(PROGRAM)
    driver = tmp_path / "driver.py"
    driver.write_text(
        "import sys, traceback, runpy\nimport fastscope as tf\n"
        f"for words in {[words for words, _, _ in ANSWERS]!r}:\n"
        f"    sys.argv = [{str(program)!r}, *words.split()]\n"
        "    for name in list(tf.flags.FLAGS): delattr(tf.flags.FLAGS, name) if name in tf.flags.FLAGS else None\n"
        "    tf.flags.FLAGS.unparse_flags()\n"
        "    try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "    except SystemExit as left: print('left', left.code)\n"
        "    except Exception as error: print(traceback.format_exception_only(error)[-1].strip()); print('left', 1)\n"
    )
    # run_path puts the program in the place of __main__, whose `main` app.run calls
    lines = run(driver).stdout.splitlines()
    for (words, code, answer), said, left in zip(ANSWERS, lines[::2], lines[1::2], strict=True):
        assert answer in said and left == f"left {code}", words


def test_help(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(PROGRAM)
    done = run(program, "--help")
    assert done.returncode == 1 and done.stdout == HELP.replace("PROGRAM", str(program))
    assert run(program, "--helpfull", "--num=4").stdout.startswith(HELP[:15])


def test_the_first_look_reads_the_command_line(flags: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = tf.flags.DEFINE_integer("num", 3, "how many", flag_values=flags)
    monkeypatch.setattr(sys, "argv", ["train.py", "--num=7"])
    assert not flags.is_parsed() and flags.num == 7 == holder.value and holder.name == "num" and holder.default == 3
    flags.num = "text"  # as in absl nobody checks
    assert flags.num == "text" and flags.get_flag_value("num", 1) == "text" and flags.get_flag_value("zz", 1) == 1
    flags.unparse_flags()
    monkeypatch.setattr(sys, "argv", ["train.py", "--bogus=1"])
    with pytest.raises(tf.flags.UnrecognizedFlagError, match="Unknown command line flag 'bogus'"):
        flags.num


def test_kinds(flags: Any, tmp_path: Path) -> None:
    F = tf.flags
    F.DEFINE_multi_integer("m", [1], "h", flag_values=flags)
    F.DEFINE_multi_float("mf", 2, "h", flag_values=flags)
    F.DEFINE_multi_string("ms", None, "h", flag_values=flags)
    F.DEFINE_spaceseplist("sp", "a b", "h", comma_compat=True, flag_values=flags)
    F.DEFINE_bool("b", 1, "h", flag_values=flags)
    F.DEFINE_float("f", 1, "h", flag_values=flags)
    F.DEFINE_list("empty", "", "h", flag_values=flags)
    F.DEFINE_integer("hex", 0, "h", flag_values=flags)
    assert flags(["p", "--m=1", "--m=3", "--ms", "x", "--sp=c,d e", "--nob", "--hex=0x10", "-", "z"]) == ["p", "-", "z"]
    assert flags.flag_values_dict() == {
        "m": [1, 3], "mf": [2.0], "ms": ["x"], "sp": ["c", "d", "e"], "b": False, "f": 1.0, "empty": [], "hex": 16,
    }  # fmt: skip
    assert flags["m"].present == 2 and flags["mf"].using_default_value and "m" in flags and len(flags) == 8
    assert flags.flags_into_string().splitlines()[:3] == ["--m=1", "--m=3", "--mf=2.0"]
    flags.append_flags_into_file(str(tmp_path / "flags"))
    assert "--nob\n" in (tmp_path / "flags").read_text()
    assert "repeat this option to specify a list of values\n    (default: '[1]')" in flags.get_help()
    assert vars(flags)["__flags"] == {name: flags[name] for name in flags} == getattr(flags, "__flags")


def test_defaults_can_be_changed(flags: Any) -> None:
    holder = tf.flags.DEFINE_integer("num", 3, "how many", flag_values=flags)
    flags(["p"])
    tf.flags.set_default(holder, 8)
    assert flags.num == 8
    flags(["p", "--num=1"])
    flags.set_default("num", 9)
    assert flags.num == 1 and holder.default == 9


def test_errors(flags: Any) -> None:
    F = tf.flags
    F.DEFINE_integer("num", 3, "how many", lower_bound=1, flag_values=flags)
    F.DEFINE_string("name", None, "the name", flag_values=flags)
    with pytest.raises(F.DuplicateFlagError, match="The flag 'num' is defined twice.*takes the first one away"):
        F.DEFINE_integer("num", 3, "again", flag_values=flags)
    for make, text in (
        (lambda: F.DEFINE_integer("n2", "x", "h", flag_values=flags), "invalid literal for int"),
        (lambda: F.DEFINE_integer("n2", 1.5, "h", flag_values=flags), "Expect argument to be a string or int"),
        (lambda: F.DEFINE_string("n2", 1, "h", flag_values=flags), "flag value must be a string, found"),
        (lambda: F.DEFINE_enum("n3", "x", ["a"], "h", flag_values=flags), "value should be one of <a>"),
        (lambda: flags(["p", "--num=0"]), "0 is not in the range of --num, from 1 to None"),
    ):
        with pytest.raises(F.IllegalFlagValueError, match=text):
            make()
    flags(["p", "--num=2"])
    with pytest.raises(F.UnrecognizedFlagError, match="'nam'. Did you mean: name"):
        flags(["p", "--nam=1"])
    with pytest.raises(F.UnrecognizedFlagError):
        flags.other = 1
    with pytest.raises(AttributeError, match="other. No flag is called so"):
        flags.other
    with pytest.raises(AttributeError):
        del flags.other
    del flags.num
    F.DEFINE_integer("num", 3, "again", flag_values=flags)  # the way out
    assert flags.num == 3


def test_validators(flags: Any) -> None:
    F = tf.flags
    F.DEFINE_string("name", None, "h", flag_values=flags)
    F.DEFINE_integer("a", None, "h", flag_values=flags)
    F.DEFINE_integer("b", None, "h", flag_values=flags)
    F.mark_flags_as_required(["name"], flags)
    F.mark_flags_as_mutual_exclusive(["a", "b"], required=True, flag_values=flags)
    F.validator("name", "has to be short", flags)(lambda value: len(value) < 3)
    with pytest.raises(F.IllegalFlagValueError, match="flag --name=None: Flag --name must have"):
        flags(["p", "--a=1"])
    with pytest.raises(F.IllegalFlagValueError, match="flag --name=long: has to be short"):
        flags(["p", "--a=1", "--name=long"])
    with pytest.raises(F.IllegalFlagValueError, match="Exactly one of"):
        flags(["p", "--a=1", "--b=1", "--name=x"])
    flags.unparse_flags()
    assert flags(["p", "--a=1", "--name=x"]) == ["p"]


def test_run_calls_main_and_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    with pytest.raises(SystemExit) as left:
        tf.app.run(main=lambda argv: given.append(argv), argv=["prog", "x"])
    assert given == [["prog", "x"]] and left.value.code is None and tf.app.flags is tf.flags


def test_arguments_have_the_names_of_tensorflow_1_4_too() -> None:
    flags = tf.flags.FlagValues()
    tf.flags.DEFINE_integer(flag_name="n", default_value=3, docstring="how many", flag_values=flags)
    flags(["program", "--n=4"])
    assert flags.n == 4 and flags["n"].help == "how many"
