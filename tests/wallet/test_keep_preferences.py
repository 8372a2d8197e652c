"""What a person chose for her wallet: kept sealed, on every database."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from ssi.hosting.database import open_engine
from wallet.domain.preference import Preference


def test_nothing_is_chosen_at_first(world, anna):
    assert world.services.preferences.language(anna) is None


@pytest.mark.database
def test_the_last_choice_counts_and_is_hers_alone(stored_world):
    services = stored_world.services
    anna = services.create_wallet("anna", "a quiet harbour")
    ben = services.create_wallet("ben", "a windy harbour")

    services.preferences.choose_language(anna, "fr")
    services.preferences.choose_language(anna, "de")

    assert services.preferences.language(anna) == "de"
    assert services.preferences.language(ben) is None


@pytest.mark.database
def test_the_database_cannot_read_the_choice(stored_world, database_url):
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    stored_world.services.preferences.choose_language(anna, "el")

    engine = open_engine(database_url)
    with engine.connect() as connection:
        (sealed,) = connection.execute(text("SELECT sealed_document FROM preference")).one()
    engine.dispose()

    assert b"language" not in bytes(sealed)


def test_two_windows_that_choose_at_once_do_not_fail(world, anna):
    store = world.stores.preferences
    old = store.save(anna, Preference(anna.wallet_id, "fr"))
    store.save(anna, replace(old, language="it"))
    store.all = lambda session: (old,)

    world.services.preferences.choose_language(anna, "de")


@pytest.mark.database
def test_a_language_does_not_keep_a_new_wallet_from_taking_a_file_in(stored_world):
    services = stored_world.services
    anna = services.create_wallet("anna", "a quiet harbour")
    services.preferences.choose_language(anna, "de")

    assert stored_world.stores.archive.is_empty(anna)
