"""The format of Debian's indexes: stanzas of fields, see deb822(5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator


def stanzas(text: str, fields: Collection[str]) -> Iterator[dict[str, str]]:
    """The stanzas of ``text``, each with those of ``fields`` that it has; continuation lines follow after newlines.

    Nothing is stripped but the blank after the colon: the indexes hold trailing blanks, and so do the published texts.
    """
    for block in text.split("\n\n"):
        stanza: dict[str, str] = {}
        name = ""
        for line in block.split("\n"):
            if line.startswith((" ", "\t")):
                if name in stanza:
                    stanza[name] += f"\n{line}"
                continue
            name, _, value = line.partition(":")
            if name in fields:
                stanza[name] = value.removeprefix(" ")
        if stanza:
            yield stanza
