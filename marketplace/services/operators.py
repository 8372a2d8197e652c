"""Who acts? Every act in a register is an operator's, by the account that signed in."""

from collections.abc import Mapping
from datetime import datetime

from crypto.encoding import Json
from marketplace.domain.account import AccountKind
from marketplace.domain.act import Act, Register
from marketplace.errors import NotAllowedError
from marketplace.services.ports import Books


def require_operator(books: Books, account_id: str) -> None:
    """Return only if the account is an operator's.

    Raises:
        NotAllowedError: it is not, or there is none.
    """
    account = books.accounts.get(account_id)
    if account is None or account.kind is not AccountKind.OPERATOR:
        raise NotAllowedError("this is for operators")


def enter(books: Books, case: tuple[Register, str], by: str, kind: str, at: datetime, **told: Json) -> Act:
    """Write what an operator did about a case into its register.

    Raises:
        NotAllowedError: the account is not an operator's.
    """
    require_operator(books, by)
    members: Mapping[str, Json] = told
    act = Act(case[0], case[1], at, by, kind, members)
    books.acts.add(act)
    return act
