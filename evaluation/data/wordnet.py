"""WordNetLexname and WordNetTopics: the definitions of nouns, and the lexicographer's file each stands in."""

from __future__ import annotations

import re
from typing import NamedTuple

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

FIRST_VERB_FILE = 29
VERB_FILES = (
    *("verb.body", "verb.change", "verb.cognition", "verb.communication", "verb.competition", "verb.consumption"),
    *("verb.contact", "verb.creation", "verb.emotion", "verb.motion", "verb.perception", "verb.possession"),
    *("verb.social", "verb.stative", "verb.weather"),
)
"""Numbers 29 to 43."""

WORD_FIELD = 4

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


class Synset(NamedTuple):
    """A set of synonyms: the first of them, their definition, and the name of their lexicographer's file."""

    word: str
    gloss: str
    file: str


def noun_glosses(data_noun: str) -> list[Gloss]:
    """All definitions in the order of the file, without the examples that follow them.

    Raises:
        SourceError: If a line is not in the format of wndb(5).
    """
    return [(synset.gloss, synset.file) for synset in noun_synsets(data_noun)]


def noun_synsets(data_noun: str) -> list[Synset]:
    """All synsets of nouns in the order of the file.

    Args:
        data_noun: WordNet's ``data.noun``.

    Raises:
        SourceError: If a line is not in the format of wndb(5).
    """
    return _synsets(data_noun, "data.noun", FIRST_NOUN_FILE, NOUN_FILES)


def verb_synsets(data_verb: str) -> list[Synset]:
    """All synsets of verbs in the order of the file; as :func:`noun_synsets`."""
    return _synsets(data_verb, "data.verb", FIRST_VERB_FILE, VERB_FILES)


def _synsets(data: str, name: str, first_file: int, files: tuple[str, ...]) -> list[Synset]:
    """The lines of a file in the format of wndb(5).

    The second field is the number of the lexicographer's file, the fifth is the first word, and the gloss follows a
    bar; examples, which are left out, are quoted.
    """
    synsets = []
    for line in data.split("\n"):
        if not line or line.startswith("  "):  # the licence at the top
            continue
        fields, bar, gloss = line.partition(" | ")
        parts = fields.split(" ")
        position = int(parts[1]) - first_file if len(parts) > WORD_FIELD and parts[1].isdigit() else -1
        if not bar or not 0 <= position < len(files):
            raise SourceError(f"{name} has the line {line[:60]!r}; expected the format of wndb(5).")
        word = parts[WORD_FIELD].replace("_", " ")
        synsets.append(Synset(word, re.split(r'; "', gloss)[0].strip(), files[position]))
    if not synsets:
        raise SourceError(f"{name} holds no synset.")
    return synsets


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
