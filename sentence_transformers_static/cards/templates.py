"""Where the card templates are, and how they are rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_PACKAGE = Path(__file__).resolve().parents[1]


def template_dir() -> Path:
    """The folder of templates: inside an installed package, else beside it in a checkout.

    Raises:
        FileNotFoundError: If there is neither, that is, the installation is broken.
    """
    for parent in (_PACKAGE, _PACKAGE.parent):
        folder = parent / "model_card_templates"
        if (folder / "stub.md").exists():
            return folder
    raise FileNotFoundError(
        f"No model_card_templates in {_PACKAGE} or beside it. Install sentence-transformers-static again."
    )


def render(template: str, **context: Any) -> str:
    """Render a file of :func:`template_dir`; a name that the template needs and ``context`` lacks is an error.

    Raises:
        jinja2.UndefinedError: If such a name is missing.
        jinja2.TemplateNotFound: If there is no such template.
    """
    environment = Environment(
        loader=FileSystemLoader(template_dir()),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # Markdown, not HTML
    )
    return environment.get_template(template).render(**context)
