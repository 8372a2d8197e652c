"""What an operator sees: what is due, nodes, jobs, the books, the log and who is trusted until when.

No personal data and no answers: those are behind the glass, on the pages of payouts and requests.
"""

from datetime import datetime

from flask import Blueprint, render_template

from marketplace.domain.job import JobState
from marketplace.domain.stall import Stall
from marketplace.errors import LedgerCorruptError
from marketplace.services.oversee import JobLine, TrialBalance
from marketplace.services.sign_of_life import SILENT_AFTER
from marketplace.services.suite import Services
from marketplace.web.desk_forms import names_of
from marketplace.web.visitor import for_operators
from marketplace.web.words import refusal_text, state_words


def screens(services: Services) -> Blueprint:
    """The operations page, and the register of looks at personal data."""
    blueprint = Blueprint("operations", __name__)

    @blueprint.get("/operations")
    @for_operators
    def overview() -> str:
        books, alarm = _books(services)
        nodes, now = services.node_health(), services.clock()
        seen = services.oversight.see_worker()
        silent = seen is None or now - seen > SILENT_AFTER
        stalls = {each.job_id: each for each in services.detect_stalls()}
        return render_template(
            "market/operations.html",
            nodes=nodes,
            jobs=[(job, _next_step(job, stalls.get(job.job_id))) for job in services.list_jobs()],
            stalls=stalls.values(),
            state_words=state_words,
            refusal_text=refusal_text,
            books=books,
            alarm=alarm,
            worker=(seen, silent),
            due=_due(services, now),
            are_nodes_waiting=services.oversight.nodes.seen().change is not None,
            parties=services.oversight.list_parties(),
            now=now,
            checkpoint=services.read_log.published(),
            entries=services.read_log.size(),
            confirmed=services.read_log.confirmed(),
        )

    @blueprint.get("/operations/looks")
    @for_operators
    def looks() -> str:
        acts = services.oversight.read_glass()
        return render_template("market/desk/looks.html", looks=acts, names=names_of(services, acts))

    return blueprint


def _books(services: Services) -> tuple[TrialBalance | None, str | None]:
    """The balances; or why they cannot be believed, which an operator must see beside everything else."""
    try:
        return services.trial_balance(), None
    except LedgerCorruptError as error:
        return None, str(error)


def _due(services: Services, now: datetime) -> dict[str, int]:
    """How much waits for an operator, and how much of it is overdue."""
    kept = services.oversight
    breaches = [each for each in kept.breaches.all() if each.closed is None]
    requests = [each for each in kept.rights.all() if each.answered is None]
    assessments = kept.assessments.all()
    return {
        "breaches": len(breaches),
        "late_breaches": sum(each.is_overdue(now) for each in breaches),
        "requests": len(requests),
        "late_requests": sum(each.is_overdue(now) for each in requests),
        "payouts": len(services.payouts.lines()),
        "unassessed": sum(each.is_needed and each.reference is None for each in assessments),
    }


_DONE = {
    JobState.SETTLED: "Nothing: everybody is paid.",
    JobState.REFUNDED: "Nothing: the money went back to the buyer.",
    JobState.RELEASED: "Nothing: the buyer looks at the answer.",
}


def _next_step(job: JobLine, stall: Stall | None) -> str:
    """What an operator can do about a job, in words."""
    if job.culprits and job.state in {JobState.FAILED, JobState.REFUNDED}:
        return f"Ask the operator of {' and '.join(job.culprits)} what went wrong."
    if job.state in _DONE:
        return _DONE[job.state]
    return "Nothing: it is under way." if stall is None else stall.for_operator
