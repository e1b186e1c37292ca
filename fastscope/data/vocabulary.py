"""Texts as numbers of words: the vocabulary of tf.contrib.learn.preprocessing, and what splits texts into words.

Source: tensorflow/contrib/learn/python/learn/preprocessing (TF 1.15).
"""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..errors import strings as errors
from ..gfile import GFile

__all__ = ["CategoricalVocabulary", "VocabularyProcessor", "tokenizer"]

_WORD = re.compile(
    r"""[A-Z]{2,}(?![a-z])         # capitals, "API"
      | [A-Z][a-z]+(?=[A-Z])       # a word that a capital ends, "Tensor" of "TensorFlow"
      | [\w'-]+                    # any other""",
    re.VERBOSE,
)


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """Yield the words of each text: `["Tensor", "Flow's", "API"]` of "TensorFlow's API"."""
    for text in iterator:
        yield _WORD.findall(text)


class CategoricalVocabulary:
    """Words, each with its number: 0 is for all that are not known.

    Args:
        unknown_token: what stands for number 0.
        support_reverse: whether `reverse` is asked for.
    """

    def __init__(self, unknown_token: str = "<UNK>", support_reverse: bool = True) -> None:
        self._unknown = unknown_token
        self._reverses = support_reverse
        self._frozen = False
        self._counts: Counter[Any] = Counter()
        self._mapping: dict[Any, int] = {unknown_token: 0}

    def __len__(self) -> int:
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """Take no more words from now on; with False, take them again."""
        self._frozen = freeze

    def get(self, category: Any) -> int:
        """Return a word's number; a new word gets the next one, or 0 where the vocabulary is frozen."""
        if self._frozen:
            return self._mapping.get(category, 0)
        return self._mapping.setdefault(category, len(self._mapping))

    def add(self, category: Any, count: int = 1) -> None:
        """Count a word, `count` times."""
        if self.get(category) > 0:
            self._counts[category] += count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keep the words that were counted more than `min_frequency` times, the frequent ones first, by new numbers.

        Args:
            min_frequency: words that came so often at most go.
            max_frequency: words that came so often at least go, too; -1 = none.
        """
        ordered = sorted(self._counts.items(), key=lambda pair: (-pair[1], isinstance(pair[0], str), pair[0]))
        kept = [
            (word, count)
            for word, count in ordered
            if count > min_frequency and not 0 < max_frequency <= count
        ]  # fmt: skip
        self._mapping = {self._unknown: 0} | {word: k for k, (word, _) in enumerate(kept, 1)}
        self._counts = Counter(dict(kept))

    def reverse(self, class_id: int) -> Any:
        """Return the word of a number.

        Raises:
            ValueError: the vocabulary was made with `support_reverse=False`.
        """
        if not self._reverses:
            raise errors.vocabulary_without_reverse()
        return list(self._mapping)[class_id]


class VocabularyProcessor:
    """Makes rows of numbers of texts: a word's number, in rows of one length, with 0 after the last word.

        >>> processor = tf.contrib.learn.preprocessing.VocabularyProcessor(4)
        >>> np.array(list(processor.fit_transform(["a short text", "a text"])))
        array([[1, 2, 3, 0],
               [1, 3, 0, 0]])

    Args:
        max_document_length: of a row; what is longer is cut.
        min_frequency: words that come so often at most are unknown.
        vocabulary: a CategoricalVocabulary; None = an empty one.
        tokenizer_fn: callable(texts) -> a list of words for each; None = `tokenizer`.

    Attributes:
        vocabulary_: the vocabulary.
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: CategoricalVocabulary | None = None,
        tokenizer_fn: Callable[[Iterable[str]], Iterable[Iterable[Any]]] | None = None,
    ) -> None:
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents: Iterable[str], unused_y: Any = None) -> VocabularyProcessor:
        """Learn the words of texts, and freeze the vocabulary."""
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents: Iterable[str], unused_y: Any = None) -> Iterator[np.ndarray]:
        """Do what `fit` does, then what `transform` does."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents: Iterable[str]) -> Iterator[np.ndarray]:
        """Yield a row `[max_document_length]` of int64 for each text."""
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            numbers = [self.vocabulary_.get(word) for word in words][: self.max_document_length]
            row[: len(numbers)] = numbers
            yield row

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """Yield the words of each row as a text."""
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in row)

    def save(self, filename: str) -> None:
        """Write it into a file, for `restore`; TensorFlow cannot read it."""
        with GFile(filename, "wb") as file:
            file.write(pickle.dumps(self))

    @classmethod
    def restore(cls, filename: str) -> VocabularyProcessor:
        """Return what `save` wrote. The file is a pickle: it runs code, so take it from those alone whom you trust."""
        with GFile(filename, "rb") as file:
            found: VocabularyProcessor = pickle.loads(file.read())
        return found
