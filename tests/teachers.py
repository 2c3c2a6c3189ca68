"""Tiny random teachers: real classes, real forward passes, and real tokenizers trained on a little text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2Model,
    RobertaConfig,
    RobertaModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from tests import texts

WIDTH = 32
_VOCABULARY = 900


@dataclass(frozen=True)
class TinyTeacher:
    """A model and its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast


@cache
def bert() -> TinyTeacher:
    """BERT, WordPiece: [CLS] text [SEP]."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    _train(tokenizer, trainers.WordPieceTrainer(vocab_size=_VOCABULARY, special_tokens=special[:5]))
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in special[5:]])
    _wrap(tokenizer, "[CLS]", "[SEP]")
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return _teacher(BertModel, BertConfig, tokenizer, max_position_embeddings=64, **names)


@cache
def xlm_roberta() -> TinyTeacher:
    """XLM-R, Unigram: <s> text </s>."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    _train(tokenizer, trainers.UnigramTrainer(vocab_size=_VOCABULARY, special_tokens=special, unk_token="<unk>"))
    _wrap(tokenizer, "<s>", "</s>")
    names = {"pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    return _teacher(XLMRobertaModel, XLMRobertaConfig, tokenizer, max_position_embeddings=66, pad_token_id=1, **names)


@cache
def roberta() -> TinyTeacher:
    """RoBERTa, byte-level BPE: <s> text </s>."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = _byte_level(special, "<unk>")
    _wrap(tokenizer, "<s>", "</s>")
    names = {"pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    return _teacher(RobertaModel, RobertaConfig, tokenizer, max_position_embeddings=66, pad_token_id=1, **names)


@cache
def modernbert() -> TinyTeacher:
    """ModernBERT, byte-level BPE: [CLS] text [SEP], rotary positions."""
    tokenizer = _byte_level(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "[UNK]")
    _wrap(tokenizer, "[CLS]", "[SEP]")
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    ids = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
    return _teacher(ModernBertModel, ModernBertConfig, tokenizer, max_position_embeddings=64, **ids, **names)


@cache
def qwen2() -> TinyTeacher:
    """Qwen2, a decoder with byte-level BPE, no unknown token, and an end token after the text."""
    tokenizer = _byte_level(["<|endoftext|>"], None)
    end = tokenizer.token_to_id("<|endoftext|>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <|endoftext|>", special_tokens=[("<|endoftext|>", end)]
    )
    names = {"pad_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
    ids = {"num_key_value_heads": 2, "bos_token_id": end, "eos_token_id": end, "pad_token_id": end}
    return _teacher(Qwen2Model, Qwen2Config, tokenizer, max_position_embeddings=64, **ids, **names)


ALL = {"BERT": bert, "XLM-R": xlm_roberta, "RoBERTa": roberta, "ModernBERT": modernbert, "Qwen2": qwen2}


def _byte_level(special: list[str], unknown: str | None) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token=unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    _train(
        tokenizer,
        trainers.BpeTrainer(vocab_size=_VOCABULARY, special_tokens=special, initial_alphabet=alphabet),
    )
    return tokenizer


def _train(tokenizer: Tokenizer, trainer: trainers.Trainer) -> None:
    trainer.show_progress = False
    tokenizer.train_from_iterator(texts.real(300), trainer)


def _wrap(tokenizer: Tokenizer, before: str, after: str) -> None:
    ids = [(token, tokenizer.token_to_id(token)) for token in (before, after)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{before} $A {after}", special_tokens=ids)


def _teacher(model_class: type, config_class: type, tokenizer: Tokenizer, **options: object) -> TinyTeacher:
    names = {name: value for name, value in options.items() if name.endswith("_token")}
    sizes = {name: value for name, value in options.items() if not name.endswith("_token")}
    torch.manual_seed(0)
    config = config_class(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        **sizes,
    )
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)
    return TinyTeacher(model_class(config).eval(), wrapped)
