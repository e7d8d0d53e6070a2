"""What a run of tdlint costs beside other tools, on the same files at the same time.

    python benchmarks/speed.py --keras FOLDER... --large FOLDER... [--peers VENV] [--rounds N] [--json FILE] [--smoke]

``--keras`` are folders with much Keras, ``--large`` big ones with little. The ``.py`` files of each are copied to an
empty folder, so that no setting and no list of ignored files makes a difference. Every command runs in turn, several
rounds; shown are medians of wall and CPU time of the whole process with its children. Tools that take long see a sample
of the files, evenly spread; they are compared by line. ``libcst.parse_module`` parses the files that tdlint has to
analyse. ``--peers`` is an environment of its own with what is there of ruff, pylint, fixit and torchfix.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tdlint.linting.reading import read, worth_reading

FIXTURES = Path(__file__).parent.parent / "fixtures"
PEERS = {
    "ruff": ("check", "--no-cache", "--isolated", "--exit-zero", "-q", "."),
    "pylint": ("--rcfile=/dev/null", "-j1", "--persistent=n", "--recursive=y", "."),
    "fixit": ("lint", "."),
    "torchfix": (".",),
}
SEES_ALL = frozenset({"ruff"})
PARSE = """
import gc, sys, libcst
gc.disable()
for path in sys.stdin.read().splitlines():
    libcst.parse_module(open(path, "rb").read())
"""
_FAILED = (b"Traceback", b"tdlint: error", b"No Python files found")
TDLINT = (sys.executable, "-m", "tdlint", "check", "--output-format", "concise")


@dataclass(frozen=True)
class Tree:
    """Copies of Python files in a folder, an evenly spread sample of them in another, and what needs analysis."""

    name: str
    folder: Path
    sample: Path
    analysed: tuple[Path, ...]


@dataclass(frozen=True)
class Contestant:
    """A command, the folder that it runs in, and what it reads from standard input."""

    name: str
    command: tuple[str, ...]
    folder: Path
    files: int
    lines: int
    given: str = ""


@dataclass(frozen=True)
class Cost:
    """Median seconds of a command."""

    tree: str
    tool: str
    files: int
    lines: int
    wall: float
    cpu: float

    @property
    def by_line(self) -> float:
        """CPU milliseconds of a line."""
        return 1000 * self.cpu / self.lines


def copy_tree(name: str, sources: Sequence[Path], to: Path, sample: int) -> Tree:
    """Copy the Python files of folders."""
    folder, few = to / name / "all", to / name / "sample"
    paths = {
        # a folder called site-packages or build would be left out
        Path(f"{number}") / path.relative_to(source): path
        for number, source in enumerate(map(Path.resolve, sources))
        for path in sorted(source.rglob("*.py"))
        if path.is_file()
    }
    if not paths:
        sys.exit(f"{', '.join(map(str, sources))}: no .py file")
    analysed = []
    every = max(1, len(paths) // sample)
    for number, (relative, path) in enumerate(paths.items()):
        for root in (folder, few) if number % every == 0 else (folder,):
            copy = root / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        if needs_analysis(copy):
            analysed.append(copy)
    return Tree(name, folder, few, tuple(analysed))


def needs_analysis(path: Path) -> bool:
    """Whether there is Keras in a file."""
    data = path.read_bytes()
    if not worth_reading(data):
        return False
    try:
        readable = read(str(path), data)
    except Exception:  # what can't be read is not compared
        return False
    return readable is not None and readable.analysable and readable.tree is not None


def contestants(tree: Tree, peers: Path | None) -> tuple[list[Contestant], list[str]]:
    """The commands for a tree, and the names of the tools that are missing."""
    size = _size(tree.folder.rglob("*.py"))
    texts = "\n".join(map(str, tree.analysed))
    found = [
        Contestant("tdlint, one process", (*TDLINT, "--no-cache", "-j", "1", "."), tree.folder, *size),
        Contestant("tdlint, all cores", (*TDLINT, "--no-cache", "."), tree.folder, *size),
        Contestant("tdlint, cache warm", (*TDLINT, "--cache-dir", "../cache", "."), tree.folder, *size),
    ]
    if tree.analysed:
        parse = (sys.executable, "-c", PARSE)
        found.append(Contestant("libcst.parse_module", parse, tree.folder, *_size(tree.analysed), texts))
    missing = []
    for name, arguments in PEERS.items():
        program = _program(name, peers)
        if program is None:
            missing.append(name)
            continue
        folder = tree.folder if name in SEES_ALL else tree.sample
        found.append(Contestant(name, (program, *arguments), folder, *_size(folder.rglob("*.py"))))
    return found, missing


def _size(files: Sequence[Path]) -> tuple[int, int]:
    counts = [path.read_bytes().count(b"\n") for path in files]
    return len(counts), sum(counts)


def _program(name: str, peers: Path | None) -> str | None:
    folders = [peers / "bin", peers / "Scripts"] if peers else [Path(sys.executable).parent]
    return shutil.which(name, path=os.pathsep.join(map(str, folders)))


def run(contestant: Contestant) -> tuple[float, float]:
    """Wall and CPU seconds of a command with the processes that it waited for."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(
        contestant.command, cwd=contestant.folder, input=contestant.given.encode(), capture_output=True, check=False
    )
    wall, after = time.perf_counter() - start, os.times()
    if done.returncode < 0 or any(word in done.stderr for word in _FAILED):
        sys.exit(f"{contestant.name} failed: {done.stderr.decode(errors='replace')[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu


def measure(tree: Tree, peers: Path | None, rounds: int) -> tuple[list[Cost], list[str]]:
    """All commands in turn, several rounds; the first run with a cache fills it."""
    found, missing = contestants(tree, peers)
    for each in found:
        if "warm" in each.name:
            run(each)
    times: dict[str, list[tuple[float, float]]] = {each.name: [] for each in found}
    for _ in range(rounds):
        for each in found:
            times[each.name].append(run(each))
    costs = []
    for each in found:
        wall, cpu = (median(values) for values in zip(*times[each.name], strict=True))
        costs.append(Cost(tree.name, each.name, each.files, each.lines, wall, cpu))
    return costs, missing


def table(costs: Sequence[Cost]) -> str:
    """What was measured, as Markdown."""
    rows = [
        f"| {each.tool} | {each.files:,} | {each.lines:,} | {each.wall:.2f} | {each.cpu:.2f} | {each.by_line:.4f} "
        f"| {1000 * each.cpu / each.files:.2f} |"
        for each in costs
    ]
    return "\n".join(
        ["| | files | lines | wall s | CPU s | CPU ms a line | CPU ms a file |", "|---|" + "---|" * 6, *rows]
    )


def ratios(costs: Sequence[Cost]) -> list[str]:
    """The figures that have goals, as sentences."""
    of = {each.tool: each for each in costs}
    ours, cores = of["tdlint, one process"], of["tdlint, all cores"]
    said = []
    if parse := of.get("libcst.parse_module"):
        said.append(
            f"tdlint takes {ours.cpu / parse.cpu:.2f} times the CPU time of LibCST's parse of what needs analysis"
        )
    for name in PEERS:
        if peer := of.get(name):
            said.append(f"{name} takes {peer.by_line / ours.by_line:.2f} times the CPU time of tdlint for a line")
    if ruff := of.get("ruff"):
        said.append(f"tdlint takes {ours.cpu / ruff.cpu:.2f} times the CPU time of ruff for a file")
        said.append(f"tdlint on all cores takes {cores.wall / ruff.wall:.2f} times the wall time of ruff for a file")
    return said


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keras", type=Path, nargs="+", help="folders with much Keras")
    parser.add_argument("--large", type=Path, nargs="+", help="large folders with little Keras")
    parser.add_argument("--peers", type=Path, help="an environment with the other tools  [default: this one]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=100, help="how many files tools see that take long")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument("--smoke", action="store_true", help="one round on the fixtures, to see that it runs")
    options = parser.parse_args()
    sources = {"keras": options.keras, "large": options.large}
    if options.smoke:
        sources, options.rounds, options.sample = {"keras": [FIXTURES / "programs"]}, 1, 2
    if not any(sources.values()):
        parser.error("name a tree with --keras or --large")
    everything: list[Cost] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, folders in sources.items():
            if folders is None:
                continue
            tree = copy_tree(name, folders, Path(scratch), options.sample)
            costs, missing = measure(tree, options.peers and options.peers.absolute(), options.rounds)
            everything += costs
            print(f"\n{name}\n\n{table(costs)}\n", *ratios(costs), sep="\n", flush=True)
            if missing:
                print(f"missing: {', '.join(missing)}")
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in everything], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
