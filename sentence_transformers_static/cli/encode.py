"""``st-static encode``: texts into vectors, as a stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from sentence_transformers_static.cli.vector_files import SUFFIXES, Vectors, vector_writer
from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.folders import refuse_existing
from sentence_transformers_static.text_files import in_chunks, read_texts

_CHUNK = 16384
"""Texts in memory at a time."""


def encode(
    model: Annotated[str, typer.Argument(help="A static model: a folder, or a name on the Hub.")],
    texts: Annotated[list[str] | None, typer.Argument(help="The texts to encode.")] = None,
    input: Annotated[Path | None, typer.Option(help="A .txt, .jsonl, .csv or .parquet file of texts.")] = None,
    output: Annotated[Path | None, typer.Option(help="A .npy or .parquet file; default: JSON lines, printed.")] = None,
    column: Annotated[str, typer.Option(help="Which column of the input file holds the text.")] = "text",
    prompt_name: Annotated[str | None, typer.Option(help="A prompt of the model to put before each text.")] = None,
    truncate_dim: Annotated[int | None, typer.Option(min=1, help="Keep so many dimensions.")] = None,
    precision: Annotated[str, typer.Option(help="float32, binary or ubinary.")] = "float32",
    tokenizer_backend: Annotated[
        str | None,
        typer.Option(help="tokenizers, nanotoken, splintr or fastokens; default: chosen."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the output file.")] = False,
) -> None:
    """Encode TEXTS, or the texts of a file, with MODEL; memory does not grow with the number of texts."""
    if bool(texts) == (input is not None):
        raise OptionError("Give either texts or --input FILE: st-static encode MODEL 'a text' ..., or --input FILE.")
    if output is not None:
        if output.suffix not in SUFFIXES:
            raise OptionError(f"--output must end in {' or '.join(SUFFIXES)}; got {output}.")
        refuse_existing(output, overwrite)
    if precision not in ("float32", "binary", "ubinary"):
        raise OptionError(
            f"--precision must be float32, binary or ubinary; got {precision!r}. int8 needs ranges measured over all "
            "vectors: encode to float32, then use sentence_transformers.util.quantize_embeddings."
        )
    source = read_texts(input, column) if input is not None else iter(texts or ())

    from tqdm.auto import tqdm

    from sentence_transformers_static import StaticSentenceTransformer

    encoder = StaticSentenceTransformer(model, tokenizer_backend=tokenizer_backend)
    if prompt_name is not None and prompt_name not in encoder.prompts:
        known = ", ".join(map(repr, encoder.prompts)) or "none"
        raise OptionError(f"{model} has no prompt {prompt_name!r}; it has {known}.")

    options: dict[str, Any] = {"prompt_name": prompt_name, "truncate_dim": truncate_dim, "precision": precision}

    def vectors_of(chunk: list[str]) -> Vectors:
        return np.asarray(encoder.encode(chunk, show_progress_bar=False, **options))

    if output is None:
        for chunk in in_chunks(source, _CHUNK):
            for vector in vectors_of(chunk):
                typer.echo(json.dumps(vector.tolist()))
        return
    count = 0
    with vector_writer(output) as writer, tqdm(desc="Encoding", unit=" texts", disable=None) as progress:
        for chunk in in_chunks(source, _CHUNK):
            writer.write(chunk, vectors_of(chunk))
            progress.update(len(chunk))
            count += len(chunk)
    typer.echo(f"Wrote {count:,} vectors to {output}.")
