"""Anybody looks at an agreement file: what of it holds? Nothing of the file is kept."""

from dataclasses import dataclass

from consent.examination import Examination, examine
from consent.kept_agreement import KeptAgreement
from crypto.errors import MalformedError
from wallet.errors import ReceiptError
from wallet.services.ports import Trust


@dataclass(frozen=True)
class CheckReceipt:
    """Checks against the keys of the trust registry, and against nothing else."""

    trust: Trust

    def __call__(self, raw: bytes | str) -> tuple[KeptAgreement, Examination]:
        """The file as it was read, and what was found; only the findings are to be believed.

        Raises:
            ReceiptError: it is no agreement file.
            PartnerError: the trust registry cannot be had, or does not hold.
        """
        try:
            kept = KeptAgreement.parse(raw)
        except MalformedError as error:
            raise ReceiptError(f"This is not an agreement file: {error}.") from error
        return kept, examine(kept, self.trust.registry())
