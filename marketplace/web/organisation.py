"""Who the buyer is: its keys, its organisation credential and mandate, and keys for its programs."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crypto.errors import CryptoError
from marketplace.domain.account import NewApiKey
from marketplace.domain.member import Right, scopes_of
from marketplace.domain.scope import ABOUT, Scope, read_scopes
from marketplace.errors import MandateRefusedError, RefusedError, UnknownError
from marketplace.services.suite import Services
from marketplace.web.presenting import shown_credential
from marketplace.web.visitor import for_buyers, me, visitor
from marketplace.web.words import ORGANISATIONS, sentence
from ssi.errors import CredentialError, RegistryError

USUAL_SCOPES = [Scope.CATALOGUE.value, Scope.QUOTES.value, Scope.ORDERS.value, Scope.RESULTS.value]
"""What a program needs that buys answers; the rest has to be ticked."""


def screens(services: Services) -> Blueprint:
    """The organisation page and what can be done on it."""
    blueprint = Blueprint("organisation", __name__)
    _registering(blueprint, services)
    _keys(blueprint, services)
    return blueprint


def _registering(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/organisation")
    @for_buyers(Right.LOOK)
    def overview() -> str:
        return _page(services, credential=_shown(services))

    @blueprint.post("/organisation")
    @for_buyers(Right.REGISTER)
    def register() -> Response | tuple[str, int]:
        credential = request.form.get("credential", "").strip()
        mandate = request.form.get("mandate", "").strip()
        errors = _missing(credential, mandate) or _refused(services, credential, mandate)
        if errors:
            return _page(services, credential=credential, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        flash("Your organisation is registered. You can order answers now.", "good")
        return redirect(url_for("organisation.overview"))


def _keys(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/organisation/keys")
    @for_buyers(Right.KEYS)
    def make_key() -> str | tuple[str, int]:
        try:
            scopes = read_scopes(request.form.getlist("scopes"))
        except RefusedError:
            errors = {"scopes": "Choose at least one thing that the key is good for."}
            return _page(services, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        made = services.make_api_key(
            visitor().account_id, request.form.get("label", ""), scopes, by=me().member_id
        )
        return _page(services, new_key=made)

    @blueprint.post("/organisation/keys/<key_id>/end")
    @for_buyers(Right.KEYS)
    def end_key(key_id: str) -> Response:
        services.revoke_api_key(visitor().account_id, key_id, by=me().member_id)
        flash("The key no longer works.", "good")
        return redirect(url_for("organisation.overview"))


def _missing(credential: str, mandate: str) -> dict[str, str]:
    errors = {}
    if not credential:
        errors["credential"] = "Paste the credential that the register of organisations gave you."
    if not mandate:
        errors["mandate"] = "Choose your key file above, so that the mandate is signed."
    return errors


def _refused(services: Services, credential: str, mandate: str) -> dict[str, str]:
    """Register, and say what is wrong by field where that is refused.

    Raises:
        RegistryError: nobody's papers can be looked at now; that is no fault of these.
    """
    try:
        services.register_organisation(
            visitor().account_id, credential=credential, mandate=mandate, by=me().member_id
        )
    except RegistryError:
        raise
    except (CredentialError, CryptoError) as error:
        return {"credential": f"This credential was not accepted. {sentence(str(error))}"}
    except MandateRefusedError as error:
        return {"mandate": f"This mandate was not accepted. {sentence(str(error))}"}
    return {}


def _shown(services: Services) -> str:
    """The credential that a wallet has just shown in a session of this buyer, to be registered next."""
    session_id = request.args.get("shown")
    if services.presentations is None or session_id is None:
        return ""
    try:
        return shown_credential(
            services.presentations, visitor().account_id, session_id, request.args.get("response_code")
        )
    except UnknownError:
        return ""


def _page(
    services: Services,
    *,
    credential: str = "",
    errors: dict[str, str] | None = None,
    new_key: NewApiKey | None = None,
) -> str:
    return render_template(
        "market/organisation.html",
        organisation=visitor().organisation,
        kinds=ORGANISATIONS,
        marketplace_id=services.marketplace_id,
        keys=services.list_api_keys(visitor().account_id),
        new_key=new_key,
        credential=credential,
        can_ask=services.presentations is not None,
        scopes=[
            {
                "value": scope.value,
                "label": scope.value.capitalize(),
                "help": f"{about[0].upper()}{about[1:]}.",
            }
            for scope, about in ABOUT.items()
            if scope in scopes_of(me())
        ],
        usual_scopes=[each for each in USUAL_SCOPES if Scope(each) in scopes_of(me())],
        makers=services.read_member_acts.who(visitor().account_id),
        errors=errors or {},
    )
