"""What goes wrong with a model file or a target, said so that the reader knows what to do."""

from __future__ import annotations

from tdlint.errors import UsageError


class InspectionError(UsageError):
    """A target can't be inspected; the text names it and says what to do."""


class ModelFileError(InspectionError):
    """A model file can't be read: ``where`` is the place inside it, ``problem`` what was expected there."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where = where
        self.problem = problem

    def __reduce__(self) -> tuple[type[ModelFileError], tuple[str, str]]:
        """As the exception must arrive from another process."""
        return (ModelFileError, (self.where, self.problem))
