"""Plays the story in a running town and reports it."""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.query import Query
from examples.buyers import Enrolled, Organisation, enrol
from examples.demo import story
from examples.demo.questions import (
    PATIENTS,
    STUDENTS,
    blood_pressure,
    by_school,
    health_described,
    quartiles,
    scores_by_reading,
    scores_by_sex,
)
from examples.demo.report import Report
from examples.people import Person, invite, settle_in
from examples.records import exam_records, health_records
from examples.town import Town
from marketplace.sdk.describing import publish
from marketplace.sdk.result import Placed
from wallet.services.suite import Services

SHARE_OF_STUDENTS = 2 / 3
BUYER_LOGIN = ("buyer@institute.example", "tide table compass")
OPERATOR_LOGIN = ("operator@market.example", "tide table sextant")


@dataclass(frozen=True)
class Cast:
    """Who is there after the story."""

    students: list[Person]
    patients: list[Person]
    buyer: Enrolled


def play(town: Town, services: Services, report: Report, people: int) -> Cast:
    """Play all acts."""
    students, patients = _people_arrive(town, services, report, people)
    buyer = _buyer_arrives(town, report)
    schools = by_school("exam_score")
    grouped = story.in_groups(schools, students)
    first = _ask(buyer, schools, grouped, report, "Exact exam scores by kind of school")
    report.promise(
        "the exact private answer equals the answer in the clear",
        held=first.holds and any(line.private is not None for line in first.lines),
    )
    noised = _ask(buyer, scores_by_sex(), students, report, "Exam scores by sex, which nobody is shown")
    report.promise("the noised answer is within its stated error", held=noised.holds)
    _ask_further(buyer, students, grouped, report)
    health = _ask(buyer, blood_pressure(), patients, report, "Blood pressure, cholesterol and diabetes")
    report.promise("the noised health answer is within its stated error", held=health.holds)
    _publish(buyer, patients, report)
    _look_into_wallets(services, report, students[0], patients[0])
    _leave(town, services, buyer, students, report)
    _settle_accounts(town, report)
    story.hire_operator(town, email=OPERATOR_LOGIN[0], password=OPERATOR_LOGIN[1])
    return Cast(students, patients, buyer)


def _people_arrive(
    town: Town, services: Services, report: Report, people: int
) -> tuple[list[Person], list[Person]]:
    report.act("A university and a hospital issue records; people receive them and offer them")
    half = round(people * SHARE_OF_STUDENTS)
    invitations = [
        *invite(town, "university", "exam/1", exam_records(half), STUDENTS),
        *invite(town, "hospital", "health/1", health_records(people - half), PATIENTS),
    ]
    crowd = list(report.follow(settle_in(town, invitations), "wallets open, verify, split, offer", people))
    # The worker forwards in the order of arrival, so looking at every tenth person and the last will do.
    watched = [*crowd[::10], crowd[-1]]
    for _ in report.follow(
        story.wait_until_offered(services, watched), "nodes verify the offers", len(watched)
    ):
        pass
    report.promise(f"all three nodes accepted what {len(crowd)} people offer", held=len(crowd) == people)
    return crowd[:half], crowd[half:]


def _buyer_arrives(town: Town, report: Report) -> Enrolled:
    report.act("A research institute shows its credential and adds money")
    email, password = BUYER_LOGIN
    institute = Organisation("Institute for Education and Health Research", "research_institute")
    buyer = enrol(town, institute, email=email, password=password)
    report.say(f"{institute.name} is registered; its keys never left its own folder")
    return buyer


def _ask(
    buyer: Enrolled, query: Query, people: Sequence[Person], report: Report, title: str
) -> story.Answered:
    report.act(f"A question is asked, paid and computed: {title}")
    answered = story.buy(
        buyer, query, people, tell=lambda progress: report.say(f"[dim]{progress.label} …[/]")
    )
    report.say(
        f"price at most €{answered.quote.price_cents / 100:,.2f}, {answered.result.people} people took part"
    )
    report.compared(title, answered.lines, answered.result.answer.withheld_groups)
    return answered


def _ask_further(
    buyer: Enrolled, students: Sequence[Person], grouped: Sequence[Person], report: Report
) -> None:
    title = "Quartiles of the exam scores"
    places = _ask(buyer, quartiles(), students, report, title)
    report.promise(
        "each quartile stands as near to its place as its stated error says",
        held=places.holds and any(line.places is not None for line in places.lines),
    )
    title = "A regression of the exam on the reading test five years before"
    # Those of the rarer schools were in no exact answer yet; if they are few, they are not in this one.
    enough = len(students) - len(grouped) >= STUDENTS.crowd_floor
    fit = _ask(buyer, scores_by_reading(), students if enough else grouped, report, title)
    report.promise(
        "the regression equals the one in the clear",
        held=fit.holds and all(line.private is not None for line in fit.lines),
    )


def _publish(buyer: Enrolled, patients: Sequence[Person], report: Report) -> None:
    described = _ask(
        buyer, health_described(), patients, report, "Counts of the patients that everybody may see"
    )
    digest = publish(buyer.buyer, Placed(described.result.order_id, described.query))
    report.say(f"the catalogue shows them to strangers; the log holds their digest {digest[:16]}…")
    report.promise("the published counts are within their stated error", held=described.holds)


def _look_into_wallets(services: Services, report: Report, *people: Person) -> None:
    report.act("The people look into their wallets")
    for person in people:
        account = story.look_into_wallet(services, person)
        for use in account.uses:
            report.say(f"{person.login}: {use.buyer.name} paid €{use.amount_cents / 100:.2f}")
        report.promise(
            f"{person.login} earned €{account.total_cents / 100:.2f}, and every entry is in the log",
            held=account.all_proven and account.total_cents == sum(use.amount_cents for use in account.uses),
        )


def _leave(
    town: Town, services: Services, buyer: Enrolled, students: Sequence[Person], report: Report
) -> None:
    report.act("One person withdraws, one record is revoked by its issuer")
    leaving, revoked, *staying = students
    deletions = story.withdraw(services, leaving)
    report.promise(
        f"{leaving.login} withdrew, and {deletions} nodes signed that they deleted", held=deletions == 3
    )
    story.revoke(town, "university", revoked)
    report.say(f"the university revoked the record of {revoked.login}")
    # With noise: an exact answer without the two would leave others out, not to tell what they had.
    again = _ask(buyer, scores_by_sex(), staying, report, "Exam scores by sex again, without the two")
    report.promise("the new answer is about who is left, within its stated error", held=again.holds)


def _settle_accounts(town: Town, report: Report) -> None:
    report.act("The books and the log")
    balances = story.trial_balance(town)
    paid = sum(cents for account, cents in balances.items() if account.startswith("subject:"))
    held = sum(cents for account, cents in balances.items() if account.startswith("escrow:"))
    report.say(f"paid to people: €{paid / 100:,.2f}; left in escrow: €{held / 100:,.2f}")
    report.promise(
        f"the trial balance is {balances['']}, and nothing is left in escrow",
        held=not balances[""] and not held,
    )
    report.say("the log's checkpoint:")
    report.console.print(story.checkpoint(town), markup=False)
