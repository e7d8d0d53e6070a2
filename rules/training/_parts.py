"""Which part of the data a name says that it is."""

from __future__ import annotations

import re

_TRAIN = re.compile(r"(^[a-zA-Z]?|[_\d])(train|training|trn|tr)(?![a-z])|Train")
_TEST = re.compile(r"(^[a-zA-Z]?|[_\d])(testing|test|validation|valid|val|dev|tst|te)(?![a-z])|Test|Val(?![a-z])|Valid")


def part_named(name: str) -> str | None:
    """Which part a name says it is; None if none, or both."""
    train, test = bool(_TRAIN.search(name)), bool(_TEST.search(name))
    return None if train == test else "train" if train else "test"


def stem(name: str) -> str:
    """A name without what says which part it is: ``x_train`` and ``x_test`` have one stem."""
    return _TEST.sub("", _TRAIN.sub("", name)).strip("_").lower()
