"""The files of a bulk run: its output, which grows by a line an answer, and its journal.

Both survive a process that is killed: each line is written by one call of the operating system,
and a last line that is not whole is cut off.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.errors import UsageError

_CHUNK_BYTES = 1024 * 1024
_RESTART_HINT = "--restart begins anew, and replaces it; or give another --out"


class RunIdentity(NamedTuple):
    """What a run is about; a run goes on only with the same.

    Attributes:
        operation: its key.
        input_digest: of the calls; "" where they do not come from a file.

    """

    operation: str
    input_digest: str


class LineSet:
    """A set of line numbers, a byte each: a million take a megabyte."""

    def __init__(self) -> None:
        self._flags = bytearray()
        self.count = 0

    def add(self, number: int) -> None:
        """Add a number, from 1 on."""
        missing = number + 1 - len(self._flags)
        if missing > 0:
            self._flags.extend(bytes(missing))
        self.count += not self._flags[number]
        self._flags[number] = 1

    def remove(self, number: int) -> None:
        """Remove a number, if it is there."""
        if number in self:
            self._flags[number] = 0
            self.count -= 1

    def __contains__(self, number: int) -> bool:
        return number < len(self._flags) and bool(self._flags[number])


class AppendedFile:
    """A file of lines to which only whole lines are added.

    Args:
        path: of the file; it is made, or what is in it stays.

    Raises:
        UsageError: another process writes it, or it cannot be written.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise _build_error(path, error) from None
        self._lock_file()
        self._cut_off_part_of_line()

    def _lock_file(self) -> None:
        if sys.platform == "win32":  # It has no such locks.
            return
        import fcntl

        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise UsageError(f"{self.path} is being written by another run") from None

    def _cut_off_part_of_line(self) -> None:
        """Remove what stands behind the last end of a line: a killed process left it."""
        size = end = os.fstat(self._descriptor).st_size
        while end > 0:
            start = max(end - _CHUNK_BYTES, 0)
            position = os.pread(self._descriptor, end - start, start).rfind(b"\n")
            if position >= 0:
                end = start + position + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._descriptor, end)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return os.fstat(self._descriptor).st_size == 0

    def read_lines(self) -> Iterator[bytes]:
        """Yield the lines that are in it."""
        with self.path.open("rb") as file:
            yield from file

    def append(self, data: bytes) -> None:
        """Add a line.

        Raises:
            UsageError: it cannot be written.

        """
        try:
            written = os.write(self._descriptor, data)
            while written < len(data):
                data = data[written:]
                written = os.write(self._descriptor, data)
        except OSError as error:
            raise _build_error(self.path, error) from None

    def clear(self) -> None:
        """Remove all that is in it."""
        os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """Close it; another run may write it then."""
        os.close(self._descriptor)


class RunFiles:
    """The output and the journal of a run, opened to begin it or to go on with it.

    Args:
        output: the path of the output; its journal stands beside it.
        identity: what the run is about.
        is_restarted: whether an earlier run is forgotten.

    Raises:
        UsageError: the output is that of another run, or of none.

    """

    def __init__(self, output: Path, identity: RunIdentity, *, is_restarted: bool) -> None:
        self.path = output
        self.journal_path = output.with_name(f"{output.name}.journal")
        self.answered = LineSet()
        self.begun = LineSet()
        self._output = AppendedFile(output)
        try:
            self._journal = AppendedFile(self.journal_path)
        except UsageError:
            self._output.close()
            raise
        try:
            if is_restarted:
                self._output.clear()
                self._journal.clear()
            self.run_id = self._read_run(identity) or self._begin_run(identity)
        except UsageError:
            self.close()
            raise

    def _begin_run(self, identity: RunIdentity) -> str:
        if not self._output.is_empty:
            raise UsageError(f"{self.path} is there, and is no output of a run", hint=_RESTART_HINT)
        run_id = uuid.uuid4().hex
        head = {"run": run_id, **identity._asdict()}
        self._journal.append(json.dumps(head).encode() + b"\n")
        return run_id

    def _read_run(self, identity: RunIdentity) -> str:
        """Return the id of the run that is gone on with, "" where none was begun."""
        lines = self._journal.read_lines()
        head = next(lines, b"")
        if not head:
            return ""
        try:
            known = json.loads(head)
            run_id = str(known["run"])
            earlier = RunIdentity(known["operation"], known["input_digest"])
        except (ValueError, TypeError, KeyError):
            raise UsageError(
                f"{self.journal_path} is no journal of a run", hint=_RESTART_HINT
            ) from None
        if earlier.operation != identity.operation:
            raise UsageError(f"{self.path} has answers of {earlier.operation}", hint=_RESTART_HINT)
        if earlier.input_digest != identity.input_digest:
            raise UsageError(
                f"the calls are others than those whose answers are in {self.path}",
                hint=_RESTART_HINT,
            )
        self._read_progress(lines)
        return run_id

    def _read_progress(self, begun_lines: Iterator[bytes]) -> None:
        """Note which lines were begun, and which are answered."""
        try:
            for line in begun_lines:
                number = int(line)
                if number > 0:
                    self.begun.add(number)
                else:
                    self.begun.remove(-number)
            for answer in self._read_answers():
                self.answered.add(answer["line"])
        except (ValueError, TypeError, KeyError):
            raise UsageError(
                f"{self.path} or its journal holds a line that no run wrote", hint=_RESTART_HINT
            ) from None

    def _read_answers(self) -> Iterator[dict[str, Any]]:
        return map(json.loads, self._output.read_lines())

    def note_begin(self, number: int) -> None:
        """Note in the journal that a line may be sent from now on."""
        self._journal.append(b"%d\n" % number)

    def note_unsent(self, number: int) -> None:
        """Note in the journal that a line was not sent, though it was begun."""
        self._journal.append(b"-%d\n" % number)

    def write_answer(self, number: int, answer: dict[str, Any]) -> None:
        """Write the answer to a line.

        Raises:
            UsageError: it cannot be written.

        """
        self._output.append(json.dumps({"line": number, **answer}).encode() + b"\n")
        self.answered.add(number)

    def read_failed_numbers(self) -> Iterator[int]:
        """Return the numbers of the lines whose answer is an error."""
        return (answer["line"] for answer in self._read_answers() if "error" in answer)

    def close(self) -> None:
        """Close both files."""
        self._output.close()
        self._journal.close()


def digest_file(path: Path) -> tuple[str, int]:
    """Return the digest of a file, and how many lines it has.

    Raises:
        UsageError: it cannot be read.

    """
    digest, count, last = hashlib.sha256(), 0, b"\n"
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                count += chunk.count(b"\n")
                last = chunk
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    return digest.hexdigest(), count + (not last.endswith(b"\n"))


def _build_error(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror or error}")
