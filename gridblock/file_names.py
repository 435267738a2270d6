"""Names of files that do no harm, whatever an instance calls itself."""

import re
import unicodedata
from typing import Final

LONGEST_NAME: Final = 40


def file_name(name: str) -> str:
    """Turn a name into one that every file system takes: letters, digits, ``.``, ``_``, ``-``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", plain)[:LONGEST_NAME].strip(".-_")
    return words or "instance"
