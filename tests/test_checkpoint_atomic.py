"""No crash and no error loses a checkpoint: SIGKILL at random moments, and every system call failing in turn."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import fastscope as tf
from fastscope.checkpoint import load_checkpoint, write_bundle, write_npz, write_safetensors
from fastscope.checkpoint.atomic import staging, write_text

ELEMENTS = 50_000


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob(".fastscope-*"))


def whole(reader: object) -> int:
    """Return the step of a checkpoint whose every element is the step."""
    values = {float(v) for name in reader for v in np.unique(reader[name])}  # type: ignore[attr-defined,index]
    assert len(values) == 1, values
    return int(values.pop())


def report_step(descriptor: int, step: int) -> None:
    os.write(descriptor, f"{step}\n".encode())


class TestKill:
    """A child saves as fast as it can and reports each finished save; the parent kills it at a random moment."""

    def trials(self, kills: int, child: Callable[[int, Callable[[int], None]], None]) -> Iterator[int]:
        """Run `child(first step, report)` and kill it, `kills` times; yield the last step reported before each kill."""
        seed = int(os.environ.get("FASTSCOPE_SEED", time.time_ns() % 10**6))
        print(f"FASTSCOPE_SEED={seed}")
        rng = random.Random(seed)
        done = 0
        for _ in range(kills):
            read_end, write_end = os.pipe()
            pid = os.fork()
            if pid == 0:
                try:
                    child(done + 1, partial(report_step, write_end))
                finally:
                    os._exit(1)
            os.close(write_end)
            first = os.read(read_end, 16)  # it is under way
            time.sleep(rng.uniform(0, 0.02))
            os.kill(pid, signal.SIGKILL)
            assert os.WIFSIGNALED(os.waitpid(pid, 0)[1]), "the child ended by itself"
            with os.fdopen(read_end, "rb") as rest:
                steps = (first + rest.read()).split()
            assert steps
            done = int(steps[-1])
            yield done

    @pytest.mark.slow
    def test_the_saver(self, tmp_path: Path) -> None:
        with tf.Graph().as_default():
            variables = [tf.Variable(np.zeros(ELEMENTS, np.float32), name=name) for name in "ab"]
            saver = tf.train.Saver(max_to_keep=2)

            def child(step: int, report: Callable[[int], None]) -> None:
                steps = sorted(int(path.stem.removeprefix("m-")) for path in tmp_path.glob("m-*"))
                saver.recover_last_checkpoints([str(tmp_path / f"m-{step}") for step in steps])
                while True:
                    for variable in variables:
                        variable.assign(np.full(ELEMENTS, step, np.float32))
                    saver.save(tmp_path / "m", global_step=step)
                    report(step)
                    step += 1

            interrupted = 0
            for done in self.trials(300, child):
                latest = tf.train.latest_checkpoint(str(tmp_path))
                assert latest is not None
                report = saver.restore(latest)
                assert report.loaded == ["a", "b"]
                assert whole(load_checkpoint(latest)) >= done
                for file in tmp_path.glob("*.safetensors"):
                    assert whole(load_checkpoint(file)) >= done - 2
                interrupted += len(leftovers(tmp_path))
                assert len(leftovers(tmp_path)) <= 1
            assert interrupted > 0, "no save was interrupted: the kills came at the wrong moments"
            saver.save(tmp_path / "last")
            assert not leftovers(tmp_path)

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["bundle", "safetensors", "npz"])
    def test_replacing_one_checkpoint(self, tmp_path: Path, kind: str) -> None:
        path = str(tmp_path / ("m" if kind == "bundle" else f"m.{kind}"))
        write = {"bundle": write_bundle, "safetensors": write_safetensors, "npz": write_npz}[kind]

        def child(step: int, report: Callable[[int], None]) -> None:
            while True:
                write(path, {name: np.full(ELEMENTS, step, np.float32) for name in "ab"})
                report(step)
                step += 1

        for done in self.trials(60, child):
            assert whole(load_checkpoint(path)) in (done, done + 1)
        write(path, {"a": np.zeros(1)})
        assert not leftovers(tmp_path)
        assert len(list(tmp_path.iterdir())) <= 3  # a bundle's three files at most


SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* Calls that change files under `folder` are counted; number `at`, and with `sticky` all after it, fail. */
static char folder[4096];
static long at = -1, calls = 0;
static int error = 0, sticky = 0;
static char last[64];

void fault_arm(const char *where, long number, int code, int stay) {
    snprintf(folder, sizeof folder, "%s", where);
    at = number; error = code; sticky = stay; calls = 0; last[0] = 0;
}
long fault_disarm(char *name) { long n = calls; strcpy(name, last); at = -1; calls = 0; folder[0] = 0; return n; }

static int fails(const char *name, const char *path) {
    if (!folder[0] || strncmp(path, folder, strlen(folder)) != 0) return 0;
    long n = calls++;
    if (n == at || (sticky && at >= 0 && n > at)) {
        if (n == at) snprintf(last, sizeof last, "%s", name);
        errno = error;
        return 1;
    }
    return 0;
}
static int fails_fd(const char *name, int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return fails(name, path);
}
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
ssize_t write(int fd, const void *b, size_t n) { return fails_fd("write", fd) ? -1 : NEXT(write)(fd, b, n); }
ssize_t writev(int fd, const struct iovec *v, int n) { return fails_fd("writev", fd) ? -1 : NEXT(writev)(fd, v, n); }
int fsync(int fd) { return fails_fd("fsync", fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails_fd("fdatasync", fd) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate64(int fd, off64_t n) { return fails_fd("ftruncate", fd) ? -1 : NEXT(ftruncate64)(fd, n); }
int rename(const char *a, const char *b) { return fails("rename", a) ? -1 : NEXT(rename)(a, b); }
int renameat(int d, const char *a, int e, const char *b) {
    return fails("rename", a) ? -1 : NEXT(renameat)(d, a, e, b);
}
int mkdir(const char *p, mode_t m) { return fails("mkdir", p) ? -1 : NEXT(mkdir)(p, m); }
int chmod(const char *p, mode_t m) { return fails("chmod", p) ? -1 : NEXT(chmod)(p, m); }
int open64(const char *p, int flags, ...) {
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);
    return (flags & 0100) && fails("create", p) ? -1 : NEXT(open64)(p, flags, mode);
}
"""

PROGRAM = r"""
import ctypes, errno, os, sys
import numpy as np
import fastscope as tf
from fastscope.checkpoint import load_checkpoint, write_bundle, write_npz, write_safetensors

folder, kind, code, sticky = sys.argv[1], sys.argv[2], getattr(errno, sys.argv[3]), int(sys.argv[4])
shim = ctypes.CDLL(None)
shim.fault_arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_int]
v = tf.Variable(np.zeros(3000), name="v")
saver = tf.train.Saver(max_to_keep=2)
paths = {"bundle": "m", "safetensors": "m.safetensors", "npz": "m.npz"}
writers = {"bundle": write_bundle, "safetensors": write_safetensors, "npz": write_npz}

def save(step):
    value = np.full(3000, float(step))
    if kind == "saver":
        v.assign(value)
        saver.save(folder + "/m", global_step=step)
    else:
        writers[kind](f"{folder}/{paths[kind]}", {"v": value})

def load():
    if kind == "saver":
        path = tf.train.latest_checkpoint(folder)
        saver.restore(path)
        return set(v.numpy()), set(load_checkpoint(path)["v"])
    return (set(load_checkpoint(f"{folder}/{paths[kind]}")["v"]),) * 2

save(0)
good, kinds = 0, []
for number in range(1000):
    step = number + 1
    shim.fault_arm(folder.encode(), number, code, sticky)
    try:
        save(step)
        failed = None
    except OSError as error:
        failed = error
    name = ctypes.create_string_buffer(64)
    calls = shim.fault_disarm(name)
    if calls <= number:
        assert failed is None, failed
        break
    kinds.append(name.value.decode())
    values, again = load()
    assert values == again and len(values) == 1, values
    if failed is None:
        assert values == {step}, (kinds[-1], values)   # it succeeded in spite of it
    else:
        # the old one; or the new one, where only the sync or the state file after its rename failed
        assert values <= {good, step}, (kinds[-1], values, good)
        assert failed.errno == code and folder in str(failed), failed
        assert [n for n in os.listdir(folder) if n.startswith(".fastscope")] == [] or sticky, os.listdir(folder)
    good = values.pop()
assert len(kinds) >= 5, kinds
save(99)
assert load()[0] == {99}
assert not [n for n in os.listdir(folder) if n.startswith(".fastscope")], os.listdir(folder)
print(" ".join(kinds))
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs Linux and a C compiler")
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    command = [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(folder / "shim.so"), str(folder / "shim.c"), "-ldl"]
    subprocess.run(command, check=True)
    return folder / "shim.so"


class TestFaults:
    @pytest.mark.parametrize("kind", ["saver", "safetensors", "bundle", "npz"])
    @pytest.mark.parametrize(("code", "sticky"), [("EIO", 0), ("ENOSPC", 1)])
    def test_every_call_fails_in_turn(self, shim: Path, tmp_path: Path, kind: str, code: str, sticky: int) -> None:
        """`sticky` is a full disk: after the first failure every later write fails too."""
        environment = dict(os.environ, LD_PRELOAD=str(shim), PYTHONPATH=os.pathsep.join(sys.path))
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), kind, code, str(sticky)]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        assert {"mkdir", "write", "fsync", "rename"} <= set(result.stdout.split())

    def test_a_really_full_disk(self, tmp_path: Path) -> None:
        """A limit on the size of files, which cuts a write short as a full disk does."""
        program = f"""
            import resource, signal
            import numpy as np
            from fastscope.checkpoint import write_bundle, write_safetensors, load_checkpoint
            path = {str(tmp_path / "m")!r}
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            for write, end in ((write_safetensors, ".safetensors"), (write_bundle, "")):
                write(path + end, {{"w": np.ones(10)}})
                resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
                try:
                    write(path + end, {{"w": np.ones(20_000)}})
                except OSError as error:
                    assert "Could not save" in str(error) and "File too large" in str(error), error
                else:
                    raise AssertionError("it was written")
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
                assert load_checkpoint(path + end)["w"].tolist() == [1] * 10
        """
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        subprocess.run([sys.executable, "-c", textwrap.dedent(program)], env=environment, check=True)
        assert not leftovers(tmp_path)


class TestStaging:
    def test_nothing_is_left_of_an_interrupted_save(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), staging(str(tmp_path)) as area:
            Path(area.path("a")).write_text("half")
            raise KeyboardInterrupt
        assert list(tmp_path.iterdir()) == []

    def test_a_leftover_goes_and_a_save_in_progress_stays(self, tmp_path: Path) -> None:
        dead = tmp_path / ".fastscope-dead.tmp"
        dead.mkdir()
        (dead / "half").write_text("x")
        mine = tmp_path / "fastscope-notes.tmp"
        mine.mkdir()
        with staging(str(tmp_path)) as outer:
            assert not dead.exists()
            Path(outer.path("a")).write_text("outer")
            with staging(str(tmp_path)) as inner:
                assert Path(outer.path("a")).exists()
                Path(inner.path("b")).write_text("inner")
                inner.publish("b")
            outer.publish("a")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "fastscope-notes.tmp"]

    def test_threads_save_side_by_side(self, tmp_path: Path) -> None:
        problems: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for _ in range(20):
                    write_text(str(tmp_path / f"file{number}"), str(number) * 1000)
            except BaseException as problem:
                problems.append(problem)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == [] and not leftovers(tmp_path)
        assert all((tmp_path / f"file{n}").read_text() == str(n) * 1000 for n in range(8))

    def test_a_file_system_without_locks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def flock(descriptor: int, operation: int) -> None:
            raise OSError(errno.ENOLCK, "no locks here")

        (tmp_path / ".fastscope-other.tmp").mkdir()
        monkeypatch.setattr(fcntl, "flock", flock)
        write_text(str(tmp_path / "a"), "text")
        assert (tmp_path / "a").read_text() == "text"
        assert leftovers(tmp_path) == [tmp_path / ".fastscope-other.tmp"]  # whether it is in use can't be known

    def test_a_symbolic_link_is_replaced_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "target").write_text("old")
        (tmp_path / "a").symlink_to(tmp_path / "target")
        write_text(str(tmp_path / "a"), "new")
        assert (tmp_path / "a").read_text() == "new" and (tmp_path / "target").read_text() == "old"
