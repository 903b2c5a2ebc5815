"""Times of day and dates as text: which format they have, and seconds from them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
_LOOKS = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T].*)?|\d{1,2}\.\d{1,2}\.\d{4}[ T].*|\d{1,2}:\d{2}:\d{2}([.,]\d+)?"
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2}):(\d{2}(?:[.,]\d+)?)")
_ISO = "ISO8601"
_FORMATS = (
    "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S,%f",
)  # fmt: skip
_DAY_S = 86400.0


def is_stamp(cell: str) -> bool:
    """Whether a cell is a date with a time, or a time of day.

    >>> is_stamp("2024-03-01T10:00:00.25+01:00"), is_stamp("10:00:00.5"), is_stamp("3.5")
    (True, True, False)
    """
    bare = cell.strip()
    return bool(_LOOKS.fullmatch(bare)) and (bool(_CLOCK.fullmatch(bare)) or format_of(bare) is not None)


def format_of(cell: str) -> str | None:
    """The format of a date with a time, or None."""
    try:
        datetime.fromisoformat(cell.strip())
    except ValueError:
        pass
    else:
        return _ISO
    for form in _FORMATS:
        try:
            datetime.strptime(cell.strip(), form)
        except ValueError:
            continue
        return form
    return None


@dataclass
class Stamps:
    """Parses a column of dates with times, or of times of day, to seconds since the first.

    Attributes
    ----------
    form : of the dates; None for times of day.
    first : the first of them, once parsed; with a zone where it states one.
    """

    form: str | None
    first: datetime | None = None
    _last_s: float | None = field(default=None, repr=False)
    _days: float = field(default=0.0, repr=False)

    @classmethod
    def like(cls, cell: str) -> Stamps:
        """A parser for a column that begins with this cell."""
        return cls(None if _CLOCK.fullmatch(cell.strip()) else format_of(cell))

    def chunk(self, cells: pd.Series) -> Array:
        """Seconds (row,) since the first of all; nan where a cell is empty.

        Raises
        ------
        ValueError
            Where a cell is none.
        """
        return self._clock(cells) if self.form is None else self._dates(cells)

    def cell(self, text: str) -> None:
        """Raises ValueError where a cell is none."""
        if self.form is None:
            if not _CLOCK.fullmatch(text.strip()):
                raise ValueError(text)
        elif self.form == _ISO:
            datetime.fromisoformat(text.strip())
        else:
            datetime.strptime(text.strip(), self.form)

    def _dates(self, cells: pd.Series) -> Array:
        import pandas as pd

        known = cells.dropna()
        out = np.full(len(cells), np.nan)
        if known.empty:
            return out
        if self.first is None:
            text = str(known.iloc[0]).strip()
            self.first = (
                datetime.fromisoformat(text) if self.form == _ISO else datetime.strptime(text, str(self.form))
            )
        origin = self.first if self.first.tzinfo else self.first.replace(tzinfo=UTC)
        stamps = pd.to_datetime(known.str.strip(), format=self.form, utc=True)
        micros = (stamps - pd.Timestamp(origin)).to_numpy().astype("timedelta64[us]").astype(np.int64)
        out[cells.notna().to_numpy()] = micros / 1e6
        return out

    def _clock(self, cells: pd.Series) -> Array:
        """Times of day; where they fall by more than half a day, midnight has passed."""
        parts = cells.str.strip().str.extract(f"^{_CLOCK.pattern}$")
        if (parts[0].isna() & cells.notna()).any():
            raise ValueError("not a time of day")
        hours, minutes = parts[0].astype(float).to_numpy(), parts[1].astype(float).to_numpy()
        out: Array = hours * 3600.0 + minutes * 60.0 + parts[2].str.replace(",", ".").astype(float).to_numpy()
        known = np.flatnonzero(np.isfinite(out))
        if not len(known):
            return out
        before = np.concatenate([[out[known[0]] if self._last_s is None else self._last_s], out[known]])
        nights = np.cumsum(np.diff(before) < -_DAY_S / 2) * _DAY_S + self._days
        self._last_s, self._days = float(out[known[-1]]), float(nights[-1])
        out[known] += nights
        return out


def unix_start(seconds: float) -> datetime | None:
    """The moment so many seconds after 1970, in UTC; None where no calendar has it.

    >>> unix_start(1560279825.0)
    datetime.datetime(2019, 6, 11, 19, 3, 45, tzinfo=datetime.timezone.utc)
    """
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
