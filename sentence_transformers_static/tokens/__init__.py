"""Tokenizers and vocabularies, without torch: turning text into ids, and fitting a vocabulary to a static model."""

from sentence_transformers_static.tokens.backends import BACKENDS
from sentence_transformers_static.tokens.text_tokenizer import TextTokenizer, check_texts, padded
from sentence_transformers_static.tokens.vocabulary import StudentVocabulary, compiled_pattern, student_vocabulary

__all__ = [
    "BACKENDS",
    "StudentVocabulary",
    "TextTokenizer",
    "check_texts",
    "compiled_pattern",
    "padded",
    "student_vocabulary",
]
