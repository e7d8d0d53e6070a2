"""Versions of Keras, to be compared: ``version >= (3, 1)``."""

from __future__ import annotations

import re
from typing import NamedTuple


class KerasVersion(NamedTuple):
    """Major and minor number; compares with any tuple of two ints."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


NEWEST = KerasVersion(3, 15)
"""The version that the facts in the rule pages were last measured on, and the default target."""

FIRST_KERAS_2 = KerasVersion(2, 0)
LAST_KERAS_2 = KerasVersion(2, 15)
"""What ``tf_keras`` is, whatever is installed beside it."""


def parse_version(text: str) -> KerasVersion:
    """``"2.15"``, ``"3.8.0"`` or ``"3"`` as a version; a lone major number means its newest minor.

    Raises:
        ValueError: the text is no version of Keras 1, 2 or 3.
    """
    found = re.fullmatch(r"([123])(?:\.(\d+))?(?:\.\d+)*", text.strip())
    if not found:
        raise ValueError(f"expected a Keras version such as 3.15 or 2.15, received {text!r}")
    major = int(found[1])
    newest_minor = {1: 2, 2: 15, 3: NEWEST.minor}[major]
    return KerasVersion(major, int(found[2]) if found[2] else newest_minor)
