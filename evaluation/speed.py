"""``python -m evaluation speed``: texts per second and peak memory of the models, on one set of texts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sentence_transformers import SentenceTransformer

from evaluation.models import Candidate, candidates, counterpart, embed_with
from evaluation.provenance import provenance, write_json
from evaluation.suite import RESULTS
from evaluation.texts import read_texts
from sentence_transformers_static.benchmark import DATA_VARIABLE, offline_tasks
from sentence_transformers_static.benchmark.pictures import sample_texts
from sentence_transformers_static.benchmark.speed import ROUNDS, texts_per_second


def speed(
    teacher: Annotated[
        str | None,
        typer.Argument(help="A folder, or a name on the Hub; default: the all-MiniLM-L6-v2 of the demo extra."),
    ] = None,
    teacher_name: Annotated[str | None, typer.Option(help="The teacher's name, organization/model.")] = None,
    data: Annotated[
        Path | None, typer.Option(exists=True, envvar=DATA_VARIABLE, help="The folder of evaluation data.")
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(exists=True, help="Instead: a .txt file, or a .parquet file with a column `text`.")
    ] = None,
    count: Annotated[int, typer.Option(help="How many texts, evenly spaced.")] = 8000,
    rounds: Annotated[int, typer.Option(help="Alternating rounds to take the median of.")] = ROUNDS,
    output: Annotated[Path, typer.Option(help="Where speed.json goes.")] = RESULTS,
    models: Annotated[Path, typer.Option(help="Where the static models are kept.")] = Path("models/evaluation"),
) -> None:
    """Measure how fast each model embeds the same texts, in turns in one process, and its peak memory, each alone.

    Transformers get every 40th text. `stock ours ...` is our folder read by plain Sentence Transformers.
    """
    if (data is None) == (texts is None):
        raise typer.BadParameter("Name either --data or --texts.")
    chosen = read_texts(texts, count) if texts else sample_texts(offline_tasks(data), count)
    few = chosen[::40]
    compared = candidates(teacher, teacher_name, models)
    loaded = {candidate.label: candidate.load() for candidate in compared}
    ours = counterpart(compared)
    folder = ours.load.args[-1]  # where it was saved
    loaded[f"stock {ours.label}"] = SentenceTransformer(str(folder), device="cpu")
    groups = {candidate.label: candidate.group for candidate in compared}
    given = {label: few if groups.get(label) == "teacher" else chosen for label in loaded}
    measured = texts_per_second({label: embed_with(model) for label, model in loaded.items()}, given, rounds)
    rates = {label: median(values) for label, values in measured.items()}
    memory = {
        candidate.label: _memory(candidate, given[candidate.label])
        for candidate in track(compared, "Peak memory", transient=True)
    }
    reference = rates[compared[0].label]
    figures = {
        label: {
            "texts per second": round(rate, 1),
            "x teacher": round(rate / reference, 2),
            "slowest and fastest round": [round(min(measured[label]), 1), round(max(measured[label]), 1)],
            **memory.get(label, {}),
        }
        for label, rate in rates.items()
    }
    _print(figures)
    average = sum(map(len, chosen)) / len(chosen)
    description = {"texts": len(chosen), "characters per text": round(average, 1), "rounds": rounds}
    write_json(output / "speed.json", {**provenance(), **description, "models": figures})


def _print(figures: dict[str, dict[str, Any]]) -> None:
    table = Table("model", "texts/s", "slowest and fastest round", "x teacher", "peak MB")
    for label, values in figures.items():
        slowest, fastest = values["slowest and fastest round"]
        peak = f"{values['peak MB']:,.0f}" if "peak MB" in values else "-"
        rate, ratio = f"{values['texts per second']:,.0f}", f"{values['x teacher']:,.1f}"
        table.add_row(label, rate, f"{slowest:,.0f} - {fastest:,.0f}", ratio, peak)
    Console().print(table)


_MEMORY = """
import json, sys
{script}
encode(json.load(sys.stdin))
status = open("/proc/self/status").read()  # ru_maxrss would count the parent, too
print(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
"""


def _memory(candidate: Candidate, texts: Sequence[str]) -> dict[str, float]:
    """Peak resident memory, in MB (10^6 bytes), of a new process that does no more than load the model and embed."""
    if not Path("/proc/self/status").is_file():
        return {}
    command = [sys.executable, "-W", "ignore", "-c", _MEMORY.format(script=candidate.script)]
    told = subprocess.run(command, input=json.dumps(list(texts)), capture_output=True, text=True, check=True).stdout
    return {"peak MB": round(int(told.split()[-1]) * 1024 / 1e6, 1)}
