"""Whether the teacher is run in bfloat16: only where that is faster and gives the same directions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

TeacherDtype = Literal["auto", "float32", "bfloat16"]

PROBED_SEQUENCES = 384
_WORTH_A_PROBE = 8
"""The probe takes four passes; a vocabulary must be so many times as large as it."""

LOWEST_COSINE = 0.999
"""The least cosine between a row in float32 and in bfloat16; MiniLM's lowest is 0.9998."""

Embed = Callable[[Sequence[Sequence[int]], bool], npt.NDArray[np.float32]]


def takes_bfloat16(requested: TeacherDtype, embed: Embed, sequences: Sequence[Sequence[int]], device: str) -> bool:
    """Whether to run the teacher in bfloat16.

    Args:
        requested: ``"auto"`` for bfloat16 if the processor computes in it, a probe is faster in it than in float32, and
            the lowest cosine between the two is at least 0.999; else what is requested.
        embed: Passes sequences of ids through the teacher, in bfloat16 or not.
        sequences: Of ids; some hundreds of them, evenly spaced, are the probe.
        device: The type of device: ``"cpu"``, ``"cuda"``, ...
    """
    if requested != "auto":
        return requested == "bfloat16"
    if len(sequences) < _WORTH_A_PROBE * PROBED_SEQUENCES or not computes_in_bfloat16(device):
        return False
    probe = [sequences[i] for i in np.unique(np.linspace(0, len(sequences) - 1, PROBED_SEQUENCES).astype(int))]
    vectors, seconds = {}, {}
    for bfloat16 in (False, True, False, True):  # the first round warms up
        start = time.perf_counter()
        vectors[bfloat16] = embed(probe, bfloat16)
        seconds[bfloat16] = time.perf_counter() - start
    norms = np.linalg.norm(vectors[False], axis=1) * np.linalg.norm(vectors[True], axis=1)
    cosines = (vectors[False] * vectors[True]).sum(axis=1) / np.maximum(norms, np.finfo(np.float32).tiny)
    return bool(seconds[True] < seconds[False] and cosines.min() >= LOWEST_COSINE)


def computes_in_bfloat16(device: str) -> bool:
    """Whether a type of device has instructions for it; elsewhere it is emulated, and slow."""
    if device == "cpu":
        probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(getattr(torch.cpu, name, lambda: False)() for name in probes)
    return device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
