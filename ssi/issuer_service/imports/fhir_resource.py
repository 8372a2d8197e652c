"""Is a resource of a bundle one of FHIR R4, whatever bytes it came from? Told by the models of R4B."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crypto.errors import MalformedError

_Resource = TypeVar("_Resource", bound=BaseModel)
_MAX_PLACE = 120
_UNREAD = frozenset({"contained"})
"""Resources within a resource: nothing of them is read, and the models look up whatever type they name."""


def validated(model: type[_Resource], resource: Mapping[str, Any]) -> _Resource:
    """The resource as its model reads it, without the resources within it.

    Raises:
        MalformedError: the model does not take it, or takes something for what it is not; the message names
            the member, where one is known, and repeats no value.
    """
    kind = model.__name__
    misread = _misread(resource)
    if misread is not None:
        raise MalformedError(f"not a valid {kind} ({misread})")
    try:
        return model.model_validate({name: each for name, each in resource.items() if name not in _UNREAD})
    except ValidationError as error:
        raise MalformedError(f"not a valid {kind} ({_where(error)})") from error
    except Exception as error:
        # The models take some values apart before they look at their types, and raise whatever Python does.
        raise MalformedError(f"not a valid {kind}") from error


def _misread(resource: Mapping[str, Any]) -> str | None:
    """A member that models take too easily: a number for a day, or text of any exponent for a number."""
    if not isinstance(resource.get("birthDate"), str | None):
        return "birthDate"
    components = resource.get("component")
    for part in (resource, *(components if isinstance(components, list) else ())):
        quantity = part.get("valueQuantity") if isinstance(part, Mapping) else None
        value = quantity.get("value") if isinstance(quantity, Mapping) else None
        if value is not None and type(value) not in {int, float}:
            return "valueQuantity.value"
    return None


def _where(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ".".join(str(part) for part in first["loc"])[:_MAX_PLACE] or str(first["type"])
