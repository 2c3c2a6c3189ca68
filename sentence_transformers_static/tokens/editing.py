"""Tokenizers as skeletoken's models, which can be edited, and back."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from skeletoken import TokenizerModel
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from sentence_transformers_static.errors import OptionError, TokenizerError


def as_editable(tokenizer: Tokenizer | PreTrainedTokenizerFast) -> TokenizerModel:
    """A copy of ``tokenizer`` that can be edited.

    Raises:
        TokenizerError: If it is of a kind that cannot be.
    """
    try:
        with quiet_skeletoken():
            if isinstance(tokenizer, Tokenizer):
                return TokenizerModel.from_tokenizer(tokenizer)
            return TokenizerModel.from_transformers_tokenizer(tokenizer)
    except Exception as error:  # pydantic's and others
        raise TokenizerError(
            f"The tokenizer ({type(tokenizer).__name__}) cannot be taken apart: {error}. "
            "WordPiece, Unigram, BPE and WordLevel tokenizers of the `tokenizers` library are supported."
        ) from error


def without_tokens(model: TokenizerModel, tokens: list[str]) -> TokenizerModel:
    """``model`` without ``tokens``, its unknown token the same, ids dense, other tokens in the same order."""
    unknown = model.unk_token
    with quiet_skeletoken():
        model = model.remove_tokens_from_vocabulary(tokens)
        if unknown is not None:
            # A Unigram model knows its unknown token by id, which removals shift.
            model.unk_token = unknown
    return model


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


def matched_tokens(model: TokenizerModel, pattern: re.Pattern[str]) -> list[str]:
    """The tokens of ``model`` that ``pattern`` matches at their start.

    Raises:
        OptionError: If these are all, or the unknown token is one of them.
    """
    received = pattern.pattern
    tokens = list(model.vocabulary)
    matched = [token for token in tokens if pattern.match(token)]
    if len(matched) == len(tokens):
        raise OptionError(
            f"token_remove_pattern {received!r} removes all {len(tokens):,} tokens. Make it narrower, or pass None."
        )
    if model.unk_token in matched:
        raise OptionError(
            f"token_remove_pattern {received!r} removes the unknown token {model.unk_token!r}, which the tokenizer "
            "needs. Make it narrower."
        )
    return matched


@contextmanager
def quiet_skeletoken() -> Iterator[None]:
    """Hold back skeletoken's warnings about tokens that it is, rightly, asked to renumber."""
    logger = logging.getLogger("skeletoken")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
