"""What tdlint says of folders of real programs: the counts of PRECISION.md, and every report, to be read.

    python benchmarks/precision.py FOLDER [FOLDER ...] [--reports FILE]

Each folder is a row. The reports go to a file, each with its source line: whether they are right, a person must say.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from tdlint.config import Settings
from tdlint.diagnostics import Diagnostic, Severity
from tdlint.linting.engine import check_paths
from tdlint.linting.registry import load_rules
from tdlint.linting.result import RunResult


def row(folder: Path, result: RunResult) -> str:
    """One line of the table."""
    models = sum(file.models for file in result.files)
    whole = models - sum(file.partly for file in result.files)
    share = f"{whole} ({whole / models:.0%})" if models else "0"
    codes = Counter(d.code for d in result.diagnostics if d.severity >= Severity.WARNING)
    reports = ", ".join(f"{code} {number}" for code, number in sorted(codes.items())) or "none"
    return f"| {folder.name} | {len(result.files):,} | {models:,} | {share} | {reports} |"


def line(diagnostic: Diagnostic) -> str:
    """A report with its source line."""
    at = diagnostic.location
    cell = f"cell{at.cell}:" if at.cell else ""
    place = f"{at.path}:{cell}{at.start.line if at.start else 0}"
    return f"{place}: {diagnostic.code} {diagnostic.message}\n    {at.lines[0].strip() if at.lines else ''}"


def main() -> None:
    """Check each folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--reports", type=Path)
    options = parser.parse_args()
    rules = load_rules()
    print("| corpus | files | models | known whole | reports |\n|---|---|---|---|---|")
    reports = []
    for folder in options.folders:
        result = check_paths([str(folder)], Settings(), rules)
        reports += [line(diagnostic) for diagnostic in result.diagnostics]
        print(row(folder, result), flush=True)
    if options.reports:
        options.reports.write_text("\n".join(reports) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
