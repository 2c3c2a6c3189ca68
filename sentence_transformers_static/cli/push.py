"""``st-static push``: a model onto the Hub."""

from __future__ import annotations

from typing import Annotated

import typer


def push(
    model: Annotated[str, typer.Argument(help="A static model: a folder, or a name on the Hub.")],
    repo: Annotated[str, typer.Argument(help="The repository on the Hub, organization/name; made if it is not there.")],
    private: Annotated[bool, typer.Option("--private", help="Make a new repository private.")] = False,
    revision: Annotated[str | None, typer.Option(help="The branch to push to; made if it is not there.")] = None,
    commit_message: Annotated[str | None, typer.Option(help="The message of the commit.")] = None,
    create_pr: Annotated[bool, typer.Option("--create-pr", help="Open a pull request instead of pushing.")] = False,
    exist_ok: Annotated[bool, typer.Option("--exist-ok", help="Push to REPO even if it is there already.")] = False,
    replace_model_card: Annotated[
        bool, typer.Option("--replace-model-card", help="Replace the card that REPO has already.")
    ] = False,
    token: Annotated[str | None, typer.Option(help="Access token for the Hub.", envvar="HF_TOKEN")] = None,
) -> None:
    """Push MODEL to REPO on the Hub, with its card, whose examples then name REPO."""
    from sentence_transformers_static import StaticSentenceTransformer

    url = StaticSentenceTransformer(model, device="cpu").push_to_hub(
        repo,
        token=token,
        private=private or None,
        revision=revision,
        commit_message=commit_message,
        create_pr=create_pr,
        exist_ok=exist_ok or revision is not None,
        replace_model_card=replace_model_card,
    )
    typer.echo(url)
