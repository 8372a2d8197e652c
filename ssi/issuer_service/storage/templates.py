"""Templates in SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.encoding import canonical_json, parse_json
from ssi.issuer_service.domain.template import Template, TemplateTerms
from ssi.issuer_service.errors import UnknownThingError
from ssi.issuer_service.storage.office_tables import templates


class SqlTemplates:
    """Keeps every version of every template. They hold no value of any person."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, template: Template) -> None:
        """Keep a new version."""
        self._session.execute(
            insert(templates).values(
                template_id=template.template_id,
                version=template.version,
                configuration=template.configuration_id,
                document=canonical_json(template.terms.to_json()).decode(),
                created_at=template.created_at,
                created_by=template.created_by,
                retired_at=template.retired_at,
            )
        )

    def get(self, template_id: str, version: int | None = None) -> Template:
        """One version, the newest unless told otherwise.

        Raises:
            UnknownThingError: there is none.
        """
        wanted = select(templates).where(templates.c.template_id == template_id)
        if version is not None:
            wanted = wanted.where(templates.c.version == version)
        row = self._session.execute(wanted.order_by(templates.c.version.desc()).limit(1)).first()
        if row is None:
            raise UnknownThingError(f"no template has the id {template_id[:40]!r}")
        return _template(row)

    def newest(self) -> tuple[Template, ...]:
        """The newest version of each template, oldest template first."""
        last = (
            select(templates.c.template_id, func.max(templates.c.version).label("version"))
            .group_by(templates.c.template_id)
            .subquery()
        )
        same = (templates.c.template_id == last.c.template_id) & (templates.c.version == last.c.version)
        found = select(templates).join(last, same).order_by(templates.c.created_at, templates.c.template_id)
        return tuple(_template(row) for row in self._session.execute(found))

    def versions(self, template_id: str) -> tuple[Template, ...]:
        """All versions of a template, newest first."""
        found = (
            select(templates)
            .where(templates.c.template_id == template_id)
            .order_by(templates.c.version.desc())
        )
        return tuple(_template(row) for row in self._session.execute(found))

    def retire(self, template_id: str, at: datetime) -> None:
        """Take all versions of a template out of use."""
        self._session.execute(
            update(templates)
            .where(templates.c.template_id == template_id, templates.c.retired_at.is_(None))
            .values(retired_at=at)
        )


def _template(row: Row[Any]) -> Template:
    document: Any = parse_json(row.document)
    return Template(
        template_id=row.template_id,
        version=row.version,
        configuration_id=row.configuration,
        terms=TemplateTerms(**document),
        created_at=row.created_at,
        created_by=row.created_by,
        retired_at=row.retired_at,
    )
