"""Slots: a typed question declared in the lowest room that asks it, answered by rooms above."""

from typing import Generic, TypeVar

P = TypeVar("P")


class Slot(Generic[P]):
    """A question and its registered answers. P is the Protocol every answer fulfils."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._answers: list[tuple[int, int, P]] = []

    def register(self, answer: P, *, order: int = 0) -> P:
        """Add an answer; lower `order` comes first. Called in AppConfig.ready. Returns it."""
        if all(known is not answer for _, _, known in self._answers):
            self._answers.append((order, len(self._answers), answer))
            self._answers.sort(key=lambda item: item[:2])
        return answer

    def answers(self) -> tuple[P, ...]:
        """Return every registered answer in order."""
        return tuple(answer for _, _, answer in self._answers)
