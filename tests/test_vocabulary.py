"""Texts as rows of numbers, against TensorFlow 1.15's answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.contrib.learn.preprocessing import CategoricalVocabulary, VocabularyProcessor, tokenizer

TEXTS = [
    "I love TensorFlow's new-style APIs, API!",
    "Hello WORLD it's the 3rd CNNModel",
    "a b c a b a ÄÖü été",
    "",
    "iOS NASA's HTTPServer x_y foo--bar 'q' 3.14",
]
WORDS = [
    ["I", "love", "Tensor", "Flow's", "new-style", "AP", "Is", "API"],
    ["Hello", "WORLD", "it's", "the", "3rd", "CNN", "Model"],
    ["a", "b", "c", "a", "b", "a", "ÄÖü", "été"],
    [],
    ["iOS", "NASA", "'s", "HTTP", "Server", "x_y", "foo--bar", "'q'", "3", "14"],
]


def rows(found: Any) -> list[list[int]]:
    return np.array(list(found)).tolist()


def test_words_of_texts() -> None:
    assert list(tokenizer(TEXTS)) == WORDS


def test_texts_as_rows(tmp_path: Path) -> None:
    processor = fs.contrib.learn.preprocessing.VocabularyProcessor(6)
    found = list(processor.fit_transform(TEXTS))
    assert found[0].dtype == np.int64 and len(processor.vocabulary_) == 31
    assert rows(found) == [
        [1, 2, 3, 4, 5, 6], [9, 10, 11, 12, 13, 14], [16, 17, 18, 16, 17, 16], [0] * 6, [21, 22, 23, 24, 25, 26],
    ]  # fmt: skip
    assert rows(processor.transform(["love zzz the API"])) == [[2, 0, 12, 8, 0, 0]]
    assert list(processor.reverse(found))[2:4] == ["a b c a b a", " ".join(["<UNK>"] * 6)]
    processor.save(str(tmp_path / "vocab"))
    again = VocabularyProcessor.restore(str(tmp_path / "vocab"))
    assert rows(again.transform(TEXTS)) == rows(found) and again.max_document_length == 6


def test_rare_words_and_words_of_one_s_own() -> None:
    rare = VocabularyProcessor(4, min_frequency=1)
    assert rows(rare.fit_transform(TEXTS)) == [[0] * 4, [0] * 4, [1, 2, 0, 1], [0] * 4, [0] * 4]
    split = VocabularyProcessor(4, tokenizer_fn=lambda texts: (text.split() for text in texts))
    assert rows(split.fit_transform(TEXTS))[1] == [7, 8, 9, 10]
    given = CategoricalVocabulary()
    given.get("love")
    assert rows(VocabularyProcessor(2, vocabulary=given).fit_transform(["I love"])) == [[2, 1]]


def test_a_vocabulary() -> None:
    words = CategoricalVocabulary(unknown_token="?")
    assert [words.get(word) for word in "aba"] == [1, 2, 1] and len(words) == 3
    words.add("a")
    words.add("a", 4)
    words.add("b")
    words.freeze()
    assert [words.get("q"), words.reverse(1), words.reverse(0)] == [0, "a", "?"]
    words.freeze(False)
    assert words.get("q") == 3
    words.trim(1)
    assert [len(words), words.get("a"), words.get("b"), words.reverse(1)] == [2, 1, 2, "a"]
    counted = CategoricalVocabulary()
    for word in "ddccbaaa":
        counted.add(word)
    counted.trim(0, 3)
    assert [counted.get(word) for word in "cdb"] == [1, 2, 3] and len(counted) == 4
    with pytest.raises(ValueError, match=r"wasn't initialized with support_reverse .* CategoricalVocabulary\(support_"):
        CategoricalVocabulary(support_reverse=False).reverse(0)
