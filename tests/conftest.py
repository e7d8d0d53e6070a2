"""What tests of the project as a whole share."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tdlint import __main__ as program

ROOT = Path(__file__).parent.parent
# The machine may be busy with other things.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

NOT_SOURCE = (".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture(autouse=True)
def heard_signals() -> Iterator[None]:
    """What starts the tests in the background ignores signals, and so would the programs that tests start."""
    defaults = {signal.SIGINT: signal.default_int_handler}
    defaults |= {number: signal.SIG_DFL for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))}
    ignored = [number for number in defaults if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, defaults[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session")
def copy_checkout() -> Callable[[Path], Path]:
    """Copies this repository's files to a folder, without what builds and tests leave behind."""

    def copy(target: Path) -> Path:
        return Path(shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_SOURCE)))

    return copy


@pytest.fixture
def checkout(copy_checkout: Callable[[Path], Path], tmp_path: Path) -> Path:
    """A copy of this repository that a test may change."""
    return copy_checkout(tmp_path / "checkout")


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line in an empty folder; gives the exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TDLINT_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def run_line(*arguments: str) -> tuple[int, str, str]:
        code = program.run(arguments)
        written = capsys.readouterr()
        return code, written.out, written.err

    return run_line
