"""``st-static card``: render a model folder's README.md again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentence_transformers_static.errors import ModelFolderError


def card(model: Annotated[Path, typer.Argument(help="The folder of a static model.")]) -> None:
    """Render the card of MODEL again, from what the model is; what a person wrote in it stays.

    Notes between the two comments of the card are kept, and so is each section and each entry of the metadata that was
    added or changed by hand. A card that this package did not write keeps all it has, and gets the sections it lacks.
    """
    if not model.is_dir():
        raise ModelFolderError(f"{model} is no folder. A card is rendered in the folder of a model.")
    from sentence_transformers_static import StaticSentenceTransformer
    from sentence_transformers_static.cards import render_again
    from sentence_transformers_static.folders import staged_file

    readme = model / "README.md"
    loaded = StaticSentenceTransformer(str(model), device="cpu", local_files_only=True)
    merged = render_again(loaded, readme.read_text(encoding="utf-8") if readme.is_file() else "")
    with staged_file(readme) as staging:
        staging.write_text(merged.text, encoding="utf-8")
    typer.echo(f"Rendered {readme}.")
    if merged.kept:
        typer.echo(f"Kept as they were written by hand: {', '.join(name or 'the beginning' for name in merged.kept)}.")
