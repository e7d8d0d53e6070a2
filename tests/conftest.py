"""What tests of the project as a whole share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOT_SOURCE = (".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture(scope="session")
def copy_checkout() -> Callable[[Path], Path]:
    """Copies this repository's files to a folder, without what builds and tests leave behind."""

    def copy(target: Path) -> Path:
        return Path(shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_SOURCE)))

    return copy


@pytest.fixture
def checkout(copy_checkout: Callable[[Path], Path], tmp_path: Path) -> Path:
    """A copy of this repository that a test may change."""
    return copy_checkout(tmp_path / "checkout")
