"""Make, amend and retire templates."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response, g, jsonify, request

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from ssi.issuer_service.api.operation import Answer, Operation, schema
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.domain.template import Template, read_template, read_terms
from ssi.issuer_service.services.keep_templates import KeepTemplates


class TemplateEndpoints:
    """One method for each endpoint."""

    def __init__(self, keep: KeepTemplates, catalogue: Catalogue, now: Callable[[], datetime]) -> None:
        self._keep = keep
        self._catalogue = catalogue
        self._now = now

    def operations(self) -> list[Operation]:
        """The endpoints with their descriptions."""
        one, told = "/templates/{template_id}", Answer("The newest version.", schema("Template"))
        unknown = (HTTPStatus.NOT_FOUND,)
        return [
            Operation(
                "POST",
                "/templates",
                "createTemplate",
                "Make a template",
                self.create,
                Scope.TEMPLATES,
                {HTTPStatus.CREATED: told},
                body=schema("TemplateRequest"),
                refusals=unknown,
            ),
            Operation(
                "GET",
                "/templates",
                "listTemplates",
                "The newest version of each template",
                self.all,
                Scope.TEMPLATES,
                {HTTPStatus.OK: Answer("Oldest template first.", schema("Templates"))},
            ),
            Operation(
                "GET",
                one,
                "getTemplate",
                "The newest version of a template",
                self.show,
                Scope.TEMPLATES,
                {HTTPStatus.OK: told},
                refusals=unknown,
            ),
            Operation(
                "GET",
                f"{one}/versions",
                "listTemplateVersions",
                "All versions, newest first",
                self.versions,
                Scope.TEMPLATES,
                {HTTPStatus.OK: Answer("Newest first.", schema("Templates"))},
                refusals=unknown,
            ),
            Operation(
                "POST",
                f"{one}/versions",
                "amendTemplate",
                "Make a new version",
                self.amend,
                Scope.TEMPLATES,
                {HTTPStatus.CREATED: told},
                body=schema("TemplateTerms"),
                refusals=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
            ),
            Operation(
                "POST",
                f"{one}/retire",
                "retireTemplate",
                "Start no further batch under it",
                self.retire,
                Scope.TEMPLATES,
                {HTTPStatus.OK: told},
                refusals=unknown,
            ),
        ]

    def create(self) -> tuple[Response, HTTPStatus]:
        """A new template."""
        configuration, terms = read_template(Fields.parse(request.get_data(), "template"), self._catalogue)
        template = self._keep.create(configuration, terms, by=g.acting, now=self._now())
        return jsonify(_template(template)), HTTPStatus.CREATED

    def all(self) -> Response:
        """The newest version of each."""
        return jsonify(templates=[_template(each) for each in self._keep.all()])

    def show(self, template_id: str) -> Response:
        """One."""
        return jsonify(_template(self._keep.get(template_id)))

    def versions(self, template_id: str) -> Response:
        """All versions of one."""
        return jsonify(templates=[_template(each) for each in self._keep.versions(template_id)])

    def amend(self, template_id: str) -> tuple[Response, HTTPStatus]:
        """A new version."""
        configuration = self._catalogue.get(self._keep.get(template_id).configuration_id)
        terms = read_terms(Fields.parse(request.get_data(), "template"), configuration)
        template = self._keep.amend(template_id, terms, by=g.acting, now=self._now())
        return jsonify(_template(template)), HTTPStatus.CREATED

    def retire(self, template_id: str) -> Response:
        """Out of use."""
        return jsonify(_template(self._keep.retire(template_id, now=self._now())))


def _template(template: Template) -> dict[str, Json]:
    return {
        "template_id": template.template_id,
        "version": template.version,
        "data_set": template.configuration_id,
        **template.terms.to_json(),
        "created_at": utc_text(template.created_at),
        "retired": template.retired_at is not None,
    }
