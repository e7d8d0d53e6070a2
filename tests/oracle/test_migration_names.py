"""What the migration tables say of names, against real Keras 3: both ways, and for every row."""

from __future__ import annotations

import importlib
import re

import pytest

from tdlint.spec import migration
from tdlint.spec.version import KerasVersion

keras = pytest.importorskip("keras", minversion="3.15")
pytest.importorskip("tensorflow")

PACKAGES = {"keras": "keras", "tf.keras": "tensorflow.keras"}
ROWS = [row for table in ("names", "backend", "calls") for row in migration.rows(table)]


def fault(name: str, namespace: str) -> str | None:
    """How an import of the name fails, None if it succeeds."""
    path = PACKAGES[namespace] + name[len("keras") :]
    module, _, leaf = path.rpartition(".")
    try:
        found = importlib.import_module(module)
        if hasattr(found, leaf):
            return None
        importlib.import_module(path)
    except ImportError as error:
        return str(error)
    return None


@pytest.mark.parametrize("namespace", migration.NAMESPACES)
def test_legacy_optimizers_can_be_imported_and_not_called(namespace: str) -> None:
    (row,) = (each for each in migration.rows("api") if each["module"] == "keras.optimizers.legacy")
    for name in row["names"]:
        path = f"keras.optimizers.legacy.{name}"
        with pytest.raises(ImportError, match="not supported in Keras 3"):
            getattr(importlib.import_module(f"{PACKAGES[namespace]}.optimizers.legacy"), name)(learning_rate=0.1)
        new = migration.instead_of_legacy(path)
        assert new is not None
        assert fault(new, namespace) is None


def test_every_name_of_the_api_is_there() -> None:
    lost = [
        (row["namespace"], f"{row['module']}.{name}")
        for row in migration.rows("api")
        for name in row["names"]
        if not name.startswith("-") and fault(f"{row['module']}.{name}", row["namespace"])
    ]
    assert not lost


@pytest.mark.parametrize("namespace", migration.NAMESPACES)
def test_names_that_are_gone_are_gone_and_others_are_not(namespace: str) -> None:
    wrong = [row["old"] for row in ROWS if (fault(row["old"], namespace) is not None) is not (namespace in row)]
    assert not wrong


@pytest.mark.parametrize("namespace", migration.NAMESPACES)
def test_new_names_are_there(namespace: str) -> None:
    new = {row["old"]: row[namespace] for row in ROWS if row.get(namespace)}
    assert len(new) > 200
    assert not {old: name for old, name in new.items() if fault(name, namespace)}


@pytest.mark.parametrize("namespace", migration.NAMESPACES)
def test_modules_that_are_gone_are_gone(namespace: str) -> None:
    for row in migration.rows("modules"):
        failure = fault(row["old"], namespace)
        assert failure is not None, row
        found = migration.removed(row["old"], namespace)
        assert found is not None
        assert found.module is (row["old"] not in {each["old"] for each in ROWS})
        missing = PACKAGES[namespace] + found.missing[len("keras") :]
        assert re.search(rf"'{missing}'( |$)", failure), (row, failure)
        assert row["new"] is None or not fault(row["new"], namespace), row


@pytest.mark.parametrize("namespace", migration.NAMESPACES)
def test_where_else_a_name_is(namespace: str) -> None:
    for row in ROWS:
        found = migration.removed(row["old"], namespace)
        if found is not None and found.elsewhere is not None:
            assert fault(row["old"], found.elsewhere) is None, row


def test_versions_are_versions() -> None:
    versions = [row["since"] for row in (*ROWS, *migration.rows("modules"))]
    assert all(re.fullmatch(r"[123]\.\d+", version) for version in versions)
    assert all(found.since < KerasVersion(3, 16) for row in ROWS if (found := migration.removed(row["old"], "keras")))
