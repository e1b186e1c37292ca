"""tf.contrib.learn.preprocessing: texts as rows of numbers of words."""

from typing import TYPE_CHECKING

from ...data.vocabulary import CategoricalVocabulary, VocabularyProcessor, tokenizer
from ...errors.names import face as _face

__all__ = ["CategoricalVocabulary", "VocabularyProcessor", "tokenizer"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.learn.preprocessing", __all__)
