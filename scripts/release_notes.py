"""Print what CHANGELOG.md says of a version, if its tag, the code and the changelog agree.

    python scripts/release_notes.py v0.2.0

Exits with 1 and says why if they do not: the tag is not the version of the code, or the changelog has no section of it
with a date, or the section is empty.
"""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SECTION = re.compile(
    r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>\S+))?\n(?P<text>.*?)(?=^## \[|^\[[^\]]+\]: |\Z)", re.M | re.S
)


def sections(changelog: str) -> dict[str, tuple[str | None, str]]:
    """The sections of a changelog by name, newest first: each with its date and text."""
    return {found["name"]: (found["date"], found["text"].strip()) for found in _SECTION.finditer(changelog)}


def notes(tag: str, version: str, changelog: str) -> str:
    """The notes of the version that a tag names.

    Raises:
        ValueError: the tag, the version of the code and the changelog do not agree.
    """
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and the version in tdlint/_version.py is {version}")
    found = sections(changelog)
    if version not in found:
        raise ValueError(f"CHANGELOG.md has no section [{version}]")
    day, text = found[version]
    try:
        date.fromisoformat(day or "")
    except ValueError:
        raise ValueError(f"the section [{version}] of CHANGELOG.md needs a date: ## [{version}] - YYYY-MM-DD") from None
    if not text:
        raise ValueError(f"the section [{version}] of CHANGELOG.md is empty")
    return text


def version_of_code() -> str:
    """The version in tdlint/_version.py, read and not imported, as the release has nothing installed."""
    text = (ROOT / "tdlint" / "_version.py").read_text(encoding="utf-8")
    [version] = re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    return str(version)


def main() -> None:
    """Print the notes of the tag that was named."""
    if len(sys.argv) != 2:
        sys.exit("usage: release_notes.py TAG")
    try:
        sys.stdout.write(
            notes(sys.argv[1], version_of_code(), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")) + "\n"
        )
    except ValueError as error:
        sys.exit(f"release_notes.py: {error}")


if __name__ == "__main__":
    main()
