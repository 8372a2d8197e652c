"""What can go wrong with credentials, by what the caller can do about it."""


class CredentialError(Exception):
    """Any failure of this folder."""


class MalformedCredentialError(CredentialError, ValueError):
    """A credential, presentation or status list without the promised form; its sender must fix it."""


class UnreadablePictureError(MalformedCredentialError):
    """A picture of a badge that is none of the promised form, damaged or too large; get it again."""


class NoBadgeInPictureError(MalformedCredentialError):
    """A picture that can be read and carries no badge, or not exactly one; ask for the baked one."""


class AlteredCredentialError(CredentialError):
    """What is here is not what was signed, or not for this key, audience or moment; do not use it."""


class DomainError(AlteredCredentialError):
    """A proof that was made for somebody else; ask for one that names this verifier."""


class ChallengeError(AlteredCredentialError):
    """A proof that answers another question: an old one shown again, or a mix-up; ask anew."""


class UntrustedIssuerError(CredentialError):
    """The issuer does not count for this type of credential now; only the trust authority can change that."""


class UnknownIssuerError(UntrustedIssuerError):
    """The trust registry names no such issuer, or no such key of it."""


class UnknownNodeError(CredentialError, LookupError):
    """The trust registry names no such computation node, or not for this moment."""


class UnknownDealerError(CredentialError, LookupError):
    """The trust registry names no dealer of random numbers, or not for this moment."""


class RegistryError(CredentialError):
    """The trust registry itself cannot be used: altered, contradictory or out of date; fetch a newer one."""


class NotYetValidError(CredentialError):
    """Issued in the future, as far as this clock knows; check the clocks."""


class ExpiredError(CredentialError):
    """The time it was valid for is over; ask for a newer one."""


class RevokedError(CredentialError):
    """The issuer took the credential back for good."""


class SuspendedError(RevokedError):
    """The issuer has put the credential on hold; it may count again later."""


class UnknownDataSetError(CredentialError, LookupError):
    """There is no data set of this name and version."""


class DataSetError(CredentialError, ValueError):
    """A data-set file or a record that breaks its rules; the message names the attribute and the remedy."""


class UnknownContextError(MalformedCredentialError):
    """A JSON-LD context that is not kept here, so nobody can say what the document means; use a known one."""


class DataLossError(MalformedCredentialError):
    """A part of a JSON-LD document that no signature over its graph would cover; define or remove it."""


class GraphTooComplexError(MalformedCredentialError):
    """A document or graph that takes more work than is granted to anybody; make it smaller."""


class IdentifierError(CredentialError, ValueError):
    """Not a decentralised identifier, or a document of one, of the promised form."""


class UnsupportedKeyError(IdentifierError):
    """A key of a type that is not known here; others may know it."""


class UnresolvableError(CredentialError):
    """The document of an identifier cannot be had: unknown method, host not allowed, or not there now."""


class VerificationMethodError(CredentialError):
    """A key that is not its alleged user's to use so: of somebody else, or not for this purpose or now."""


class StatusRangeError(MalformedCredentialError):
    """An index for which a status list has no entry."""


class StatusListLengthError(MalformedCredentialError):
    """A status list too short to hide one credential among many; its issuer must make it longer."""


class StatusPurposeError(MalformedCredentialError):
    """A status list that is not about what a credential asks it for, such as suspension."""


class ProofError(CredentialError):
    """A data integrity proof that this version does not understand or that misses what it must say."""


class PasskeyError(CredentialError):
    """What a passkey said does not hold, or it was asked too long ago; ask it anew."""
