"""``st-static vocabulary``: the words of a corpus that deserve tokens of their own."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from sentence_transformers_static.errors import InputError, OptionError, OutputExistsError
from sentence_transformers_static.folders import staged_file
from sentence_transformers_static.text_files import SUFFIXES

_WRITTEN = (".csv", ".txt")
_SHOWN = 10


def vocabulary(
    corpus: Annotated[Path, typer.Argument(help=f"Texts: {', '.join(SUFFIXES)}.")],
    output: Annotated[Path, typer.Argument(help="The file to write: .csv with counts, or .txt, a word a line.")],
    teacher: Annotated[str, typer.Option(help="Whose tokenizer is to be extended: a name on the Hub, or a folder.")],
    size: Annotated[int, typer.Option(min=1, help="The most words to write.")] = 5000,
    min_count: Annotated[int, typer.Option(min=1, help="How often a word must occur at least.")] = 5,
    ngram_range: Annotated[
        tuple[int, int], typer.Option(help="The least and the largest number of words, such as 1 2.")
    ] = (1, 1),
    column: Annotated[str, typer.Option(help="Which column of CORPUS holds the text.")] = "text",
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of the teacher on the Hub.")] = None,
    token: Annotated[str | None, typer.Option(help="Access token for the Hub.", envvar="HF_TOKEN")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUTPUT.")] = False,
) -> None:
    """Write the words that the teacher's tokenizer splits worst and CORPUS uses most to OUTPUT."""
    if output.suffix not in _WRITTEN:
        raise OptionError(f"OUTPUT must end in {' or '.join(_WRITTEN)}; got {output}.")
    if output.exists() and not overwrite:
        raise OutputExistsError(f"OUTPUT {output} exists. Name another file, or pass --overwrite.")
    from sentence_transformers_static import vocabulary_from_corpus
    from sentence_transformers_static.distillation.loading import load_tokenizer

    tokenizer = load_tokenizer(teacher, revision=revision, token=token)
    words = vocabulary_from_corpus(corpus, size, min_count, ngram_range, tokenizer=tokenizer, text_column=column)
    if not words:
        raise InputError(
            f"No word of {corpus} occurs {min_count} times and is more than one token of {teacher}. Lower --min-count."
        )
    _write(words, output)
    typer.echo(f"Wrote {len(words):,} words to {output}: {', '.join(list(words)[:_SHOWN])}, ...")
    typer.echo(f"Next: st-static distill {teacher} OUTPUT --vocabulary {output} --corpus {corpus}")


def _write(words: dict[str, int], output: Path) -> None:
    with staged_file(output) as staging, staging.open("w", encoding="utf-8", newline="") as file:
        if output.suffix == ".txt":
            file.writelines(f"{word}\n" for word in words)
        else:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["text", "count"])
            rows.writerows(words.items())
