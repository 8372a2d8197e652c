"""What is there to do? Jobs and contributions in numbers, for monitoring at ``GET /metrics``."""

from collections.abc import Callable, Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from marketplace.services.oversee import Load


class LoadCollector(Collector):
    """Counts anew whenever monitoring asks; labels are states and node ids, never a person or an order."""

    def __init__(self, measure: Callable[[], Load]) -> None:
        self._measure = measure

    def describe(self) -> Iterable[Metric]:
        """Nothing is counted before monitoring asks for the first time."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The numbers of this moment."""
        load = self._measure()
        jobs = GaugeMetricFamily("marketplace_jobs", "Jobs by state", labels=["state"])
        for state, number in load.jobs.items():
            jobs.add_metric([state], number)
        contributions = GaugeMetricFamily(
            "marketplace_contributions",
            "Contributions of people who take part, by what each node answered",
            labels=["node", "answer"],
        )
        for node, answers in load.contributions.items():
            for answer, number in answers.items():
                contributions.add_metric([node, answer], number)
        scores = GaugeMetricFamily("marketplace_scores", "Requests for scores by state", labels=["state"])
        for state, number in load.scores.items():
            scores.add_metric([state], number)
        crowds = GaugeMetricFamily("marketplace_crowd_sums", "Orders of crowd sums", labels=["state"])
        for state, number in load.crowds.items():
            crowds.add_metric([state], number)
        return (jobs, contributions, scores, crowds, *_registers(load))


def _registers(load: Load) -> tuple[Metric, ...]:
    breaches = GaugeMetricFamily("marketplace_breaches", "Breaches of personal data", labels=["state"])
    for state, number in load.breaches.items():
        breaches.add_metric([state], number)
    overdue = GaugeMetricFamily(
        "marketplace_overdue", "What the law sets a time for and was not done in time", labels=["register"]
    )
    for register, number in load.overdue.items():
        overdue.add_metric([register], number)
    return (breaches, overdue)
