"""An order that does not move says so on its page, and to the operator, with what to do."""

from tests.marketplace.web.house import House, Visitor, text_of
from tests.marketplace.web.queries import NOISY


def test_the_buyer_and_the_operator_are_told_why_an_order_does_not_move(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    fresh = buyer.get(f"/orders/{order.order_id}")
    house.clock.forward(seconds=30)

    late = text_of(buyer.get(f"/orders/{order.order_id}"))
    operations = text_of(house.operator().get("/operations"))

    assert "does not move" not in text_of(fresh)
    assert "This order does not move at the moment" in late
    assert "You need not do anything: your money is held" in late
    assert "Start a worker (marketplace worker)" in operations


def test_the_fragment_is_sent_again_when_an_order_stops_moving(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    path = f"/orders/{order.order_id}/progress"
    assert buyer.get(f"{path}?seen=1").status_code == 204
    house.clock.forward(seconds=30)

    told = buyer.get(f"{path}?seen=1")

    assert "This order does not move at the moment" in text_of(told)
    assert buyer.get(f"{path}?seen=1no_worker").status_code == 204
