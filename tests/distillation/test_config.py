"""The options of a distillation."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from sentence_transformers_static.distillation import DistillationConfig
from sentence_transformers_static.errors import NotYetSupportedError, OptionError


@pytest.mark.parametrize(
    "options",
    [{"pca_dims": dims} for dims in (0, -1, 1.0, 0.0, 1.5, "half", True, float("nan"))]
    + [{"sif_coefficient": value} for value in (0, 1, -0.5, 2.0, "1e-4", float("nan"), True)]
    + [{"quantize_to": "int4"}, {"pooling": "cls"}, {"batch_size": 0}, {"batch_size": -1}, {"token_remove_pattern": 3}],
    ids=str,
)
def test_refused_options(options: dict[str, Any]) -> None:
    ((name, value),) = options.items()
    with pytest.raises(OptionError, match=name) as error:
        DistillationConfig(**options)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("options", [{"vocabulary": ["word"]}, {"vocabulary_quantization": 100}], ids=str)
def test_options_to_come(options: dict[str, Any]) -> None:
    with pytest.raises(NotYetSupportedError, match="not supported yet"):
        DistillationConfig(**options)


@pytest.mark.parametrize("dims", [1, 256, np.int64(8), 0.5, "auto", None])
def test_accepted_dimensions(dims: Any) -> None:
    config = DistillationConfig(pca_dims=dims, sif_coefficient=None, token_remove_pattern=None)
    assert config.to_dict()["pca_dims"] == dims
    json.dumps(config.to_dict())
