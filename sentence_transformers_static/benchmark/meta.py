"""What MTEB records of a model: name, revision, dimensions, size, licence, training data."""

from __future__ import annotations

import hashlib
import json
import math
import re
from pathlib import Path
from typing import Any, cast, get_args

import mteb
from mteb.models import ModelMeta, SentenceTransformerEncoderWrapper
from mteb.types import Licenses
from sentence_transformers import SentenceTransformer
from torch import int32, int64, nn, uint8

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.modules import StaticEmbedding


def model_meta(model: SentenceTransformer, name: str | None = None, revision: str | None = None) -> ModelMeta:
    """MTEB's description of ``model``, for its result files and its leaderboard.

    What MTEB already knows of a model of that name (licence, languages, training data, ...) is taken over.

    Args:
        model: Any Sentence Transformers model.
        name: ``"organization/model"``; default: its name on the Hub, else ``"local/<class>"``.
        revision: Default: a hash of weights, tokenizer and settings, so that results cached for one model are never
            taken for another's, nor for those of the same model after a change. For results to be submitted, pass the
            commit, see :func:`hub_commit`.

    Raises:
        OptionError: If ``name`` has no ``/``: MTEB requires one.
    """
    if name is not None and "/" not in name:
        raise OptionError(f"A model's name must read organization/model; got {name!r}.")
    hub_name = None if _is_trained(model) else model.model_card_data.base_model
    name = name or hub_name or type(model).__name__
    name = name if "/" in name else f"local/{name}"
    teacher = _teacher(model)
    similarity = model.similarity_fn_name
    known = _known(name)
    seen = _training_datasets(teacher, trained=_is_trained(model))
    return ModelMeta(
        name=name,
        revision=revision or content_revision(model),
        loader=SentenceTransformerEncoderWrapper,
        loader_kwargs={"trust_remote_code": False},
        embed_dim=model.get_embedding_dimension(),
        max_tokens=_finite(model.max_seq_length),
        **_sizes(model, known),
        similarity_fn_name=cast(Any, similarity if similarity in ("cosine", "dot") else None),
        license=_license(model.model_card_data.license) or known.get("license"),
        open_weights=True,
        framework=["Sentence Transformers", "PyTorch", "safetensors"],
        reference=f"https://huggingface.co/{name}" if name == hub_name else known.get("reference"),
        use_instructions=any((model.prompts or {}).values()),
        adapted_from=teacher or known.get("adapted_from"),
        training_datasets=known.get("training_datasets") if seen is None else seen,
        experiment_kwargs=None if model.truncate_dim is None else {"truncate_dim": model.truncate_dim},
        release_date=known.get("release_date"),
        languages=known.get("languages"),
        public_training_code=known.get("public_training_code"),
        public_training_data=known.get("public_training_data"),
    )


def hub_commit(model: SentenceTransformer) -> str | None:
    """The commit that a model was loaded from, 40 hexadecimal digits, if the host knows it and nothing was trained."""
    commit = str(model.model_card_data.base_model_revision or "")
    return commit if re.fullmatch(r"[0-9a-f]{40}", commit) and not _is_trained(model) else None


def _is_trained(model: SentenceTransformer) -> bool:
    # After training, the card's base model is the one that the training began with.
    return "generated_from_trainer" in model.model_card_data.tags


def _known(name: str) -> dict[str, Any]:
    """What MTEB's registry says of a model of that name."""
    try:
        return dict(mteb.get_model_meta(name).model_dump())
    except (KeyError, ValueError):
        return {}


def _sizes(model: SentenceTransformer, known: dict[str, Any]) -> dict[str, Any]:
    """Parameters are what is multiplied or added: weights of any precision, not the indices of a clustered table."""
    tensors = list(model.state_dict().values())
    tables = [module.table.embeddings for module in model.modules() if isinstance(module, StaticEmbedding)]
    tables += [module.weight for module in model.modules() if isinstance(module, nn.EmbeddingBag)]
    embeddings = sum(table.numel() for table in tables) or known.get("n_embedding_parameters")
    return {
        "n_parameters": sum(tensor.numel() for tensor in tensors if tensor.dtype not in (int32, int64)),
        "n_embedding_parameters": embeddings,
        "memory_usage_mb": sum(tensor.nbytes for tensor in tensors) / 2**20,
    }


def content_revision(model: SentenceTransformer) -> str:
    """40 hexadecimal digits from all that decides the model's vectors: weights, tokenizer, modules, settings."""
    digest = hashlib.sha256()
    settings = [
        repr(model),
        model.max_seq_length,
        model.truncate_dim,
        model.prompts,
        model.default_prompt_name,
        model.similarity_fn_name,
        _tokenizer(model),
    ]
    digest.update(json.dumps(settings, default=str, sort_keys=True).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(uint8).numpy())
    return digest.hexdigest()[:40]


def _tokenizer(model: SentenceTransformer) -> Any:
    # The host's StaticEmbedding has a bare `tokenizers.Tokenizer`.
    backend = getattr(model.tokenizer, "backend_tokenizer", model.tokenizer)
    if not hasattr(backend, "to_str"):
        return None
    # Truncation and padding are left behind by the last call.
    return {key: value for key, value in json.loads(backend.to_str()).items() if key not in ("truncation", "padding")}


def _finite(length: Any) -> int | None:
    return None if length is None or math.isinf(length) else int(length)


def _license(name: Any) -> str | None:
    """The licence, if MTEB knows it or it is a link."""
    if not isinstance(name, str):
        return None
    if name.startswith(("http://", "https://")):
        return name
    return name.lower() if name.lower() in get_args(Licenses) else None


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
