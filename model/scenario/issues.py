"""A contradiction between assumptions, without its place in a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Issue:
    """Assumptions that do not go together; the message is about the first, or, where `alike`, about all of them."""

    paths: tuple[str, ...]
    message: str
    value: str | None = None
    valid: tuple[str, ...] | None = None
    suggestion: str | None = None
    alike: bool = False
