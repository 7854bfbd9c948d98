# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a step finds, written to a file after each finding, so that a step that is cut keeps it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

GOOD, BAD, NOTED, SKIPPED = "good", "bad", "noted", "skipped"


class MissingError(RuntimeError):
    """A step cannot run on this host; the message names what it needs."""


@dataclass(frozen=True)
class Finding:
    """One line of the table.

    Args:
        what: was looked at.
        found: values with their units.
        verdict: ``good`` or ``bad`` for a check, ``noted`` for a measurement, ``skipped``.
    """

    what: str
    found: str
    verdict: str


@dataclass(frozen=True)
class Table:
    """Measurements side by side.

    Args:
        title: names its rows, in the corner.
        columns: their names.
        rows: a name and a cell per column.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Record:
    """Findings of one step.

    Args:
        file: is written anew after each change.
        headline: the step's result in a few words.
        findings: in order.
        tables: of measurements, in order.
        data: numbers for the JSON report, by name.
    """

    file: Path
    headline: str = ""
    findings: list[Finding] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    def check(self, what: str, good: bool, found: str) -> None:
        """Note whether something is as it should be; one that is not fails the step."""
        self._add(Finding(what, found, GOOD if good else BAD))

    def note(self, what: str, found: str) -> None:
        """Note a measurement."""
        self._add(Finding(what, found, NOTED))

    def skip(self, what: str, reason: str) -> None:
        """Note what cannot be looked at here; the step goes on."""
        self._add(Finding(what, reason, SKIPPED))

    def tabulate(self, table: Table) -> None:
        """Note measurements side by side."""
        self.tables.append(table)
        self._write()

    def keep(self, name: str, value: Any) -> None:
        """Put numbers into the JSON report."""
        self.data[name] = value
        self._write()

    def conclude(self, headline: str) -> None:
        """Set the headline."""
        self.headline = headline
        self._write()

    @property
    def failed(self) -> list[str]:
        """What is not as it should be."""
        return [finding.what for finding in self.findings if finding.verdict == BAD]

    def _add(self, finding: Finding) -> None:
        self.findings.append(finding)
        print(f"{finding.verdict}: {finding.what}: {finding.found}", flush=True)
        self._write()

    def _write(self) -> None:
        values = {
            "headline": self.headline,
            "findings": [asdict(finding) for finding in self.findings],
            "tables": [asdict(table) for table in self.tables],
            "data": self.data,
        }
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps(values))
        part.replace(self.file)
