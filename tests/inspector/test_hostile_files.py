"""Damaged and hostile files: an account or a ModelFileError, never anything else, and never more than the bounds."""

from __future__ import annotations

import json
import random
import shutil
import stat
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

h5py = pytest.importorskip("h5py")

from tdlint.inspector import Account, InspectionError, ModelFileError  # noqa: E402
from tdlint.inspector.accounting.penalty import account_of  # noqa: E402
from tdlint.inspector.files.archive import read_archive  # noqa: E402
from tdlint.inspector.isolated import read_isolated  # noqa: E402

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
FILES = sorted(MODELS.glob("*.keras")) + sorted(MODELS.glob("*.h5"))
GARBAGE = [None, True, -1, 0, 2**70, 1e308, "", "x" * 500, [], {}, [[]], {"class_name": "X", "config": {}}, [None, -3]]


def inspect_path(path: Path, read=read_archive) -> Account:
    """As ``tdlint.inspector.inspect_path``, in this process, which is faster."""
    return account_of(read(path))


def survives(path: Path, read=read_archive) -> bool:
    """Whether the file could be read; anything but a ModelFileError that names the file fails the test."""
    problem = None
    try:
        inspect_path(path, read)
    except ModelFileError as caught:
        problem = str(caught)
    assert problem is None or str(path) in problem
    return problem is None


def rewritten(source: Path, target: Path, **members: bytes) -> Path:
    """A copy of an archive with members replaced or added; underscores of the keywords stand for dots."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        changed = {name.replace("_", "."): content for name, content in members.items()}
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return target


def config(source: Path) -> dict:
    with zipfile.ZipFile(source) as archive:
        return json.loads(archive.read("config.json"))


@pytest.fixture
def weights(tmp_path):
    """The weights of a model in a file of their own, and a function that puts them back into an archive."""
    source, loose = MODELS / "sequence_head.keras", tmp_path / "loose.h5"
    with zipfile.ZipFile(source) as archive:
        loose.write_bytes(archive.read("model.weights.h5"))

    def packed() -> Path:
        return rewritten(source, tmp_path / "packed.keras", model_weights_h5=loose.read_bytes())

    return loose, packed


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_every_fixture_reads(source):
    assert survives(source)


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_truncated(source, tmp_path):
    whole = source.read_bytes()
    target = tmp_path / source.name
    for size in [0, 1, 100, *(len(whole) * part // 8 for part in range(1, 8))]:
        target.write_bytes(whole[:size])
        assert not survives(target)


def damaged(source: Path, target: Path, generator: random.Random) -> Path:
    content = bytearray(source.read_bytes())
    for _ in range(generator.choice([1, 4, 50])):
        content[generator.randrange(len(content))] = generator.randrange(256)
    target.write_bytes(content)
    return target


@pytest.mark.parametrize("source", sorted(MODELS.glob("*.keras")), ids=lambda path: path.name)
def test_flipped_bytes_of_an_archive(source, tmp_path):
    generator = random.Random(source.name)
    for _ in range(30):  # the checksums keep damage from libhdf5, so this process is safe
        survives(damaged(source, tmp_path / source.name, generator))


@pytest.mark.parametrize("source", sorted(MODELS.glob("*.h5")), ids=lambda path: path.name)
def test_flipped_bytes_of_hdf5(source, tmp_path):
    generator = random.Random(source.name)
    for _ in range(6):
        survives(damaged(source, tmp_path / source.name, generator), lambda path: read_isolated(path, 10))


LOOPS_FOR_EVER = "import time; time.sleep(60)"
CRASHES = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"


@pytest.mark.parametrize(
    ("child", "message"), [(LOOPS_FOR_EVER, "did not end within 1 seconds"), (CRASHES, "crashed libhdf5")]
)
def test_a_file_that_loops_or_crashes_costs_one_process(monkeypatch, child, message):
    monkeypatch.setattr("tdlint.inspector.isolated._CHILD", child)
    with pytest.raises(ModelFileError, match=message):
        read_isolated(MODELS / "branches.h5", 1)


NEEDS_MEMORY = "from tdlint.inspector import isolated; isolated.bound_memory(); bytearray(4 * 2**30)"
RUNS_CODE = """
import os, pickle, sys

class Hostile:
    def __reduce__(self):
        return (os.system, ("touch escaped",))

sys.stdout.buffer.write(pickle.dumps(Hostile()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there address space is bounded for certain")
def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("tdlint.inspector.isolated._CHILD", NEEDS_MEMORY)
    with pytest.raises(InspectionError, match="failed: MemoryError"):
        read_isolated(MODELS / "branches.h5")


@pytest.mark.parametrize("child", [RUNS_CODE, "print('no pickle')", ""])
def test_what_the_process_answers_runs_nothing(monkeypatch, tmp_path, child):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tdlint.inspector.isolated._CHILD", child)
    with pytest.raises(InspectionError, match="gave no answer"):
        read_isolated(MODELS / "branches.h5")
    assert not list(tmp_path.iterdir())


def test_unpacking_leaves_room_on_the_disk(monkeypatch, tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(MODELS / "branches.keras") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    monkeypatch.setattr("tdlint.inspector.files.container.shutil.disk_usage", lambda _: SimpleNamespace(free=9))
    with pytest.raises(ModelFileError, match="the disk has 9 left"):
        inspect_path(path)


def test_isolated_reading_gives_the_same():
    for source in FILES:
        assert inspect_path(source, read_isolated) == inspect_path(source)


def places(value, found):
    """Every container of a JSON value with its keys."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.append((value, key))
        places(item, found)
    return found


@pytest.mark.parametrize("source", sorted(MODELS.glob("*.keras")), ids=lambda path: path.name)
def test_garbage_in_the_config(source, tmp_path):
    generator = random.Random(source.name)
    results = []
    for _ in range(80):
        broken = config(source)
        holder, key = generator.choice(places(broken, []))
        if generator.random() < 0.3:
            del holder[key]
        else:
            holder[key] = generator.choice(GARBAGE)
        results.append(survives(rewritten(source, tmp_path / "m.keras", config_json=json.dumps(broken).encode())))
    assert False in results
    assert True in results


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b'{"class_name": 3}', b"9" * 5000],
    ids=lambda text: text[:12].decode("latin-1"),
)
def test_no_config(text, tmp_path):
    assert not survives(rewritten(MODELS / "branches.keras", tmp_path / "m.keras", config_json=text))


def test_models_nested_without_end(tmp_path):
    innermost = config(MODELS / "sequence_head.keras")
    for number in range(200):
        innermost = {
            "class_name": "Sequential",
            "config": {"name": f"m{number}", "layers": [innermost]},
        }
    path = rewritten(MODELS / "sequence_head.keras", tmp_path / "m.keras", config_json=json.dumps(innermost).encode())
    with pytest.raises(ModelFileError, match="nested"):
        inspect_path(path)


def test_layers_in_a_circle(tmp_path):
    broken = config(MODELS / "branches.keras")
    layers = {layer["name"]: layer for layer in broken["config"]["layers"]}
    layers["frozen"]["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = ["kind", 0, 0]
    path = rewritten(MODELS / "branches.keras", tmp_path / "m.keras", config_json=json.dumps(broken).encode())
    with pytest.raises(ModelFileError, match="circle"):
        inspect_path(path)


def test_the_error_names_the_place(tmp_path):
    broken = config(MODELS / "branches.keras")
    broken["config"]["layers"][0]["config"]["batch_shape"] = [None, "six"]
    path = rewritten(MODELS / "branches.keras", tmp_path / "m.keras", config_json=json.dumps(broken).encode())
    with pytest.raises(ModelFileError) as caught:
        inspect_path(path)
    expected = "config.config.layers[0].config.batch_shape[1]: expected the size of an axis or null, received 'six'"
    assert str(caught.value) == f"{path}: {expected}"


def test_a_zip_bomb_is_refused(tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (60 * 2**20))
    with pytest.raises(ModelFileError, match="zip bomb"):
        inspect_path(path)


def test_a_link_in_the_archive_is_refused(tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("config.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ModelFileError, match="link"):
        inspect_path(path)


def test_names_of_members_are_never_used_as_paths(tmp_path):
    folder = tmp_path / "inside"
    folder.mkdir()
    path = shutil.copy(MODELS / "sequence_head.keras", folder / "m.keras")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../escaped", b"x")
        archive.writestr(str(tmp_path / "absolute"), b"x")
    assert survives(Path(path))
    assert sorted(tmp_path.rglob("*")) == [folder, folder / "m.keras"]


def test_compressed_weights_are_read(tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(MODELS / "branches.keras") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert inspect_path(path).totals == inspect_path(MODELS / "branches.keras").totals


DENSE = "layers/time_distributed/layer/vars"


@pytest.mark.parametrize(
    "link", [h5py.SoftLink("/layers/lstm"), h5py.ExternalLink("/etc/passwd", "/x")], ids=["soft", "external"]
)
def test_links_in_the_weights_are_refused(weights, link):
    loose, packed = weights
    with h5py.File(loose, "a") as file:
        file[f"{DENSE}/9"] = link
    with pytest.raises(ModelFileError, match="link, which is refused"):
        inspect_path(packed())


def test_data_in_another_file_is_refused(weights, tmp_path):
    loose, packed = weights
    with h5py.File(loose, "a") as file:
        file[DENSE].create_dataset("9", (4,), "f4", external=[(str(tmp_path / "other"), 0, 16)])
    with pytest.raises(ModelFileError, match="another file"):
        inspect_path(packed())


def test_a_shape_without_data_is_refused(weights):
    loose, packed = weights
    with h5py.File(loose, "a") as file:
        file[DENSE].create_dataset("9", (2**40, 2**10), "f4", chunks=(2**10, 2**10))
    with pytest.raises(ModelFileError, match="bytes"):
        inspect_path(packed())


def test_groups_nested_without_end(weights):
    loose, packed = weights
    with h5py.File(loose, "a") as file:
        file.create_group("layers/lstm/" + "/".join("a" * 200))
    with pytest.raises(ModelFileError, match="deep"):
        inspect_path(packed())


def test_a_weight_that_is_no_number(weights):
    loose, packed = weights
    with h5py.File(loose, "a") as file:
        file[f"{DENSE}/9"] = [1 + 2j]
    with pytest.raises(ModelFileError, match="expected numbers"):
        inspect_path(packed())


def test_non_finite_values_are_counted_and_json_stays_json(weights):
    from tdlint.formatters.inspection import render
    from tdlint.formatters.options import Options

    loose, packed = weights
    with h5py.File(loose, "a") as file:
        file[f"{DENSE}/0"][0] = float("nan")
        file[f"{DENSE}/0"][1] = float("inf")
    account = inspect_path(packed())
    assert "time_distributed: 2 values are NaN or infinite" in account.notes
    assert json.loads(render("json", account, Options()))["totals"]["penalty"] is None
    assert "not finite" in render("table", account, Options())


def test_missing_weights_leave_the_penalty_unknown(weights):
    loose, packed = weights
    with h5py.File(loose, "a") as file:
        del file["layers/time_distributed"]
    totals = inspect_path(packed()).totals
    assert totals.params == inspect_path(MODELS / "sequence_head.keras").totals.params
    assert totals.penalty is None
    assert totals.expected_penalty is not None
