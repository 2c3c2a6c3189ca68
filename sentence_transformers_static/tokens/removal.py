"""Tokenizers with fewer tokens. Each function gives a new tokenizer; what it did not remove is tokenized as before."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from skeletoken import TokenizerModel
from tokenizers import Tokenizer, decoders, models, normalizers
from transformers import PreTrainedTokenizerFast

from sentence_transformers_static.tokens.editing import (
    as_editable,
    compiled_pattern,
    matched_tokens,
    quiet_skeletoken,
    without_tokens,
)

_BYTE = re.compile("<0x[0-9A-F]{2}>")
"""What a model with byte fallback has for each byte."""


def remove_tokens(tokenizer: Tokenizer | PreTrainedTokenizerFast, pattern: str) -> Tokenizer:
    """A tokenizer without the tokens that ``pattern`` matches at their start.

    Texts that held one are split into what is left; all other texts are tokenized as before.

    Args:
        tokenizer: It is left as it is.
        pattern: A regular expression.

    Returns:
        Ids are dense, and in the same order as before.

    Raises:
        OptionError: If the pattern does not compile, matches the unknown token, or all tokens.
        TokenizerError: If the tokenizer cannot be taken apart, or its post-processor needs one of the tokens.
    """
    compiled = compiled_pattern(pattern)
    model = as_editable(tokenizer)
    return without_tokens(model, [] if compiled is None else matched_tokens(model, compiled)).to_tokenizer()


def prune_added_tokens(tokenizer: Tokenizer | PreTrainedTokenizerFast) -> Tokenizer:
    """A tokenizer without post-processor, and without the added tokens that no text can contain (CLS, SEP, MASK).

    The unknown and the padding token stay.

    Raises:
        TokenizerError: If the tokenizer cannot be taken apart.
    """
    return pruned(as_editable(tokenizer)).to_tokenizer()


def remove_unreachable_tokens(tokenizer: Tokenizer | PreTrainedTokenizerFast) -> Tokenizer:
    """A tokenizer without the tokens that its own normalizer keeps out of every text.

    Such are the duplicates of a vocabulary: ``Dog`` beside ``dog`` where texts are lower-cased, ``e`` with a combining
    accent beside its composed form. All texts are tokenized as before.

    Raises:
        TokenizerError: If the tokenizer cannot be taken apart.
    """
    model = as_editable(tokenizer)
    normalizer = _in_the_middle(model.to_tokenizer().normalizer)
    return (model if normalizer is None else _without_unreachable(model, normalizer)).to_tokenizer()


def lowercase(tokenizer: Tokenizer | PreTrainedTokenizerFast) -> Tokenizer:
    """A tokenizer that lower-cases texts, without the tokens of upper-case letters, which it can no longer meet.

    Texts in lower case are tokenized as before.

    Raises:
        TokenizerError: If the tokenizer cannot be taken apart.
    """
    return lowercased(as_editable(tokenizer)).to_tokenizer()


def pruned(model: TokenizerModel) -> TokenizerModel:
    """See :func:`prune_added_tokens`."""
    model = model.deep_copy()
    model.post_processor = model.truncation = None
    unknown = model.unk_token
    with quiet_skeletoken():
        model = model.prune_added_tokens()
        if unknown is not None:
            # A Unigram model knows its unknown token by id, which removals shift.
            model.unk_token = unknown
    return model


def lowercased(model: TokenizerModel) -> TokenizerModel:
    """See :func:`lowercase`."""
    if model.lowercases_input:
        return model
    content = json.loads(_without_unreachable(model, normalizers.Lowercase()).model_dump_json())
    steps = _steps(content["normalizer"])
    # Last, since a normalizer may give upper-case letters; but not of what has become bytes.
    bytes_at = next((at for at, step in enumerate(steps) if step["type"] == "ByteLevel"), len(steps))
    steps.insert(bytes_at, {"type": "Lowercase"})
    content["normalizer"] = {"type": "Sequence", "normalizers": steps}
    with quiet_skeletoken():
        return TokenizerModel.from_string(json.dumps(content))


def _without_unreachable(model: TokenizerModel, normalizer: normalizers.Normalizer) -> TokenizerModel:
    """``model`` without the tokens whose text ``normalizer`` changes."""
    decoder = decoders.ByteLevel() if model.transforms_into_bytes else None
    prefix = getattr(model.model, "continuing_subword_prefix", None) or ""
    kept = {token.content for token in model.added_tokens.root} | {model.unk_token}

    def is_unreachable(token: str) -> bool:
        text = token.removeprefix(prefix) if decoder is None else decoder.decode([token])
        # Half a character, which byte-level tokens may be, is left alone, and so are tokens for single bytes.
        if token in kept or "\ufffd" in text or _BYTE.fullmatch(token):
            return False
        # Where words begin with a metaspace, it comes after the normalizer, or out of it; texts have a space there.
        spaced = text.replace("\u2581", " ")
        return normalizer.normalize_str(spaced).replace("\u2581", " ").strip(" ") != spaced.strip(" ")

    return without_tokens(model, [token for token in model.vocabulary if is_unreachable(token)])


def _in_the_middle(normalizer: normalizers.Normalizer | None) -> normalizers.Normalizer | None:
    """``normalizer`` without what it does to the two ends of a text, and without turning it to bytes."""
    if normalizer is None:
        return None
    serialized = Tokenizer(models.WordLevel())
    serialized.normalizer = normalizer
    content = json.loads(serialized.to_str())
    steps = [step for step in _steps(content["normalizer"]) if step["type"] not in ("Prepend", "Strip", "ByteLevel")]
    content["normalizer"] = {"type": "Sequence", "normalizers": steps}
    return cast(normalizers.Normalizer, Tokenizer.from_str(json.dumps(content)).normalizer)


def _steps(normalizer: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The normalizers of a sequence, one by one."""
    if normalizer is None:
        return []
    if normalizer["type"] == "Sequence":
        return [step for nested in normalizer["normalizers"] for step in _steps(nested)]
    return [normalizer]
