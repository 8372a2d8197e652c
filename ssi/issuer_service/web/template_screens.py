"""Templates on screen: what a registrar settles once for all records of one kind."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.issuer_service.domain.also_as import AlsoAs, is_achievement
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.template import Template, TemplateTerms, read_terms
from ssi.issuer_service.errors import BatchConflictError, NotOfferedError
from ssi.issuer_service.web import words
from ssi.issuer_service.web.absent import something
from ssi.issuer_service.web.office import OfficeServices

_FLAGS = ("transaction_code", "hold", "decimal_comma")
_COLUMN, _DEFAULT = "column-", "default-"
_MAX_DIGITS = 5


def add_templates(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages of templates."""
    desk = _Desk(services)

    @screens.get("/templates")
    def templates() -> str:
        kinds = {each.id: each.label["en"] for each in services.catalogue.configurations}
        found = services.templates.all()
        return render_template("issuer/templates.html", templates=found, kinds=kinds)

    @screens.get("/templates/new")
    def new_template() -> Response:
        return desk.show_form(TemplateTerms(""), None)

    @screens.post("/templates/new")
    def make_template() -> Response:
        return desk.save(None)

    @screens.get("/templates/<template_id>")
    def template(template_id: str) -> Response:
        with something():
            found = services.templates.get(template_id)
        return desk.show_form(found.terms, found)

    @screens.post("/templates/<template_id>")
    def amend_template(template_id: str) -> Response:
        with something():
            found = services.templates.get(template_id)
        return desk.save(found)

    @screens.post("/templates/<template_id>/retire")
    def retire_template(template_id: str) -> Response:
        with something():
            services.templates.retire(template_id, now=services.now())
        flash("Retired. What was issued under it stays as it is.", "good")
        return redirect(url_for("office.templates"))


class _Desk:
    """The form for a template, new or amended."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services

    def show_form(
        self,
        terms: TemplateTerms,
        template: Template | None,
        errors: dict[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """The form, with what has to be looked at again."""
        known = self._services.catalogue.configurations
        chosen = template.configuration_id if template else request.values.get("data_set", known[0].id)
        configuration = next((each for each in known if each.id == chosen), None)
        page = render_template(
            "issuer/template.html",
            template=template,
            terms=terms,
            typed_days=request.form.get("valid_days", str(terms.valid_days)),
            versions=self._services.templates.versions(template.template_id) if template else [],
            kinds=[(each.id, each.label["en"]) for each in known],
            chosen=chosen,
            claims=configuration.claims if configuration else [],
            achieves=configuration is not None and is_achievement(configuration),
            said_by=words.said_by,
            errors=errors or {},
        )
        return make_response(page, status.value)

    def save(self, template: Template | None) -> Response:
        """Keep a new template or a new version."""
        try:
            kind = template.configuration_id if template else request.form.get("data_set", "")
            configuration = self._services.catalogue.get(kind)
        except NotOfferedError:
            return self._again(template, {"data_set": "Kind of record: choose one that is issued here."})
        if request.form.get("step") == "kind":
            return self.show_form(self._typed(), template)
        errors: dict[str, str] = {}
        document = self._document(configuration, template)
        if not request.form.get("name", "").strip():
            errors["name"] = "Name: say what this template is for."
        if document["valid_days"] is None:
            errors["valid_days"] = "Valid for: enter a number of days from 1 to 3650."
        if errors:
            return self._again(template, errors)
        try:
            terms = read_terms(Fields.of(document, "template"), configuration)
            now, keep = self._services.now(), self._services.templates
            if template is None:
                kept = keep.create(configuration, terms, by=words.OFFICER, now=now)
            else:
                kept = keep.amend(template.template_id, terms, by=words.OFFICER, now=now)
        except (MalformedError, BatchConflictError) as error:
            return self._again(template, {"name": f"This cannot be kept: {error}."})
        flash(f"Kept as version {kept.version}.", "good")
        return redirect(url_for("office.template", template_id=kept.template_id))

    def _again(self, template: Template | None, errors: dict[str, str]) -> Response:
        return self.show_form(self._typed(), template, errors, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _typed(self) -> TemplateTerms:
        form = request.form
        return TemplateTerms(
            name=form.get("name", ""),
            display_name=form.get("display_name", ""),
            transaction_code=form.get("transaction_code") == "yes",
            hold=form.get("hold") == "yes",
            decimal_comma=form.get("decimal_comma") == "yes",
            also_as=AlsoAs.OPEN_BADGE.value if form.get("open_badge") == "yes" else "",
            columns=_named(_COLUMN),
            defaults=_named(_DEFAULT),
        )

    def _document(self, configuration: Configuration, template: Template | None) -> dict[str, object]:
        days = request.form.get("valid_days", "").strip()
        plain = days.isascii() and days.isdecimal() and 0 < len(days) <= _MAX_DIGITS
        known = {claim.name for claim in configuration.claims}
        return {
            "name": request.form.get("name", "").strip(),
            "display_name": request.form.get("display_name", "").strip(),
            "valid_days": int(days) if plain and 1 <= int(days) <= 3650 else None,  # noqa: PLR2004
            **{flag: request.form.get(flag) == "yes" for flag in _FLAGS},
            "columns": _named(_COLUMN),
            "grades": dict(template.terms.grades) if template else {},  # set by the API only
            "also_as": _also_as(configuration),
            "defaults": {name: text for name, text in _named(_DEFAULT).items() if name in known},
        }


def _also_as(configuration: Configuration) -> str:
    chosen = request.form.get("open_badge") == "yes" and is_achievement(configuration)
    return AlsoAs.OPEN_BADGE.value if chosen else ""


def _named(prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): text.strip()
        for name, text in request.form.items()
        if name.startswith(prefix) and text.strip()
    }
