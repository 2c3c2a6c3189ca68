"""The public names and signatures, and the laws of the error tree."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import sentence_transformers_static
from sentence_transformers_static import errors, extras


def test_public_names() -> None:
    assert sentence_transformers_static.__all__ == [
        "StaticEmbedding",
        "StaticSentenceTransformer",
        "distill",
        "distill_from_model",
        "vocabulary_from_corpus",
    ]
    for name in sentence_transformers_static.__all__:
        assert inspect.getdoc(getattr(sentence_transformers_static, name)), name
        assert name in dir(sentence_transformers_static)
    with pytest.raises(AttributeError, match="no attribute 'distil'"):
        sentence_transformers_static.distil  # noqa: B018


def test_signature_of_distill() -> None:
    """model2vec's names and defaults, but for precision and pooling, so that an import can be exchanged.

    The coefficient of SIF is "auto", which is model2vec's without a corpus: see tests/distillation/test_config.py.
    """
    from model2vec.distill import distill as theirs

    ours = inspect.signature(sentence_transformers_static.distill).parameters
    for name, parameter in inspect.signature(theirs).parameters.items():
        assert name in ours
        if name not in ("model_name", "quantize_to", "pooling", "sif_coefficient"):
            assert ours[name].default == parameter.default, name


def test_signature_of_static_embedding() -> None:
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding as Host

    ours = list(inspect.signature(sentence_transformers_static.StaticEmbedding).parameters)
    assert ours == [
        "tokenizer", "embedding_weights", "embedding_dim", "token_weights", "token_mapping", "max_seq_length"
    ]  # fmt: skip
    assert ours[:3] == list(inspect.signature(Host).parameters)[:3]


def test_each_error_is_ours_and_a_builtin_one() -> None:
    classes = [value for value in vars(errors).values() if inspect.isclass(value)]
    for error in classes:
        assert issubclass(error, errors.StaticEmbeddingError)
        assert error.__name__ in (errors.__doc__ or "") and error.__doc__
        if error is not errors.StaticEmbeddingError:
            assert any(base.__module__ == "builtins" and base is not Exception for base in error.__mro__[1:-3])


def test_the_command_line_starts_without_torch() -> None:
    script = "import sys, sentence_transformers_static.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_missing_extra_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(errors.MissingExtraError, match=r'pip install "sentence-transformers-static\[parquet\]"'):
        extras.require("pyarrow.parquet", "Reading this")
