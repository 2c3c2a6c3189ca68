"""The space that many tokenizers put before a text, kept from what follows an added token."""

from __future__ import annotations

import json
from typing import Any

from tokenizers import Tokenizer

_METASPACE = "\u2581"
_Json = dict[str, Any]


def prefix_first_only(tokenizer: Tokenizer) -> Tokenizer:
    """A tokenizer that splits texts as ``tokenizer`` does, and as well when added tokens cut them into parts.

    Byte-level and SentencePiece tokenizers see a space before a text, so that its first word is split like any other.
    They are asked for each part of a text between added tokens, and see a space before each: of *kubernetes, and*, with
    *kubernetes* an added token, the comma would become the token of a comma after a space. Here only the beginning of
    a text gets the space.

    Args:
        tokenizer: It is left as it is.

    Returns:
        A new tokenizer of the same vocabulary; for one that adds no space, a copy.
    """
    content = json.loads(tokenizer.to_str())
    for convert in (_legacy_llama, _whitespace_then_metaspace, _metaspace, _byte_level):
        if convert(content):
            _keep_where_the_text_begins(content)
            break
    return Tokenizer.from_str(json.dumps(content))


def _legacy_llama(content: _Json) -> bool:
    """A normalizer that prepends the space and replaces all others: the pre-tokenizer Metaspace does so by part.

    Metaspace prepends nothing to a text that begins with a space, the normalizer does: hence one more space there.
    """
    steps = _parts(content["normalizer"], "normalizers")
    if [step["type"] for step in steps[-2:]] != ["Prepend", "Replace"] or content["pre_tokenizer"] is not None:
        return False
    prepend, replace = steps[-2:]
    if prepend["prepend"] != _METASPACE or replace["content"] != _METASPACE or replace["pattern"] != {"String": " "}:
        return False
    another_space = {"type": "Replace", "pattern": {"Regex": r"\A(?= )"}, "content": " "}
    content["normalizer"] = {"type": "Sequence", "normalizers": [*steps[:-2], another_space]}
    content["pre_tokenizer"] = _first_space(_METASPACE, split=False)
    return True


def _whitespace_then_metaspace(content: _Json) -> bool:
    """Split at white space, then a space before each word: the same as one space for each white space, and Metaspace.

    Leading white space is not removed: the normalized text would then no longer begin where the text does, by which
    Metaspace knows the first part.
    """
    parts = _parts(content["pre_tokenizer"], "pretokenizers")
    if [part["type"] for part in parts] != ["WhitespaceSplit", "Metaspace"] or not _is_always(parts[1]):
        return False
    steps = _parts(content["normalizer"], "normalizers")
    one_space = {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}
    none_at_the_end = {"type": "Strip", "strip_left": False, "strip_right": True}
    content["normalizer"] = {"type": "Sequence", "normalizers": [*steps, one_space, none_at_the_end]}
    content["pre_tokenizer"] = {**parts[1], "prepend_scheme": "first"}
    return True


def _metaspace(content: _Json) -> bool:
    """Metaspace has an option for it."""
    parts = _parts(content["pre_tokenizer"], "pretokenizers")
    if not parts or not _is_always(parts[0]):
        return False
    parts[0]["prepend_scheme"] = "first"
    content["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": parts}
    return True


def _byte_level(content: _Json) -> bool:
    """ByteLevel has none, but Metaspace can put a plain space before the first part.

    After another pre-tokenizer ByteLevel puts a space before each of its pieces: that stays.
    """
    parts = _parts(content["pre_tokenizer"], "pretokenizers")
    if not parts or parts[0]["type"] != "ByteLevel" or not parts[0]["add_prefix_space"]:
        return False
    first = [_first_space(" ", split=False), {**parts[0], "add_prefix_space": False}]
    content["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [*first, *parts[1:]]}
    return True


def _keep_where_the_text_begins(content: _Json) -> None:
    """Leading white space becomes one space instead of none: the first part is known by where it begins."""
    steps = _parts(content["normalizer"], "normalizers")
    if not any(step["type"] == "Strip" and step["strip_left"] for step in steps):
        return
    kept: list[_Json] = []
    for step in steps:
        if step["type"] == "Strip" and step["strip_left"]:
            nothing = {"type": "Replace", "pattern": {"Regex": r"\A\s+\z"}, "content": ""}
            one_space = {"type": "Replace", "pattern": {"Regex": r"\A\s+"}, "content": " "}
            kept += [{**step, "strip_left": False}, nothing, one_space]
        else:
            kept.append(step)
    content["normalizer"] = {"type": "Sequence", "normalizers": kept}


def _first_space(replacement: str, *, split: bool) -> _Json:
    return {"type": "Metaspace", "replacement": replacement, "prepend_scheme": "first", "split": split}


def _is_always(part: _Json) -> bool:
    return (part["type"], part.get("prepend_scheme")) == ("Metaspace", "always")


def _parts(component: _Json | None, key: str) -> list[_Json]:
    """Of a sequence its members, of another component itself."""
    if component is None:
        return []
    return list(component[key]) if component["type"] == "Sequence" else [component]
