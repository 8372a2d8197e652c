"""Who the buyer is: its keys, its organisation credential and mandate, and keys for its programs."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crypto.errors import CryptoError
from marketplace.errors import MandateRefusedError
from marketplace.services.suite import Services
from marketplace.web.visitor import for_buyers, visitor
from ssi.errors import CredentialError

UNPROCESSABLE = 422
MAX_LABEL = 60


def screens(services: Services) -> Blueprint:
    """The organisation page and what can be done on it."""
    blueprint = Blueprint("organisation", __name__)

    @blueprint.get("/organisation")
    @for_buyers
    def overview() -> str:
        return _page(services)

    @blueprint.post("/organisation")
    @for_buyers
    def register() -> Response | tuple[str, int]:
        credential = request.form.get("credential", "").strip()
        mandate = request.form.get("mandate", "").strip()
        try:
            services.register_organisation(visitor().account_id, credential=credential, mandate=mandate)
        except (CredentialError, CryptoError, MandateRefusedError) as error:
            return _page(services, error=str(error)), UNPROCESSABLE
        flash("Your organisation is registered. You can order answers now.", "good")
        return redirect(url_for("organisation.overview"))

    @blueprint.post("/organisation/api-keys")
    @for_buyers
    def make_key() -> str:
        label = request.form.get("label", "").strip()[:MAX_LABEL] or "API key"
        return _page(services, new_key=services.make_api_key(visitor().account_id, label))

    @blueprint.post("/organisation/api-keys/<key_id>/revocation")
    @for_buyers
    def revoke_key(key_id: str) -> Response:
        services.revoke_api_key(visitor().account_id, key_id)
        flash("The key no longer works.", "good")
        return redirect(url_for("organisation.overview"))

    return blueprint


def _page(services: Services, *, error: str | None = None, new_key: object = None) -> str:
    return render_template(
        "market/organisation.html",
        organisation=visitor().organisation,
        marketplace_id=services.marketplace_id,
        keys=services.list_api_keys(visitor().account_id),
        new_key=new_key,
        error=error,
    )
