"""A program with one mistake, and command lines as processes of their own."""

from __future__ import annotations

import ctypes
import os
import sys

BAD = """\
from keras import Sequential, layers

model = Sequential([
    layers.LSTM(8),
    layers.LSTM(8),
])
"""
FIXED = BAD.replace("LSTM(8),", "LSTM(8, return_sequences=True),", 1)


def environment(**changes: str | None) -> dict[str, str]:
    """The variables of a process that runs this tdlint."""
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **changes}
    quiet = ("NO_COLOR", "FORCE_COLOR", "TDLINT_DEBUG", "COLUMNS")
    return {name: value for name, value in given.items() if value is not None and name not in quiet}


def command(*arguments: str) -> list[str]:
    """The command line of a process."""
    return [sys.executable, "-m", "tdlint", *arguments]


def without_rights() -> None:
    """Take from a process of root the right to read and write everything; it is only the owner of its files then."""
    if os.geteuid() == 0:
        drop_from_bounding_set, rights = 24, (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        for right in rights:
            if ctypes.CDLL(None).prctl(drop_from_bounding_set, right, 0, 0, 0) != 0:
                os._exit(99)
