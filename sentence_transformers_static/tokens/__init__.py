"""Tokenizers and vocabularies, without torch: turning text into ids, and fitting a vocabulary to a static model."""

from sentence_transformers_static.tokens.text_tokenizer import TextTokenizer
from sentence_transformers_static.tokens.vocabulary import StudentVocabulary, student_vocabulary

__all__ = ["StudentVocabulary", "TextTokenizer", "student_vocabulary"]
