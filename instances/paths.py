"""Field paths: ``facilities.memphis.grid_mw`` and ``demands.chat.amount`` in plain data."""

from typing import Any

from gridblock.instances.faults import Fault, InstanceError, did_you_mean

Key = str | int


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Set the field at a path, in place; the last step may be new, the others must be there.

    Raises:
        InstanceError: the path leads nowhere.
    """
    holder: Any = data
    words = path.split(".")
    while words:
        key, used = _step(holder, words, path)
        words = words[used:]
        if not words:
            holder[key] = value
            return
        if isinstance(holder, dict) and key not in holder:
            holder[key] = {}
        holder = holder[key]


def _step(holder: Any, words: list[str], path: str) -> tuple[Key, int]:
    """Find the key that the first words name: names may hold dots, so the longest wins."""
    for used in range(len(words), 0, -1):
        word = ".".join(words[:used])
        if isinstance(holder, dict) and word in holder:
            return word, used
        if isinstance(holder, list):
            for i, item in enumerate(holder):
                if word == str(i) or (isinstance(item, dict) and item.get("name") == word):
                    return i, used
    if isinstance(holder, dict):
        return words[0], 1
    names = (
        [item["name"] for item in holder if isinstance(item, dict) and "name" in item]
        if isinstance(holder, list)
        else []
    )
    message = f"there is no {words[0]!r} on the path {path!r}{did_you_mean(words[0], names)}"
    raise InstanceError((Fault((path,), message),))
