"""Words of the payment rail about what buyers paid: signed by it, and taken once each."""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from marketplace.api.problems import STATUS
from marketplace.services.payments import Payments
from ssi.http.problems import register

SIGNATURE = "Stripe-Signature"


def payment_notices_api(payments: Payments) -> Blueprint:
    """The endpoint that is written down at the rail."""
    blueprint = Blueprint("payment_notices_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)

    @blueprint.post("/payment-notices")
    def take() -> ResponseReturnValue:
        payments.take_notice(request.get_data(), request.headers.get(SIGNATURE, ""))
        return "", HTTPStatus.NO_CONTENT

    return blueprint
