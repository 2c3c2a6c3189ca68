"""The tokenizing seam: texts to flat token ids, by Hugging Face's tokenizers or a faster library that gives the same.

One adapter a file. Hugging Face's is the reference; another is used for a model only after it gave the same ids as the
reference for a set of probes and for every assigned code point.
"""

from sentence_transformers_static.tokens.backends.huggingface import HuggingFaceBackend
from sentence_transformers_static.tokens.backends.protocol import Backend, Ids, Offsets
from sentence_transformers_static.tokens.backends.selection import BACKENDS, Selection

__all__ = ["BACKENDS", "Backend", "HuggingFaceBackend", "Ids", "Offsets", "Selection"]
