"""``python -m evaluation``: one command per kind of measurement."""

from __future__ import annotations

import typer

from evaluation import parity

app = typer.Typer(help="Measurements of sentence-transformers-static.", no_args_is_help=True, add_completion=False)
app.command("parity")(parity.parity)


@app.callback()
def evaluation() -> None:
    """Measurements of sentence-transformers-static; results are written as JSON beside the command that made them."""


app()
