"""The folder that a process is in, which may be deleted while an editor is open."""

from __future__ import annotations

import os
from pathlib import Path


def stand_somewhere() -> None:
    """Go to the root of the file system if the current folder is gone: whatever asks for it would raise."""
    try:
        Path.cwd()
    except OSError:
        os.chdir(os.sep)
