"""The mathematics of distillation, as pure NumPy functions: arrays in, arrays out, inputs untouched."""

from sentence_transformers_static.numerics.pca import PCA, fit_pca
from sentence_transformers_static.numerics.quantization import dequantize_int8, quantize_int8
from sentence_transformers_static.numerics.sif import sif_weights, zipf_probabilities

__all__ = ["PCA", "dequantize_int8", "fit_pca", "quantize_int8", "sif_weights", "zipf_probabilities"]
