"""Tokenizers and vocabularies, without torch: turning text into ids, and fitting a vocabulary to a static model."""

from sentence_transformers_static.tokens.addition import Extension, add_words
from sentence_transformers_static.tokens.backends import BACKENDS
from sentence_transformers_static.tokens.editing import compiled_pattern
from sentence_transformers_static.tokens.mining import vocabulary_from_corpus
from sentence_transformers_static.tokens.removal import (
    lowercase,
    prune_added_tokens,
    remove_tokens,
    remove_unreachable_tokens,
)
from sentence_transformers_static.tokens.text_tokenizer import TextTokenizer, check_texts, padded
from sentence_transformers_static.tokens.vocabulary import StudentVocabulary, student_vocabulary

__all__ = [
    "BACKENDS",
    "Extension",
    "StudentVocabulary",
    "TextTokenizer",
    "add_words",
    "check_texts",
    "compiled_pattern",
    "lowercase",
    "padded",
    "prune_added_tokens",
    "remove_tokens",
    "remove_unreachable_tokens",
    "student_vocabulary",
    "vocabulary_from_corpus",
]
