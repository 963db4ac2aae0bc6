"""What the service says instead of an answer: a status, a code for programs, one sentence for people."""

from __future__ import annotations

import math

from starlette.responses import JSONResponse


class Refusal(Exception):
    """`outcome` is "unknown" where a vote may have been under way, else None. `retry_after` in seconds."""

    def __init__(
        self, status: int, code: str, message: str, *, retry_after: float | None = None, outcome: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.outcome = outcome

    def body(self) -> dict[str, object]:
        """The error as JSON."""
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.outcome is not None:
            error["outcome"] = self.outcome
        return {"error": error}

    def response(self) -> JSONResponse:
        """The error as a response."""
        headers = {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(self.body(), self.status, headers)


def shutting_down() -> Refusal:
    """Said only of what was not begun."""
    return Refusal(503, "shutting_down", "The service is being stopped, and this was not begun.", retry_after=10)


def not_ready(message: str) -> Refusal:
    """Said only of what was not begun."""
    return Refusal(503, "not_ready", message, retry_after=10)


def not_known() -> Refusal:
    """Without a token, with a wrong or a revoked one: the same words."""
    return Refusal(401, "not_known", "A token that is known is needed: Authorization: Bearer TOKEN.")


def broken(may_act: bool = False) -> Refusal:
    """What nobody foresaw. What it was stands in the log by its kind, without words."""
    return Refusal(
        500, "broken", "Something went wrong that Aye did not foresee.", outcome="unknown" if may_act else None
    )
