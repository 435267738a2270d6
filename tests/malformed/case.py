"""A malformed file and the command that reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Bytes = bytes | str
LONGEST = 300


@dataclass(frozen=True)
class Case:
    """Files, one of which is malformed.

    Attributes:
        name: what is wrong, for people.
        arguments: the command that reads them.
        files: what each holds, by its path in a folder of its own.
        sizes: of files that hold nothing but zeros.
        links: what each symbolic link points to.
    """

    name: str
    arguments: tuple[str, ...]
    files: Mapping[str, Bytes] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def lay(self, folder: Path) -> None:
        """Write the files into a folder."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(
                content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
            )
        for name, size in self.sizes.items():
            with (folder / name).open("wb") as file:
                file.truncate(size)
        for name, target in self.links.items():
            (folder / name).symlink_to(target)


def broken(exit_code: int, stderr: str, case: Case) -> str:
    """Say what is wrong with how a case was refused; nothing if it was refused as it should be."""
    files = {*case.files, *case.sizes, *case.links}
    folders = {name.rpartition("/")[0] for name in files}
    named = {*files, *folders, *case.arguments[1:], "--set", "--scenario"} - {""}
    lines = stderr.splitlines()
    if exit_code != 3:
        return f"exit code {exit_code}: {stderr[-300:]}"
    if "Traceback" in stderr or "internal error" in stderr:
        return f"a traceback: {stderr[-300:]}"
    places = tuple(f"{name}:" if len(name) < LONGEST else name[:LONGEST] for name in named)
    if not any(line.startswith((*places, "the name of a file")) for line in lines):
        return f"no place: {stderr[-300:]}"
    if any(not letter.isprintable() for line in lines for letter in line):
        return f"letters that do not print: {stderr[-300:]!r}"
    return ""
