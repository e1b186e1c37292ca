"""Recurrent layers of torch and Keras, stacked, both ways, whole files: our cells compute what those libraries did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.checkpoint import (
    from_keras_file,
    from_keras_gru,
    from_keras_lstm,
    from_torch_gru,
    from_torch_lstm,
    from_torch_rnn,
    load_checkpoint,
    to_keras_gru,
    to_keras_lstm,
    to_torch_gru,
    to_torch_lstm,
    to_torch_rnn,
    write_safetensors,
)
from fastscope.contrib.cudnn_rnn import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell

GOLDEN = Path(__file__).parent / "golden"
RECORD = json.loads((GOLDEN / "rnn_layouts.json").read_text())
TORCH = RECORD["torch"]["modules"]
INPUTS = np.float32(RECORD["torch"]["inputs"])  # [T, N, D]
LSTMCell, MultiRNNCell = tf.nn.rnn_cell.LSTMCell, tf.nn.rnn_cell.MultiRNNCell


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


def state_of(name: str) -> dict[str, np.ndarray]:
    return {key: np.float32(value) for key, value in TORCH[name]["state"].items()}


def one_way(make: Any) -> Any:
    return lambda x: tf.nn.dynamic_rnn(make(), x, dtype=tf.float32, time_major=True)[0]


def both_ways(make: Any, scope: str | None = None) -> Any:
    def run(x: Any) -> Any:
        outputs, _ = tf.nn.bidirectional_dynamic_rnn(make(), make(), x, dtype=tf.float32, time_major=True, scope=scope)
        return np.concatenate(outputs, axis=2)

    return run


def layer_on_layer(make: Any) -> Any:
    def run(x: Any) -> Any:
        with tf.variable_scope("stack_bidirectional_rnn"):
            for k in range(2):
                with tf.variable_scope(f"cell_{k}"):
                    x = both_ways(make)(x)
        return x

    return run


def cell() -> Any:
    return LSTMCell(2)


MODULES = {
    "lstm": ("rnn", one_way(cell)),
    "plain": ("rnn", one_way(cell)),
    "projected": ("rnn", one_way(lambda: LSTMCell(3, num_proj=2))),
    "deep": ("rnn", one_way(lambda: MultiRNNCell([cell(), cell()]))),
    "deep_projected": ("rnn", one_way(lambda: MultiRNNCell([LSTMCell(3, num_proj=2), LSTMCell(3, num_proj=2)]))),
    "both": ("bidirectional_rnn", both_ways(cell)),
    "deep_both": ("stack_bidirectional_rnn", layer_on_layer(cell)),
    "gru": ("rnn", one_way(lambda: CudnnCompatibleGRUCell(2))),
    "deep_gru": ("stack_bidirectional_rnn", layer_on_layer(lambda: CudnnCompatibleGRUCell(2))),
    "rnn": ("rnn", one_way(lambda: MultiRNNCell([tf.nn.rnn_cell.BasicRNNCell(2) for _ in range(2)]))),
}


class TestTorch:
    @pytest.mark.parametrize("name", MODULES)
    def test_a_module_in_our_cells(self, tmp_path: Path, name: str) -> None:
        scope, run = MODULES[name]
        write_safetensors(str(tmp_path / "m.safetensors"), from_torch_rnn(state_of(name), scope))
        with tf.variable_scope("", reuse=tf.AUTO_REUSE):
            run(INPUTS)
            report = tf.train.Saver().restore(tmp_path / "m")
            assert not report.unexpected and not report.missing
            np.testing.assert_allclose(run(INPUTS), TORCH[name]["outputs"], atol=1e-6)

    @pytest.mark.parametrize("name", MODULES)
    def test_there_and_back(self, name: str) -> None:
        scope, _ = MODULES[name]
        state, tensors = state_of(name), from_torch_rnn(state_of(name), f"a/{scope}")
        back = to_torch_rnn({**tensors, "a/dense/kernel": np.zeros(3)}, f"a/{scope}")
        assert name == "plain" or set(back) == set(state)
        for key, value in back.items():
            if "bias" in key:  # the two are added, but for a GRU's candidate
                other = key.replace("bias_ih", "bias_hh") if "_ih" in key else key.replace("bias_hh", "bias_ih")
                both = (state.get(key, 0 * value) + state.get(other, 0 * value), value + back[other])
                np.testing.assert_allclose(*both, atol=1e-6)
                if "gru" in name:
                    np.testing.assert_array_equal(value[4:], state[key][4:])
            else:
                np.testing.assert_array_equal(value, state[key])
        assert set(from_torch_rnn(back, f"a/{scope}")) == set(tensors)

    def test_a_part_of_a_model(self) -> None:
        state = {f"encoder.lstm.{key}": value for key, value in state_of("lstm").items()} | {"head.weight": np.zeros(2)}
        tensors = from_torch_rnn(state, "m/rnn", prefix="encoder.lstm.", cell="basic_lstm_cell")
        assert sorted(tensors) == ["m/rnn/basic_lstm_cell/bias", "m/rnn/basic_lstm_cell/kernel"]
        with pytest.raises(ValueError, match=r"no weight_ih_l0 .* under ''; got encoder.lstm.*Pass prefix="):
            from_torch_rnn(state, "m/rnn")

    def test_no_cells(self) -> None:
        with pytest.raises(ValueError, match=r"no lstm_cell, .* below 'rn'; got rnn/lstm_cell/kernel\. Pass the scope"):
            to_torch_rnn({"rnn/lstm_cell/kernel": np.zeros((6, 8))}, "rn")

    def test_one_bias(self) -> None:
        state = state_of("lstm")
        w_ih, w_hh, bias = (state[f"{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih"))
        want = from_torch_lstm(w_ih, w_hh, bias, 0 * bias)
        for given in ({"bias_ih": bias}, {"bias_hh": bias}):
            assert (from_torch_lstm(w_ih, w_hh, **given).bias == want.bias).all()
        weights = [state_of("gru")[f"{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih")]
        assert (from_torch_gru(*weights).input_bias == weights[2][4:]).all()
        assert (from_torch_gru(*weights[:2], bias_hh=weights[2]).hidden_bias == weights[2][4:]).all()

    def test_a_projection_is_not_cut_in_the_wrong_place(self) -> None:
        tf.nn.dynamic_rnn(LSTMCell(5, num_proj=3), np.ones([2, 4, 6], np.float32), dtype=tf.float32)
        kernel, bias, projection = tf.global_variables()
        for torch in (to_torch_lstm(kernel, bias), to_torch_lstm(kernel.array, bias, projection=projection)):
            assert [a.shape for a in torch] == [(20, 6), (20, 3), (20,), (20,), (3, 5)]
            assert list(torch.state_dict(1))[-1] == "weight_hr_l1"
        with pytest.raises(ValueError, match=r"cell of rnn/lstm_cell/kernel:0 has a projection.*Convert one without"):
            to_keras_lstm(kernel, bias)
        with pytest.raises(ValueError, match=r"kernel \[9, 20\], bias \[20\], projection \[2, 3\]"):
            to_torch_lstm(kernel, bias, projection=projection.array[:2])
        with pytest.raises(ValueError, match=r"torch's weight_hr goes by weight_hr="):
            from_torch_lstm(*to_torch_lstm(kernel, bias))
        with pytest.raises(ValueError, match=r"weight_hr \[P, H\]; got .*weight_hr \[5, 3\]"):
            from_torch_lstm(*to_torch_lstm(kernel, bias)[:4], weight_hr=projection)

    def test_peepholes_are_refused(self) -> None:
        tf.nn.dynamic_rnn(LSTMCell(2, use_peepholes=True), np.ones([2, 4, 6], np.float32), dtype=tf.float32)
        kernel, bias = tf.global_variables()[:2]
        for convert in (to_torch_lstm, to_keras_lstm):
            with pytest.raises(ValueError, match="has peepholes, and no layer of the other library"):
                convert(kernel, bias)

    @pytest.mark.slow
    @pytest.mark.parametrize("name", MODULES)
    def test_torch_takes_what_we_give(self, name: str) -> None:
        torch = pytest.importorskip("torch")
        state = to_torch_rnn(from_torch_rnn(state_of(name), "rnn"), "rnn")
        layers, units = name.count("deep") + 1 + (name == "rnn"), 3 if "projected" in name else 2
        kind = torch.nn.GRU if "gru" in name else torch.nn.RNN if name == "rnn" else torch.nn.LSTM
        more = {"proj_size": 2} if units == 3 else {}
        module = kind(4, units, num_layers=layers, bidirectional="both" in name or name == "deep_gru", **more)
        module.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
        outputs = module(torch.from_numpy(INPUTS))[0].detach().numpy()
        np.testing.assert_allclose(outputs, TORCH[name]["outputs"], atol=1e-6)


def keras_model(words: np.ndarray) -> Any:
    """The layers of the recorded models, by their names."""
    with tf.variable_scope("", reuse=tf.AUTO_REUSE):
        table = tf.get_variable("words/embeddings", [7, 4])
        x = np.asarray(tf.nn.embedding_lookup(table, words))
        pair = (LSTMCell(2), LSTMCell(2))
        x = np.concatenate(tf.nn.bidirectional_dynamic_rnn(*pair, x, dtype=tf.float32, scope="bi")[0], axis=2)
        cells = {"top": LSTMCell(3), "gated": tf.nn.rnn_cell.GRUCell(2), "gated_after": CudnnCompatibleGRUCell(3),
                 "plain": tf.nn.rnn_cell.BasicRNNCell(2)}  # fmt: skip
        for scope, cell in cells.items():
            x = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope=scope)[0]
        kernel, bias = tf.get_variable("out/kernel", [2, 2]), tf.get_variable("out/bias", [2])
        return x @ kernel.array + bias.array


class TestKeras:
    @pytest.fixture(autouse=True)
    def needs_h5py(self) -> None:
        pytest.importorskip("h5py")

    @pytest.mark.parametrize(
        ("file", "record"), [("keras1.h5", "tf1"), ("keras3.keras", "keras"), ("keras3.weights.h5", "keras")]
    )
    def test_a_whole_file_in_our_cells(self, tmp_path: Path, file: str, record: str) -> None:
        write_safetensors(str(tmp_path / "m.safetensors"), from_keras_file(GOLDEN / file))
        words = np.array(RECORD[record]["words"])
        keras_model(words)
        report = tf.train.Saver().restore(tmp_path / "m")
        assert not report.unexpected and not report.missing
        np.testing.assert_allclose(keras_model(words), RECORD[record]["outputs"], atol=1e-6)

    def test_what_other_layers_have_keeps_its_name(self, tmp_path: Path) -> None:
        import h5py

        with h5py.File(tmp_path / "m.h5", "w") as file:
            file["conv/conv/kernel:0"] = np.zeros((3, 3))
            file["norm/norm/gamma:0"] = np.ones(3)
            file["optimizer_weights/Adam/iter:0"] = 3
        with h5py.File(tmp_path / "m.weights.h5", "w") as file:
            for k in range(4):
                file[f"layers/norm/vars/{k}"] = np.full(2, k)
            file["layers/dense/vars/0"] = np.zeros((2, 3))
            file["layers/inner/layers/dense/vars/0"] = np.zeros((2, 3))
            file["layers/embedding_1/vars/0"] = np.zeros((2, 3))
        assert sorted(from_keras_file(tmp_path / "m.h5")) == ["conv/kernel", "norm/gamma"]
        names = ["dense/kernel", "embedding_1/embeddings", "inner/dense/kernel", *(f"norm/vars/{k}" for k in range(4))]
        assert sorted(from_keras_file(tmp_path / "m.weights.h5")) == names

    def test_layers_without_a_bias(self, tmp_path: Path) -> None:
        import h5py

        with h5py.File(tmp_path / "m.weights.h5", "w") as file:
            for name, gates in (("lstm", 4), ("gru", 3), ("simple_rnn", 1)):
                file[f"layers/{name}/cell/vars/0"] = np.ones((3, 2 * gates), np.float32)
                file[f"layers/{name}/cell/vars/1"] = np.ones((2, 2 * gates), np.float32)
        tensors = from_keras_file(tmp_path / "m.weights.h5", forget_bias=0.0)
        assert all(not tensors[name].any() for name in tensors if name.endswith("bias"))
        assert tensors["simple_rnn/basic_rnn_cell/bias"].shape == (2,)

    def test_gates_that_are_no_sigmoids(self, tmp_path: Path) -> None:
        import h5py

        layer = {"class_name": "LSTM", "config": {"name": "old", "recurrent_activation": "hard_sigmoid"}}
        with h5py.File(tmp_path / "m.h5", "w") as file:
            file["model_weights/old/old/kernel:0"] = np.ones((3, 8), np.float32)
            file["model_weights/old/old/recurrent_kernel:0"] = np.ones((2, 8), np.float32)
            file.attrs["model_config"] = json.dumps({"config": {"name": "m", "layers": [layer]}})
        with pytest.warns(UserWarning, match=r"m.h5: the gates of old are hard_sigmoid.*outputs will differ"):
            from_keras_file(tmp_path / "m.h5")
        for function in (from_keras_lstm, from_keras_gru):
            assert "hard_sigmoid" in (function.__doc__ or "")

    def test_cells_that_can_not_be_told_apart(self, tmp_path: Path) -> None:
        import h5py

        with h5py.File(tmp_path / "m.weights.h5", "w") as file:
            for k in range(2):
                for i, shape in enumerate([(3, 8), (2, 8)]):
                    file[f"layers/rnn/cell/cells/lstm_cell_{k}/vars/{i}"] = np.ones(shape, np.float32)
        with pytest.raises(ValueError, match="lstm_cell_0/vars and .*lstm_cell_1/vars would both become rnn/ls"):
            from_keras_file(tmp_path / "m.weights.h5")

    def test_a_file_of_another_kind(self, tmp_path: Path) -> None:
        write_safetensors(str(tmp_path / "m.safetensors"), {"w": np.zeros(2)})
        with pytest.raises(ValueError, match="m.safetensors is no file of Keras. Pass a .h5"):
            from_keras_file(tmp_path / "m.safetensors")

    @pytest.mark.parametrize(("name", "convert"), [("lstm", from_keras_lstm), ("gru", from_keras_gru)])
    def test_cudnns_layout(self, name: str, convert: Any) -> None:
        """Its kernels are transposed block by block, its biases two: TensorFlow 1.15's own conversion is the record."""
        record = RECORD["tf1"]["cudnn"][name]
        ours, keras = (convert(*(np.float32(w) for w in record[kind])) for kind in ("cudnn", "keras"))
        assert type(ours) is type(keras)
        for one, other in zip(ours, keras, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)

    def test_a_gru_there_and_back(self) -> None:
        weights = [np.float32(np.arange(n).reshape(shape)) for n, shape in ((18, (3, 6)), (12, (2, 6)), (6, (6,)))]
        ours = from_keras_gru(*weights)
        assert [a.shape for a in ours] == [(5, 4), (4,), (5, 2), (2,)]
        for one, other in zip(to_keras_gru(*ours), weights, strict=True):
            np.testing.assert_array_equal(one, other)
        assert ours.gates_bias.tolist() == [2, 3, 0, 1]  # r before u

    @pytest.mark.parametrize(
        ("convert", "shapes", "message"),
        [
            (from_torch_gru, [(6, 3), (8, 2)], r"GRU layer, weight_ih \[3H, D\].*weight_hh \[8, 2\]"),
            (from_torch_gru, [(6, 3), (6, 2), (8,)], r"GRU layer, weight_ih .*bias_ih \[8\]"),
            (to_torch_gru, [(5, 4), (4,), (3, 2), (2,), (2, 2), (3,)], r"GRU layer, gates .*hidden_bias \[3\]"),
            (from_keras_gru, [(3, 6), (2, 6), (5,)], r"GRU layer, kernel \[D, 3H\].*bias \[5\]"),
            (to_keras_gru, [(5, 4), (4,), (4, 2), (2,)], r"GRU layer, gates .*candidate_kernel \[4, 2\]"),
            (from_keras_lstm, [(3, 8), (2, 8), (12,)], r"LSTM layer, .*CuDNNLSTM's \[8H\].*bias \[12\]"),
        ],
    )
    def test_other_shapes(self, convert: Any, shapes: list[tuple[int, ...]], message: str) -> None:
        with pytest.raises(ValueError, match=f"Expected the weights of one {message}"):
            convert(*(np.zeros(shape, np.float32) for shape in shapes))
        with pytest.raises(TypeError, match=r"as floating-point numbers; got int64\. Convert them first"):
            convert(*(np.zeros(shape, np.int64) for shape in shapes))


class TestCells:
    def test_names_are_tensorflows(self) -> None:
        x = np.ones([2, 5, 4], np.float32)
        tf.nn.dynamic_rnn(CudnnCompatibleGRUCell(3), x, dtype=tf.float32)
        tf.nn.dynamic_rnn(CudnnCompatibleLSTMCell(3), x, dtype=tf.float32)
        gru, lstm = "rnn/cudnn_compatible_gru_cell", "rnn/cudnn_compatible_lstm_cell"
        assert {v.op.name: v.shape.as_list() for v in tf.global_variables()} == {
            f"{gru}/gates/kernel": [7, 6],
            f"{gru}/gates/bias": [6],
            f"{gru}/candidate/input_projection/kernel": [4, 3],
            f"{gru}/candidate/hidden_projection/kernel": [3, 3],
            f"{gru}/candidate/input_projection/bias": [3],
            f"{gru}/candidate/hidden_projection/bias": [3],
            f"{lstm}/kernel": [7, 12],
            f"{lstm}/bias": [12],
        }
        first = {v.op.name: v.numpy() for v in tf.global_variables() if v.op.name.endswith("bias")}
        assert (first[f"{gru}/gates/bias"] == 1).all() and not first[f"{gru}/candidate/hidden_projection/bias"].any()

    def test_a_gradient_is_the_slope(self) -> None:
        x = np.random.default_rng(0).standard_normal((3, 4, 2))
        cell = CudnnCompatibleGRUCell(3)

        def loss() -> float:
            with tf.variable_scope("", reuse=tf.AUTO_REUSE):
                return float(np.sum(np.asarray(tf.nn.dynamic_rnn(cell, x, dtype=tf.float64)[0]) ** 2))

        loss()
        rng = np.random.default_rng(1)
        for variable in cell.variables:
            variable.assign(rng.standard_normal(variable.shape.as_list()) / 2)
        with tf.variable_scope("", reuse=True):
            outputs, pull = tf.vjp.dynamic_rnn(cell, x, dtype=tf.float64)
        gradients = tf.vjp.Gradients()
        d_x = pull(2 * outputs, into=gradients)
        for array, gradient in [(x, d_x), *((v.array, gradients[v]) for v in cell.variables)]:
            for at in [(0,) * array.ndim, tuple(n - 1 for n in array.shape)]:
                here, step = array[at], 1e-6
                array[at] = here + step
                above = loss()
                array[at] = here - step
                slope = (above - loss()) / (2 * step)
                array[at] = here
                np.testing.assert_allclose(gradient[at], slope, rtol=1e-5)

    def test_a_checkpoint_of_both_goes_to_torch(self, tmp_path: Path) -> None:
        tf.nn.dynamic_rnn(CudnnCompatibleGRUCell(3), np.ones([2, 5, 4], np.float32), dtype=tf.float32)
        path = tf.train.Saver().save(str(tmp_path / "m"))
        state = to_torch_rnn(load_checkpoint(path), "rnn")
        assert {name: value.shape for name, value in state.items()} == {
            "weight_ih_l0": (9, 4),
            "weight_hh_l0": (9, 3),
            "bias_ih_l0": (9,),
            "bias_hh_l0": (9,),
        }
