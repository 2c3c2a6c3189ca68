"""What is printed when the data are built: whether they are the published ones, and what is missing."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table

from evaluation.data.comparison import FileComparison
from evaluation.data.published import digests_of, published_digests
from evaluation.data.task import Task

NAMED = 5
"""So many packages are named when some are gone or changed."""


def report(tasks: list[Task], console: Console) -> bool:
    """Print expected and rebuilt rows of each file; true if all are the published ones."""
    expected = published_digests()
    found = {file: digest for task in tasks for file, digest in digests_of(task).items()}
    table = _table("expected", "rebuilt", "missing", "as published")
    for file, digest in found.items():
        rows, wanted = digest["rows"], expected[file]["rows"]
        table.add_row(file, f"{wanted:,}", f"{rows:,}", f"{max(0, wanted - rows):,}", _yes(digest == expected[file]))
    console.print(table)
    for task in tasks:
        _name(f"{task.name}: packages that are gone or no longer fit the rules", task.missing, console)
        _name(f"{task.name}: packages that have changed and are taken as they are now", task.changed, console)
    same = found == expected
    if not same:
        console.print("[yellow]These are not the rows that were published: scores on them are not comparable.[/yellow]")
    return same


def report_comparison(comparisons: list[FileComparison], console: Console) -> bool:
    """Print equal and different rows of each file; true if there is no difference."""
    table = _table("equal", "only here", "only there", "same order", "same columns")
    for one in comparisons:
        counts = (f"{count:,}" for count in (one.equal, one.only_first, one.only_second))
        table.add_row(one.file.removesuffix(".parquet"), *counts, _yes(one.same_order), _yes(one.same_columns))
    console.print(table)
    return all(one.identical for one in comparisons)


def _table(*columns: str) -> Table:
    return Table(Column("rows", no_wrap=True), *(Column(column, justify="right") for column in columns))


def _yes(fact: bool) -> str:
    return "yes" if fact else "[red]no[/red]"


def _name(what: str, keys: tuple[str, ...], console: Console) -> None:
    if keys:
        more = ", ..." if len(keys) > NAMED else ""
        console.print(f"{what} ({len(keys):,}): {', '.join(keys[:NAMED])}{more}", highlight=False)
