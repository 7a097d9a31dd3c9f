"""Warnings that many lines can cause: the first few are logged, the others only counted."""

import logging

SHOWN = 5


class RepeatedWarnings:
    """Logs the first few of many messages; ``close`` logs their total number."""

    def __init__(self, logger: logging.Logger, what: str, *, level: int = logging.WARNING) -> None:
        """``what`` names the messages in the total, such as "lines replaced before translating"."""
        self._logger = logger
        self._what = what
        self._level = level
        self.count = 0

    def add(self, message: str, *arguments: object) -> None:
        """Log the message if it is one of the first few, and count it."""
        self.count += 1
        if self.count <= SHOWN:
            self._logger.log(self._level, message, *arguments)
        elif self.count == SHOWN + 1:
            self._logger.log(self._level, "further messages of this type are only counted: %s", self._what)

    def close(self) -> None:
        """Log the total if some messages were not logged; the next message is the first again."""
        if self.count > SHOWN:
            self._logger.log(self._level, "%s in total: %s", f"{self.count:,}", self._what)
        self.count = 0
