"""Where instances come from: files, shipped examples, and changes on the command line."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gridblock import instances
from gridblock.commands.values import pairs
from gridblock.instances.faults import Fault, InstanceError, did_you_mean
from gridblock.instances.shipped import GALLERY as GALLERY
from gridblock.instances.shipped import examples as examples

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.instances.read import Reading

FOLDER: Final = Path(instances.__file__).parent
TEMPLATE: Final = FOLDER / "template.yaml"
SHORTEST_TITLE: Final = 12
_CHANGE: Final = re.compile(r"\s*[*+]\s*[.0-9]")
"""How a change of a number begins that no number itself begins with."""


def title(path: Path) -> str:
    """Give the title of an example: its first sentence, or what stands there before a colon."""
    comment: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.removeprefix("#").strip())
    sentence = re.split(r"[.?](?:\s|$)", " ".join(comment), maxsplit=1)[0]
    head = sentence.partition(": ")[0]
    return head if len(head) >= SHORTEST_TITLE else sentence


def locate(name: str) -> str:
    """Find the file that a name stands for: a file, or else an example.

    Raises:
        InstanceError: there is neither, with the nearest names, or it is the folder of a run.
    """
    shipped = examples()
    if _is_run(Path(name)):
        message = f"is the folder of a run; its instance is {Path(name) / 'instance.json'}"
        raise InstanceError([Fault((), message, name)])
    if not name or "://" in name or _exists(name):
        return name
    if name in shipped:
        return str(shipped[name])
    raise InstanceError([Fault((), f"no such file{_nearest(Path(name), shipped)}", name)])


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def _is_run(path: Path) -> bool:
    """Tell a run from a folder of tables, which may hold the plan that is in force."""
    names = ("plan.json", "instance.json")
    return all(_exists(str(path / name)) for name in names) and not _exists(
        str(path / "instance.csv")
    )


def _nearest(path: Path, shipped: dict[str, Path]) -> str:
    try:
        beside = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        beside = []
    same = [name for name in beside if Path(name).stem == path.name and _is_instance(name)]
    if same:
        return f"; did you mean {str(path.with_name(same[0]))!r}?"
    if path.stem in shipped:
        return f"; the example is called {path.stem!r}"
    return (
        did_you_mean(path.name, filter(_is_instance, beside))
        or did_you_mean(path.stem, shipped)
        or "; `gridblock examples` lists what is shipped"
    )


def _is_instance(name: str) -> bool:
    return Path(name).suffix.lower() in {".yaml", ".yml", ".json", ".xlsx"}


def changes(items: dict[str, str]) -> dict[str, Any]:
    """Read the values of ``--set path=value`` as YAML.

    Raises:
        InstanceError: a value is none, or says how to change the one that is there.
    """
    from gridblock.instances import document

    values = {}
    for path, text in items.items():
        if _CHANGE.match(text):
            message = (
                f"{path}={text}: says how to change a number, and --set takes the new one;"
                " write that, or let a scenario change it"
            )
            raise InstanceError([Fault((), message, "--set")])
        try:
            values[path] = document.parse(f"value: {text}", ".yaml").data["value"]
        except (InstanceError, KeyError) as error:
            said = error.faults[0].message if isinstance(error, InstanceError) else "is no value"
            raise InstanceError([Fault((), f"{path}={text}: {said}", "--set")]) from None
    return values


def _with_plan(values: dict[str, Any]) -> dict[str, Any]:
    """Take in the plan that ``--set current.plan=runs/…`` names, in the current folder."""
    from gridblock.instances import in_force

    if not isinstance(values.get("current.plan"), str):
        return values
    taken = {"current": {"plan": values["current.plan"]}}
    in_force.inline(taken, Path.cwd())
    return {**values, "current.plan": taken["current"]["plan"]}


def scenarios(name: str) -> list[str]:
    """Give the names of the scenarios of an instance; none if it cannot be read."""
    from gridblock.instances import document

    try:
        given = document.load(locate(name)).data.get("scenarios")
    except (InstanceError, OSError):
        return []
    records = given if isinstance(given, list) else []
    return [str(each["name"]) for each in records if isinstance(each, dict) and "name" in each]


def read(name: str, items: Sequence[str] = (), scenarios: Sequence[str] = ()) -> "Instance":
    """Read an instance as ``reading`` does."""
    return reading(name, items, scenarios).instance


def reading(name: str, items: Sequence[str] = (), scenarios: Sequence[str] = ()) -> "Reading":
    """Read an instance, let scenarios come true, then change fields.

    Args:
        name: its file, or the name of a shipped example.
        items: the values of ``--set``: ``path=value``.
        scenarios: names of scenarios, or several with commas between.

    Raises:
        InstanceError: with every fault.
        typer.BadParameter: an item has no ``=`` or no name.
    """
    from gridblock.instances.read import Reading
    from gridblock.instances.read import reading as read_file

    values = changes(pairs(items, "--set"))
    instance, converted = read_file(locate(name))
    if scenarios:
        known = {each.name for each in instance.scenarios}
        names = [name for text in scenarios for name in _several(text, known)]
        with _faults_of("--scenario"):
            instance = instance.scenario(*names)
    if values:
        with _faults_of("--set"):
            instance = instance.replace(_with_plan(values))
    return Reading(instance, converted)


def _several(text: str, known: Collection[str]) -> list[str]:
    """Split names at commas, but for one that holds commas itself."""
    return [text] if text in known else [name.strip() for name in text.split(",")]


@contextmanager
def _faults_of(option: str) -> Iterator[None]:
    """Let faults name the option that brings them."""
    try:
        yield
    except InstanceError as error:
        faults = [Fault(fault.path, fault.message, option) for fault in error.faults]
        raise InstanceError(faults) from None
