"""What MTEB records of a model: name, revision, dimensions, size, licence, training data."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any, cast, get_args

import mteb
from mteb.models import ModelMeta, SentenceTransformerEncoderWrapper
from mteb.types import Licenses
from sentence_transformers import SentenceTransformer
from torch import uint8

from sentence_transformers_static.modules import StaticEmbedding


def model_meta(model: SentenceTransformer, name: str | None = None, revision: str | None = None) -> ModelMeta:
    """MTEB's description of ``model``, for its result files and its leaderboard.

    Args:
        model: Any Sentence Transformers model.
        name: ``"organization/model"``; default: its name on the Hub, else ``"local/<class>"``.
        revision: Default: its commit on the Hub; else a hash of weights, tokenizer and settings, so that results
            cached for one local model are never taken for another's.

    Raises:
        ValueError: If ``name`` has no ``/``: MTEB requires one.
    """
    card = model.model_card_data
    # After training, the card's base model is the one that the training began with.
    trained = "generated_from_trainer" in card.tags
    hub_name = None if trained else card.base_model
    tensors = list(model.state_dict().values())
    tables = [module.table.embeddings for module in model.modules() if isinstance(module, StaticEmbedding)]
    teacher = _teacher(model)
    name = name or hub_name or f"local/{type(model).__name__}"
    on_hub = name == hub_name
    similarity = model.similarity_fn_name
    return ModelMeta(
        name=name,
        revision=revision or (on_hub and card.base_model_revision) or content_revision(model),
        loader=SentenceTransformerEncoderWrapper,
        loader_kwargs={"trust_remote_code": False},
        embed_dim=model.get_embedding_dimension(),
        max_tokens=_finite(model.max_seq_length),
        n_parameters=sum(tensor.numel() for tensor in tensors),
        n_embedding_parameters=sum(table.numel() for table in tables) or None,
        memory_usage_mb=sum(tensor.nbytes for tensor in tensors) / 2**20,
        similarity_fn_name=cast(Any, similarity if similarity in ("cosine", "dot") else None),
        license=_license(card.license),
        open_weights=True,
        framework=["Sentence Transformers", "PyTorch", "safetensors"],
        reference=f"https://huggingface.co/{name}" if on_hub else None,
        use_instructions=any((model.prompts or {}).values()),
        adapted_from=teacher,
        training_datasets=_training_datasets(teacher, trained=trained),
        experiment_kwargs=None if model.truncate_dim is None else {"truncate_dim": model.truncate_dim},
        release_date=None,
        languages=None,
        public_training_code=None,
        public_training_data=None,
    )


def content_revision(model: SentenceTransformer) -> str:
    """40 hexadecimal digits from all that decides the model's vectors: weights, tokenizer, modules, settings."""
    digest = hashlib.sha256()
    settings = [repr(model), model.max_seq_length, model.truncate_dim, model.prompts, model.default_prompt_name]
    digest.update(json.dumps([*settings, _tokenizer(model)], default=str, sort_keys=True).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(uint8).numpy())
    return digest.hexdigest()[:40]


def _tokenizer(model: SentenceTransformer) -> Any:
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        return None
    # Truncation and padding are left behind by the last call.
    return {key: value for key, value in json.loads(backend.to_str()).items() if key not in ("truncation", "padding")}


def _finite(length: Any) -> int | None:
    return None if length is None or math.isinf(length) else int(length)


def _license(name: Any) -> str | None:
    """The licence, if MTEB knows it or it is a link."""
    if not isinstance(name, str):
        return None
    return name if name.lower() in get_args(Licenses) or name.startswith(("http://", "https://")) else None


def _teacher(model: SentenceTransformer) -> str | None:
    """The teacher's name, if it is one on the Hub."""
    for module in model.modules():
        if isinstance(module, StaticEmbedding):
            teacher = str(module.metadata.get("tokenizer_name") or "")
            return teacher if teacher.count("/") == 1 and not Path(teacher).exists() else None
    return None


def _training_datasets(teacher: str | None, *, trained: bool) -> set[str] | None:
    """A distilled model has seen what its teacher has seen, where MTEB knows that; ``None`` means unknown."""
    if teacher is None or trained:
        return None
    try:
        known = mteb.get_model_meta(teacher).get_training_datasets()
    except (KeyError, ValueError):
        return None
    return None if known is None else set(known)
