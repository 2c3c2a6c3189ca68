"""``python -m evaluation``: one command per kind of measurement."""

from __future__ import annotations

import sys

import typer

from evaluation import page, parity, plot, speed, suite, words
from evaluation.data import build_data
from sentence_transformers_static.errors import StaticEmbeddingError

app = typer.Typer(help="Measurements of sentence-transformers-static.", no_args_is_help=True, add_completion=False)
app.command("parity")(parity.parity)
app.command("suite")(suite.suite)
app.command("speed")(speed.speed)
app.command("plot")(plot.plot)
app.command("page")(page.page)
app.command("build-data")(build_data)
app.command("build-words")(words.build_words)


@app.callback()
def evaluation() -> None:
    """Measurements of sentence-transformers-static; results are written as JSON beside the command that made them."""


if __name__ == "__main__":
    try:
        app()
    except StaticEmbeddingError as error:
        typer.secho(f"Error: {error}", fg=typer.colors.RED, err=True)
        sys.exit(1)
