"""The screens about streams of measured values: the list, one stream, its values, its limits, its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from wallet.domain.alert import OVER, Side
from wallet.domain.period import Period, Span, period_of
from wallet.domain.reading_table import table_of
from wallet.domain.stream import Stream
from wallet.errors import ChoiceError, NotInWalletError
from wallet.services.stream_suite import Streams
from wallet.services.suite import Services
from wallet.web import stream_labels, visitor
from wallet.web.stream_chart import BOTTOM, HEIGHT, TOP, chart_of
from wallet.web.stream_form import read_limit, read_term

VIEWS = tuple(stream_labels.VIEWS)


def screens(services: Services) -> Blueprint:
    """Streams."""
    streams = Blueprint("streams", __name__, url_prefix="/streams")
    streams.before_request(visitor.door)
    _Screens(services.streams).add_to(streams)
    return streams


@dataclass(frozen=True)
class _Asked:
    """What was typed into the form about limits, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Screens:
    streams: Streams

    def add_to(self, streams: Blueprint) -> None:
        streams.get("/")(self.overview)
        streams.get("/<row_id>")(self.detail)
        streams.get("/<row_id>/readings.csv")(self.table)
        streams.post("/<row_id>/limits")(self.limit)
        streams.post("/<row_id>/limits/<alert_id>/remove")(self.unlimit)
        streams.post("/<row_id>/seen")(self.seen)
        streams.get("/<row_id>/delete")(self.confirm)
        streams.post("/<row_id>/delete")(self.delete)

    def overview(self) -> str:
        wallet = visitor.current()
        unseen = {alert.stream_id for alert in self.streams.watch.unseen(wallet)}
        found = self.streams.read.all(wallet)
        return render_template(
            "wallet/stream/overview.html", streams=found, unseen=unseen, words=stream_labels.spoken()
        )

    def detail(self, row_id: str) -> str:
        return self._shown(row_id, _Asked())

    def table(self, row_id: str) -> Response:
        """The readings as a file: those of a period if one is named, otherwise all."""
        wallet, stream = visitor.current(), self.streams.read.one(visitor.current(), row_id)
        name = stream.quantity.name
        if "view" in request.args:
            period = _period(stream)
            name = f"{name}-{period.span.value}-{period.begin:%Y-%m-%d}"
            readings = self.streams.read.between(wallet, row_id, *period.bounds)
        else:
            readings = self.streams.read.readings(wallet, row_id)
        answer = Response(table_of(readings, stream.quantity.unit), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
        return answer

    def limit(self, row_id: str) -> Answer | tuple[str, HTTPStatus]:
        """Set a limit."""
        try:
            side, over = read_term(Side, "side"), read_term(Span, "over")
            self.streams.watch.set(visitor.current(), row_id, side, read_limit(request.form), over)
        except ChoiceError as error:
            typed = {name: request.form.get(name, "") for name in ("side", "limit", "over")}
            asked = _Asked(typed, {error.field: str(error)})
            return self._shown(row_id, asked), HTTPStatus.UNPROCESSABLE_ENTITY
        flash("Your limit is set. You will see here and on your home page what lies beyond it.", "good")
        return self._back(row_id)

    def unlimit(self, row_id: str, alert_id: str) -> Answer:
        """Take a limit back."""
        self.streams.watch.remove(visitor.current(), alert_id)
        flash("The limit is removed.", "good")
        return self._back(row_id)

    def seen(self, row_id: str) -> Answer:
        """Everything beyond a limit was seen."""
        self.streams.watch.acknowledge(visitor.current(), row_id)
        return self._back(row_id)

    def confirm(self, row_id: str) -> str:
        stream = self.streams.read.one(visitor.current(), row_id)
        return render_template("wallet/stream/delete.html", stream=stream, words=stream_labels.spoken())

    def delete(self, row_id: str) -> Answer:
        """Forget a stream."""
        self.streams.read.remove(visitor.current(), row_id)
        flash("The stream is deleted.", "good")
        return redirect(url_for("streams.overview"))

    def _shown(self, row_id: str, asked: _Asked) -> str:
        wallet = visitor.current()
        period = _period(self.streams.read.one(wallet, row_id))
        window = self.streams.read.window(wallet, row_id, period)
        return render_template(
            "wallet/stream/detail.html",
            stream=window.stream,
            window=window,
            period=period,
            here={"view": period.span.value, "on": _day(window.stream).date().isoformat()},
            labels=stream_labels,
            earlier=_reaching(window.stream, period.moved(-1)),
            later=_reaching(window.stream, period.moved(1)),
            chart=chart_of(window),
            frame={"top": TOP, "height": HEIGHT, "bottom": BOTTOM},
            alerts=self.streams.watch.of(wallet, row_id),
            over=OVER,
            sides=tuple(Side),
            asked=asked,
            words=stream_labels.spoken(),
        )

    def _back(self, row_id: str) -> Answer:
        view, on = (request.args.get(name) for name in ("view", "on"))
        return redirect(url_for("streams.detail", row_id=row_id, view=view, on=on))


def _day(stream: Stream) -> datetime:
    """The day that is asked for, kept between the first and the last reading; else that of the last."""
    if stream.first is None or stream.last is None:
        raise NotInWalletError("This stream has no readings.")
    try:
        asked = datetime.combine(date.fromisoformat(request.args.get("on", "")), time(), UTC)
    except ValueError:
        return stream.last
    return min(max(asked, stream.first), stream.last)


def _period(stream: Stream) -> Period:
    span = next((view for view in VIEWS if view.value == request.args.get("view")), Span.DAY)
    return period_of(span, _day(stream))


def _reaching(stream: Stream, period: Period) -> Period | None:
    """A period, unless the stream has nothing in it or beyond."""
    if stream.first is None or stream.last is None:
        return None
    return period if stream.first < period.end and period.begin <= stream.last else None
