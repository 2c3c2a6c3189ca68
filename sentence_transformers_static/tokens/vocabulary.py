"""The vocabulary of a static model, made from its teacher's tokenizer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from sentence_transformers_static.tokens.addition import add_words
from sentence_transformers_static.tokens.editing import as_editable, compiled_pattern, matched_tokens, without_tokens
from sentence_transformers_static.tokens.removal import lowercased, pruned
from sentence_transformers_static.tokens.text_tokenizer import without_lone_surrogates

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StudentVocabulary:
    """What is tokenized by the static model, and how the teacher is shown each of its tokens.

    Attributes:
        tokenizer: The static model's tokenizer: dense ids, no post-processor, no truncation.
        tokens: Its tokens by id.
        teacher_ids: For each token, its ids in the teacher's own vocabulary, without special tokens.
        prefix_ids: What the teacher's tokenizer puts before a text (such as BOS or CLS), in the teacher's ids.
        suffix_ids: What it puts after one (such as EOS or SEP).
        added_words: The words that the teacher's tokenizer has no token for, as they were given; their tokens are the
            last ones.
    """

    tokenizer: Tokenizer
    tokens: list[str]
    teacher_ids: list[list[int]]
    prefix_ids: list[int]
    suffix_ids: list[int]
    added_words: list[str] = field(default_factory=list)


def student_vocabulary(
    tokenizer: PreTrainedTokenizerFast,
    token_remove_pattern: str | None = None,
    *,
    vocabulary: Sequence[str] = (),
    lowercase: bool = False,
) -> StudentVocabulary:
    """Fit the teacher's vocabulary to a static model; the teacher's tokenizer is left untouched.

    Added tokens that no text can contain (CLS, SEP, MASK, BOS, EOS) go, the unknown and the padding token stay, tokens
    that match ``token_remove_pattern`` go, and ids are made dense. A byte-level tokenizer is set to see a space before
    the first word, so that a word has one row wherever it stands. These are Model2Vec's rules.

    Args:
        tokenizer: The teacher's, a fast one.
        token_remove_pattern: Regular expression; tokens that it matches at their start are removed. None: none are.
        vocabulary: Words and phrases to add; see :func:`add_words`. What is skipped is logged once, as a warning.
        lowercase: Whether texts are to be lower-cased; see :func:`lowercase`.

    Raises:
        OptionError: If the pattern does not compile, matches the unknown token, or removes everything.
        InputError: If a word is not a ``str``.
        TokenizerError: If the tokenizer cannot be taken apart.
    """
    pattern = compiled_pattern(token_remove_pattern)
    original = as_editable(tokenizer)
    teacher_vocabulary = tokenizer.get_vocab()
    prefix_ids = [teacher_vocabulary[token] for token in original.bos or []]
    suffix_ids = [teacher_vocabulary[token] for token in original.eos or []]
    # Without the post-processor first: it holds on to tokens that the pattern may remove.
    model = pruned(original)
    if model.adds_prefix_space is not None:
        model.adds_prefix_space = True
    if pattern is not None:
        model = pruned(without_tokens(model, matched_tokens(model, pattern)))
    if lowercase:
        model = lowercased(model)
    tokens, student, words = model.sorted_vocabulary, model.to_tokenizer(), list[str]()
    if vocabulary:
        student, words = _extended(student, vocabulary)
        tokens = [str(student.id_to_token(token_id)) for token_id in range(student.get_vocab_size())]
    # An added word is shown as it was given, another token by its id, unless the teacher has none for it.
    shown = [*tokens[: len(tokens) - len(words)], *words]
    ids = [teacher_vocabulary.get(token) for token in tokens[: len(tokens) - len(words)]] + [None] * len(words)
    encoded = iter(_encoded(tokenizer, [text for text, token_id in zip(shown, ids, strict=True) if token_id is None]))
    teacher_ids = [next(encoded) if token_id is None else [token_id] for token_id in ids]
    return StudentVocabulary(student, tokens, teacher_ids, prefix_ids, suffix_ids, words)


def _encoded(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> list[list[int]]:
    if not texts:
        return []
    backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())  # transformers leaves its settings in its own
    backend.no_padding()
    backend.no_truncation()
    readable = [without_lone_surrogates(text) for text in texts]
    return [list(encoding.ids) for encoding in backend.encode_batch(readable, add_special_tokens=False)]


def _extended(tokenizer: Tokenizer, vocabulary: Sequence[str]) -> tuple[Tokenizer, list[str]]:
    """The tokenizer, and the words that it has new ids for, in their order."""
    extension = add_words(tokenizer, vocabulary)
    if extension.skipped:
        logger.warning(f"Of {len(vocabulary):,} words, {len(extension.words):,} were added. {extension.summary()}")
    pairs = zip(extension.words, extension.tokens, strict=True)
    return extension.tokenizer, [word for word, token in pairs if tokenizer.token_to_id(token) is None]
