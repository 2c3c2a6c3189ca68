"""``st-static similarity``: texts ranked by their similarity to a query."""

from __future__ import annotations

from typing import Annotated

import typer


def similarity(
    model: Annotated[str, typer.Argument(help="A static model: a folder, or a name on the Hub.")],
    query: Annotated[str, typer.Argument(help="The text to compare with.")],
    texts: Annotated[list[str], typer.Argument(help="The texts to rank.")],
) -> None:
    """Rank TEXTS by their similarity to QUERY."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from sentence_transformers_static import StaticSentenceTransformer

    encoder = StaticSentenceTransformer(model)
    scores = encoder.similarity(encoder.encode_query(query), encoder.encode_document(texts))[0].tolist()
    table = Table(title=escape(query))
    table.add_column(encoder.similarity_fn_name, justify="right")
    table.add_column("text")
    for score, text in sorted(zip(scores, texts, strict=True), key=lambda pair: -pair[0]):
        table.add_row(f"{score:.4f}", escape(text))
    Console().print(table)
