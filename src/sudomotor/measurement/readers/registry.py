"""The formats that can be read, in the order in which they are tried. Adding one is a file beside this and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sudomotor.measurement.readers import (
    acq,
    affectiva,
    bids,
    e4,
    edf,
    embrace,
    ledalab,
    plain,
    shimmer,
    xdf,
)
from sudomotor.measurement.readers.asked import Asked
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.recording import Recording


@dataclass(frozen=True)
class Reader:
    """A format.

    Attributes
    ----------
    name : what `--format` calls it.
    text : what it is, in words.
    looks : whether a file looks like it, from its first bytes (and its name, but never from its name alone).
    read : a recording from a file of it.
    """

    name: str
    text: str
    looks: Callable[[Probe], bool]
    read: Callable[[Probe, Asked], Recording]


READERS: tuple[Reader, ...] = (
    Reader("embrace", "Empatica EmbracePlus, Avro", embrace.looks, embrace.read),
    Reader("xdf", "XDF of LabRecorder", xdf.looks, xdf.read),
    Reader("edf", "EDF, EDF+, BDF", edf.looks, edf.read),
    Reader("ledalab", "Ledalab, .mat; its texts where the format is named", ledalab.looks, ledalab.read),
    Reader("e4", "Empatica E4, zip of a session or EDA.csv", e4.looks, e4.read),
    Reader("affectiva", "Affectiva Q, CSV", affectiva.looks, affectiva.read),
    Reader("bids", "BIDS, _physio.tsv.gz", bids.looks, bids.read),
    Reader("shimmer", "Shimmer, CSV", shimmer.looks, shimmer.read),
    Reader("acq", "Biopac AcqKnowledge, .acq", acq.looks, acq.read),
    Reader("csv", "a table of text", plain.looks, plain.read),
)
ALIASES = {"empatica": "e4", "avro": "embrace", "embraceplus": "embrace", "edf+": "edf", "bdf": "edf", "biopac": "acq",
           "q": "affectiva", "tsv": "csv", "txt": "csv", "text": "csv", "physio": "bids", "mat": "ledalab",
    "matlab": "ledalab"}  # fmt: skip
FORMATS: tuple[str, ...] = tuple(reader.name for reader in READERS)
