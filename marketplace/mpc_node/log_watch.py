"""Is what the marketplace says about consents fresh, and whole? A node that cannot tell takes no job from it.

The log is where withdrawals become known to everybody. At admission, and again before an output is stored:

1. This node cosigned the log within the stated age (`--max-log-age`), by its own clock.
2. Every withdrawal that this node took was shown to it in the log within the stated time
   (`--withdrawal-logged-within`). One that is overdue stops everything until it is shown.

At admission, of the state of the log that the manifest names:

3. This node has cosigned as many entries. An honest marketplace that is a moment ahead asks again.
4. It is not older than the stated age: not smaller than what this node knew of so long ago.
5. Where this node cosigned a state of that size, it has the same root.
6. The manifest names nobody whose withdrawal stands in that state. If it does, it and the logged withdrawal
   are evidence against the marketplace (`consent.contradiction`), and both are kept.

A moment in the future is as bad as one too long ago: after the clock was set back nobody knows how old
anything is, until the log is shown again.

Limit. What the marketplace never logs and no person brings to this node remains unknown here. One node that
knows is enough, though: the three compute only on people whom each of them admits.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from consent.contradiction import contradicted
from consent.job import Manifest
from crypto.reading import utc_text
from marketplace.mpc_node.errors import (
    AttemptFailedError,
    Failure,
    ManifestRefusal,
    ManifestRefusedError,
)
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.node import Node
from marketplace.mpc_node.storage.logged import Span
from marketplace.mpc_node.storage.witnessed import WitnessedLog
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
ALLOWED_AHEAD: Final = timedelta(minutes=1)
"""How far a moment that was noted here may lie in the future, because a clock was set right."""

_NAMED: Final = 3
"""How many overdue withdrawals are named in the log for each refusal."""


@dataclass(frozen=True)
class LogWatch:
    """Looks at what one node knows of the marketplace's log."""

    node: Node

    def admit(self, job: CheckedJob) -> None:
        """Return only if a job may begin, as far as the log goes. The code carries the numbers.

        Raises:
            ManifestRefusedError: LOG_STALE, WITHDRAWAL_HIDDEN and LOG_AHEAD pass, once the log is shown;
                LOG_FORKED and NAMES_WITHDRAWN do not.
            RegistryError: the registry has run out, so nobody's word counts.
        """
        now = self.node.now()
        last = self._fresh(now)  # 1
        self._require_nothing_hidden(now, naming=True)  # 2
        self._require_witnessed(job.manifest, last, now)  # 3, 4, 5
        self._require_nobody_withdrawn(job, now)  # 6

    def release(self) -> None:
        """Return only if an output may leave, as far as the log goes: steps 1 and 2 once more.

        Raises:
            AttemptFailedError: the log is stale, or a withdrawal is hidden.
            RegistryError: the registry has run out, so nobody's word counts.
        """
        now = self.node.now()
        try:
            self._fresh(now)
            self._require_nothing_hidden(now, naming=True)
        except ManifestRefusedError as error:
            raise AttemptFailedError(Failure(error.reason.value), str(error)) from error

    def require_fresh(self) -> None:
        """Return only if the log was cosigned lately, or never yet: for the health of the node.

        Raises:
            ManifestRefusedError: it is stale.
        """
        if self.node.witnessed.last(self._origin) is not None:
            self._fresh(self.node.now())

    def require_nothing_hidden(self) -> None:
        """Return only if no withdrawal is overdue: for the health of the node.

        Raises:
            ManifestRefusedError: one is.
        """
        self._require_nothing_hidden(self.node.now(), naming=False)  # anybody may ask, as often as they like

    def counts(self) -> tuple[int, int]:
        """How many withdrawals are to be shown in the log, and how many of them are overdue."""
        return self.node.logged.counts(self._span(self.node.now()))

    @property
    def _origin(self) -> str:
        return self.node.around.registry().marketplace.id

    def _fresh(self, now: datetime) -> WitnessedLog:
        last, most = self.node.witnessed.last(self._origin), self.node.limits.max_log_age
        if last is None or last.cosigned_at is None:
            raise ManifestRefusedError(ManifestRefusal.LOG_STALE, "the log was not shown to this node yet")
        if not -ALLOWED_AHEAD <= now - last.cosigned_at <= most:
            raise ManifestRefusedError(
                ManifestRefusal.LOG_STALE,
                f"the log was last shown to this node at {utc_text(last.cosigned_at)}, "
                f"expected within {most.total_seconds():.0f} s",
            )
        return last

    def _require_nothing_hidden(self, now: datetime, *, naming: bool) -> None:
        overdue = self.node.logged.overdue(self._span(now), limit=_NAMED)
        if not overdue:
            return
        for each in overdue if naming else ():
            log(
                _LOGGER,
                "a withdrawal is not in the log of the marketplace",
                level=logging.WARNING,
                consent=each.consent_id,
                since=utc_text(each.since),
            )
        raise ManifestRefusedError(
            ManifestRefusal.WITHDRAWAL_HIDDEN,
            "withdrawals that this node took are not shown in the log, "
            f"expected within {self.node.limits.logged_within.total_seconds():.0f} s",
        )

    def _span(self, now: datetime) -> Span:
        return Span(now - self.node.limits.logged_within, now + ALLOWED_AHEAD)

    def _require_witnessed(self, manifest: Manifest, last: WitnessedLog, now: datetime) -> None:
        named, witnessed = manifest.log, self.node.witnessed
        if named.size > last.size:  # 3
            raise ManifestRefusedError(
                ManifestRefusal.LOG_AHEAD,
                f"the manifest was made over {named.size} entries of the log, here are {last.size} known",
            )
        least = witnessed.size_at(self._origin, now - self.node.limits.max_log_age)
        if named.size < least:  # 4
            raise ManifestRefusedError(
                ManifestRefusal.LOG_STALE,
                f"the manifest was made over {named.size} entries of the log, expected at least {least}",
            )
        root = witnessed.root_at(self._origin, named.size)
        if root is not None and root != named.root:  # 5
            log(_LOGGER, "a manifest names another log", level=logging.WARNING, size=named.size)
            raise ManifestRefusedError(
                ManifestRefusal.LOG_FORKED, "the manifest names another log than this node cosigned"
            )

    def _require_nobody_withdrawn(self, job: CheckedJob, now: datetime) -> None:
        manifest = job.manifest
        places = self.node.logged.before(manifest.log.size)
        if not places:
            return
        named = places.keys() & manifest.consents.keys()
        if not named:
            return
        consent_id = min(named)
        found = contradicted(manifest, consent_id, places[consent_id])
        self.node.logged.keep_contradiction(job.token, job.manifest_digest, consent_id, now=now)
        log(
            _LOGGER,
            "a manifest names a consent that was withdrawn in the log before",
            level=logging.WARNING,
            job=found.job_id,
            attempt=found.attempt,
            consent=found.consent_id,
            index=found.log_index,
            size=found.log_size,
        )
        raise ManifestRefusedError(
            ManifestRefusal.NAMES_WITHDRAWN,
            f"{len(named)} of the people had withdrawn in the log that the manifest was made over",
        )
