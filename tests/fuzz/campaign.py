"""Examines files or mutants in a process of its own, and prints what was wrong as lines of JSON.

    python campaign.py mutants --count 100000 --seed 1 [--keep FOLDER] [FOLDER…]
    python campaign.py files [--followed] [--keep FOLDER] FOLDER…

Mutants are made of the programs in the folders, of those that ship with tdlint if there is none. The process that
examines is replaced if it dies or hangs; the file that it had is then among what is wrong. The last line has counts.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from examination import Examiner, OutOfTime, everything_followed, places_told
from mutants import Mutant, Mutants
from programs import of_folder, shipped

from tdlint.linting.registry import load_rules

MEMORY = 6_000_000_000
PATIENCE = 3
"""How many times the time of a command all of an examination may take."""

Make = Callable[[int], Mutant]


def files_of(folders: Sequence[str]) -> list[Path]:
    """All programs and notebooks below folders."""
    found = (path for folder in folders for path in sorted(Path(folder).rglob("*")))
    return [path for path in found if path.suffix in (".py", ".ipynb") and path.is_file()]


class Campaign:
    """Files by their number; each is examined by a child process, which is replaced if it ends before its time."""

    def __init__(self, make: Make, count: int, given: argparse.Namespace) -> None:
        self.make = make
        self.count = count
        self.seconds: float = given.seconds
        self.thorough_every: int = given.thorough_every
        self.followed: bool = given.followed
        self.keep: Path | None = given.keep

    def run(self, counts: Counter[str]) -> Iterator[tuple[str, str]]:
        """Examine all: the files with what is wrong, as it is found."""
        first = 0
        while first < self.count:
            ours, theirs = multiprocessing.Pipe(duplex=False)
            child = os.fork()
            if not child:
                try:
                    ours.close()
                    self._work(first, theirs)
                    os._exit(0)
                finally:
                    os._exit(1)
            theirs.close()
            number = first
            for number, found, seen in _received(ours):
                counts.update(seen)
                yield from ((self._name(number), fault) for fault in found)
            _, status = os.waitpid(child, 0)
            code = os.waitstatus_to_exitcode(status)
            if code:
                yield self._name(number), f"the process ended with {code}"
            first = number + 1

    def _name(self, number: int) -> str:
        made = self.make(number)
        if self.keep is not None:
            (self.keep / f"{number}-{Path(made.name).name}").write_bytes(made.data)
        return f"{made.name} {' '.join(made.steps)}"

    def _work(self, first: int, connection: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGVTALRM, _out_of_time)
        with tempfile.TemporaryDirectory() as folder, places_told(), _following(self.followed):
            examiner = Examiner(Path(folder), load_rules(), self.seconds)
            gc.collect()
            gc.freeze()
            for number in range(first, self.count):
                made = self.make(number)
                connection.send((number, [], {}))  # type: ignore[attr-defined]
                thorough = number % self.thorough_every == 0
                found = self._examined(examiner, made, thorough)
                connection.send((number, found, dict(examiner.counts)))  # type: ignore[attr-defined]
                examiner.counts.clear()

    def _examined(self, examiner: Examiner, made: Mutant, thorough: bool) -> list[str]:
        limit = PATIENCE * examiner.limit_of(made.data)
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        signal.setitimer(signal.ITIMER_PROF, 4 * limit)  # where nothing of Python runs any more
        start = time.process_time()
        try:
            name = Path(made.name).name if made.steps else f"file{Path(made.name).suffix}"
            return examiner.faults(name, made.data, thorough=thorough)
        except OutOfTime:
            return [f"no end within {time.process_time() - start:.1f} s"]
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)


def _following(followed: bool) -> object:
    return everything_followed() if followed else nullcontext()


def _received(connection: object) -> Iterator[tuple[int, list[str], dict[str, int]]]:
    while True:
        try:
            yield connection.recv()  # type: ignore[attr-defined]
        except EOFError:
            return


def _out_of_time(number: int, frame: object) -> None:
    raise OutOfTime


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["mutants", "files"])
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--followed", action="store_true", help="leave nothing out that has no Keras in it")
    parser.add_argument("--thorough-every", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=5.0, help="CPU time of one command, besides that of each line")
    parser.add_argument("--keep", type=Path, help="where to write files with faults")
    given = parser.parse_intermixed_args()
    warnings.simplefilter("ignore")
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
    if given.what == "mutants":
        texts = [text for folder in given.folders for text in of_folder(Path(folder))] or shipped()
        mutants = Mutants(texts)
        make, count = (lambda number: mutants.make(given.seed, number)), given.count
    else:
        paths = files_of(given.folders)
        make, count = (lambda number: Mutant(str(paths[number]), paths[number].read_bytes(), ())), len(paths)
    counts: Counter[str] = Counter()
    for name, fault in Campaign(make, count, given).run(counts):
        sys.stdout.write(json.dumps({"file": name, "fault": fault}) + "\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    main()
