"""Version, licence, public names and documents tell the same story."""

import ast
import re
from importlib.metadata import entry_points, metadata, requires, version
from pathlib import Path

import gridblock

README_MOST_LINES = 120


def test_installed_version_is_the_one_in_the_source() -> None:
    assert version("gridblock") == gridblock.__version__


def test_changelog_has_an_entry_for_the_version(root: Path) -> None:
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^]]+)\]", changelog, flags=re.MULTILINE)
    assert gridblock.__version__ in headings


def test_readme_is_short(root: Path) -> None:
    lines = (root / "README.md").read_text(encoding="utf-8").splitlines()
    assert 0 < len(lines) <= README_MOST_LINES


def test_licence_is_apache_2(root: Path) -> None:
    assert metadata("gridblock")["License-Expression"] == "Apache-2.0"
    text = (root / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="gridblock")
    assert callable(command.load())


def test_every_public_name_can_be_imported() -> None:
    assert set(gridblock.__all__) <= set(dir(gridblock))
    for name in gridblock.__all__:
        assert getattr(gridblock, name) is not None


def test_an_unknown_name_is_refused() -> None:
    assert not hasattr(gridblock, "no_such_name")


def test_type_checkers_see_the_names_where_they_are_imported_from() -> None:
    tree = ast.parse(Path(gridblock.__file__).read_text(encoding="utf-8"))
    (guard,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        alias.name: node.module
        for node in guard.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == gridblock._HOMES
    assert {*seen, "__version__"} == set(gridblock.__all__)


def test_no_module_hides_a_public_name() -> None:
    # Importing gridblock.solve would set the attribute that `gridblock.solve` the function has.
    modules = {path.stem for path in Path(gridblock.__file__).parent.glob("*.py")}
    assert not modules & {*gridblock.__all__}


def test_the_lock_pins_what_developing_takes_with_hashes_and_names_no_place(root: Path) -> None:
    lock = (root / "requirements" / "dev.txt").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=\S)", lock)
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    assert "://" not in lock
    assert "--index" not in lock
    pinned = {_plain(pin.partition("==")[0]) for pin in pins}
    asked = [need for need in requires("gridblock") or () if "extra" not in need]
    assert {_plain(re.split(r"[<>=~!;\[ ]", need)[0]) for need in asked} <= pinned


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower().strip()
