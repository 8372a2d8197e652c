"""Which questions to wallets have names? Ready queries for those who do not want to write DCQL."""

from collections.abc import Callable, Mapping
from typing import Final

from crypto.encoding import Json
from marketplace.errors import RefusedError
from ssi.credential_payload import ORGANISATION_TYPE
from ssi.dataset import data_set
from ssi.openid4vp.dcql import Format

ORGANISATION: Final = "organisation"
STUDENT: Final = "student"
_STUDENT_TYPES: Final[list[Json]] = [
    "urn:eu.europa.ec.eudi:learning:credential:1",
    "urn:eu.europa.ec.eudi:diploma:1:1",
]


def template_query(name: str) -> dict[str, Json]:
    """The query of this name: `organisation`, `student`, or `record:` and a data set such as `exam/1`.

    Raises:
        RefusedError: there is none.
        UnknownDataSetError: there is no such data set.
    """
    kind, _, rest = name.partition(":")
    if kind == "record" and rest:
        return _one("record", [data_set(rest).credential_type])
    made: Mapping[str, Callable[[], dict[str, Json]]] = {
        ORGANISATION: lambda: _one(ORGANISATION, [ORGANISATION_TYPE]),
        STUDENT: lambda: _one(STUDENT, _STUDENT_TYPES),
    }
    if name not in made:
        raise RefusedError(f"template: expected {', '.join(made)} or record:<data set>, got {name[:80]!r}")
    return made[name]()


def _one(name: str, types: list[Json]) -> dict[str, Json]:
    """One credential of these types; without claims, so that only what is always open is shown."""
    return {"credentials": [{"id": name, "format": Format.SD_JWT_VC.value, "meta": {"vct_values": types}}]}
