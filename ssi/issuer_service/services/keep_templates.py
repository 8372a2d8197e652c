"""Make, amend and retire the templates under which records are issued."""

from collections.abc import Sequence
from datetime import datetime

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.template import Template, TemplateTerms
from ssi.issuer_service.errors import BatchConflictError
from ssi.issuer_service.services.ports import Books

_ID_BYTES = 16


class KeepTemplates:
    """Keeps templates. Nothing is ever overwritten: what a batch was started with can always be read."""

    def __init__(self, books: Books, random: RandomBytes) -> None:
        self._books = books
        self._random = random

    def all(self) -> Sequence[Template]:
        """The newest version of each, retired ones too, oldest first."""
        with self._books.reading() as register:
            return register.templates.newest()

    def get(self, template_id: str) -> Template:
        """The newest version of one.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.reading() as register:
            return register.templates.get(template_id)

    def versions(self, template_id: str) -> Sequence[Template]:
        """All versions of one, newest first.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.reading() as register:
            register.templates.get(template_id)
            return register.templates.versions(template_id)

    def create(
        self, configuration: Configuration, terms: TemplateTerms, *, by: str, now: datetime
    ) -> Template:
        """A new template, version 1."""
        template = Template(self._random(_ID_BYTES).hex(), 1, configuration.id, terms, now, by)
        with self._books.writing() as register:
            register.templates.add(template)
        return template

    def amend(self, template_id: str, terms: TemplateTerms, *, by: str, now: datetime) -> Template:
        """The next version; the same terms again change nothing.

        Raises:
            UnknownThingError: there is none of this id.
            BatchConflictError: it is retired.
        """
        with self._books.writing() as register:
            newest = register.templates.get(template_id)
            if newest.retired_at is not None:
                raise BatchConflictError(f"template {template_id} is retired: make a new one")
            if newest.terms == terms and newest.terms.to_json() == terms.to_json():
                return newest
            template = Template(template_id, newest.version + 1, newest.configuration_id, terms, now, by)
            register.templates.add(template)
        return template

    def retire(self, template_id: str, *, now: datetime) -> Template:
        """Start no further batch under it; what was issued stays, and batches that run go on.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.writing() as register:
            register.templates.get(template_id)
            register.templates.retire(template_id, now)
            return register.templates.get(template_id)
