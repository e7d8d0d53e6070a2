"""Attributes and methods that objects of Keras no longer have; the table is ``members.txt``, a row a line.

``!`` says that more is to be done than to write another name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tdlint.spec.migration.arguments import Effect
from tdlint.spec.version import KerasVersion


@dataclass(frozen=True, slots=True)
class MemberChange:
    """A member of a class that is not what it was; ``new`` can be written in its place, ``since`` is the version.

    ``effect`` is ``ignored`` where the member is still there and says something else.
    """

    owner: str
    old: str
    method: bool
    new: str | None
    since: KerasVersion
    effect: Effect
    help: str | None = None


@cache
def table() -> Mapping[str, Mapping[str, MemberChange]]:
    """Every change by the class, without its module, and the name of the member."""
    found: dict[str, dict[str, MemberChange]] = {}
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        owners, old, new, since, effect, *remark = (cell.strip() for cell in line.split("|"))
        for owner in owners.split():
            made = MemberChange(
                owner,
                old.removesuffix("()"),
                old.endswith("()"),
                None if new == "!" else new,
                KerasVersion(*map(int, since.split("."))),
                effect,  # type: ignore[arg-type]
                remark[0] if remark else None,
            )
            found.setdefault(owner, {})[made.old] = made
    return found


def member(owners: tuple[str, ...], name: str) -> MemberChange | None:
    """What changed about a member of an object, by the class of the object and its ancestors."""
    for owner in owners:
        change = table().get(owner, {}).get(name)
        if change is not None:
            return change
    return None


ONLY_KERAS = frozenset({"fit_generator", "evaluate_generator", "predict_generator", "predict_classes"})
"""Methods that nothing but a model of Keras has: what has them is one, known or not."""

OLD_MEMBERS = frozenset(name for changes in table().values() for name in changes)
"""What any class of Keras had that it does not have any more."""
