"""Six tasks outside the offline suite, to check on what was chosen by the suite's scores."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from evaluation.data.sampling import shuffled
from evaluation.data.sources import Sources
from evaluation.data.task import Columns, Task
from evaluation.data.vader import clear_snippets
from evaluation.data.wordnet import Synset, noun_synsets, verb_synsets
from evaluation.data.wordsim import word_pairs
from sentence_transformers_static.folders import refuse_existing, staged_folder

SNIPPETS = {"VaderTweets": "tweets", "VaderAmazon": "amazonReviewSnippets", "VaderEditorials": "nytEditorialSnippets"}
"""Task -> the collection of VADER's evaluation."""

TEST, TRAIN = 1000, 4000
DOCUMENTS, QUERIES = 5000, 1000
SEED = 0


def build_outside_data(
    output: Annotated[Path, typer.Argument(help="The folder to build.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the files of OUTPUT.")] = False,
    downloads: Annotated[Path | None, typer.Option(help="Where downloads are kept; default: nowhere.")] = None,
) -> None:
    """Build six tasks outside the offline suite, for the ablation, as parquet files in OUTPUT.

    Sources are those of build-data: gensim and vaderSentiment, which pip downloads, and Debian 12's wordnet-base.
    """
    refuse_existing(output, overwrite)
    with tempfile.TemporaryDirectory(prefix="outside-data-") as temporary:
        tasks = outside_tasks(Sources(downloads or Path(temporary)))
    with staged_folder(output) as staging:
        for task in tasks:
            task.write(staging)
    typer.echo(f"Built {', '.join(task.name for task in tasks)} in {output}.")


def outside_tasks(sources: Sources) -> list[Task]:
    """Word pairs, tweets, product reviews, editorials, definitions of verbs, and words to find definitions by.

    Raises:
        SourceError: If a source cannot be fetched or is not what it should be.
    """
    verbs, nouns = verb_synsets(sources.wordnet("verb")), noun_synsets(sources.wordnet("noun"))
    return [
        word_pairs(sources.word_pairs("simlex999.txt"), "SimLex999", "simlex999.txt"),
        *(_sentiment(task, sources.vader(kind), kind) for task, kind in SNIPPETS.items()),
        _verbs(verbs),
        _definitions(nouns),
    ]


def _sentiment(task: str, ground_truth: str, kind: str) -> Task:
    rows = shuffled(clear_snippets(ground_truth, kind), SEED)
    return Task(task, {"test": _labelled(rows[:TEST]), "train": _labelled(rows[TEST : TEST + TRAIN])})


def _verbs(synsets: list[Synset]) -> Task:
    """Classification: from the definition of a verb to its lexicographer's file, 15 of them."""
    rows = [(synset.gloss, synset.file) for synset in shuffled(synsets, SEED)]
    return Task("WordNetVerbs", {"test": _labelled(rows[:TEST]), "train": _labelled(rows[TEST:])})


def _definitions(synsets: list[Synset]) -> Task:
    """Retrieval: from a noun to its definition; of the words that stand for one synset only."""
    words = [synset.word for synset in synsets]
    known, twice = set[str](), set[str]()
    for word in words:
        (twice if word in known else known).add(word)
    drawn = shuffled((synset for synset in synsets if synset.word not in twice), SEED)[:DOCUMENTS]
    ids = [str(number) for number in range(len(drawn))]
    queries = ids[:QUERIES]
    return Task(
        "WordNetDefinitions",
        {
            "corpus": {"id": ids, "text": [synset.gloss for synset in drawn]},
            "queries": {"id": queries, "text": [synset.word for synset in drawn[:QUERIES]]},
            "qrels": {"query_id": queries, "doc_id": queries, "score": [1] * len(queries)},
        },
    )


def _labelled(rows: list[tuple[str, int]] | list[tuple[str, str]]) -> Columns:
    return {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
