"""The portable folder: what every reader of static models understands, and how a pipeline maps to it.

The host's own ``StaticEmbedding`` averages by itself, so the pipeline *StaticEmbedding, mean Pooling[, Normalize]* is
stored as *StaticEmbedding[, Normalize]* under the host's class names, which Sentence Transformers from 3.x on and
model2vec resolve without this package. Any other pipeline is stored under its real class names.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from torch import nn

from sentence_transformers_static.errors import ModelFolderError
from sentence_transformers_static.modules import StaticEmbedding

STOCK_EMBEDDING = "sentence_transformers.models.StaticEmbedding"
STOCK_NORMALIZE = "sentence_transformers.models.Normalize"
"""The names that Model2Vec writes, and that every version of the host since 3.x resolves."""

STOCK_EMBEDDINGS = (
    STOCK_EMBEDDING,
    "sentence_transformers.models.StaticEmbedding.StaticEmbedding",
    "sentence_transformers.sentence_transformer.modules.StaticEmbedding",
    "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
)
"""Every name under which a version of the host has saved its StaticEmbedding."""

_OUR_PREFIX = "sentence_transformers_static."
_OUR_MODULES: dict[str, type[nn.Module]] = {"StaticEmbedding": StaticEmbedding}
"""Modules of this package that a ``modules.json`` may name; they are found by class name, wherever they live."""


def is_mean_pipeline(modules: Sequence[nn.Module]) -> bool:
    """Whether the pipeline begins with a StaticEmbedding whose tokens are averaged, all of them, alike."""
    if len(modules) < 2 or type(modules[0]) is not StaticEmbedding:
        return False
    pooling = modules[1]
    return isinstance(pooling, Pooling) and pooling.pooling_mode == "mean" and pooling.include_prompt


def is_portable(modules: Sequence[nn.Module]) -> bool:
    """Whether the host's own classes can express the pipeline."""
    rest = modules[2:]
    return is_mean_pipeline(modules) and (not rest or (len(rest) == 1 and type(rest[0]) is Normalize))


def our_module_class(class_ref: str) -> type[nn.Module] | None:
    """The class of this package that stands for ``class_ref`` of a ``modules.json``; None if it is not ours to say.

    Raises:
        ModelFolderError: If ``class_ref`` claims to be in this package and is not.
    """
    if class_ref in STOCK_EMBEDDINGS:
        return StaticEmbedding
    if not class_ref.startswith(_OUR_PREFIX):
        return None
    name = class_ref.rsplit(".", 1)[-1]
    if name not in _OUR_MODULES:
        raise ModelFolderError(
            f"modules.json names {class_ref}, which this version of sentence-transformers-static does not have; "
            f"it has {', '.join(_OUR_MODULES)}. Upgrade the package if the model is newer."
        )
    return _OUR_MODULES[name]


def pools_by_itself(modules_json: str | Path) -> bool:
    """Whether the first module in ``modules.json`` is the host's StaticEmbedding, which averages by itself."""
    modules = json.loads(Path(modules_json).read_text(encoding="utf-8"))
    return bool(modules) and modules[0]["type"] in STOCK_EMBEDDINGS


def make_portable(folder: Path, modules: Sequence[nn.Module]) -> None:
    """Rewrite what the host saved of a portable pipeline to the host's class names, without the pooling."""
    normalize = len(modules) == 3
    for leftover in folder.glob("[12]_*"):
        shutil.rmtree(leftover)
    entries: list[dict[str, Any]] = [{"idx": 0, "name": "0", "path": ".", "type": STOCK_EMBEDDING}]
    if normalize:
        entries.append({"idx": 1, "name": "1", "path": "1_Normalize", "type": STOCK_NORMALIZE})
    _write_json(folder / "modules.json", entries)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    _write_json(folder / "config.json", {**config, "normalize": normalize})


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
