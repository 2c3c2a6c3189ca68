"""Which file of which package each task reads."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evaluation.data.apt_indexes import Apt
from evaluation.data.chatterbot import TOPICS
from evaluation.data.deb_archive import deb_member
from evaluation.data.errors import SourceError
from evaluation.data.pip_packages import download, member

OPENERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".xz": lzma.decompress,
    ".bz2": bz2.decompress,
}
WHEEL_FOR_ALL = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.12"]
"""The same wheel on every machine, which need not be one that can be installed there: only its data are read."""

WHEEL_PLATFORM = ["--platform", "manylinux_2_28_x86_64"]


@dataclass(frozen=True)
class Sources:
    """The texts that the tasks are built from, each fetched when it is asked for.

    Args:
        downloads: The folder that what is downloaded goes to; what is there already is not downloaded again.
        packages: Debian's index ``Packages``, plain or .gz, .xz or .bz2, instead of apt's.
        translation: Likewise ``Translation-en``.
        wordnet_deb: The package wordnet-base 3.0, instead of apt's.

    Every method raises :class:`SourceError` if its source cannot be fetched or read.
    """

    downloads: Path
    packages: Path | None = None
    translation: Path | None = None
    wordnet_deb: Path | None = None

    def word_pairs(self, name: str = "wordsim353.tsv") -> str:
        """A file of gensim's test data, which its wheel carries: ``wordsim353.tsv`` or ``simlex999.txt``."""
        options = [*WHEEL_FOR_ALL, *WHEEL_PLATFORM]
        wheel = download("gensim==4.4.0", options, "gensim-4.4.0-*.whl", self.downloads)
        return _text(member(wheel, f"gensim/test/test_data/{name}"), name)

    def vader(self, kind: str) -> str:
        """The ground truth of one of VADER's four collections, such as ``movieReviewSnippets``.

        It lies in an archive within the sdist.
        """
        options = ["--no-binary", "vaderSentiment"]
        sdist = download("vaderSentiment==3.3.2", options, "[vV]ader[sS]entiment-3.3.2.tar.gz", self.downloads)
        data = member(sdist, "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz")
        name = f"hutto_ICWSM_2014/{kind}_GroundTruth.txt"
        return _text(member(data, name), name)

    def conversations(self) -> dict[str, str]:
        """The English conversations of chatterbot-corpus: topic -> YAML."""
        options = ["--only-binary", ":all:"]
        wheel = download("chatterbot-corpus==1.3.3", options, "chatterbot_corpus-1.3.3-*.whl", self.downloads)
        names = {topic: f"chatterbot_corpus/data/english/{topic}.yml" for topic in TOPICS}
        return {topic: _text(member(wheel, name), name) for topic, name in names.items()}

    def wordnet(self, part_of_speech: str) -> str:
        """WordNet's ``data.noun`` or ``data.verb``."""
        deb = self.wordnet_deb or self._apt.download("wordnet-base", "1:3.0-37")
        name = f"data.{part_of_speech}"
        return _text(deb_member(deb, f"./usr/share/wordnet/{name}"), name)

    def package_index(self) -> str:
        """Debian's ``Packages``: names, sections, debtags."""
        content = self._apt.index("Packages") if self.packages is None else _unpacked(self.packages)
        return _text(content, "Packages")

    def translation_index(self) -> str:
        """Debian's ``Translation-en``: descriptions."""
        content = self._apt.index("Translations") if self.translation is None else _unpacked(self.translation)
        return _text(content, "Translation-en")

    @cached_property
    def _apt(self) -> Apt:
        return Apt(self.downloads / "apt")


def _unpacked(file: Path) -> bytes:
    try:
        return OPENERS.get(file.suffix, bytes)(file.read_bytes())
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        raise SourceError(
            f"{file} cannot be read: {error}. Expected a text file, plain or .gz, .xz or .bz2."
        ) from error


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not UTF-8: {error}.") from error
