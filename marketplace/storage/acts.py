"""The operator's registers, in SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from marketplace.domain.act import Act, Register
from marketplace.storage.act_tables import acts

_FIELDS = ("register", "case_id", "at", "actor", "kind", "told")


class SqlActs:
    """The `ActBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, act: Act) -> None:
        """Append an act."""
        values = {name: getattr(act, name) for name in _FIELDS} | {"told": dict(act.told)}
        self._session.execute(insert(acts).values(values))

    def of_case(self, register: Register, case_id: str) -> Sequence[Act]:
        """The acts of one case in their order."""
        return self._read(acts.c.register == register, acts.c.case_id == case_id)

    def of_register(self, register: Register) -> Sequence[Act]:
        """All acts of a register in their order."""
        return self._read(acts.c.register == register)

    def _read(self, *wanted: ColumnElement[bool]) -> Sequence[Act]:
        rows = self._session.execute(select(acts).where(*wanted).order_by(acts.c.number))
        return [Act(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]
