"""``python -m evaluation build-words``: word similarity sets, from their text files to parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import typer

from sentence_transformers_static.errors import EvaluationDataError
from sentence_transformers_static.folders import staged_file


class Layout(NamedTuple):
    """A file, and the positions of its columns, counted from 0 and separated by white space."""

    file: str
    sentence1: int
    sentence2: int
    score: int


LAYOUTS = {
    "RareWord": Layout("rw.txt", 0, 1, 2),
    "MEN": Layout("men.txt", 0, 1, 2),
    "SimLex999": Layout("simLex.txt", 1, 2, 3),
    "WordSimRel": Layout("rel353.txt", 1, 2, 3),
    "SimVerb3500": Layout("simverb_3500.txt", 2, 3, 1),
    "MTurk771": Layout("mturk_771.txt", 1, 2, 3),
    "Card660": Layout("card_660.txt", 0, 1, 2),
}
"""Task -> the file of Model2Vec's evaluation (the folder evaluation/wordsim/data of MinishLab/evaluation on GitHub)."""


def build_words(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder of text files.")],
    data: Annotated[Path, typer.Argument(help="The folder of evaluation data to add the tasks to.")],
) -> None:
    """Add the word similarity sets whose files are in SOURCE to DATA, for `st-static evaluate --benchmark words`."""
    found = {task: layout for task, layout in LAYOUTS.items() if (source / layout.file).is_file()}
    if not found:
        names = ", ".join(layout.file for layout in LAYOUTS.values())
        raise EvaluationDataError(f"{source} has none of the expected files: {names}.")
    for task, layout in found.items():
        frame = read_pairs(source / layout.file, layout)
        (data / task).mkdir(parents=True, exist_ok=True)
        with staged_file(data / task / "test.parquet") as staging:
            frame.to_parquet(staging, index=False)
        typer.echo(f"{task}: {len(frame):,} pairs")
    for task in LAYOUTS.keys() - found:
        typer.echo(f"{task}: no {LAYOUTS[task].file} in {source}")


def read_pairs(file: Path, layout: Layout) -> pd.DataFrame:
    """The pairs of a file: ``sentence1``, ``sentence2`` (text) and ``score`` (float).

    Raises:
        EvaluationDataError: If a line has too few columns, or no number where the score should be.
    """
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        words = line.split()
        try:
            rows.append((words[layout.sentence1], words[layout.sentence2], float(words[layout.score])))
        except (IndexError, ValueError) as error:
            raise EvaluationDataError(f"{file}, line {number}: {line!r}; expected two words and a score.") from error
    return pd.DataFrame(rows, columns=["sentence1", "sentence2", "score"])
