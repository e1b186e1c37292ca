"""The text that CuPy compiles and keys its cache on holds the headers, and names what is in it."""

from __future__ import annotations

import re

import pytest

from fastscope.fused.cuda_source import FOLDER, KERNELS, expression, source, source_of


@pytest.mark.parametrize("file", KERNELS)
def test_no_include_of_ours_is_left(file: str) -> None:
    assert not re.search(r'^\s*#\s*include\s+"', source(file), re.MULTILINE)


def test_an_edited_header_is_another_text() -> None:
    gates = (FOLDER / "lstm_gates.h").read_text()
    assert source("lstm.cu").count(gates) == 2  # once for floats, once for doubles
    assert source("lstm_persist.cu").count(gates) == 2


@pytest.mark.parametrize("file", KERNELS)
def test_every_kernel_is_listed(file: str) -> None:
    text = source(file)
    found = re.findall(r"template <([^>]*)>\n__global__ void __launch_bounds__\(256\)\s+(\w+)\(", text)
    assert text.count("__global__") == len(found) == len(KERNELS[file])
    assert {name: "WIDTH" in parameters for parameters, name in found} == KERNELS[file]


def test_names() -> None:
    assert expression("lstm_backward", 8, 2) == "lstm_backward<double, 2>"
    assert expression("adam_update", 4) == "adam_update<float>"
    assert "adam_update" in source_of("adam_update")
