"""Loading whatever Sentence Transformers can load, and saying why where it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer
from sentence_transformers.util import load_file_path

from sentence_transformers_static.errors import ModelLoadError, StaticEmbeddingError
from sentence_transformers_static.model import StaticSentenceTransformer


def load_model(
    name: str,
    *,
    revision: str | None = None,
    device: str | None = None,
    token: str | None = None,
    trust_remote_code: bool = False,
    truncate_dim: int | None = None,
) -> SentenceTransformer:
    """Load a folder or a model of the Hub: a static one as ``StaticSentenceTransformer``, else as its own class.

    Arguments are those of :class:`~sentence_transformers.SentenceTransformer`.

    Raises:
        ModelLoadError: If it cannot be loaded; the message says why.
    """
    if name.startswith(("/", "./", "../", "~")) and not Path(name).exists():
        raise ModelLoadError(f"Cannot load {name!r}: there is no such folder.")
    try:
        loader = StaticSentenceTransformer if _is_static(name, revision, token) else SentenceTransformer
        return loader(
            name,
            revision=revision,
            device=device,
            token=token,
            trust_remote_code=trust_remote_code,
            truncate_dim=truncate_dim,
        )
    except StaticEmbeddingError:
        raise
    except Exception as error:
        where = "" if Path(name).exists() else " There is no folder of that name here."
        raise ModelLoadError(
            f"Cannot load {name!r}: {type(error).__name__}: {str(error).rstrip('.')}.{where} Expected a folder or a "
            "name on the Hub that SentenceTransformer(...) can load."
        ) from error


def _is_static(name: str, revision: str | None, token: str | None) -> bool:
    """Whether the first module is a table of embeddings, as far as the model's small files tell."""
    modules = _read_json(name, "modules.json", revision, token)
    if modules:
        return str(modules[0].get("type", "")).endswith("StaticEmbedding")
    config = _read_json(name, "config.json", revision, token)
    # transformers always names the type; model2vec names its own, or in older versions none
    return config is not None and config.get("model_type", "model2vec") == "model2vec"


def _read_json(name: str, file: str, revision: str | None, token: str | None) -> Any:
    path = load_file_path(name, file, revision=revision, token=token)
    if path is None:
        return None
    with open(path, encoding="utf-8") as opened:
        return json.load(opened)
