"""Corrupts model files at random and reads each in a process of its own; prints what came of them as JSON.

    python corruption.py COUNT SEED FOLDER

Reading runs as it does in the process that ``isolated`` starts, but forked, which takes a hundredth of the time. What
a signal or the time limit ends there is read once more through ``read_isolated``, which must give an error.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import zipfile
from collections import Counter
from pathlib import Path

from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.errors import InspectionError, ModelFileError
from tdlint.inspector.files.archive import read_archive
from tdlint.inspector.isolated import bound_memory, read_isolated

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
SECONDS = 5
READ, REFUSED, UNNAMED, RAISED = 0, 1, 2, 3


def originals() -> list[tuple[str, bytes]]:
    """Suffixes and contents: whole models, weights alone, and configs alone."""
    found = [(path.suffix, path.read_bytes()) for path in sorted(MODELS.iterdir()) if path.suffix in (".keras", ".h5")]
    for path in sorted(MODELS.glob("*.keras")):
        with zipfile.ZipFile(path) as archive:
            found.append((".weights.h5", archive.read("model.weights.h5")))
            found.append((".json", archive.read("config.json")))
    return found


def corrupted(content: bytes, generator: random.Random) -> bytes:
    """Cut, with a piece less or more, or with bytes changed, half of the time in the head, which matters most."""
    damaged = bytearray(content)
    kind, at = generator.random(), generator.randrange(len(damaged))
    if kind < 0.2:
        return bytes(damaged[:at])
    if kind < 0.3:
        damaged[at : at + generator.randrange(1, 400)] = b""
    elif kind < 0.4:
        damaged[at:at] = generator.randbytes(generator.randrange(1, 100))
    else:
        reach = len(damaged) if generator.random() < 0.5 else min(len(damaged), 4096)
        for _ in range(generator.choice([1, 3, 20, 200])):
            damaged[generator.randrange(reach)] = generator.choice([0, 255, 1, generator.randrange(256)])
    return bytes(damaged)


def outcome(path: Path) -> int:
    """What reading gives in this process."""
    try:
        account_of(read_archive(path))
    except InspectionError as problem:
        return REFUSED if str(path) in str(problem) else UNNAMED
    except BaseException:  # that there is none of these is what is tested
        return RAISED
    return READ


def forked(path: Path) -> int:
    """What reading gives in a process of its own; a negative number is the signal that ended it."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        bound_memory()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os._exit(outcome(path))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main(count: int, seed: int, folder: Path) -> None:
    generator, sources, seen = random.Random(seed), originals(), Counter[str]()
    names = {READ: "read", REFUSED: "refused", UNNAMED: "error without the name", RAISED: "exception"}
    wrong = []
    for number in range(count):
        suffix, content = generator.choice(sources)
        path = folder / f"m{suffix}"
        path.write_bytes(corrupted(content, generator))
        code = forked(path)
        what = names.get(code, f"signal {-code}")
        if code < 0:
            try:
                read_isolated(path)
                # a busy machine may take long for what is sound; what crashed must not be read
                what = "read" if code == -signal.SIGALRM else f"{what}, read when isolated"
            except ModelFileError as problem:
                what = "crashed or hung, and told so" if str(path) in str(problem) else "error without the name"
        if what not in ("read", "refused", "crashed or hung, and told so"):
            wrong.append(f"{what}: number {number} of seed {seed}, a {suffix} file")
        seen[what] += 1
        path.unlink()
    left = sorted(path.name for path in folder.iterdir())
    sys.stdout.write(json.dumps({"seen": seen, "wrong": wrong, "left": left}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
