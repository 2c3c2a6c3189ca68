"""The vocabulary of a static model, made from its teacher's tokenizer."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from skeletoken import TokenizerModel
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from sentence_transformers_static.errors import OptionError, TokenizerError


@dataclass(frozen=True)
class StudentVocabulary:
    """What is tokenized by the static model, and how the teacher is shown each of its tokens.

    Attributes:
        tokenizer: The static model's tokenizer: dense ids, no post-processor, no truncation.
        tokens: Its tokens by id.
        teacher_ids: For each token, its ids in the teacher's own vocabulary, without special tokens.
        prefix_ids: What the teacher's tokenizer puts before a text (such as BOS or CLS), in the teacher's ids.
        suffix_ids: What it puts after one (such as EOS or SEP).
    """

    tokenizer: Tokenizer
    tokens: list[str]
    teacher_ids: list[list[int]]
    prefix_ids: list[int]
    suffix_ids: list[int]


def student_vocabulary(
    tokenizer: PreTrainedTokenizerFast, token_remove_pattern: str | None = None
) -> StudentVocabulary:
    """Fit the teacher's vocabulary to a static model; the teacher's tokenizer is left untouched.

    Added tokens that no text can contain (CLS, SEP, MASK, BOS, EOS) go, the unknown and the padding token stay, tokens
    that match ``token_remove_pattern`` go, and ids are made dense. A byte-level tokenizer is set to see a space before
    the first word, so that a word has one row wherever it stands. These are Model2Vec's rules.

    Args:
        tokenizer: The teacher's, a fast one.
        token_remove_pattern: Regular expression; tokens that it matches at their start are removed. None: none are.

    Raises:
        OptionError: If the pattern does not compile, matches the unknown token, or removes everything.
        TokenizerError: If the tokenizer cannot be taken apart.
    """
    pattern = compiled_pattern(token_remove_pattern)
    with _quiet_skeletoken():
        try:
            original = TokenizerModel.from_transformers_tokenizer(tokenizer)
        except Exception as error:
            raise TokenizerError(
                f"The teacher's tokenizer ({type(tokenizer).__name__}) cannot be taken apart: {error}. "
                "WordPiece, Unigram, BPE and WordLevel tokenizers of the `tokenizers` library are supported."
            ) from error
        teacher_vocabulary = tokenizer.get_vocab()
        prefix_ids = [teacher_vocabulary[token] for token in original.bos or []]
        suffix_ids = [teacher_vocabulary[token] for token in original.eos or []]
        model = original.prune_added_tokens()
        if model.adds_prefix_space is not None:
            model.adds_prefix_space = True
        model.post_processor = model.truncation = None
        model = _without(model, pattern, original.unk_token).prune_added_tokens()
        if original.unk_token is not None:
            # A Unigram model knows its unknown token by id, which the removals above have shifted.
            model.unk_token = original.unk_token
        tokens = model.sorted_vocabulary
        student = model.to_tokenizer()

    def in_teacher(token: str) -> list[int]:
        token_id = teacher_vocabulary.get(token)
        return [token_id] if token_id is not None else tokenizer.encode(token, add_special_tokens=False)

    return StudentVocabulary(student, tokens, [in_teacher(token) for token in tokens], prefix_ids, suffix_ids)


def compiled_pattern(pattern: str | None) -> re.Pattern[str] | None:
    """``pattern``, compiled; None for None.

    Raises:
        OptionError: If it is no regular expression.
    """
    try:
        return None if pattern is None else re.compile(pattern)
    except re.error as error:
        raise OptionError(
            f"token_remove_pattern {pattern!r} is not a regular expression: {error}. "
            "Mend it, or pass None to remove no token."
        ) from error


def _without(model: TokenizerModel, pattern: re.Pattern[str] | None, unknown: str | None) -> TokenizerModel:
    if pattern is None:
        return model
    received = pattern.pattern
    tokens = model.sorted_vocabulary
    removed = [token for token in tokens if pattern.match(token)]
    if len(removed) == len(tokens):
        raise OptionError(
            f"token_remove_pattern {received!r} removes all {len(tokens):,} tokens. Make it narrower, or pass None."
        )
    if unknown in removed:
        raise OptionError(
            f"token_remove_pattern {received!r} removes the unknown token {unknown!r}, which the tokenizer needs. "
            "Make it narrower."
        )
    return model.remove_tokens_from_vocabulary(removed)


@contextmanager
def _quiet_skeletoken() -> Iterator[None]:
    """Hold back skeletoken's warnings about tokens that it is, rightly, asked to renumber."""
    logger = logging.getLogger("skeletoken")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
