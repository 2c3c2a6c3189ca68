"""``st-static info``: what is in a model's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sentence_transformers_static import StaticSentenceTransformer


def info(model: Annotated[str, typer.Argument(help="A static model: a folder, or a name on the Hub.")]) -> None:
    """Show what MODEL is: its table, tokenizer, length, teacher, licence and size."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from sentence_transformers_static import StaticSentenceTransformer

    table = Table(title=escape(model), show_header=False)
    for name, value in describe(StaticSentenceTransformer(model), model).items():
        table.add_row(name, escape(value))
    Console().print(table)


def describe(model: StaticSentenceTransformer, path: str) -> dict[str, str]:
    """The rows of ``st-static info``."""
    embedding = model.static_embedding
    table = embedding.table
    rows = len(table.embeddings)
    metadata = embedding.metadata
    return {
        "dimensions": str(model.get_embedding_dimension()),
        "tokens": f"{table.vocab_size:,}",
        "rows": f"{rows:,}" + (" (clustered vocabulary)" if rows != table.vocab_size else ""),
        "precision": table.precision,
        "token weights": "yes" if table.weights is not None else "no",
        "tokenizer": embedding.text_tokenizer.model_type,
        "maximum length": f"{embedding.max_seq_length} tokens",
        "pipeline": " -> ".join(type(module).__name__ for module in model),
        "teacher": str(metadata.get("tokenizer_name") or "unknown"),
        "PCA": str(metadata.get("apply_pca", "unknown")),
        "SIF coefficient": str(metadata.get("sif_coefficient", "unknown")),
        "licence": _licence(Path(path)),
        "size": _size(path, sum(tensor.nbytes for tensor in table.to_tensors().values())),
    }


def _licence(folder: Path) -> str:
    from sentence_transformers_static.cards import card_metadata

    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    return str(card_metadata(text).get("license") or "unknown")


def _size(path: str, table_bytes: int) -> str:
    table = f"{table_bytes / 1e6:.1f} MB in tensors"
    if not Path(path).is_dir():
        return table
    return f"{folder_bytes(path) / 1e6:.1f} MB on disk, {table}"


def folder_bytes(path: str | Path) -> int:
    """The size of all files in a folder."""
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file())
