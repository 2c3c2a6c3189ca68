"""``st-static distill``: a teacher into a static model."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from sentence_transformers_static.errors import OptionError, OutputExistsError
from sentence_transformers_static.folders import refuse_existing
from sentence_transformers_static.text_files import SUFFIXES, read_texts


def distill(
    teacher: Annotated[str, typer.Argument(help="The model to distil: a name on the Hub, or a folder.")],
    output: Annotated[Path, typer.Argument(help="The folder to save the static model in.")],
    pca_dims: Annotated[
        str, typer.Option(help="Dimensions; a share of the variance such as 0.95; 'auto' to rotate only; 'none'.")
    ] = "256",
    corpus: Annotated[
        Path | None,
        typer.Option(help=f"Texts to count tokens in, and to show them to the teacher in: {', '.join(SUFFIXES)}."),
    ] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Words to be tokens of their own, such as `st-static vocabulary` writes.")
    ] = None,
    pca_fit: Annotated[str, typer.Option(help="What PCA is fitted to: tokens, frequencies or sentences.")] = "auto",
    whitening: Annotated[str, typer.Option(help="How far the components are made equal, from 0 to 1.")] = "auto",
    remove_components: Annotated[str, typer.Option(help="How many of the largest components are removed.")] = "auto",
    contexts: Annotated[str, typer.Option(help="Sentences of CORPUS that each token is shown in; 0: alone.")] = "auto",
    sif_coefficient: Annotated[str, typer.Option(help="The a of the SIF weights a / (a + p), or 'none'.")] = "auto",
    token_remove_pattern: Annotated[
        str, typer.Option(help="Leave out tokens that this regular expression matches at their start; '' for none.")
    ] = r"\[unused\d+\]",
    lowercase: Annotated[bool, typer.Option("--lowercase", help="Lower-case texts.")] = False,
    quantize_to: Annotated[str, typer.Option(help="Precision of the table: float32, float16 or int8.")] = "float32",
    pooling: Annotated[str, typer.Option(help="teacher (its own pipeline), mean, first, last or pooler.")] = "teacher",
    dtype: Annotated[
        str,
        typer.Option(help="What the teacher computes in: float32, bfloat16, or auto for the faster one."),
    ] = "auto",
    device: Annotated[str | None, typer.Option(help="Where the teacher runs, such as cuda; default: the best.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of the teacher on the Hub.")] = None,
    token: Annotated[str | None, typer.Option(help="Access token for the Hub.", envvar="HF_TOKEN")] = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Let the teacher run code from its repository.")] = False,
    batch_size: Annotated[int, typer.Option(min=1, help="Tokens of the vocabulary per forward pass.")] = 1024,
    eval_texts: Annotated[
        Path | None, typer.Option(help=f"Texts to measure the model on, for its card: {', '.join(SUFFIXES)}.")
    ] = None,
    column: Annotated[str, typer.Option(help="Which column of CORPUS and EVAL_TEXTS holds the text.")] = "text",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write to OUTPUT even if it is not empty.")] = False,
) -> None:
    """Distil TEACHER into a static model, saved in OUTPUT."""
    if output.is_file():
        raise OutputExistsError(f"OUTPUT {output} is a file; name a folder for the model.")
    refuse_existing(output, overwrite)
    from sentence_transformers_static import distill as run

    texts = None if eval_texts is None else list(read_texts(eval_texts, column))
    start = time.perf_counter()
    model = run(
        teacher,
        vocabulary=vocabulary,
        corpus=corpus,
        text_column=column,
        pca_dims=_pca_dims(pca_dims),
        pca_fit=cast(Any, pca_fit),
        whitening=_number("--whitening", whitening),
        remove_components=_number("--remove-components", remove_components),
        contexts=_number("--contexts", contexts),
        sif_coefficient=_number("--sif-coefficient", sif_coefficient, none=True),
        token_remove_pattern=token_remove_pattern or None,
        lowercase=lowercase,
        quantize_to=cast(Any, quantize_to),
        pooling=cast(Any, pooling),
        dtype=cast(Any, dtype),
        device=device,
        revision=revision,
        token=token,
        trust_remote_code=trust_remote_code,
        batch_size=batch_size,
        eval_texts=texts,
    )
    model.save_pretrained(str(output))
    embedding = model.static_embedding
    table = embedding.table
    if measured := embedding.metadata["distillation"].get("fidelity"):
        typer.echo(
            f"On {measured['texts']:,} texts: cosine to the teacher {measured['cosine_to_teacher']:.3f}, correlation "
            f"of similarities {measured['similarity_correlation']:.3f}, unknown tokens "
            f"{measured['unknown_token_rate']:.2%}, tokens per word {measured['tokens_per_word']:.2f}."
        )
    typer.echo(
        f"Saved {output}: {table.vocab_size:,} tokens x {model.get_embedding_dimension()} dimensions, "
        f"{table.precision}, in {time.perf_counter() - start:.0f} s.\n"
        f'Next: st-static similarity {output} "a query" "a text" "another text"'
    )


def _pca_dims(text: str) -> int | float | Literal["auto"] | None:
    if text.lower() in ("auto", "none"):
        return None if text.lower() == "none" else "auto"
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError as error:
        raise OptionError(f"--pca-dims must be a number, 'auto' or 'none'; got {text!r}.") from error


def _number(option: str, text: str, *, none: bool = False) -> Any:
    """A whole number, a number, "auto", or None where that is a choice."""
    if text.lower() == "auto" or (none and text.lower() == "none"):
        return "auto" if text.lower() == "auto" else None
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError as error:
        raise OptionError(f"{option} must be a number{', none' if none else ''} or auto; got {text!r}.") from error
