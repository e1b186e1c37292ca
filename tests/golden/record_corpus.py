"""Choose damaged files for test_checkpoint_fuzz.py: the shortest input for each line that refuses a file.

    PYTHONPATH=tests python tests/golden/record_corpus.py 3000

Writes tests/golden/corpus.json: for each kind of file a list of inputs, each packed by zlib and in base 85.
"""

from __future__ import annotations

import base64
import json
import random
import sys
import tempfile
import traceback
import zlib
from pathlib import Path

from test_checkpoint_fuzz import CORPUS, KINDS, Kind

from fastscope.checkpoint import load_checkpoint
from fastscope.errors import OpError


def place_of_refusal(path: Path) -> str | None:
    """Return the line of fastscope that found what is wrong; None if the file is read."""
    try:
        dict(load_checkpoint(path))
    except (OpError, ValueError) as error:
        first = error.__context__ or error  # what a message was then made of
        frames = [frame for frame in traceback.extract_tb(first.__traceback__) if "fastscope" in frame.filename]
        return f"{frames[-1].filename}:{frames[-1].lineno}"
    return None


def chosen(kind: Kind, inputs: int) -> list[bytes]:
    """Return the shortest of so many inputs for each place."""
    best: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kind.make(folder)
        good = (folder / kind.damaged).read_bytes()
        for seed in range(inputs):
            bad = kind.damage(random.Random(seed), good)
            (folder / kind.damaged).write_bytes(bad)
            where = place_of_refusal(folder / kind.opened)
            if where is not None and (where not in best or len(bad) < len(best[where])):
                best[where] = bad
    return [best[where] for where in sorted(best)]


def main() -> None:
    """Choose anew."""
    corpus = {name: chosen(kind, int(sys.argv[1])) for name, kind in KINDS.items()}
    packed = {name: [base64.b85encode(zlib.compress(one, 9)).decode() for one in many] for name, many in corpus.items()}
    CORPUS.write_text(json.dumps(packed, indent=0) + "\n")
    print({name: len(many) for name, many in packed.items()})


if __name__ == "__main__":
    main()
