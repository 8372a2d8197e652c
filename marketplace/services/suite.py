"""Everything that can be done in the marketplace, in one value for those who serve it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from crypto.sealing import DEFAULT_COST, Argon2Cost, Vault
from marketplace.services.accept_crowd_offer import AcceptCrowdOffer
from marketplace.services.accept_offer import AcceptOffer
from marketplace.services.accept_score_offer import AcceptScoreOffer
from marketplace.services.accounts import AddAccount, GetAccount, SignIn
from marketplace.services.answer_score import TakeScoreAnswer
from marketplace.services.api_keys import ListApiKeys, MakeApiKey, RecogniseApiKey, RevokeApiKey
from marketplace.services.ask_score import AskScore
from marketplace.services.count_costs import CountCosts
from marketplace.services.data_space_suite import DataSpace, SpaceDuties, SpaceSide, data_space, space_duties
from marketplace.services.deliver_notices import DeliverNotices
from marketplace.services.desk import Desk
from marketplace.services.detect_stalls import DetectStalls
from marketplace.services.drive_jobs import DriveJobs
from marketplace.services.export_ledger import ExportLedger
from marketplace.services.fetch_proof import FetchProof
from marketplace.services.forget_presentations import ForgetPresentations
from marketplace.services.forward_contributions import ForwardContributions, RelayWithdrawals
from marketplace.services.glance_ports import Glances
from marketplace.services.issue_invoices import Invoices
from marketplace.services.join_crowd import JoinCrowd
from marketplace.services.judge_crowd import ConfirmCrowd, DisputeCrowd
from marketplace.services.judge_result import ConfirmResult, DisputeResult
from marketplace.services.judge_score import ConfirmScore, DisputeScore
from marketplace.services.keep_nodes import KeepNodes
from marketplace.services.keep_saved import KeepSaved
from marketplace.services.keep_webhooks import KeepWebhooks, WebhookSide
from marketplace.services.make_plan import MakePlan
from marketplace.services.make_quote import MakeQuote
from marketplace.services.member_acts import ReadMemberActs
from marketplace.services.member_passwords import MemberPasswords
from marketplace.services.member_sessions import MemberSessions
from marketplace.services.members import Members
from marketplace.services.money import ReadStatement, TopUp
from marketplace.services.node_signs import NodeSigns
from marketplace.services.oversee import CheckNodes, ExpireHolds, ListJobs, MeasureLoad, TakeTrialBalance
from marketplace.services.oversight_suite import Oversight, oversight
from marketplace.services.pace_ports import NoPaces, Paces
from marketplace.services.pause_offer import PauseOffer
from marketplace.services.payment_ports import PaymentRail
from marketplace.services.payments import Payments, TendPayments
from marketplace.services.payouts import Payouts, PayoutTerms
from marketplace.services.place_crowd_order import PlaceCrowdOrder, ShowCrowds
from marketplace.services.place_order import PlaceOrder
from marketplace.services.place_runs import PlaceRuns
from marketplace.services.ports import Clock, Nodes, StatusLists
from marketplace.services.presentation_ports import Messenger
from marketplace.services.presentation_suite import Asking, Presentations, presentations
from marketplace.services.publish_answer import PublishAnswer, ReadPublications, WithdrawPublication
from marketplace.services.read_crowd_news import ReadCrowdNews, ReadCrowdPapers
from marketplace.services.read_crowd_orders import ReadCrowdOrders
from marketplace.services.read_history import ReadHistory
from marketplace.services.read_log import ReadLog
from marketplace.services.read_orders import FetchResult, ListOrders, ReadOrder
from marketplace.services.read_score_news import ReadScoreNews
from marketplace.services.read_score_orders import ReadScoreOrders
from marketplace.services.register_organisation import RegisterOrganisation
from marketplace.services.relay_pauses import RelayPauses
from marketplace.services.request_account import AccountRequests
from marketplace.services.send_webhooks import SendWebhooks
from marketplace.services.show_catalogue import ShowCatalogue
from marketplace.services.show_score_offers import FetchScoreOffer, ListScoreOffers
from marketplace.services.show_withdrawals import ShowWithdrawals
from marketplace.services.sign_in_suite import Doors, DoorSide, doors
from marketplace.services.sign_of_life import SignOfLife
from marketplace.services.supply_terms import ShowMarketTerms, SumUpSupply
from marketplace.services.take_crowd_message import TakeCrowdMessage
from marketplace.services.tell_events import ForgetEvents, ReadEvents
from marketplace.services.tend_crowds import TendCrowds
from marketplace.services.tend_scores import TendScores
from marketplace.services.watch_crowd import WatchCrowd
from marketplace.services.withdraw_crowd_offer import WithdrawCrowdOffer
from marketplace.services.withdraw_offer import WithdrawOffer
from marketplace.services.withdraw_score_offer import WithdrawScoreOffer
from marketplace.services.witness_log import WitnessLog


@dataclass(frozen=True)
class Scores:
    """The use cases about scores of one person's record; each is called."""

    accept_offer: AcceptScoreOffer
    withdraw_offer: WithdrawScoreOffer
    list_offers: ListScoreOffers
    fetch_offer: FetchScoreOffer
    ask: AskScore
    take_answer: TakeScoreAnswer
    read_news: ReadScoreNews
    read_orders: ReadScoreOrders
    confirm: ConfirmScore
    dispute: DisputeScore


@dataclass(frozen=True)
class Crowds:
    """The use cases about sums over many wallets; each is called."""

    accept_offer: AcceptCrowdOffer
    withdraw_offer: WithdrawCrowdOffer
    show: ShowCrowds
    place: PlaceCrowdOrder
    join: JoinCrowd
    take_message: TakeCrowdMessage
    read_news: ReadCrowdNews
    read_papers: ReadCrowdPapers
    read_orders: ReadCrowdOrders
    watch: WatchCrowd
    confirm: ConfirmCrowd
    dispute: DisputeCrowd


@dataclass(frozen=True)
class Services:
    """The use cases of the marketplace; each is called."""

    marketplace_id: str
    clock: Clock
    add_account: AddAccount
    sign_in: SignIn
    get_account: GetAccount
    make_api_key: MakeApiKey
    list_api_keys: ListApiKeys
    revoke_api_key: RevokeApiKey
    recognise_api_key: RecogniseApiKey
    register_organisation: RegisterOrganisation
    top_up: TopUp
    read_statement: ReadStatement
    show_catalogue: ShowCatalogue
    make_quote: MakeQuote
    make_plan: MakePlan
    place_order: PlaceOrder
    list_orders: ListOrders
    read_order: ReadOrder
    fetch_result: FetchResult
    fetch_proof: FetchProof
    confirm_result: ConfirmResult
    dispute_result: DisputeResult
    accept_offer: AcceptOffer
    withdraw_offer: WithdrawOffer
    pause_offer: PauseOffer
    read_history: ReadHistory
    read_log: ReadLog
    read_registry: Callable[[], str]
    trial_balance: TakeTrialBalance
    list_jobs: ListJobs
    node_health: CheckNodes
    measure_load: MeasureLoad
    scores: Scores
    crowds: Crowds
    check_store: Callable[[], None]
    payouts: Payouts
    oversight: Oversight
    invoices: Invoices
    show_market_terms: ShowMarketTerms
    export_ledger: ExportLedger
    detect_stalls: DetectStalls
    members: Members
    member_passwords: MemberPasswords
    account_requests: AccountRequests
    member_sessions: MemberSessions
    read_member_acts: ReadMemberActs
    publish_answer: PublishAnswer
    withdraw_publication: WithdrawPublication
    read_publications: ReadPublications
    keep_saved: KeepSaved
    read_events: ReadEvents
    webhooks: KeepWebhooks
    payments: Payments | None = None
    presentations: Presentations | None = None
    data_space: DataSpace | None = None
    doors: Doors | None = None
    glances: Glances | None = None


@dataclass(frozen=True)
class Surroundings:
    """What the use cases need besides the desk.

    `payees` seals whom to pay; without `asking` no wallet is asked for presentations, without `space` no
    other data space is talked to, without a `rail` no money comes in but the sandbox's, without `doors`
    nobody signs in but by a password, without `webhooks` no events are sent to buyers' servers, without
    `glances` no page is kept.
    """

    nodes: Nodes
    status_lists: StatusLists
    registry_token: Callable[[], str]
    check_store: Callable[[], None]
    payees: Vault = field(repr=False)
    password_cost: Argon2Cost = DEFAULT_COST
    asking: Asking | None = None
    space: SpaceSide | None = None
    payout_terms: PayoutTerms = field(default_factory=PayoutTerms)
    rail: PaymentRail | None = None
    doors: DoorSide | None = None
    paces: Paces = field(default_factory=NoPaces)
    webhooks: WebhookSide | None = None
    glances: Glances | None = None


def offer(desk: Desk, around: Surroundings) -> Services:
    """Make all use cases."""
    return Services(
        marketplace_id=desk.marketplace_id,
        clock=desk.clock,
        add_account=AddAccount(desk, around.password_cost),
        sign_in=SignIn(desk, around.password_cost),
        get_account=GetAccount(desk),
        make_api_key=MakeApiKey(desk),
        list_api_keys=ListApiKeys(desk),
        revoke_api_key=RevokeApiKey(desk),
        recognise_api_key=RecogniseApiKey(desk),
        register_organisation=RegisterOrganisation(desk, around.status_lists),
        top_up=TopUp(desk),
        read_statement=ReadStatement(desk),
        show_catalogue=ShowCatalogue(desk),
        make_quote=MakeQuote(desk),
        make_plan=MakePlan(desk, NodeSigns(around.nodes, around.paces, desk.clock), CountCosts()),
        place_order=PlaceOrder(desk, around.status_lists),
        list_orders=ListOrders(desk),
        read_order=ReadOrder(desk),
        fetch_result=FetchResult(desk, around.registry_token),
        fetch_proof=FetchProof(desk, FetchResult(desk, around.registry_token)),
        confirm_result=ConfirmResult(desk),
        dispute_result=DisputeResult(desk),
        accept_offer=AcceptOffer(desk, around.status_lists),
        withdraw_offer=WithdrawOffer(desk),
        pause_offer=PauseOffer(desk),
        read_history=ReadHistory(desk),
        read_log=ReadLog(desk),
        read_registry=around.registry_token,
        trial_balance=TakeTrialBalance(desk),
        list_jobs=ListJobs(desk),
        node_health=CheckNodes(desk, around.nodes),
        measure_load=MeasureLoad(desk),
        scores=_scores(desk, around.status_lists),
        crowds=_crowds(desk, around.status_lists),
        check_store=around.check_store,
        payouts=Payouts(desk, around.payees, around.payout_terms),
        oversight=oversight(desk, around.payees),
        invoices=Invoices(desk),
        show_market_terms=ShowMarketTerms(desk),
        export_ledger=ExportLedger(desk),
        detect_stalls=DetectStalls(desk),
        members=Members(desk, around.password_cost),
        member_passwords=MemberPasswords(desk, SignIn(desk, around.password_cost), around.password_cost),
        account_requests=AccountRequests(desk),
        member_sessions=MemberSessions(desk),
        read_member_acts=ReadMemberActs(desk),
        publish_answer=PublishAnswer(desk),
        withdraw_publication=WithdrawPublication(desk),
        read_publications=ReadPublications(desk),
        keep_saved=KeepSaved(desk),
        read_events=ReadEvents(desk),
        webhooks=KeepWebhooks(desk, around.webhooks),
        payments=None if around.rail is None else Payments(desk, around.rail),
        presentations=None if around.asking is None else presentations(desk, around.asking),
        data_space=None if around.space is None else data_space(desk, around.space, around.status_lists),
        doors=None if around.doors is None else doors(desk, around.doors, SignIn(desk, around.password_cost)),
        glances=around.glances,
    )


@dataclass(frozen=True)
class Duties:
    """What the worker does, each duty again and again."""

    forward_contributions: ForwardContributions
    relay_withdrawals: RelayWithdrawals
    relay_pauses: RelayPauses
    witness_log: WitnessLog
    drive_jobs: DriveJobs
    expire_holds: ExpireHolds
    tend_scores: TendScores
    tend_crowds: TendCrowds
    forget_presentations: ForgetPresentations
    show_withdrawals: ShowWithdrawals
    sign_of_life: SignOfLife
    sum_up_supply: SumUpSupply
    take_first_nodes: Callable[[], bool]
    deliver_notices: DeliverNotices | None = None
    space: SpaceDuties | None = None
    tend_payments: TendPayments | None = None
    place_runs: PlaceRuns | None = None
    forget_events: ForgetEvents | None = None
    send_webhooks: SendWebhooks | None = None


@dataclass(frozen=True)
class Others:
    """Whom a worker deals with besides the nodes; without one of them there is no such duty."""

    messenger: Messenger | None = None
    space: SpaceSide | None = None
    rail: PaymentRail | None = None
    status_lists: StatusLists | None = None
    webhooks: WebhookSide | None = None


def duties(desk: Desk, nodes: Nodes, *, worker: str, others: Others | None = None) -> Duties:
    """Make the worker's duties."""
    known = others or Others()
    return Duties(
        forward_contributions=ForwardContributions(desk, nodes),
        relay_withdrawals=RelayWithdrawals(desk, nodes),
        relay_pauses=RelayPauses(desk, nodes),
        witness_log=WitnessLog(desk, nodes),
        drive_jobs=DriveJobs(desk, nodes, worker),
        expire_holds=ExpireHolds(desk),
        tend_scores=TendScores(desk),
        tend_crowds=TendCrowds(desk),
        forget_presentations=ForgetPresentations(desk),
        show_withdrawals=ShowWithdrawals(desk, nodes),
        sign_of_life=SignOfLife(desk, worker),
        sum_up_supply=SumUpSupply(desk),
        take_first_nodes=KeepNodes(desk).take_first,
        deliver_notices=None if known.messenger is None else DeliverNotices(desk, known.messenger),
        space=None if known.space is None else space_duties(desk, known.space),
        tend_payments=None if known.rail is None else TendPayments(Payments(desk, known.rail)),
        place_runs=_place_runs(desk, known.status_lists),
        forget_events=ForgetEvents(desk),
        send_webhooks=None if known.webhooks is None else SendWebhooks(desk, known.webhooks),
    )


def _place_runs(desk: Desk, status_lists: StatusLists | None) -> PlaceRuns | None:
    return None if status_lists is None else PlaceRuns(desk, PlaceOrder(desk, status_lists))


def _scores(desk: Desk, status_lists: StatusLists) -> Scores:
    return Scores(
        accept_offer=AcceptScoreOffer(desk, status_lists),
        withdraw_offer=WithdrawScoreOffer(desk),
        list_offers=ListScoreOffers(desk),
        fetch_offer=FetchScoreOffer(desk),
        ask=AskScore(desk, status_lists),
        take_answer=TakeScoreAnswer(desk),
        read_news=ReadScoreNews(desk),
        read_orders=ReadScoreOrders(desk),
        confirm=ConfirmScore(desk),
        dispute=DisputeScore(desk),
    )


def _crowds(desk: Desk, status_lists: StatusLists) -> Crowds:
    return Crowds(
        accept_offer=AcceptCrowdOffer(desk, status_lists),
        withdraw_offer=WithdrawCrowdOffer(desk),
        show=ShowCrowds(desk),
        place=PlaceCrowdOrder(desk, status_lists),
        join=JoinCrowd(desk, status_lists),
        take_message=TakeCrowdMessage(desk),
        read_news=ReadCrowdNews(desk),
        read_papers=ReadCrowdPapers(desk),
        read_orders=ReadCrowdOrders(desk),
        watch=WatchCrowd(desk),
        confirm=ConfirmCrowd(desk),
        dispute=DisputeCrowd(desk),
    )
