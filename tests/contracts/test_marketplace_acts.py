"""What every `ActBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.domain.act import Act, Register
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def _act(case: str, kind: str, *, register: Register = Register.BREACH) -> Act:
    return Act(register, case, NOW + timedelta(seconds=1), "operator-1", kind, {"text": "ü", "list": [1]})


def test_acts_come_back_as_they_were_written_and_in_their_order(store):
    written = [_act("b", "recorded"), _act("a", "recorded"), _act("b", "noted")]
    with store.writing() as books:
        for act in written:
            books.acts.add(act)
        books.acts.add(_act("b", "looked", register=Register.GLASS))

    with store.reading() as books:
        assert books.acts.of_register(Register.BREACH) == written
        assert books.acts.of_case(Register.BREACH, "b") == [written[0], written[2]]
        assert books.acts.of_case(Register.RIGHTS, "b") == []


@pytest.mark.parametrize("change", ["UPDATE acts SET actor = 'nobody'", "DELETE FROM acts"])
def test_the_database_refuses_to_change_or_delete_an_act(database_url, change):
    opened = open_store(database_url)
    with opened.writing() as books:
        books.acts.add(_act("a", "recorded"))

    with pytest.raises(DBAPIError, match="append-only"), opened.database.writing() as session:
        session.execute(text(change))

    with opened.reading() as books:
        assert books.acts.of_register(Register.BREACH) == [_act("a", "recorded")]
    opened.database.close()
