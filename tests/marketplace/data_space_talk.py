"""What tests of other data spaces have in common: prices, faults, and a second buyer."""

from dataclasses import replace

from tests.marketplace.connector import Connector
from tests.marketplace.dsp_schemas import require_valid

NIL = "urn:uuid:00000000-0000-0000-0000-000000000000"
TWELVE = 1715
ROOMY = 1887


def fault(response, kind: str = "ContractNegotiationError") -> tuple[int, str]:
    require_valid(kind, response.json)
    assert "Traceback" not in response.text
    return response.status_code, response.json["code"]


def another_buyer(connector: Connector, *, cents: int = 1_000_000) -> Connector:
    """A buyer of its own, whose connector listens at the same place."""
    account = connector.market.buyer("other@example.org", cents=cents)
    secret = connector.market.services.make_api_key(account.account_id, "other").secret
    other = replace(connector, account=account, key={"Authorization": f"Bearer {secret}"})
    assert other.register().status_code == 200
    return other
