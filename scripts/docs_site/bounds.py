"""The bounds of the interpreter as a table, with the numbers of the code."""

from __future__ import annotations

from tdlint.interp import project, run
from tdlint.interp.python import expressions, functions, loops
from tdlint.linting import runs, trees
from tdlint.values import MAX_OPTIONS

SUPERSCRIPT = str(len(str(expressions.MAX_NUMBER)) - 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
ROWS = (
    ("alternatives of one value", f"{MAX_OPTIONS}"),
    ("a whole number", f"10{SUPERSCRIPT}"),
    ("rounds of a loop followed one by one, loops within loops multiplied", f"{loops.MAX_ROUNDS}"),
    ("rounds of a loop that touches no layer", f"{loops.MAX_PLAIN_ROUNDS}"),
    ("calls within calls", f"{run.MAX_DEPTH}"),
    ("calls of a function by itself, one within the other", f"{functions.MAX_RECURSION}"),
    ("expressions and statements of a program", f"{run.STEPS:,}, and {run.STEPS_PER_LINE} more for each line"),
    ("the same in all files that it imports", f"{run.OUTSIDE_STEPS:,}"),
    ("other files read for one program", f"{project.MAX_FILES}"),
    ("size of a file that is imported", f"{trees.MAX_IMPORTED // 1000} kB"),
    (
        f"the same in a package of more than {project.LARGE_PACKAGE} files, and only if without Keras",
        f"{trees.MAX_PLAIN // 1000} kB",
    ),
    ("seconds for one file", f"{runs.TIME_LIMIT:.0f}"),
)


def bounds() -> str:
    """The table."""
    return "\n".join(["| what | at most |", "|---|---|", *(f"| {what} | {most} |" for what, most in ROWS)])
