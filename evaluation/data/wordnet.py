"""WordNetLexname and WordNetTopics: the definitions of nouns, and the lexicographer's file each stands in."""

from __future__ import annotations

import re

from evaluation.data.errors import SourceError
from evaluation.data.sampling import shuffled
from evaluation.data.task import Columns, Task

FIRST_NOUN_FILE = 3
NOUN_FILES = (
    *("noun.Tops", "noun.act", "noun.animal", "noun.artifact", "noun.attribute", "noun.body", "noun.cognition"),
    *("noun.communication", "noun.event", "noun.feeling", "noun.food", "noun.group", "noun.location", "noun.motive"),
    *("noun.object", "noun.person", "noun.phenomenon", "noun.plant", "noun.possession", "noun.process"),
    *("noun.quantity", "noun.relation", "noun.shape", "noun.state", "noun.substance", "noun.time"),
)
"""Numbers 3 to 28 of WordNet's lexnames(5)."""

TOO_SMALL = {"noun.Tops", "noun.motive"}
"""Left out of the classification: about fifty synsets each."""

TOPICS = {
    *("noun.animal", "noun.artifact", "noun.body", "noun.feeling", "noun.food"),
    *("noun.location", "noun.person", "noun.plant", "noun.substance", "noun.time"),
}
"""The ten that are clustered: concrete ones, whose borders are clear."""

TEST, TRAIN = 2000, 20_000
CLASSIFICATION_SEED, CLUSTERING_SEED = 0, 1

Gloss = tuple[str, str]
"""A definition, and the name of its lexicographer's file."""


def noun_glosses(data_noun: str) -> list[Gloss]:
    """All definitions in the order of the file, without the examples that follow them.

    Args:
        data_noun: WordNet's ``data.noun``, in the format of wndb(5): the second field is the number of the
            lexicographer's file, and the gloss follows a bar. Examples are quoted.

    Raises:
        SourceError: If a line is not in that format.
    """
    glosses = []
    for line in data_noun.split("\n"):
        if not line or line.startswith("  "):  # the licence at the top
            continue
        fields, bar, gloss = line.partition(" | ")
        number = fields.split(" ")[1:2]
        position = int(number[0]) - FIRST_NOUN_FILE if number and number[0].isdigit() else -1
        if not bar or not 0 <= position < len(NOUN_FILES):
            raise SourceError(f"data.noun has the line {line[:60]!r}; expected the format of wndb(5).")
        glosses.append((re.split(r'; "', gloss)[0].strip(), NOUN_FILES[position]))
    if not glosses:
        raise SourceError("data.noun holds no synset.")
    return glosses


def wordnet_lexname(glosses: list[Gloss]) -> Task:
    """Classification: from the definition to the lexicographer's file, 24 of them."""
    rows = shuffled((gloss for gloss in glosses if gloss[1] not in TOO_SMALL), CLASSIFICATION_SEED)
    test, train = rows[:TEST], rows[TEST : TEST + TRAIN]
    return Task("WordNetLexname", {"test": _columns(test, "text", "label"), "train": _columns(train, "text", "label")})


def wordnet_topics(glosses: list[Gloss]) -> Task:
    """Clustering: definitions out of ten lexicographer's files."""
    rows = shuffled((gloss for gloss in glosses if gloss[1] in TOPICS), CLUSTERING_SEED)
    return Task("WordNetTopics", {"test": _columns(rows[:TEST], "sentences", "labels")})


def _columns(rows: list[Gloss], text: str, label: str) -> Columns:
    return {text: [definition for definition, _ in rows], label: [file for _, file in rows]}
