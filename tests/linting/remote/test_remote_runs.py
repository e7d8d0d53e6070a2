"""Runs by executors give what runs by processes of this machine give, whatever the files do."""

from __future__ import annotations

import shutil
import sys
import time
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sample_rules import EveryLayer
from unruly.rules import RULES

from tdlint.config import Settings
from tdlint.errors import UsageError
from tdlint.linting import packs, runs
from tdlint.linting.cache import forget, open_cache
from tdlint.linting.fixing import fix_bytes
from tdlint.linting.registry import load_rules
from tdlint.linting.remote import dispatch, errands
from tdlint.linting.remote.versions import Version
from tdlint.linting.runs import check_paths

FIXTURES = Path(__file__).parents[3] / "fixtures"
MODEL = "import keras\nfrom keras import layers\n\nmodel = keras.Sequential([layers.Dense({}), layers.{}()])\n"
EXECUTORS = [ThreadPoolExecutor, ProcessPoolExecutor]


class AtOnce(Executor):
    """Does each task where it is submitted."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def write(folder: Path, **layers: str) -> None:
    for name, layer in layers.items():
        (folder / f"{name}.py").write_text(MODEL.format(len(name), layer))


@pytest.mark.parametrize("kind", EXECUTORS)
def test_projects_and_programs_as_on_one_machine(tmp_path, monkeypatch, kind):
    for name in ("projects", "programs"):
        shutil.copytree(FIXTURES / name, tmp_path / name)
    (tmp_path / "projects" / "secret.py").write_text("import keras\n")
    (tmp_path / "nothing.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text("import keras\nx = (\n")
    (tmp_path / "bytes.py").write_bytes(b"import keras\nx = '\xff'\n")
    monkeypatch.chdir(tmp_path)
    settings, rules = Settings(explain_unknown=True, root=str(tmp_path)), load_rules()
    here = check_paths(["."], settings, rules, 1)
    told = []
    with kind(2) as executor:
        there = check_paths(["."], settings, rules, 2, executor=executor, done=lambda *each: told.append(each))
    assert there == here
    assert len(here.diagnostics) > 10
    assert [number for number, _, _ in told] == list(range(1, len(here.files) + 1))
    assert sorted(file for _, _, file in told) == [file.path for file in here.files]


def test_each_file_costs_itself_only(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "TIME_LIMIT", 4.0)
    monkeypatch.setattr(packs, "_NOT_COPIED", ())  # other tests load TensorFlow into this process
    write(tmp_path, a="Dense", b="Flatten", c="Dropout", d="Softmax", e="ReLU", f="Activation")
    settings = Settings(select=("TDL98", "TDL00"))
    here = check_paths([str(tmp_path)], settings, RULES, 2)
    with ThreadPoolExecutor(1) as executor:
        there = check_paths([str(tmp_path)], settings, RULES, 1, executor=executor)
    assert there == here
    assert [file.failed for file in there.files] == [False, True, True, True, True, False]
    said = [file.diagnostics[0].message for file in there.files if file.failed]
    assert said == [
        "the rule TDL982 [rules] ended its process with exit code 3",
        "the rule TDL982 [rules] ended its process by the signal SIGKILL",
        "the process that analysed it took longer than 4 seconds and was ended",
        "the rule TDL982 [rules] crashed: LookupError: no such thing",
    ]


def test_what_fixing_makes_comes_back(tmp_path, monkeypatch):
    (tmp_path / "m.py").write_text("import keras\nkeras.callbacks.ModelCheckpoint('a.keras', period=3)\n")
    monkeypatch.chdir(tmp_path)
    settings, rules = Settings(), load_rules()
    here = check_paths(["."], settings, rules, 1, check=fix_bytes)
    there = check_paths(["."], settings, rules, 1, check=fix_bytes, executor=AtOnce())
    assert there == here


def test_results_are_kept_and_found_again(tmp_path, monkeypatch):
    shutil.copytree(FIXTURES / "projects" / "digits", tmp_path / "digits")
    monkeypatch.chdir(tmp_path)
    settings, rules = Settings(cache_dir=str(tmp_path / "kept")), load_rules()

    def checked(executor=None):
        forget()
        return check_paths(
            ["digits"], settings, rules, 1, cache=open_cache(settings.cache_folder, settings, rules), executor=executor
        )

    first = checked(AtOnce())
    assert not any(file.cached for file in first.files)
    assert any(kind == "file" and path.endswith("builders.py") for file in first.files for kind, path, _ in file.inputs)
    again = checked()
    assert all(file.cached for file in again.files if file.models)
    assert [replace(file, inputs=(), content="", cached=False) for file in again.files] == [
        replace(file, inputs=(), content="", cached=False) for file in first.files
    ]
    shutil.rmtree(tmp_path / "kept")
    assert {file.path: file.inputs for file in checked().files} == {file.path: file.inputs for file in first.files}


def test_what_was_not_foreseen_is_sent_later(tmp_path, monkeypatch):
    shutil.copytree(FIXTURES / "projects" / "digits", tmp_path / "digits")
    monkeypatch.setattr("tdlint.linting.remote.batches._imports", lambda data: ())
    settings, rules = Settings(root=str(tmp_path)), load_rules()
    here = check_paths([str(tmp_path)], settings, rules, 1)
    sent = []
    monkeypatch.setattr(dispatch._Run, "_answered", _noting(dispatch._Run._answered, sent))
    assert check_paths([str(tmp_path)], settings, rules, 1, executor=AtOnce()) == here
    assert sent
    # in the end, a file is checked here
    monkeypatch.setattr(dispatch, "MAX_ATTEMPTS", 1)
    assert check_paths([str(tmp_path)], settings, rules, 1, executor=AtOnce()) == here


def _noting(method, notes):
    def noted(self, file, missing):
        notes.append(file)
        return method(self, file, missing)

    return noted


def test_a_worker_with_other_versions_is_refused(tmp_path, monkeypatch):
    write(tmp_path, a="Dense")

    def refusal(**changes) -> str:
        here = [each._replace(**changes) if each.name == "tdlint" else each for each in versions(["unruly"])]
        monkeypatch.setattr(dispatch, "versions", lambda packages: tuple(here))
        with pytest.raises(UsageError) as caught:
            check_paths([str(tmp_path)], Settings(), RULES, executor=AtOnce())
        return str(caught.value)

    versions = dispatch.versions
    number = {each.name: each.version for each in versions(())}["tdlint"]
    assert f"has tdlint {number} and not 9.9: the same versions must be installed" in refusal(version="9.9")
    assert f"has other files of tdlint {number}:" in refusal(digest="other")


def test_a_worker_without_the_rules_is_refused(tmp_path, monkeypatch):
    write(tmp_path, a="Dense")
    monkeypatch.setattr(sys, "path", [each for each in sys.path if not each.endswith("remote")])
    monkeypatch.setattr(dispatch, "versions", lambda packages: (Version("rules unruly", "1.0", "digest"),))
    with pytest.raises(UsageError, match=r"has no rules unruly \(1\.0\)"):
        check_paths([str(tmp_path)], Settings(), RULES, executor=AtOnce())


class Broken(AtOnce):
    """Fails its tasks with an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def submit(self, fn, /, *args, **kwargs):
        raise_it = Future()
        raise_it.set_exception(self.error)
        return raise_it


def test_an_executor_that_fails(tmp_path):
    write(tmp_path, a="Dense", b="Dense")

    def check(executor):
        return check_paths([str(tmp_path)], Settings(), RULES, 1, executor=executor)

    with pytest.raises(UsageError, match=r"a worker can't run tdlint .*: ImportError: No module named 'tdlint'"):
        check(Broken(ImportError("No module named 'tdlint'")))
    with pytest.raises(UsageError, match="has given up its tasks: CancelledError"):
        check(Broken(CancelledError()))
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(UsageError, match="takes no more work: cannot schedule new futures after shutdown"):
        check(executor)
    lost = check(Broken(MemoryError("too much")))
    assert [file.diagnostics[0].message for file in lost.files] == [
        "the process that analysed it was lost with its worker: MemoryError: too much"
    ] * 2


def test_what_was_found_before_a_failure_is_kept(tmp_path):
    write(tmp_path, a="Dense", b="Dense")
    settings = Settings(cache_dir=str(tmp_path / "kept"))
    cache = open_cache(settings.cache_folder, settings, RULES)

    def interrupt(*told):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_paths([str(tmp_path)], settings, RULES, 8, cache=cache, executor=AtOnce(), done=interrupt)
    again = check_paths([str(tmp_path)], settings, RULES, 1, cache=open_cache(settings.cache_folder, settings, RULES))
    assert sorted(file.cached for file in again.files) == [False, True]


class Unlucky(AtOnce):
    """Loses the first tasks that have a file, as if what is done beside it killed their worker each time."""

    def __init__(self, file: str, times: int) -> None:
        self.file = file
        self.times = times

    def submit(self, fn, /, name, begin, files, time_limit):
        if self.times and any(file.endswith(self.file) for file in files):
            self.times -= 1
            lost = Future()
            lost.set_exception(MemoryError("too much"))
            return lost
        return super().submit(fn, name, begin, files, time_limit)


def test_a_file_is_lost_if_it_was_lost_with_no_other_beside_it(tmp_path):
    write(tmp_path, a="Dense", b="Dense", c="Dense")
    here = check_paths([str(tmp_path)], Settings(), RULES, 1)
    assert check_paths([str(tmp_path)], Settings(), RULES, 1, executor=Unlucky("b.py", 1)) == here
    there = check_paths([str(tmp_path)], Settings(), RULES, 1, executor=Unlucky("b.py", 3))
    assert [file.failed for file in there.files] == [False, True, False]


def test_rules_that_no_process_can_import_are_refused(tmp_path):
    write(tmp_path, a="Dense")
    with pytest.raises(UsageError, match="the rules can't be sent to an executor"):
        check_paths([str(tmp_path)], Settings(), (EveryLayer,), executor=AtOnce())


def test_a_process_pool_whose_worker_is_killed_is_an_error(tmp_path):
    write(tmp_path, a="Dense", b="Embedding")
    with (
        ProcessPoolExecutor(1) as executor,
        pytest.raises(UsageError, match="has given up its tasks: BrokenProcessPool"),
    ):
        check_paths([str(tmp_path)], Settings(), RULES, 1, executor=executor)


def test_an_interruption_ends_what_is_in_work(tmp_path):
    write(tmp_path, a="Dense", b="Softmax", c="Softmax", d="Softmax")
    executor = ThreadPoolExecutor(1)

    def interrupt(*told):
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        check_paths([str(tmp_path)], Settings(), RULES, 1, executor=executor, done=interrupt)
    executor.shutdown()
    assert time.monotonic() - started < runs.TIME_LIMIT / 2
    assert not any(processes.busy or processes.idle for processes in errands._runs.values())
