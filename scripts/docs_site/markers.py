"""What pages have from the code, in the places that they mark with ``<!-- made: NAME -->``."""

from __future__ import annotations

import re

import api_pages
from bounds import bounds
from settings_pages import commands, settings

MARKERS = {
    "bounds": bounds,
    "commands": commands,
    "packs": api_pages.packs,
    "python": api_pages.python,
    "rules": api_pages.rules,
    "settings": settings,
}


def filled(text: str) -> str:
    """The text of a page with what is made from the code in the places of its markers."""
    return re.sub(r"^<!-- made: (\w+) -->$", lambda found: MARKERS[found[1]](), text, flags=re.MULTILINE)
