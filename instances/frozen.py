"""Frozen mappings: instances and plans are values, down to the last number."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Final, Never, TypeVar

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Frozen(dict[Key, Value]):
    """A mapping that nobody changes; everything else of it is as of any ``dict``."""

    def _refuse(self, *_: Any, **__: Any) -> Never:
        message = (
            "instances and plans are values, which do not change; "
            'instance.replace({"path.of.field": value}) gives a changed copy'
        )
        raise TypeError(message)

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        """Let pydantic write it as any ``dict``, as a default in a JSON Schema is."""
        return handler.generate_schema(dict)

    def __hash__(self) -> int:  # type: ignore[override]
        """Let equal mappings be one key, whatever their order."""
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be pickled and copied whole: item by item it would refuse."""
        return type(self), (dict(self),)


NOTHING: Final[Frozen[Any, Any]] = Frozen()
"""The default of a mapping that may be left out."""
