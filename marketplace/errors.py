"""What can go wrong in the marketplace, by what the caller can do about it."""

from datetime import datetime

from consent.errors import QueryRefusedError
from consent.query import Query


class MarketplaceError(Exception):
    """Any failure of this folder."""


class WrongCredentialsError(MarketplaceError):
    """E-mail and password, or an API key, do not belong to an account; never told which part was wrong."""


class TooManyAttemptsError(MarketplaceError):
    """Too many wrong passwords in a row: try again later."""


class TooManySessionsError(MarketplaceError):
    """An account has as many requests to wallets open as it may: wait until one is answered or over."""


class TooManyNegotiationsError(MarketplaceError):
    """An account has as many negotiations or transfers under way as it may: end one, or wait."""


class TooManyQuestionsError(MarketplaceError):
    """A buyer asked about a data set as often as it may in a day: wait until `not_before`."""

    def __init__(self, message: str, *, not_before: datetime) -> None:
        super().__init__(message)
        self.not_before = not_before


class TooManyPlansError(MarketplaceError):
    """A plan is still being counted, or as many were as may be: ask again after `retry_seconds`."""

    def __init__(self, message: str, *, retry_seconds: int) -> None:
        super().__init__(f"{message}; ask again in {retry_seconds} seconds")
        self.retry_seconds = retry_seconds


class VerifierExpiredError(MarketplaceError):
    """The certificate under which the market asks wallets has run out: its operator has to renew it."""


class NotAllowedError(MarketplaceError):
    """The account is known and may not do this."""


class ScopeMissingError(NotAllowedError):
    """The API key is valid, and not good for this: use one that has the scope."""


class RoleMissingError(NotAllowedError):
    """The member is known, and her role does not have the right; the message says which role does."""


class NotRegisteredError(NotAllowedError):
    """The buyer has no valid organisation credential or mandate on file yet."""


class UnknownError(MarketplaceError):
    """There is nothing under this name, or it belongs to somebody else; the two are not told apart."""


class UnknownAccountError(UnknownError):
    """No such account."""


class UnknownOrderError(UnknownError):
    """No such order of this buyer."""


class UnknownOfferError(UnknownError):
    """No such offer of this person."""


class UnknownPayoutError(UnknownError):
    """No such payout, or not of this person."""


class UnknownCaseError(UnknownError):
    """No such case in an operator's register, or not of this person."""


class UnknownInvoiceError(UnknownError):
    """No such invoice or credit note, or not of this buyer."""


class UnknownPaymentError(UnknownError):
    """No such payment or refund, or not of this buyer."""


class UnknownNegotiationError(UnknownError):
    """No such negotiation, agreement or transfer of this buyer."""


class UnknownSavedError(UnknownError):
    """No such saved question or repetition of this buyer."""


class UnknownWebhookError(UnknownError):
    """No such webhook of this buyer."""


class UnknownEntryError(UnknownError):
    """The log has no such entry, or not at this size."""


class UnknownPublicationError(UnknownError):
    """Nothing was published there, or it was taken back."""


class ConflictError(MarketplaceError):
    """The request contradicts something that is already recorded."""


class IdempotencyConflictError(ConflictError):
    """Another request came under this Idempotency-Key: make a new key for a new request."""


class AccountConflictError(ConflictError):
    """An account with this e-mail address exists."""


class LastOwnerError(ConflictError):
    """An organisation would be left without an owner."""


class TransferConflictError(ConflictError):
    """A transfer with this id and another content exists, or the hold was already resolved differently."""


class OrderConflictError(ConflictError):
    """An order with this id and another content exists."""


class OfferConflictError(ConflictError):
    """An offer for this consent and with another content exists, or it was withdrawn."""


class PayoutConflictError(ConflictError):
    """A payout with this id and another content exists, or its end was said differently before."""


class RegisterConflictError(ConflictError):
    """Something else stands in an operator's register already, or something has to be done first."""


class CreditConflictError(ConflictError):
    """A credit note under this id and with another content exists, or nothing is left to give back."""


class PaymentConflictError(ConflictError):
    """A payment or refund with this id and another content exists, or it ended differently before."""


class NegotiationConflictError(ConflictError):
    """A negotiation or transfer with this consumer's id and another content exists."""


class PriceChangedError(ConflictError):
    """The price is not the accepted one any more; `price_cents` is today's."""

    def __init__(self, price_cents: int) -> None:
        super().__init__(f"the price is {price_cents} cents now; ask for a new quote and accept it")
        self.price_cents = price_cents


class ResultNotReadyError(ConflictError):
    """There is no result to hand out, or nothing to confirm, in the order's present state."""


class DisputeRefusedError(ConflictError):
    """A dispute is not possible: too late, or another envelope of this buyer was opened before."""


class PublicationConflictError(ConflictError):
    """An answer that was published and taken back: it is not published again."""


class SavedConflictError(ConflictError):
    """A saved question or its repetition stands otherwise already, or has to be ended first."""


class WebhookConflictError(ConflictError):
    """A webhook stands otherwise already, or has to go on first."""


class StandingChangedError(ConflictError):
    """A repetition is not where it was when its run was begun: somebody paused it, or placed the run."""


class LostLeaseError(ConflictError):
    """Another worker drives this job now."""


class InsufficientFundsError(MarketplaceError):
    """A guarded account would fall below zero; `missing_cents` more are needed."""

    def __init__(self, account: str, missing_cents: int) -> None:
        super().__init__(f"{account} lacks {missing_cents} cents")
        self.missing_cents = missing_cents


class SpendingLimitError(NotAllowedError):
    """A member may spend less in a month; `left_cents` are left of this one."""

    def __init__(self, wanted_cents: int, left_cents: int) -> None:
        super().__init__(
            f"this costs {wanted_cents / 100:.2f} euros, and {left_cents / 100:.2f} euros are left of what "
            "you may spend this month; an owner of your organisation can change that"
        )
        self.left_cents = left_cents


class LedgerCorruptError(MarketplaceError):
    """The kept balances are not the sums of the transfers: stop, and find out why."""


class LogContradictedError(MarketplaceError):
    """A witness knows another log, or a longer one, than the books hold: they were set back, or altered."""


class OverdueError(MarketplaceError):
    """Something that the law sets a time for was not done in time."""


class RefusedError(MarketplaceError):
    """The request is understood and cannot be accepted as it is."""


class AmountError(RefusedError):
    """An amount that is not a positive number of cents within the limits."""


class PayoutRefusedError(RefusedError):
    """A payout that is not signed as it should be, or that cannot be made as it stands."""


class RightsRefusedError(RefusedError):
    """A person's request that is not signed as it should be, or that cannot be taken in as it stands."""


class TotalReachedError(RefusedError):
    """A run would cost more than is left of what its buyer allows for all runs together."""


class BillingRefusedError(RefusedError):
    """A name, address, country, VAT number or rate that has not the form that it must have."""


class PaymentRefusedError(RefusedError):
    """A payment or refund that cannot be made as it stands."""


class NoticeRefusedError(RefusedError):
    """A notice of a payment rail whose signature does not hold, or that is older than it may be."""


class NotOpenError(RefusedError):
    """Nobody can ask until operators did something."""


class NodesNotApprovedError(NotOpenError):
    """The computing nodes are others than those that two operators approved."""


class NotAssessedError(NotOpenError):
    """A data set about health for which no data protection impact assessment is approved (GDPR 35)."""


class PublicationRefusedError(RefusedError):
    """An answer that may not be shown to everybody, or that is not what the nodes signed."""


class WeakPasswordError(RefusedError):
    """The password is too short or too long."""


class MandateRefusedError(RefusedError):
    """The buyer's mandate is not for this marketplace, not by this organisation, or not valid now."""


class ContributionRefusedError(RefusedError):
    """A contribution whose parts contradict each other or name nodes or data sets that are not known."""


class ScoreRefusedError(RefusedError):
    """A request for a score that its offer does not allow, or that is about something else than the offer."""


class CrowdRefusedError(RefusedError):
    """An order of a crowd sum that cannot be computed as it stands."""


class TooFewPeopleError(RefusedError):
    """Fewer people match a query than its floor.

    `nearby` is a similar query that enough people match, if there is one, and `nearby_people` their band in
    words.
    """

    def __init__(self, reason: str, *, nearby: Query | None = None, nearby_people: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.nearby = nearby
        self.nearby_people = nearby_people


class DiffersByTooFewError(TooFewPeopleError):
    """Too few may be in an exact answer: too few match, or they would differ by too few from earlier ones."""


class QuestionRefusedError(QueryRefusedError):
    """A query that may not run as it stands, with one close by that may, if one was found.

    `nearby_people` is the band of those whom that one reaches, in words.
    """

    def __init__(
        self, refused: QueryRefusedError, *, nearby: Query | None = None, nearby_people: str | None = None
    ) -> None:
        super().__init__(refused.reason, refused.remedy)
        self.nearby = nearby
        self.nearby_people = nearby_people


class SignInRefusedError(MarketplaceError):
    """Somebody cannot come in, or on, by this way; the message tells her, in a sentence, what to do."""


class SignInSettingError(RefusedError):
    """Something about how members sign in cannot be set so; `field` is the part of the form at fault."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field
