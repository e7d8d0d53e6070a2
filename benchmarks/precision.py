"""What tdlint says of folders of real programs: the tables of PRECISION.md, and every report, to be read.

    python benchmarks/precision.py --programs FOLDER… --libraries FOLDER… --faulty FOLDER… [--reports FILE] [--write]

Each folder is a row of the first table, each group of folders a column of the second. The reports go to a file, each
with its source line: whether they are right, a person must say. ``--write`` puts the tables into PRECISION.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import unknown_kinds

from tdlint.config import Settings
from tdlint.diagnostics import Diagnostic, Severity
from tdlint.linting.registry import load_rules
from tdlint.linting.result import RunResult
from tdlint.linting.runs import check_paths

PAGE = Path(__file__).parent / "PRECISION.md"
GROUPS = {"programs": "programs", "faulty": "programs with faults", "libraries": "libraries"}


def row(folder: Path, result: RunResult) -> str:
    """One line of the table."""
    models = sum(file.models for file in result.files)
    whole = models - sum(len(file.partly) for file in result.files)
    codes = Counter(d.code for d in result.diagnostics if d.severity >= Severity.WARNING)
    reports = ", ".join(f"{code} {number}" for code, number in sorted(codes.items())) or "none"
    return f"| {folder.name} | {len(result.files):,} | {models:,} | {share(whole, models)} | {reports} |"


def share(part: int, whole: int) -> str:
    """A number with what part of the whole it is."""
    return f"{part:,} ({part / whole:.0%})" if whole else "0"


def line(diagnostic: Diagnostic) -> str:
    """A report with its source line."""
    at = diagnostic.location
    cell = f"cell{at.cell}:" if at.cell else ""
    place = f"{at.path}:{cell}{at.start.line if at.start else 0}"
    return f"{place}: {diagnostic.code} {diagnostic.message}\n    {at.lines[0].strip() if at.lines else ''}"


def totals(results: Iterable[RunResult], title: str) -> str:
    """The line of a group of folders."""
    files = [file for result in results for file in result.files]
    models = sum(file.models for file in files)
    whole = models - sum(len(file.partly) for file in files)
    return f"| *all {title}* | {len(files):,} | {models:,} | {share(whole, models)} | |"


def put(page: str, name: str, table: str) -> str:
    """A page with the table between its two marks put anew."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    before, after = page.partition(start)[0], page.partition(end)[2]
    return f"{before}{start}\n{table}\n{end}{after}"


def main() -> None:
    """Check each folder and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for group in GROUPS:
        parser.add_argument(f"--{group}", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--reports", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rules = load_rules()
    counts = ["| corpus | files | models | known whole | reports |", "|---|---|---|---|---|"]
    reports: list[str] = []
    reasons: dict[str, list[str]] = {}
    for group, title in GROUPS.items():
        results = []
        for folder in getattr(options, group):
            results.append(check_paths([str(folder)], Settings(), rules))
            reports += [line(diagnostic) for diagnostic in results[-1].diagnostics]
            counts.append(row(folder, results[-1]))
            print(counts[-1], flush=True)
        if results:
            counts.append(totals(results, title))
            reasons[title] = [reason for result in results for file in result.files for reason in file.partly]
    why = unknown_kinds.table(reasons)
    print(why)
    if options.reports:
        options.reports.write_text("\n".join(reports) + "\n", encoding="utf-8")
    if options.write:
        page = put(PAGE.read_text(encoding="utf-8"), "counts", "\n".join(counts))
        PAGE.write_text(put(page, "why", why), encoding="utf-8")


if __name__ == "__main__":
    main()
