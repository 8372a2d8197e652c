"""From short names to IRIs, with nothing lost on the way: JSON-LD 1.1 expansion by PyLD, made strict.

JSON-LD drops what its contexts do not define, and resolves what is relative against an address that nobody
signed. Over a signature both are attacks: what was dropped can be changed at will. So each such place is an
error ("Securing Data Losslessly", Data Integrity 1.0; `losses`), and contexts that hide or move members are
refused. Documents are bounded in size, so that contexts cannot be used to multiply work.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pyld.context_resolver import ContextResolver
from pyld.jsonld import JsonLdProcessor

from crypto.encoding import MAX_DEPTH
from ssi.errors import CredentialError, DataLossError, GraphTooComplexError, MalformedCredentialError
from ssi.linked_data.allowance import Allowance
from ssi.linked_data.contexts import load_document
from ssi.linked_data.losses import BASE, check_nothing_lost

MAX_VALUES: Final = 5_000
"""Members and elements of a document, contexts included."""
MAX_CONTEXT_VALUES: Final = 1_000
"""Members and elements of all contexts written into a document."""
MAX_NAMED_CONTEXTS: Final = 100
"""How often a document may name a context."""

_HIDING_KEYWORDS: Final = frozenset({"@nest", "@import", "@base"})
_MAX_EXACT: Final = 2**53 - 1
_CACHED_CONTEXTS: Final = 100

_local: Final = threading.local()


def expand(document: object, allowance: Allowance | None = None) -> list[dict[str, Any]]:
    """The expanded form of a JSON-LD document that is one node; its values are taken from the allowance.

    Raises:
        UnknownContextError: the document names a context that is not kept here.
        DataLossError: a part of it would not be in its graph.
        GraphTooComplexError: it is larger or nested deeper than is read, or more than is granted still.
        MalformedCredentialError: it is no object, or no JSON-LD.
    """
    if not isinstance(document, Mapping):
        raise MalformedCredentialError("expected a JSON-LD document, an object")
    plain = _Reading(Allowance() if allowance is None else allowance).plain(document, MAX_DEPTH)
    expanded: list[dict[str, Any]] = _expanded(plain)
    check_nothing_lost(plain, expanded)
    return expanded


class _Reading:
    """Copies a document within its bounds, writing whole numbers as integers (RFC 8785 §3.2.2.3)."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._values = 0
        self._named_contexts = 0
        self._context_values = 0

    def plain(self, value: object, depth: int, *, context: bool = False) -> Any:
        """The value as dictionaries, lists and scalars."""
        self._count(depth, context=context)
        if isinstance(value, Mapping):
            return {
                self._name(name, context=context): self.plain(
                    member, depth - 1, context=context or name == "@context"
                )
                for name, member in value.items()
            }
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.plain(element, depth - 1, context=context) for element in value]
        return self._scalar(value, context=context)

    def _count(self, depth: int, *, context: bool) -> None:
        self._allowance.spend_value()
        self._values += 1
        self._context_values += context
        if depth < 0 or self._values > MAX_VALUES or self._context_values > MAX_CONTEXT_VALUES:
            raise GraphTooComplexError(
                f"expected at most {MAX_VALUES} values, {MAX_CONTEXT_VALUES} in contexts, {MAX_DEPTH} levels"
            )

    def _name(self, name: object, *, context: bool) -> str:
        if not isinstance(name, str):
            raise MalformedCredentialError("the name of a member is no text")
        _require_plain(name, context=context)
        return name

    def _scalar(self, value: object, *, context: bool) -> Any:
        _require_plain(value, context=context)
        if context and isinstance(value, str):
            self._named_contexts += value.startswith("http")
        if self._named_contexts > MAX_NAMED_CONTEXTS:
            raise GraphTooComplexError(f"expected at most {MAX_NAMED_CONTEXTS} addresses in contexts")
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, int) and not -_MAX_EXACT <= value <= _MAX_EXACT:
            raise MalformedCredentialError("an integer beyond ±(2^53 - 1) is not read alike everywhere")
        if value is None or isinstance(value, str | int | float):
            return value
        raise MalformedCredentialError(f"not a JSON value: {type(value).__name__}")


def _require_plain(word: object, *, context: bool) -> None:
    if context and isinstance(word, str) and word in _HIDING_KEYWORDS:
        raise DataLossError(f"a context that uses {word} could hide members or move them")


def _expanded(document: dict[str, Any]) -> Any:
    if len(getattr(_local, "contexts", ())) > _CACHED_CONTEXTS or not hasattr(_local, "contexts"):
        _local.contexts = {}  # PyLD's own cache of contexts is shared by everybody and between threads
    options = {
        "base": BASE,
        "documentLoader": load_document,
        "contextResolver": ContextResolver(_local.contexts, load_document),
    }
    try:
        return JsonLdProcessor(on_property_dropped=_refuse_dropped).expand(document, options)
    except CredentialError:
        raise
    except Exception as error:  # noqa: BLE001 — a foreign processor on hostile input: however it fails, refuse
        # Its own words repeat parts of the document, which belong in no log.
        raise _reason(error) from None


def _reason(error: BaseException) -> CredentialError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, CredentialError):
            return cause
        cause = cause.__cause__
    code = getattr(error, "code", None) or type(error).__name__
    return MalformedCredentialError(f"not a JSON-LD document: {code}")


def _refuse_dropped(name: object) -> None:
    raise DataLossError(f"no context of the document defines {str(name)[:200]!r}")
