"""What pages show of a terminal is what the commands print: run them, and compare or write the pages anew.

    python scripts/docs_site/transcripts.py        write what has changed
    python scripts/docs_site/transcripts.py -n     only say what would

On a page, a code block after ``<!-- file: NAME -->`` is a file. In a ``console`` block, lines that begin with ``$ ``
are commands (tdlint, python, cp, cat) which run one after the other in a folder that has these files; the lines below
are what they print. ``<!-- folder: PATH -->`` adds the files of a folder in the repository. The block after
``<!-- cells: NAME -->`` is what the cells of a notebook print, in which numbers may differ a little.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
COLUMNS = "80"

RUN_CELLS = """
import json, sys
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
exec("\\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"), {"__name__": "__main__"})
"""
MAY_DIFFER = 0.05

_STEP = re.compile(
    r"^<!-- folder: (?P<folder>\S+) -->$"
    r"|^<!-- file: (?P<file>\S+) -->\n```\w+[^\n]*\n(?P<content>.*?)^```$"
    r"|^<!-- cells: (?P<notebook>\S+) -->\n```text\n(?P<printed>.*?)^```$"
    r"|^```console\n(?P<console>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def pages() -> list[Path]:
    """The pages that show a terminal."""
    return [page for page in sorted(DOCS.glob("*.md")) if "```console\n" in page.read_text(encoding="utf-8")]


def trains(text: str) -> bool:
    """Whether a page runs programs, which takes long."""
    return "<!-- cells: " in text or "\n$ python " in text


def renewed(text: str) -> str:
    """The page with what its commands print now."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)

        def step(found: re.Match[str]) -> str:
            if found["folder"]:
                shutil.copytree(DOCS.parent / found["folder"], here, dirs_exist_ok=True)
            elif found["file"]:
                (here / found["file"]).parent.mkdir(parents=True, exist_ok=True)
                (here / found["file"]).write_text(found["content"], encoding="utf-8")
            elif found["notebook"]:
                printed = _printed([sys.executable, "-c", RUN_CELLS, found["notebook"]], here)
                if not alike(printed, found["printed"]):
                    return f"<!-- cells: {found['notebook']} -->\n```text\n{printed}```"
            else:
                return f"```console\n{''.join(_session(found['console'], here))}```"
            return found[0]

        return _STEP.sub(step, text)


def _session(text: str, folder: Path) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith("$ "):
            yield f"{line}\n{_run(line[2:], folder)}"


def alike(text: str, other: str) -> bool:
    """Whether two texts differ in numbers only, and those by little: another processor rounds otherwise."""
    number = re.compile(r"\d+(?:\.\d+)?")
    pairs = zip(number.findall(text), number.findall(other), strict=False)
    return number.sub("", text) == number.sub("", other) and all(
        abs(float(one) - float(another)) <= MAY_DIFFER * float(another) for one, another in pairs
    )


def _run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    program = {"tdlint": [sys.executable, "-m", "tdlint"], "python": [sys.executable]}.get(words[0], [words[0]])
    return _printed([*program, *words[1:]], folder, errors=words[0] == "tdlint")


def _printed(command: list[str], folder: Path, errors: bool = False) -> str:
    """What a command prints, with or without what it writes to standard error.

    Raises:
        RuntimeError: it failed.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TDLINT_DEBUG")},
        "COLUMNS": COLUMNS,
        "NO_COLOR": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONHASHSEED": "0",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    printed = done.stdout + (done.stderr if errors else "")
    return printed and re.sub(r"[ \t]+$", "", printed, flags=re.MULTILINE).rstrip("\n") + "\n"


def main() -> None:
    """Write every page whose transcripts are not what the commands print."""
    only_say = "-n" in sys.argv[1:]
    for page in pages():
        text = page.read_text(encoding="utf-8")
        fresh = renewed(text)
        if fresh != text and not only_say:
            page.write_text(fresh, encoding="utf-8")
        sys.stdout.write(f"docs/{page.name}: {'nothing to do' if fresh == text else 'not fresh'}\n")


if __name__ == "__main__":
    main()
