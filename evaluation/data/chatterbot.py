"""SupportReranking: questions to a support desk, a quiz master and a programmer, and the answers they got."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import yaml

from evaluation.data.errors import SourceError
from evaluation.data.task import Task

TOPICS = ("tech_support", "trivia", "coding")
"""The files of the English corpus that hold questions with one right answer each, in the order they are read."""

DISTRACTORS = 20
SEED = 4

Pair = tuple[str, str]


def support_reranking(corpus: Mapping[str, str]) -> Task:
    """To each question, its answers among 20 others drawn from all answers.

    Question and answer are the first two turns of each conversation. Pairs are shuffled as often as they occur;
    questions and answers are numbered by their first occurrence, so that frequent ones come first. The distractors are
    drawn with the same generator, question by question; a right answer among them counts once, hence 20 to 22
    candidates.

    Args:
        corpus: File name without suffix -> YAML, for each of ``TOPICS``.

    Raises:
        SourceError: If a file is not a corpus of conversations.
    """
    pairs = [pair for topic in TOPICS for pair in _pairs(topic, corpus[topic])]
    generator = random.Random(SEED)
    generator.shuffle(pairs)
    answers_of: dict[str, dict[str, None]] = {}
    for question, answer in pairs:
        answers_of.setdefault(question, {})[answer] = None
    queries = {question: f"q{number}" for number, question in enumerate(answers_of)}
    documents = {answer: f"d{number}" for number, answer in enumerate(dict.fromkeys(answer for _, answer in pairs))}
    relevant = [[documents[answer] for answer in answers] for answers in answers_of.values()]
    ranked = [_candidates(ids, list(documents.values()), generator) for ids in relevant]
    judged = [(query, document) for query, ids in zip(queries.values(), relevant, strict=True) for document in ids]
    return Task(
        "SupportReranking",
        {
            "corpus": {"id": list(documents.values()), "text": list(documents)},
            "queries": {"id": list(queries.values()), "text": list(queries)},
            "qrels": {
                "query_id": [query for query, _ in judged],
                "doc_id": [document for _, document in judged],
                "score": [1] * len(judged),
            },
            "top_ranked": {"query_id": list(queries.values()), "doc_ids": ranked},
        },
    )


def _pairs(topic: str, text: str) -> list[Pair]:
    try:
        content: Any = yaml.safe_load(text)
        pairs = [(turns[0], turns[1]) for turns in content["conversations"]]
    except (yaml.YAMLError, TypeError, KeyError, IndexError) as error:
        raise SourceError(f"{topic}.yml is not a corpus of conversations of two turns or more: {error}.") from error
    strange = [pair for pair in pairs if not all(isinstance(turn, str) for turn in pair)]
    if strange or not pairs:
        found = f"the turns {strange[0]!r}" if strange else "no conversation"
        raise SourceError(f"{topic}.yml holds {found}; expected conversations of texts.")
    return pairs


def _candidates(relevant: list[str], documents: list[str], generator: random.Random) -> list[str]:
    drawn = generator.sample(documents, min(DISTRACTORS, len(documents)))
    candidates = list(dict.fromkeys([*relevant, *drawn]))
    generator.shuffle(candidates)
    return candidates
