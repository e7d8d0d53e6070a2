"""What results depend on beside files and settings: a worker that has other versions would find other things."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tdlint._version import __version__
from tdlint.linting.registry import GROUP
from tdlint.linting.rule import Rule

_DATA = (".py", ".json", ".txt")


class Version(NamedTuple):
    """A thing that results depend on; ``digest`` is that of its files, where they may differ under one version."""

    name: str
    version: str
    digest: str = ""


def versions(packages: Iterable[str]) -> tuple[Version, ...]:
    """What this process has, with the packages that rules are in."""
    found = [Version("Python", f"{sys.version_info.major}.{sys.version_info.minor}")]
    found.append(Version("the system", os.name))
    found.append(Version("libcst", _installed("libcst")))
    found.append(Version("tdlint", __version__, _digest("tdlint")))
    packs = {point.value.partition(".")[0]: point for point in entry_points(group=GROUP)}
    for package in packages:
        pack = packs.get(package)
        number = pack.dist.version if pack is not None and pack.dist is not None else ""
        found.append(Version(f"rules {package}", number, _digest(package)))
    return tuple(found)


def packages_of(rules: Sequence[type[Rule]]) -> tuple[str, ...]:
    """The packages that rules are in."""
    return tuple(sorted({rule.__module__.partition(".")[0] for rule in rules}))


def difference(here: Sequence[Version], there: Sequence[Version]) -> str | None:
    """The first difference as a predicate with both versions, such as ``has tdlint 0.2 and not 0.1``."""
    others = {other.name: other for other in there}
    for one in here:
        other = others.get(one.name)
        if other is None or (one.digest and not other.digest):
            return f"has no {one.name} ({one.version or 'any version'})"
        if one.version != other.version:
            return f"has {one.name} {other.version} and not {one.version}"
        if one.digest != other.digest:
            return f"has other files of {one.name} {one.version}".rstrip()
    return None


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "without a version"


def _digest(package: str) -> str:
    """A digest of the files of a package, empty if there is none; line ends do not count."""
    found = hashlib.blake2b(digest_size=16)
    files = list(_files(package))
    for name, file in sorted(files):
        found.update(f"{name}\0".encode())
        found.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest() if files else ""


def _files(package: str) -> Iterator[tuple[str, Path]]:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        if spec.origin is not None and Path(spec.origin).is_file():
            yield "", Path(spec.origin)
        return
    for folder in map(Path, spec.submodule_search_locations):
        for file in folder.rglob("*"):
            if file.suffix in _DATA:
                yield file.relative_to(folder).as_posix(), file
