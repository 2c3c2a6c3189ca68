"""``python -m evaluation``: one command per kind of measurement."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from sentence_transformers_static.errors import StaticEmbeddingError

COMMANDS = {
    "suite": "evaluation.suite:suite",
    "speed": "evaluation.speed:speed",
    "throughput": "evaluation.throughput:throughput",
    "training": "evaluation.training:training",
    "parity": "evaluation.parity:parity",
    "ablations": "evaluation.ablations.run:ablations",
    "domain-vocabulary": "evaluation.ablations.domain:domain_vocabulary",
    "plot": "evaluation.plot:plot",
    "page": "evaluation.page:page",
    "build-data": "evaluation.data:build_data",
    "build-outside-data": "evaluation.data.outside:build_outside_data",
    "build-words": "evaluation.words:build_words",
}
app = typer.Typer(help="Measurements of sentence-transformers-static.", no_args_is_help=True, add_completion=False)


@app.callback()
def evaluation() -> None:
    """Measurements of sentence-transformers-static; results are written as JSON beside the command that made them."""


def _register() -> None:
    """Each command; one whose packages are not installed says which extra has them."""
    for name, place in COMMANDS.items():
        module, function = place.split(":")
        try:
            app.command(name)(getattr(import_module(module), function))
        except ModuleNotFoundError as error:
            _register_refusal(name, str(error.name))


def _register_refusal(name: str, package: str) -> None:
    def refuse() -> None:
        typer.secho(f'{name} needs {package!r}. Install it with: pip install -e ".[dev]" -c constraints.txt', err=True)
        raise typer.Exit(1)

    app.command(name, help=f"Needs {package}, which the extra dev has.")(refuse)


_register()

if __name__ == "__main__":
    try:
        app()
    except StaticEmbeddingError as error:
        typer.secho(f"Error: {error}", fg=typer.colors.RED, err=True)
        sys.exit(1)
