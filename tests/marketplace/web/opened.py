"""What an opened answer says: as the Python tools say it, and as a page writes it."""

from pathlib import Path

from consent.estimate import Estimate
from crypto.signing import VerifyingKey
from marketplace.domain.view import OrderView
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import OpenedResult, Placed, open_result, read_result
from tests.marketplace.web.house import Visitor
from tests.marketplace.web.stage import Stage


def opened_by_python(stage: Stage, buyer: Visitor, order: OrderView, keys: Path) -> OpenedResult:
    """The same answer, opened by the Python tools."""
    document = buyer.get(f"/orders/{order.order_id}/result").json
    assert document is not None
    authority = VerifyingKey.from_jwk(document["authority"])
    sealed = read_result(document, authority, now=stage.house.clock.now)
    return open_result(sealed, BuyerKeys.from_json(keys.read_bytes()), Placed(order.order_id, sealed.query))


def written(number: float, decimals: int) -> str:
    return f"{number:,.{decimals}f}".replace("-", "−")


def row_of(label: str, estimate: Estimate, decimals: int) -> list[str]:
    """A row of a table as the page writes it."""
    assert estimate.value is not None
    assert estimate.interval95 is not None
    low, high = (written(end, decimals) for end in estimate.interval95)
    return [label, written(estimate.value, decimals), f"{low} to {high}" if estimate.noise_sd else "exact"]
