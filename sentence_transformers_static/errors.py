"""The errors that this package raises on purpose.

    StaticEmbeddingError
    ├── ModelFolderError   (ValueError)       a folder or file that is not a readable static model
    ├── TableError         (ValueError)       an embedding table of the wrong shape, dtype or content
    ├── TokenizerError     (ValueError)       a tokenizer that a static model cannot use
    ├── OptionError        (ValueError)       an option outside its range
    │   └── NotYetSupportedError (NotImplementedError)
    ├── TeacherError       (ValueError)       a model that cannot be distilled
    ├── ModelLoadError     (ValueError)       a model that cannot be loaded to be evaluated
    ├── UnknownTaskError   (LookupError)      a task or benchmark of no such name
    ├── EvaluationDataError (ValueError)      a folder of evaluation data that is not there or not as documented
    ├── EvaluationError    (RuntimeError)     a task that gives no score
    ├── InputError         (TypeError)        an input that is not text
    ├── SaveError          (OSError)          a folder that could not be written; what stood there is intact
    │   └── OutputExistsError (FileExistsError)
    └── MissingExtraError  (ImportError)      an optional dependency that is not installed

Each is also the built-in error named in parentheses, so ``except ValueError`` keeps working.
Every message says what was received, what was expected, and what to do.
"""

from __future__ import annotations


class StaticEmbeddingError(Exception):
    """Base class: catch this to catch everything that the package raises on purpose."""


class ModelFolderError(StaticEmbeddingError, ValueError):
    """A folder, or a file in it, cannot be read as a static model."""


class TableError(StaticEmbeddingError, ValueError):
    """An embedding table, its mapping or its weights have the wrong shape, dtype or content."""


class TokenizerError(StaticEmbeddingError, ValueError):
    """A tokenizer cannot be used for a static model."""


class OptionError(StaticEmbeddingError, ValueError):
    """An option is outside its range, or contradicts another one."""


class NotYetSupportedError(OptionError, NotImplementedError):
    """An option that is reserved, and that this version does not implement."""


class TeacherError(StaticEmbeddingError, ValueError):
    """A model cannot be distilled."""


class ModelLoadError(StaticEmbeddingError, ValueError):
    """A model cannot be loaded to be evaluated."""


class UnknownTaskError(StaticEmbeddingError, LookupError):
    """There is no task, or no benchmark, of that name."""


class EvaluationDataError(StaticEmbeddingError, ValueError):
    """A folder of evaluation data is missing, or its files are not as documented."""


class EvaluationError(StaticEmbeddingError, RuntimeError):
    """A task was run and gives no score."""


class InputError(StaticEmbeddingError, TypeError):
    """An input is not text."""


class SaveError(StaticEmbeddingError, OSError):
    """A folder or file could not be written. Whatever stood at its place is unchanged."""


class OutputExistsError(SaveError, FileExistsError):
    """The output is already there, and overwriting it was not asked for."""


class MissingExtraError(StaticEmbeddingError, ImportError):
    """An optional dependency is needed and not installed."""
