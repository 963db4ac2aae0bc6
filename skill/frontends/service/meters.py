"""What is counted, for Prometheus. No names, no words: labels are intents, codes and outcomes alone."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Meters:
    """A registry of its own, so that two services in one process do not meet in it."""

    def __init__(self, under_way: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._turns = Counter("aye_turns", "Turns answered.", ["intent", "way"], registry=self._registry)
        self._acts = Counter("aye_acts", "What became of acts.", ["outcome"], registry=self._registry)
        self._refused = Counter("aye_refused", "Requests refused.", ["code"], registry=self._registry)
        self._seconds = Histogram(
            "aye_turn_seconds", "From the request to its reply.", ["way"], buckets=SECONDS, registry=self._registry
        )
        self._chain = Gauge(
            "aye_chain_answers", "Whether a DAO's chain answered last.", ["dao"], registry=self._registry
        )
        Gauge("aye_turns_under_way", "Turns taken and not finished.", registry=self._registry).set_function(under_way)

    def turn(self, intent: str | None, way: str, seconds: float, outcome: str | None) -> None:
        """One was answered. `way`: text, wav or stream."""
        self._turns.labels(intent or "none", way).inc()
        self._seconds.labels(way).observe(seconds)
        if outcome is not None:
            self._acts.labels(outcome).inc()

    def refused(self, code: str) -> None:
        """One was not."""
        self._refused.labels(code).inc()

    def chain(self, dao: str, answers: bool) -> None:
        """A DAO was looked at."""
        self._chain.labels(dao).set(1 if answers else 0)

    def text(self) -> bytes:
        """In Prometheus' text format, version 0.0.4."""
        return generate_latest(self._registry)
