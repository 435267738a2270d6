"""The instances that come with gridblock, by name."""

from pathlib import Path
from typing import Final

GALLERY: Final = Path(__file__).parent / "gallery"


def examples() -> dict[str, Path]:
    """Give the files of the shipped examples by name."""
    return {path.stem: path for path in sorted(GALLERY.glob("*.yaml"))}
