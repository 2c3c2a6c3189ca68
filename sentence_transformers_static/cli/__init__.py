"""The command line, ``st-static``: one file per command; each imports what it needs when it is run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sentence_transformers_static.cli import card, demo, distill, encode, evaluate, info, push, similarity, vocabulary
from sentence_transformers_static.errors import StaticEmbeddingError

app = typer.Typer(
    name="st-static",
    help="Static embeddings inside Sentence Transformers.",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def st_static(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Static embeddings inside Sentence Transformers."""
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of("sentence-transformers-static"))
        raise typer.Exit


for command in (
    distill.distill,
    vocabulary.vocabulary,
    encode.encode,
    similarity.similarity,
    info.info,
    evaluate.evaluate,
    card.card,
    push.push,
    demo.demo,
):
    app.command()(command)


def main() -> None:
    """Run ``st-static``; an error of this package is printed as one paragraph, and the exit status is 1."""
    try:
        app()
    except StaticEmbeddingError as error:
        typer.secho(f"Error: {error}", fg=typer.colors.RED, err=True)
        sys.exit(1)
