"""What linting costs, as a ratio to ``libcst.parse_module`` on the same files in the same run.

    python benchmarks/parse_ratio.py [--rounds N] [--smoke] [PATH ...]

Without paths: the sources of the installed keras package. Only files that LibCST parses and that get past the gates
(those with Keras in them) are counted, as others cost next to nothing. Each file is parsed and linted in turn, several
rounds; the figure is the sum over the files of the fastest round, in CPU seconds of one process. What files import from
each other is parsed once in a round, as in a run.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import libcst

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.reading import read
from tdlint.linting.registry import load_rules
from tdlint.linting.trees import forget

FIXTURES = Path(__file__).parent.parent / "fixtures" / "programs"


@dataclass(frozen=True)
class Cost:
    """CPU seconds of one file, parsed and linted."""

    parse: float
    lint: float


def keras_files(paths: list[Path]) -> list[Path]:
    """The Python files and notebooks below the paths that tdlint does not reject before parsing."""
    files = [path for root in paths for path in ([root] if root.is_file() else sorted(root.rglob("*")))]
    found = []
    for file in (each for each in files if each.suffix in (".py", ".ipynb") and each.is_file()):
        data = file.read_bytes()
        try:
            readable = read(str(file), data) if b"keras" in data else None
            if readable is not None and readable.analysable:
                libcst.parse_module(readable.source.parse_text)
                found.append(file)
        except Exception as error:
            print(f"left out: {file}: {type(error).__name__}", file=sys.stderr)
    return found


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call, the cyclic garbage collector off: it would charge one file for another's garbage."""
    gc.collect(1)  # what is shared between files is old by now, and looking through all of it takes long
    gc.disable()
    start = time.process_time()
    work()
    took = time.process_time() - start
    gc.enable()
    return took


def measure(files: list[Path], rounds: int) -> list[Cost]:
    """The fastest of several rounds, each through all files in a new state, as what they import is shared in a run."""
    found: list[Cost] = []
    for number in range(rounds):
        forget()
        costs = [_once(file) for file in files]
        pairs = zip(found, costs, strict=True)
        found = [Cost(min(a.parse, b.parse), min(a.lint, b.lint)) for a, b in pairs] if number else costs
    return found


def _once(file: Path) -> Cost:
    data = file.read_bytes()
    readable = read(str(file), data)
    assert readable is not None
    text = readable.source.parse_text
    rules, settings = load_rules(), Settings()
    return Cost(
        seconds(lambda: libcst.parse_module(text)),
        seconds(lambda: check_bytes(data, str(file), settings, rules)),
    )


def default_paths() -> list[Path]:
    """The folder of the installed keras package."""
    spec = find_spec("keras")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("keras is not installed; name the files to measure on, or run: pip install 'tdlint[inspect]'")
    return [Path(next(iter(spec.submodule_search_locations)))]


def main() -> None:
    """Measure and print a table of three lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="one round on the fixtures, to see that it runs")
    options = parser.parse_args()
    paths = [FIXTURES] if options.smoke else options.paths or default_paths()
    files = keras_files(paths)
    if not files:
        sys.exit("no file with Keras in it")
    measure(files[:1], 1)  # what is imported at the first file is paid once in a run
    costs = measure(files, 1 if options.smoke else options.rounds)
    parse, lint = sum(cost.parse for cost in costs), sum(cost.lint for cost in costs)
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    print(f"{len(files)} files, {lines:,} lines, Python {sys.version.split()[0]}, LibCST {version('libcst')}")
    print(f"libcst.parse_module {parse:.2f} s, tdlint {lint:.2f} s of CPU")
    print(f"ratio {lint / parse:.2f}")


if __name__ == "__main__":
    main()
