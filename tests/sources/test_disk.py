"""What stands for the disk, and that analyses look at nothing else."""

from __future__ import annotations

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules
from tdlint.linting.runs import check_file
from tdlint.sources.disk import Disk, absolute, disk, looking_at


class OneFile(Disk):
    """A disk with a folder and a file in it, which are nowhere else."""

    folder = "/far/away"

    def content(self, path):
        assert path == "m.py"
        return b"import keras\nkeras.Sequential([keras.layers.Dense(2), keras.layers.Dense(1)])\n"

    def names(self, folder):
        return frozenset({"m.py"} if folder == self.folder else ())

    def real(self, path):
        return absolute(path)


def test_another_disk_can_be_looked_at(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with looking_at(OneFile()):
        result = check_file(
            "m.py", check_bytes, Settings(root=".", per_file_ignores=(("m.py", ("TDL601",)),)), load_rules()
        )
        assert absolute("m.py") == "/far/away/m.py"
    assert result.models == 1
    assert absolute("m.py") == str(tmp_path / "m.py")
    assert type(disk()) is Disk


def test_folders_are_looked_at_again_when_they_change(tmp_path):
    assert disk().names(str(tmp_path)) == frozenset()
    (tmp_path / "a.py").write_text("")
    assert disk().names(str(tmp_path)) == {"a.py"}
    assert disk().names(str(tmp_path / "none")) == frozenset()


def test_modules_are_counted_up_to_a_number(tmp_path):
    (tmp_path / "inner").mkdir()
    for name in ("a.py", "inner/b.py", "c.txt"):
        (tmp_path / name).write_text("")
    assert disk().has_more_modules(str(tmp_path), 1)
    assert not disk().has_more_modules(str(tmp_path), 2)
