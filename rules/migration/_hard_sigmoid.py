"""``hard_sigmoid`` as it was in Keras 2, which programs that are older may want to keep."""

from __future__ import annotations

from tdlint.api import Define, Imported, KerasVersion, Program, Site, argument_changes, migration

from ._names import PACKAGES, importable

NAME = "hard_sigmoid"


def defined(at: Site, program: Program) -> Define | None:
    """A function of the program that computes what the text ``"hard_sigmoid"`` did; None if its package is not sure."""
    packages = {name for name, _ in program.namespaces}
    if len(packages) != 1 or not packages <= PACKAGES.keys():
        return None
    (package,) = packages
    register = Imported(importable("keras.utils.register_keras_serializable", package))
    clip = Imported("keras.ops.clip")
    body = f"()\ndef {NAME}(x):\n    # as it was in Keras 2\n    return "
    return Define(at, NAME, ("@", register, body, clip, "(0.2 * x + 0.5, 0.0, 1.0)\n"))


def written_for(program: Program) -> KerasVersion | None:
    """A version before which the program must have been written, by the oldest names and arguments that it has."""
    changes = (argument_changes(call.name).get(name) for call in program.dated_calls for name, _ in call.args.bound)
    ages = [change.since for change in changes if change is not None and change.family != "input"]
    gone = (migration.removed(each.name, each.namespace) for each in program.references)
    return min((*ages, *(each.since for each in gone if each is not None)), default=None)
