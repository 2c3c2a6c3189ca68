"""The portable folder: what every reader of static models understands, and how a pipeline maps to it.

The host's own ``StaticEmbedding`` averages by itself, so the pipeline *StaticEmbedding, mean Pooling, ...* is stored as
*StaticEmbedding, ...* under the host's class names, which Sentence Transformers from 3.x on resolves without this
package; model2vec reads it too if nothing but Normalize follows. Any other pipeline is stored under its real names.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

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

_HOST_PREFIX = "sentence_transformers."
_OUR_PREFIX = "sentence_transformers_static."
_OUR_MODULES: dict[str, type[nn.Module]] = {"StaticEmbedding": StaticEmbedding}
"""Modules of this package that a ``modules.json`` may name; they are found by class name, wherever they live."""

OUR_CLASS_REFS = {f"{cls.__module__}.{name}": cls for name, cls in _OUR_MODULES.items()}
"""The same by the full names under which the host saves them."""


def is_mean_pipeline(modules: Sequence[nn.Module]) -> bool:
    """Whether the pipeline begins with a StaticEmbedding whose tokens are averaged, all of them, alike."""
    if len(modules) < 2 or type(modules[0]) is not StaticEmbedding or type(modules[1]) is not Pooling:
        return False
    pooling = cast(Pooling, modules[1])
    return pooling.pooling_mode == "mean" and pooling.include_prompt


def is_portable(modules: Sequence[nn.Module]) -> bool:
    """Whether the host's own classes can express the pipeline."""
    return is_mean_pipeline(modules) and all(type(module).__module__.startswith(_HOST_PREFIX) for module in modules[2:])


def is_model2vec(modules: Sequence[nn.Module]) -> bool:
    """Whether model2vec can express the pipeline: nothing but Normalize may follow the mean."""
    return is_portable(modules) and [type(module) for module in modules[2:]] in ([], [Normalize])


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
    """Rewrite what the host saved of a portable pipeline: the host's class names, and no pooling.

    ``config.json`` says that it is a model2vec model only if model2vec can read it.
    """
    first, pooling, *rest = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    shutil.rmtree(folder / pooling["path"])
    entries: list[dict[str, Any]] = [{**first, "path": ".", "type": STOCK_EMBEDDING}]
    for idx, (entry, module) in enumerate(zip(rest, modules[2:], strict=True), start=1):
        name = type(module).__name__
        class_ref = STOCK_NORMALIZE if type(module) is Normalize else entry["type"]
        saved, path = folder / entry["path"], folder / f"{idx}_{name}"
        if type(module) is Normalize and module.get_config_dict() == Normalize().get_config_dict():
            shutil.rmtree(saved)  # the defaults need no file, and older versions of the host write none
        elif saved != path:
            saved.rename(path)
        entries.append({**entry, "idx": idx, "name": str(idx), "path": path.name, "type": class_ref})
    _write_json(folder / "modules.json", entries)
    if is_model2vec(modules):
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = {"model_type": "model2vec", "architectures": ["StaticModel"], "normalize": len(modules) == 3}
        _write_json(folder / "config.json", {**kind, **config})


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
