"""What notebooks print as `model.summary()` against what tdlint says without running them.

    python benchmarks/printed_summaries.py FOLDER…

People keep the outputs of their notebooks: each printed *Total params* of a cell that calls ``summary()`` was counted
by a real Keras. A total agrees if tdlint has a model with as many parameters in that notebook, is unknown if a model of
the notebook has a total that is not known, and differs otherwise; those are listed, to be read. A model that is
printed half made differs, and nothing is wrong.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tdlint.linting.source_models import collect

_CALL = re.compile(r"^\s*[A-Za-z_][\w.]*\.summary\(", re.MULTILINE)
_TOTAL = re.compile(r"Total params:\s*([\d,]+)")
_TAG = re.compile(r"<[^>]+>")


def printed_totals(path: Path) -> Iterator[int]:
    """The totals that a notebook printed, of cells that print as many as they call ``summary()``."""
    try:
        notebook = json.loads(path.read_bytes())
    except ValueError:
        return
    for cell in notebook.get("cells", []) if isinstance(notebook, dict) else []:
        if cell.get("cell_type") != "code":
            continue
        output = "".join(map(text_of, cell.get("outputs", [])))
        totals = [int(found.replace(",", "")) for found in _TOTAL.findall(output)]
        if len(totals) == len(_CALL.findall("".join(cell.get("source", "")))):
            yield from totals


def text_of(output: dict[str, Any]) -> str:
    """What one output of a cell says, be it text or a table in HTML."""
    data = output.get("data", {})
    said = "".join(output.get("text") or data.get("text/plain") or "")
    return said + _TAG.sub("", "".join(data.get("text/html") or ""))


def compare(path: Path) -> Iterator[tuple[str, str]]:
    """For each printed total whether tdlint agrees, and a line about those that differ."""
    printed = list(printed_totals(path))
    if not printed:
        return
    models = [model for source in collect([str(path)]).sources for model in source.models]
    have = {model.total_params for model in models}
    for total in printed:
        if total in have:
            yield "agrees", ""
        elif not models or None in have:
            yield "unknown", ""
        else:
            counted = ", ".join(f"{number:,}" for number in sorted(filter(None, have)))
            yield "differs", f"{path}: printed {total:,}, tdlint has {counted}"


def main() -> None:
    """Compare every notebook of the folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    counts: Counter[str] = Counter()
    notebooks = 0
    for folder in parser.parse_args().folders:
        for path in sorted(folder.rglob("*.ipynb")):
            found = list(compare(path))
            notebooks += bool(found)
            counts.update(what for what, _ in found)
            for _, line in found:
                if line:
                    print(line)
    print(f"{notebooks} notebooks print {counts.total()} summaries:", end=" ")
    print(", ".join(f"{counts[what]} {what}" for what in ("agrees", "unknown", "differs")))


if __name__ == "__main__":
    main()
