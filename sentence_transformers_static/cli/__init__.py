"""The command line, ``st-static``: one file per command; each imports what it needs when it is run."""

from __future__ import annotations

import sys

import typer

from sentence_transformers_static.cli.demo import demo
from sentence_transformers_static.cli.distill import distill
from sentence_transformers_static.cli.encode import encode
from sentence_transformers_static.cli.info import info
from sentence_transformers_static.cli.similarity import similarity
from sentence_transformers_static.errors import StaticEmbeddingError

app = typer.Typer(
    name="st-static",
    help="Static embeddings inside Sentence Transformers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (distill, encode, similarity, info, demo):
    app.command()(command)


def main() -> None:
    """Run ``st-static``; an error of this package is printed as one paragraph, and the exit status is 1."""
    try:
        app()
    except StaticEmbeddingError as error:
        typer.secho(f"Error: {error}", fg=typer.colors.RED, err=True)
        sys.exit(1)
