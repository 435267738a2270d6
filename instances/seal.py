"""The seal of a plan.json: a digest that tells whether it is as it was saved."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest(data: Mapping[str, Any]) -> str:
    """Give the SHA-256 of plan data, without ``seconds`` and the digest itself."""
    sealed = {key: value for key, value in data.items() if key not in {"digest", "seconds"}}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
