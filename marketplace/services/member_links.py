"""Makes one-time links: how somebody is invited, and how a lost password is replaced."""

from crypto.encoding import b64url_encode
from marketplace.domain.account import secret_digest
from marketplace.domain.member_link import LASTS, LINK_BYTES, LinkPurpose, MemberLink, NewLink
from marketplace.services.desk import Desk
from marketplace.services.ports import Books


def new_link(desk: Desk, books: Books, purpose: LinkPurpose) -> NewLink:
    """A link with a fresh secret, kept by the digest of it, so that it can be shown this once only."""
    now, secret = desk.now(), b64url_encode(desk.random(LINK_BYTES))
    link = MemberLink(
        link_id=desk.new_id(),
        made_at=now,
        valid_until=now + LASTS[purpose.kind],
        **{name: getattr(purpose, name) for name in LinkPurpose.__dataclass_fields__},
    )
    books.members.add_link(link, secret_digest(secret))
    return NewLink(link, secret)
