"""Runs old Keras programs under Keras 3 before and after `tdlint --fix --unsafe-fixes`, and counts.

    python benchmarks/migration.py [PATH ...] [--only TEXT] [--cut] [--json FILE] [--keep FOLDER] [--accept]

Without a path the programs of fixtures/migration are run. Notebooks are run as one script. A program that also runs
under Keras 2 (`tf_keras`) leaves the weights of its models, inputs and predictions, and the models of the fixed program
must predict the same from the same weights. `--cut` is for programs that were not written for this: see cutting.py.
`--accept` writes what was measured to expected.json, which the test holds the programs to.
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

from comparing import TOLERANCE
from program_worker import Job, Outcome

from tdlint.config import Settings
from tdlint.linting.fixing import fix_bytes
from tdlint.linting.registry import load_rules
from tdlint.linting.tool_codes import FAILURES
from tdlint.sources.notebooks import read_notebook

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "fixtures" / "migration"
EXPECTED = FIXTURES / "expected.json"
OTHER = "other/"
"""The fixtures whose version is not their only problem."""
SECONDS = 90.0


@dataclass(frozen=True)
class Program:
    """One program, as a script, before and after; ``failure`` is why the fixes were not applied."""

    path: Path
    before: str
    after: str
    fixes: int
    failure: str | None = None


@dataclass(frozen=True)
class Result:
    """What came of one program: three runs."""

    name: str
    fixes: int
    failure: str | None
    before: Outcome
    after: Outcome
    legacy: Outcome

    @property
    def state(self) -> str:
        """In which way the fixes mattered."""
        if any((outcome.error or "").startswith("TimeoutError") for outcome in (self.before, self.after)):
            return "unfinished"
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


def script_of(path: Path, data: bytes) -> str:
    """The text of a program; of a notebook the code of its cells, without magics."""
    if path.suffix != ".ipynb":
        return data.decode("utf-8")
    source = read_notebook(str(path), data)
    return source.parse_text if source else ""


def read(paths: Iterable[Path]) -> list[Program]:
    """The programs in files, with what `tdlint --fix --unsafe-fixes` makes of them."""
    settings, rules = Settings(unsafe_fixes=True), load_rules()
    programs = []
    for path in paths:
        data = path.read_bytes()
        result = fix_bytes(data, str(path), settings, rules)
        failures = [each.message for each in result.diagnostics if each.code in FAILURES]
        before = after = script_of(path, data)
        number = 0
        if result.fixing:
            after = script_of(path, result.fixing.after)
            number = sum(each.count for each in result.fixing.fixed)
        programs.append(Program(path, before, after, number, failures[0] if failures else None))
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
    done = subprocess.run(worker, input=lines, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise RuntimeError(f"the process that runs the programs ended with {done.returncode}: {done.stderr[-2000:]}")
    return [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]


def results(programs: Sequence[Program], folder: Path, seconds: float = SECONDS, cut: bool = False) -> list[Result]:
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
            jobs[when].append(Job(str(script), seconds, carries, cut, library))
    legacy = run_all(jobs["legacy"], 2)
    before, after = run_all(jobs["before"], 3), run_all(jobs["after"], 3)
    return [
        Result(name_of(program.path), program.fixes, program.failure, first, second, third)
        for program, first, second, third in zip(programs, before, after, legacy, strict=True)
    ]


def name_of(path: Path) -> str:
    """A path as it is told: from the folder of fixtures, if it is in it."""
    return path.relative_to(FIXTURES).as_posix() if path.is_relative_to(FIXTURES) else str(path)


def share(found: Sequence[Result]) -> tuple[int, int]:
    """Of the programs that fail for nothing but their version: how many run after the fixes, and how many there are."""
    only_old = [result for result in found if result.state in ("mended", "fails") and not result.name.startswith(OTHER)]
    return sum(result.state == "mended" for result in only_old), len(only_old)


def table(found: Sequence[Result]) -> str:
    """The counts, and each program that does not do what it should."""
    states = Counter(result.state for result in found)
    agreements = Counter(result.agreement for result in found)
    mended, old = share(found)
    rows = [
        ("programs", len(found)),
        ("run before", states["ran"] + states["broken"]),
        ("fail before, for their version only", old),
        ("of these, run after", f"{mended} ({mended / old:.0%})" if old else 0),
        ("broken by the fixes", states["broken"]),
        ("not done when their time was over", states["unfinished"]),
        ("run under Keras 2 as well", agreements.total() - agreements["not compared"]),
        ("predict as under Keras 2", agreements["agrees"]),
        ("predict otherwise", agreements["differs"]),
    ]
    lines = ["| | |", "|---|---:|", *(f"| {what} | {number} |" for what, number in rows), ""]
    for result in found:
        if result.failure:
            lines.append(f"not fixed: {result.name}: {result.failure}")
        if result.state in ("fails", "broken"):
            lines.append(f"{result.state}: {result.name}:{result.after.line}: {result.after.error}")
        if result.agreement == "differs":
            lines.append(f"differs: {result.name}: {result.after.differences}")
    return "\n".join(lines)


def as_json(found: Sequence[Result]) -> str:
    """Everything that was measured."""
    told = [{"state": result.state, "agreement": result.agreement, **asdict(result)} for result in found]
    return json.dumps(told, indent=1) + "\n"


def accept(found: Sequence[Result]) -> None:
    """Write the states to the file of expectations, where a person adds why a program still fails."""
    known = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
    for result in found:
        entry = {"state": result.state, "agreement": result.agreement}
        if result.state == "fails":
            entry["why"] = known.get(result.name, {}).get("why", result.after.error)
        known[result.name] = entry
    lines = (f" {json.dumps(name)}: {json.dumps(known[name])}" for name in sorted(known))
    EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Run the programs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[FIXTURES])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="where the scripts are left, before and after")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="after which a program is ended")
    parser.add_argument("--cut", action="store_true", help="cut data and epochs, and make up data sets")
    parser.add_argument("--only", default="", help="only the programs whose path contains this")
    parser.add_argument("--accept", action="store_true", help="write what was measured to expected.json")
    options = parser.parse_args()
    programs = read(programs_in(options.paths, options.only))
    with tempfile.TemporaryDirectory() as folder:
        found = results(programs, options.keep or Path(folder), options.seconds, options.cut)
    print(table(found))
    if options.accept:
        accept(found)
    if options.json:
        options.json.write_text(as_json(found), encoding="utf-8")


if __name__ == "__main__":
    main()
