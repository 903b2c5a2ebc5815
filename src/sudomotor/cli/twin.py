"""`sudomotor twin`: one person's diary in, their own model out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.inputs import check_seed, read_person
from sudomotor.cli.options import Json, Seed
from sudomotor.cli.output import Progress, print_json, say, show, show_answers, show_path
from sudomotor.errors import InputError, unknown

if TYPE_CHECKING:
    from sudomotor.diary import Diary
    from sudomotor.person import Person
    from sudomotor.twin import Twin

# accounts of the mechanism that have less of the chances by the whole diary are not weighed anew on its parts
_LEAST_SHARE = 0.1
_LOG_SHOWN = 3  # measurements that are advised on the screen


def twin(
    diary: Annotated[
        Path,
        typer.Argument(
            metavar="DIARY", show_default=False, help="The diary: CSV, or a spreadsheet (.xlsx, .xls, .ods)."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE.twin.json",
            show_default=False,
            help="Where to save the twin.  (default: the diary's name with .twin.json, here; nowhere with --json)",
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="NAME",
            help="auto takes the fastest that passes its own check; or map, laplace, nuts, smc.",
        ),
    ] = "auto",
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="PRESET|FILE.toml",
            show_default=False,
            help="What is taken of you until the diary tells more: a preset, or a file.  (default: the usual one of the place)",
        ),
    ] = None,
    age: Annotated[
        float | None,
        typer.Option(
            "--age", metavar="YEARS", show_default=False, help="Your age: glands mend more slowly with it."
        ),
    ] = None,
    seed: Seed = 1,
    no_backtest: Annotated[
        bool,
        typer.Option(
            "--no-backtest", help="Do not try the forecasts on the diary itself; quicker, but nobody knows."
        ),
    ] = False,
    day_first: Annotated[
        bool | None,
        typer.Option(
            "--day-first/--month-first",
            show_default=False,
            help="Dates are written 31/12/2026, or 12/31/2026.  (default: 2026-12-31, any other order is asked about)",
        ),
    ] = None,
    decimal_comma: Annotated[
        bool | None,
        typer.Option(
            "--decimal-comma/--decimal-point",
            show_default=False,
            help="Decimals are written 12,5, or 12.5.  (default: a comma is one only where it can be nothing else)",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            "--sheet", metavar="NAME", show_default=False, help="Sheet of a spreadsheet, by name or number."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a twin that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Fit one person's diary: what is known of you, what is not, what to write down next, how far to trust it.

    \b
    Examples:
      sudomotor twin diary.csv -o me.twin.json
      sudomotor twin diary.xlsx --sheet 2 --day-first --age 27
      sudomotor twin diary.csv --person "palmar, severe" --method nuts --force
      sudomotor twin diary.csv --no-backtest --json
    """
    from sudomotor.twin import METHODS

    if method not in METHODS:
        raise unknown("method", method, METHODS, where="--method")
    check_seed(seed)
    target = output if output is not None else None if as_json else Path(f"{diary.stem}.twin.json")
    if target is not None:
        check_target(target, force)
    from sudomotor.diary import Diary

    read = Diary.read(diary, day_first=day_first, decimal_comma=decimal_comma, sheet=sheet)
    who, notes = _who(person, age, read)
    found = fitted(read, who, method, seed, notes)
    if not no_backtest:
        found = tried(found, who, method, seed)
    saved = None if target is None else found.save(target, overwrite=force)
    if as_json:
        print_json({**to_dict(found), "saved": None if saved is None else str(saved)})
        return
    show_twin(found)
    if saved is not None:
        show("")
        show_path("Twin", saved)
        _say_next(saved)


def check_target(path: Path, force: bool) -> None:
    """Refuse before the fit what could not be saved after it."""
    if path.is_dir() or not path.parent.is_dir():
        what = "this is a folder" if path.is_dir() else "there is no such folder"
        raise InputError(
            what, where=f"-o {path}", mend="name a file in a folder that is there, e.g. -o me.twin.json"
        )
    if path.suffix != ".json":
        raise InputError(f"cannot write '{path.name}'", where="-o", mend="use a name that ends in .twin.json")
    if path.exists() and not force:
        raise InputError(
            f"{path.name} is there already, and was left as it is", where=f"-o {path}",
            mend="choose another name, or overwrite it with --force",
        )  # fmt: skip


def _who(text: str | None, age: float | None, diary: Diary) -> tuple[Person, list[str]]:
    """The person of --person and --age; without one, the usual patient of the diary's first place."""
    from dataclasses import replace

    who, notes = read_person(text, diary.sites[0] if diary.sites else "palms")
    if age is not None:
        if who.age_years is not None and who.age_years != age:
            raise InputError(
                f"the person's file says {who.age_years:g} years",
                where=f"--age {age:g}",
                mend="say the age once",
            )
        who = replace(who, age_years=age, where="--age")
    return who, notes


def fitted(diary: Diary, who: Person, method: str, seed: int, notes: list[str]) -> Twin:
    """Fit, and say what is being done; notes on what was taken stay with the twin."""
    from dataclasses import replace

    from sudomotor.model.mechanisms import MECHANISMS
    from sudomotor.twin import fit

    done = -1
    with Progress("fitting the diary", len(MECHANISMS)) as progress:

        def word(text: str) -> None:
            nonlocal done
            done += text.startswith("fitting the account")
            progress.at(max(done, 0), label=text)

        found = fit(diary, person=who, method=method, seed=seed, progress=word)
    return replace(found, assumptions=(*found.assumptions, *notes))


def tried(
    twin: Twin,
    who: Person,
    method: str,
    seed: int,
    *,
    origins: int | None = None,
    least_share: float = _LEAST_SHARE,
) -> Twin:
    """The twin with the score of its forecasts on its own diary.

    Each part of the diary is fitted by itself, under the accounts that have at least a share of the chances by the whole
    diary, and the likeliest in any case; those that it nearly rules out would cost time alone.
    """
    from sudomotor.twin import fit, hdss_forecast
    from sudomotor.twin.backtest import backtest, site_of_diary

    way = "laplace" if method == "auto" else method
    site = site_of_diary(twin.diary, None)
    likeliest = max(twin.shares, key=lambda name: twin.shares[name])
    accounts = [name for name, share in twin.shares.items() if share >= least_share or name == likeliest]
    with Progress("trying the forecasts on the diary itself") as progress:
        found = backtest(
            twin.diary,
            fit=lambda part: fit(part, person=who, method=way, accounts=accounts, seed=seed),
            predict=lambda part, sessions, days: hdss_forecast(part, sessions, days, site=site),
            site=site, seed=seed, origins=origins, progress=lambda done, total: progress.at(done, total),
        )  # fmt: skip
    return twin.with_backtest(found)


def to_dict(twin: Twin) -> dict[str, Any]:
    """The twin for JSON."""
    from sudomotor.report.twin_past import entries_inside
    from sudomotor.report.twin_words import trust
    from sudomotor.report.words import NOT_ADVICE

    inside, check = entries_inside(twin), twin.check
    return {
        "diary": {
            "source": twin.diary.source, "sha256": twin.diary.sha256, "first": str(twin.diary.first),
            "last": str(twin.diary.last), "sessions": len(twin.diary.sessions), "readings": len(twin.diary.readings),
        },
        "parameters": {
            row.name: {
                "median": row.median, "low": row.low, "high": row.high, "known": row.known, "unit": row.unit, "text": row.text,
            }
            for row in twin.table
        },
        "log_next": [
            {"measure": each.measure, "words": each.words, "gain_pct": each.gain_pct} for each in twin.log_next
        ],
        "method": check.method,
        "check": {
            "passed": check.passed, "pareto_k": check.pareto_k, "rhat": check.rhat, "ess": check.ess, "agreed": check.agreed,
            "seconds": round(check.seconds, 2), "words": check.words,
        },
        "entries_inside": {"entries": inside.entries, "inside": inside.inside, "share": inside.share, "expected": inside.expected},
        "mechanisms": dict(twin.mechanisms),
        "tells_mechanism": twin.tells_mechanism,
        "beats_naive": twin.beats_naive,
        "backtest": None if twin.backtest is None else twin.backtest.to_dict(),
        "trust": trust(twin).text,
        "person": twin.person.preset_name,
        "seed": twin.seed,
        "assumptions": list(twin.assumptions),
        "hypotheses": {"name": twin.hypotheses.name, "on": list(twin.hypotheses.on)},
        "note": NOT_ADVICE,
    }  # fmt: skip


def show_twin(twin: Twin) -> None:
    """Print what is known of a person, in words."""
    from rich.text import Text

    from sudomotor.cli.twin_inputs import show_trust
    from sudomotor.report import twin_words as words
    from sudomotor.report.twin_report import believed
    from sudomotor.report.words import NOT_ADVICE

    show(Text(words.header(twin), style="dim"), "")
    show_answers([(line.question, line.answer) for line in words.what_is_known(twin)])
    habit = words.logging_words(twin)
    with Progress("working out what to write down next"):
        advice = words.log_next_words(twin)[:_LOG_SHOWN]
    open_ = words.what_is_open(twin)
    show_answers(
        [
            ("What cannot be known yet", "\n".join(open_) if open_ else "Nothing of what matters most."),
            ("What to write down next, the most useful first", "\n".join(advice) if advice else "As you do."),
            (
                "How well does it fit?",
                " ".join(t for t in (twin.check.words, words.inside_words(twin), habit) if t),
            ),
            ("How does the current block the glands?", words.account_words(twin)),
        ]
    )
    show("")
    show_trust(twin)
    show_answers(
        [("Which claims are on", believed(twin)), ("What was assumed", "; ".join(twin.assumptions) + ".")]
    )
    show("", NOT_ADVICE)


def _say_next(path: Path) -> None:
    import shlex

    name = shlex.quote(str(path))
    say(
        "Next:", f"  sudomotor forecast {name}", "  sudomotor limits ask -o answers.toml",
        f"  sudomotor plan {name} --answers answers.toml",
    )  # fmt: skip
