"""The process that analyses programs for the server: it reads jobs from standard input and writes answers.

The server ends it when a job takes too long. What a rule prints goes to standard error and never among the answers.
"""

from __future__ import annotations

from tdlint.errors import UsageError
from tdlint.linting.pipes import serve
from tdlint.server.folder import stand_somewhere
from tdlint.server.jobs import Answer, Check, Job, Refused, do

_FIRST = b"import keras\nmodel = keras.Sequential([keras.layers.Dense(1), keras.layers.Dense(1)])\n"


def main() -> None:
    """A worker's life. That it is ready says that the rules are loaded: what takes time from then on is a job."""
    serve(lambda: _Work().answer)


class _Work:
    """The rules, loaded once, or why they can't be."""

    def __init__(self) -> None:
        self.refused: Refused | None = None
        from tdlint.linting.registry import Loaded, load_packs

        self.loaded = Loaded(())
        try:
            self.loaded = load_packs()
            self._warm_up()
        except UsageError as error:
            self.refused = Refused(str(error))
        except Exception as error:
            self.refused = _defect(error)

    def answer(self, job: Job) -> Answer:
        if self.refused is not None:
            return self.refused
        stand_somewhere()
        try:
            return do(job, self.loaded)
        except Exception as error:
            return _defect(error)

    def _warm_up(self) -> None:
        """Import what the first check needs, before someone waits for it."""
        from tdlint.config import Settings

        do(Check(_FIRST, "first.py", Settings()), self.loaded)


def _defect(error: Exception) -> Refused:
    text = str(error).partition("\n")[0]
    return Refused(f"this is a bug in tdlint, please report it: {type(error).__name__}: {text}", defect=True)
