"""What a card says of the model itself: its table, its teacher, how it was distilled."""

from __future__ import annotations

import shlex
from typing import Any

from torch import nn

from sentence_transformers_static.modules import StaticEmbedding
from sentence_transformers_static.portable import is_model2vec, is_portable


def describe_table(embedding: StaticEmbedding, pipeline: list[nn.Module]) -> dict[str, Any]:
    """The names that the templates use.

    Args:
        embedding: The table.
        pipeline: The modules of its model.
    """
    said = embedding.metadata.get("distillation")
    distillation = dict(said) if isinstance(said, dict) else {}
    fidelity = distillation.pop("fidelity", None)
    teacher = str(embedding.metadata.get("tokenizer_name") or "") or None
    return {
        "teacher": teacher,
        "teacher_link": _link(teacher, distillation),
        "rows": len(embedding.table.embeddings),
        "tokens": embedding.table.vocab_size,
        "precision": embedding.table.precision,
        "megabytes": sum(tensor.nbytes for tensor in embedding.table.to_tensors().values()) / 1e6,
        "distillation": distillation or None,
        "fidelity": fidelity if isinstance(fidelity, dict) else {},
        "command": _command(distillation),
        "read_by_host": is_portable(pipeline),
        "read_by_model2vec": is_model2vec(pipeline),
    }


def _link(teacher: str | None, distillation: dict[str, Any]) -> str:
    """The teacher's name, if it is known; for one of the Hub, linked to the revision that was distilled."""
    hub_id, revision = distillation.get("hub_id"), distillation.get("revision")
    if not hub_id:
        return f"`{teacher}`" if teacher else "a transformer without a name"
    url = f"https://huggingface.co/{hub_id}"
    return f"[{hub_id}]({url})" + (f" at [{str(revision)[:7]}]({url}/tree/{revision})" if revision else "")


def _command(distillation: dict[str, Any]) -> str:
    """The command line that repeats the distillation."""
    teacher = distillation.get("hub_id") or distillation.get("teacher") or "TEACHER"
    words = ["st-static", "distill", str(teacher), "OUTPUT"]
    options = {
        "--pca-dims": distillation.get("pca_dims"),
        "--sif-coefficient": distillation.get("sif_coefficient"),
        "--token-remove-pattern": distillation.get("token_remove_pattern") or "",
        "--quantize-to": distillation.get("quantize_to"),
        "--pooling": distillation.get("pooling"),
        "--dtype": distillation.get("dtype", "float32"),
    }
    # Those of a corpus are said where they are not what they are without one.
    for option, blind in (("pca_fit", "tokens"), ("whitening", 0), ("remove_components", 0), ("contexts", 0)):
        if (value := distillation.get(option, blind)) != blind:
            options[f"--{option.replace('_', '-')}"] = value
    for option, value in options.items():
        words += [option, "none" if value is None else str(value)]
    words += ["--lowercase"] if distillation.get("lowercase") else []
    for option, made_from in (("vocabulary", "added_words"), ("corpus", "corpus")):
        words += [f"--{option}", option.upper()] if distillation.get(made_from) else []
    if revision := distillation.get("revision"):
        words += ["--revision", str(revision)]
    return shlex.join(words)
