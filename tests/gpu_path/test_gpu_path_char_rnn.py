"""The example char_rnn on a device: it learns and writes as on the CPU, and keeps everything there."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both import H, counted, needs_double, on_both, same

import fastscope as tf
from fastscope import arrays

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

pytestmark = pytest.mark.gpu


@pytest.fixture
def char_rnn(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The example, which is a module beside the tests and no part of fastscope."""
    pytest.importorskip("rich")
    if not (EXAMPLES / "char_rnn.py").exists():
        pytest.skip("the examples are not here")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    yield pytest.importorskip("char_rnn")
    for name in ("char_rnn", "char_rnn_display"):
        sys.modules.pop(name, None)


class TestCharRnn:
    BATCH, LAYERS, STEPS = 4, 2, 40  # 40 characters a step, in the example

    def training(self, char_rnn: Any, tmp_path: Path) -> Any:
        text = "".join(chr(97 + (k * k // 7 + k) % 23) for k in range(24_000))
        path = tmp_path / "text.txt"
        path.write_text(text)
        options = types.SimpleNamespace(
            batch_size=self.BATCH,
            layers=self.LAYERS,
            num_units=H,
            learning_rate=1e-2,
            keep_prob=1.0,
            temperature=0.6,
            output=tmp_path,
        )
        return char_rnn.Training(options, char_rnn.Corpus(str(path)), char_rnn.Alone())

    def test_trains_and_writes_as_on_the_cpu(self, char_rnn: Any, tmp_path: Path) -> None:
        def run() -> Any:
            training = self.training(char_rnn, tmp_path)
            losses = [training.train(0.1 * k) for k in range(4)]
            assert len(training.sample(12)) == 12
            return [losses, [arrays.unwrap(v) for v in training.network.variables()]]

        (cpu_losses, cpu_values), (losses, values) = on_both(run)
        same([np.asarray(loss) for loss in cpu_losses], losses, 1e-5)
        same(cpu_values, values, 1e-4)

    @needs_double
    def test_cost_of_a_training_step(self, char_rnn: Any, tmp_path: Path) -> None:
        """The ids and the labels go up, nothing comes back, nothing waits."""
        with tf.device("/gpu:0"):
            training = self.training(char_rnn, tmp_path)
            found = counted(lambda: training.train(0.0))
        ids = self.STEPS * self.BATCH
        assert (found.pop("h2d"), found.pop("h2d_bytes")) == (2, 2 * ids * 4)
        lstm = self.LAYERS * ((self.STEPS + 1) + (self.STEPS + 3))
        assert found.pop("gemms") == lstm + 3
        # Two launches a layer and step, and 79 launches and copies for all the rest of the training.
        assert found.pop("launches") + found.pop("d2d") == 2 * self.LAYERS * self.STEPS + 79
        assert not found
