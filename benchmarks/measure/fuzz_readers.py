"""Damage small recordings in every format, and read them: nothing but a recording or our own error may come out.

    python benchmarks/measure/fuzz_readers.py [--minutes 10] [--seed 1] [--only edf,acq] [--keep FOLDER] [-o fuzz.json]

Each round takes a format, damages the bytes of a file (cuts, flips, extreme numbers, parts twice or gone, text among numbers; what
is packed is also damaged inside and packed again), sometimes those of a file beside it, and reads it, sometimes with declarations.
Counted are recordings, our own errors, other exceptions, reads that take longer than ten seconds, and recordings whose clock does
not run. Exits with 1 where any of the last three is not 0; `--keep` saves the files that did it.
"""

from __future__ import annotations

import argparse
import collections
import faulthandler
import gzip
import importlib.util
import io
import json
import random
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 10
MEMORY_BYTES = 8 << 30
WORDS = [
    b"nan",
    b"-1",
    b"1e308",
    b"0",
    b"999999999999",
    b"text",
    b"",
    b",",
    b"\t",
    b"\n",
    b'"',
    b"\x00",
    b"inf",
    b"2024-13-45",
    b"\xff",
]
INTEGERS = [0, 1, -1, 127, 255, 32767, -32768, 65535, 2**31 - 1, -(2**31), 2**32 - 1, 10**6]
DECLARATIONS: list[dict[str, Any]] = [
    {}, {}, {}, {}, {"unit": "uS"}, {"fs": 4}, {"unit": "kohm", "fs": 0.37}, {"convert": "0.02 uS per count"}, {"channel": 1},
    {"channel": "EDA"}, {"format": "csv", "unit": "uS", "fs": 4, "channel": 2}, {"times": "1 (s)", "unit": "uS"},
]  # fmt: skip


class TooLongError(BaseException):
    """A read that takes too long; not an Exception, so that no reader takes it for damage."""


def made_files() -> Any:
    """The builders of the tests."""
    spec = importlib.util.spec_from_file_location(
        "made_files", ROOT / "tests" / "measurement" / "made_files.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def damage(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one to four damages."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if not out:
            break
        # headers stand at the beginning: half of the damages go there
        at = rng.randrange(len(out)) if rng.random() < 0.5 else rng.randrange(min(len(out), 600))
        way = rng.randrange(9)
        if way == 0:
            del out[at:]
        elif way == 1:
            out[at] ^= 1 << rng.randrange(8)
        elif way == 2:
            out[at] = rng.randrange(256)
        elif way == 3:
            del out[at : at + rng.randrange(1, 200)]
        elif way == 4:
            out[at:at] = out[at : at + rng.randrange(1, 200)]
        elif way == 5:
            out[at : at + rng.choice((0, 1, 4, 8))] = rng.choice(WORDS)
        elif way == 6:
            number = rng.choice(INTEGERS)
            form = rng.choice(("<i", ">i", "<h", "<q"))
            bits = 8 * struct.calcsize(form)
            number = (number + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)
            out[at : at + bits // 8] = struct.pack(form, number)
        elif way == 7:
            out[at : at + rng.randrange(1, 64)] = bytes(rng.randrange(1, 64))
        else:
            out[at : at + 8] = struct.pack(
                "<d", rng.choice((float("nan"), float("inf"), -1.0, 1e308, 1e-320, 0.0))
            )
    return bytes(out)


def damage_inside(data: bytes, rng: random.Random) -> bytes:
    """Damage what is packed, and pack it again; other bytes as they are."""
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(damage(gzip.decompress(data), rng))
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        name = rng.choice(["EDA.csv", *members])
        members[name] = damage(members[name], rng)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return packed.getvalue()
    return damage(data, rng)


def one(path: Path, declared: dict[str, Any]) -> str:
    """What comes of reading a file: a word, or a traceback."""
    from sudomotor.errors import SudomotorError
    from sudomotor.measurement.read import read

    signal.alarm(LONGEST_S)
    try:
        rec = read(path, **declared)
        good = bool((np.diff(rec.times_s) > 0).all()) and not np.isinf(rec.values_uS).any() and len(rec) > 0
        return "recording" if good and len(rec.times_s) == len(rec.values_uS) else "broken recording"
    except SudomotorError as error:
        return "our error" if error.what else "an error without words"
    except TooLongError:
        return "too long: " + traceback.format_exc(limit=-3)
    except BaseException:
        return "other: " + traceback.format_exc(limit=-4)
    finally:
        signal.alarm(0)


def main() -> int:
    """Run, print, and say whether all was well."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("-o", type=Path, dest="output")
    given = parser.parse_args()
    made, rng = made_files(), random.Random(given.seed)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    def ring(*_: Any) -> None:
        raise TooLongError

    faulthandler.enable()
    signal.signal(signal.SIGALRM, ring)
    names = [
        name for name in made.BUILDERS if not given.only or name.startswith(tuple(given.only.split(",")))
    ]
    home = Path(tempfile.mkdtemp(prefix="fuzz"))
    whole: dict[str, tuple[Path, dict[str, bytes]]] = {}
    for name in names:
        folder = home / name
        folder.mkdir()
        path = made.BUILDERS[name](folder)
        whole[name] = path, {file.name: file.read_bytes() for file in folder.iterdir()}
    counts: dict[str, collections.Counter[str]] = {name: collections.Counter() for name in names}
    failures: collections.Counter[str] = collections.Counter()
    end, rounds = time.monotonic() + 60.0 * given.minutes, 0
    while time.monotonic() < end:
        name = names[rounds % len(names)]
        path, files = whole[name]
        for file, content in files.items():
            if file == path.name:
                content = damage_inside(content, rng) if rng.random() < 0.5 else damage(content, rng)
            elif rng.random() < 0.2:
                content = damage(content, rng)
            (path.parent / file).write_bytes(content)
        declared = {**made.DECLARED.get(name, {}), **rng.choice(DECLARATIONS)}
        found = one(path, declared)
        word = found.split(":")[0]
        counts[name][word] += 1
        rounds += 1
        if word not in ("recording", "our error"):
            failures[found] += 1
            if failures[found] == 1:
                print(f"{name} {declared}: {found}", flush=True)
                if given.keep:
                    kept = given.keep / f"{name}-{rounds}"
                    shutil.copytree(path.parent, kept, dirs_exist_ok=True)
                    (kept / "declared.json").write_text(json.dumps(declared))
    words = sorted({word for counter in counts.values() for word in counter})
    print(f"{rounds} rounds in {given.minutes:g} minutes, seed {given.seed}")
    print("".join(f"{word:>20}" for word in ["", *words]))
    for name, counter in counts.items():
        print(f"{name:>20}" + "".join(f"{counter[word]:>20}" for word in words))
    total = sum(counts.values(), collections.Counter())
    print(f"{'all':>20}" + "".join(f"{total[word]:>20}" for word in words))
    if given.output:
        table = {
            "rounds": rounds,
            "minutes": given.minutes,
            "seed": given.seed,
            "counts": counts,
            "failures": failures,
        }
        given.output.write_text(json.dumps(table, indent=1))
    shutil.rmtree(home, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
