"""Who acts? Every act in a register is an operator's, by the account that signed in; some need two."""

from datetime import datetime

from crypto.encoding import Json
from marketplace.domain.account import AccountKind
from marketplace.domain.act import APPROVED, COMMAND, Act, Register, approvers, standing
from marketplace.errors import NotAllowedError, RegisterConflictError
from marketplace.services.ports import Books

Case = tuple[Register, str]


def require_operator(books: Books, account_id: str) -> None:
    """Return only if the account is an operator's.

    Raises:
        NotAllowedError: it is not, or there is none.
    """
    account = books.accounts.get(account_id)
    if account is None or account.kind is not AccountKind.OPERATOR:
        raise NotAllowedError("this is for operators")


def enter(books: Books, case: Case, by: str | None, kind: str, at: datetime, **told: Json) -> Act:
    """Write what an operator did about a case into its register; None is a command on the machine itself.

    Raises:
        NotAllowedError: the account is not an operator's.
    """
    if by is not None:
        require_operator(books, by)
    act = Act(case[0], case[1], at, COMMAND if by is None else by, kind, told)
    books.acts.add(act)
    return act


def approve(books: Books, case: Case, by: str, content: str, at: datetime) -> tuple[str, ...]:
    """Write that an operator approves exactly this content, and return everybody who did.

    Raises:
        NotAllowedError: the account is not an operator's.
        RegisterConflictError: this operator approved it before: the second has to be another.
    """
    require_operator(books, by)
    if by in approvers(standing(books.acts.of_case(*case)), content):
        raise RegisterConflictError("you approved this already; another operator has to approve it as well")
    enter(books, case, by, APPROVED, at, content=content)
    return approvers(standing(books.acts.of_case(*case)), content)
