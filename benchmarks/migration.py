"""Runs old Keras programs under Keras 3 before and after `tdlint --fix --unsafe-fixes`, and counts.

    python benchmarks/migration.py [PATH ...] [--json FILE] [--keep FOLDER] [--cut] [--only TEXT]

Without a path the programs of fixtures/migration are run, and their expectations (expected.toml) tell which have no
problem but the version. Notebooks are run as one script. A program that also runs under Keras 2 (`tf_keras`) leaves the
weights of its models, inputs and predictions, and the models of the fixed program must predict the same from the same
weights. `--cut` is for programs that were not written for this: see cutting.py.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from program_worker import Job, Outcome

from tdlint.config import Settings
from tdlint.diagnostics import Applicability, Fix
from tdlint.linting.engine import check_bytes
from tdlint.linting.fixes import NoConvergence, fix_until_stable
from tdlint.linting.registry import load_rules
from tdlint.sources.notebooks import read_notebook

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "fixtures" / "migration"
TOLERANCE = 1e-5
SECONDS = 60.0


@dataclass(frozen=True)
class Program:
    """One program, as a script, before and after."""

    path: Path
    before: str
    after: str
    fixes: int


@dataclass(frozen=True)
class Result:
    """What came of one program: three runs."""

    name: str
    fixes: int
    before: Outcome
    after: Outcome
    legacy: Outcome

    @property
    def state(self) -> str:
        """In which way the fixes mattered."""
        if self.before.error is None:
            return "ran" if self.after.error is None else "broken"
        return "mended" if self.after.error is None else "fails"

    @property
    def agreement(self) -> str:
        """Whether its models predict as under Keras 2."""
        if self.legacy.error is not None or self.after.error is not None:
            return "not compared"
        found = self.after.differences or {}
        if not found:
            return "nothing to compare"
        far = [value for value in found.values() if isinstance(value, str) or not value <= TOLERANCE]
        return "differs" if far else "agrees"


def script_of(path: Path) -> str:
    """The text of a program; of a notebook the code of its cells, without magics."""
    data = path.read_bytes()
    if path.suffix != ".ipynb":
        return data.decode("utf-8")
    source = read_notebook(str(path), data)
    return source.parse_text if source else ""


def fixed(text: str, name: str) -> tuple[str, int]:
    """The text after all fixes, and how many there were."""
    rules = load_rules()

    def fixes(current: str) -> list[Fix]:
        found = check_bytes(current.encode(), name, Settings(), rules).diagnostics
        return [diagnostic.fix for diagnostic in found if diagnostic.fix is not None]

    return fix_until_stable(text, fixes, Applicability.UNSAFE)


def read(paths: Iterable[Path]) -> list[Program]:
    """The programs in files and folders, with what the fixes make of them."""
    programs = []
    for path in paths:
        text = script_of(path)
        try:
            after, number = fixed(text, path.with_suffix(".py").name)
        except NoConvergence as error:
            print(f"{path}: {error}", file=sys.stderr)
            after, number = text, 0
        programs.append(Program(path, text, after, number))
    return programs


def programs_in(paths: Sequence[Path], only: str = "") -> list[Path]:
    """Files, and the programs and notebooks in folders, in order."""
    found = []
    for path in paths:
        inside = (file for file in path.rglob("*") if file.suffix in (".py", ".ipynb"))
        found += sorted(inside) if path.is_dir() else [path]
    return [path for path in found if only in str(path)]


def run_all(jobs: Sequence[Job], version: int) -> list[Outcome]:
    """Run scripts one after another under one version of Keras."""
    lines = "".join(json.dumps(asdict(job)) + "\n" for job in jobs)
    worker = [sys.executable, str(HERE / "program_worker.py"), str(version)]
    done = subprocess.run(worker, input=lines, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]


def results(programs: Sequence[Program], folder: Path, cut: bool = False) -> list[Result]:
    """Run all programs in three ways; the scripts are written to the folder."""
    jobs: dict[str, list[Job]] = {"before": [], "legacy": [], "after": []}
    for number, program in enumerate(programs):
        carried = str(folder / f"{number}.npz")
        for when in jobs:
            script = folder / when / f"{number:03}_{program.path.stem}.py"
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text(program.after if when == "after" else program.before, encoding="utf-8")
            carries = None if when == "before" else carried
            library = str(program.path.parent.resolve())
            jobs[when].append(Job(str(script), SECONDS, carries, cut, library))
    legacy = run_all(jobs["legacy"], 2)
    before, after = run_all(jobs["before"], 3), run_all(jobs["after"], 3)
    return [
        Result(name_of(program.path), program.fixes, first, second, third)
        for program, first, second, third in zip(programs, before, after, legacy, strict=True)
    ]


def name_of(path: Path) -> str:
    """A path as it is told: from the folder of fixtures, if it is in it."""
    return path.relative_to(FIXTURES).as_posix() if path.is_relative_to(FIXTURES) else str(path)


def table(found: Sequence[Result]) -> str:
    """The counts, and each program that does not do what it should."""
    states = Counter(result.state for result in found)
    agreements = Counter(result.agreement for result in found)
    rows = [
        ("programs", len(found)),
        ("ran before", states["ran"] + states["broken"]),
        ("run after", states["ran"] + states["mended"]),
        ("mended", states["mended"]),
        ("still fail", states["fails"]),
        ("broken by the fixes", states["broken"]),
        ("run under Keras 2", sum(result.legacy.error is None for result in found)),
        ("predict as under Keras 2", agreements["agrees"]),
        ("predict otherwise", agreements["differs"]),
    ]
    lines = ["| | |", "|---|---:|", *(f"| {what} | {number} |" for what, number in rows), ""]
    for result in found:
        if result.state in ("fails", "broken"):
            lines.append(f"{result.state}: {result.name}:{result.after.line}: {result.after.error}")
        if result.agreement == "differs":
            lines.append(f"differs: {result.name}: {result.after.differences}")
    return "\n".join(lines)


def as_json(found: Sequence[Result]) -> str:
    """Everything that was measured."""
    told = [{"state": result.state, "agreement": result.agreement, **asdict(result)} for result in found]
    return json.dumps(told, indent=1)


def main() -> None:
    """Run the programs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[FIXTURES])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="where the scripts are left, before and after")
    parser.add_argument("--cut", action="store_true", help="cut data and epochs, and make up data sets")
    parser.add_argument("--only", default="", help="only the programs whose path contains this")
    options = parser.parse_args()
    programs = read(programs_in(options.paths, options.only))
    with tempfile.TemporaryDirectory() as folder:
        found = results(programs, options.keep or Path(folder), options.cut)
    print(table(found))
    if options.json:
        options.json.write_text(as_json(found), encoding="utf-8")


if __name__ == "__main__":
    main()
