"""The seal of what gridblock writes for itself: a digest that tells whether it is as it was."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest(data: Mapping[str, Any]) -> str:
    """Give the SHA-256 of plain data, without ``seconds`` and the digest itself."""
    sealed = {key: value for key, value in data.items() if key not in {"digest", "seconds"}}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_broken(data: Mapping[str, Any]) -> bool:
    """Say whether plain data is no longer as it was saved; False where it does not say how."""
    return "digest" in data and data["digest"] != digest(data)
