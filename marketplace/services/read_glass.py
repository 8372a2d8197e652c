"""Who looked at personal data, when, and why? Every operator can read it; nobody can take a line out."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain.act import Act, Register
from marketplace.services.desk import Desk


@dataclass(frozen=True)
class ReadGlass:
    """Reads the register of broken glass."""

    desk: Desk

    def __call__(self) -> Sequence[Act]:
        """Every look, the latest first. What was seen is not written down."""
        with self.desk.store.reading() as books:
            return tuple(reversed(books.acts.of_register(Register.GLASS)))

    def named(self, account_ids: Sequence[str]) -> dict[str, str]:
        """The e-mail addresses of operators' accounts, for pages that say who did something."""
        with self.desk.store.reading() as books:
            found = {each: books.members.of_account(each) for each in set(account_ids)}
        return {name: people[0].email for name, people in found.items() if people}
