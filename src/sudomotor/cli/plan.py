"""`sudomotor plan`: the fewest minutes that keep one person dry, with dates, within the limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.inputs import check_seed
from sudomotor.cli.options import Folder, Json, Seed
from sudomotor.cli.output import Progress, print_json, show, show_answers, show_path
from sudomotor.cli.twin_inputs import TwinPath, check_folder, default_folder, load_twin, read_day, read_site
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.limits import Answers
    from sudomotor.planning import Plan
    from sudomotor.twin import Twin

PLAN_FILE = "plan.json"
_PLAN_MARK = '"format": "sudomotor plan'
_SHOWN = 6  # sessions on the screen
_POINTS = 7  # points of the frontier on the screen


def plan(
    file: TwinPath,
    goal: Annotated[
        str,
        typer.Option("--goal", metavar="WORDS", help="What is wanted, and on which share of the days."),
    ] = "HDSS <= 2 on 80 % of days",
    can_treat: Annotated[
        str,
        typer.Option("--can-treat", metavar="WORDS", help="Days, and times of day, on which you can treat."),
    ] = "any day",
    horizon: Annotated[int, typer.Option("--horizon", metavar="DAYS", help="How far ahead.")] = 90,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            metavar="FILE.toml",
            show_default=False,
            help="Your answers to the safety questions; `sudomotor limits ask -o answers.toml` writes them. "
            "Without answers there is no plan.",
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            "--device", metavar="NAME", show_default=False, help="The device in use: its label, its most."
        ),
    ] = None,
    chance: Annotated[
        float | None,
        typer.Option(
            "--chance",
            metavar="PCT",
            show_default=False,
            help="Chance of the goal that is wanted, whatever it takes within the limits.  (default: 80, and no dry day dearer "
            "than 25 minutes)",
        ),
    ] = None,
    worth_minutes: Annotated[
        float | None,
        typer.Option(
            "--worth-minutes",
            metavar="MIN",
            show_default=False,
            help="What one more dry day may cost you, 1 to 240 minutes: sessions are added as long as they give dry days for "
            "less, whatever the chance of the goal. Instead of --chance.",
        ),
    ] = None,
    missed_pct: Annotated[
        float | None,
        typer.Option(
            "--missed-pct",
            metavar="PCT",
            show_default=False,
            help="Share of the sessions that will be missed.  (default: your own share if --previous shows it, else 20)",
        ),
    ] = None,
    site: Annotated[
        list[str] | None,
        typer.Option(
            "--site",
            metavar="PLACE",
            show_default=False,
            help="palms, soles or axillae; may be repeated.  (default: the first one that the diary names)",
        ),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            metavar="plan.json",
            show_default=False,
            help="The plan so far: its sessions are kept where that costs little.",
        ),
    ] = None,
    only_if_better: Annotated[
        bool,
        typer.Option(
            "--only-if-better",
            help="Take the label schedule unless `sudomotor twin` has shown that the twin's forecasts beat naive ones.",
        ),
    ] = False,
    today: Annotated[
        str | None,
        typer.Option(
            "--today",
            metavar="DATE",
            show_default=False,
            help="Plan as of another day.  (default: the real one)",
        ),
    ] = None,
    seed: Seed = 1,
    folder: Folder = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a plan.json that is there.")] = False,
    as_json: Json = False,
) -> None:
    """The next sessions with dates: the fewest minutes that keep you dry, with their chance, within the limits.

    \b
    Examples:
      sudomotor limits ask -o answers.toml
      sudomotor plan me.twin.json --answers answers.toml
      sudomotor plan me.twin.json --goal "HDSS <= 2 on 80 % of days" --can-treat "Sun Wed evenings" \\
                     --horizon 90 --answers answers.toml
      sudomotor plan me.twin.json --goal "sweat < 20 mg/min on 90 % of days" --can-treat "Mon-Fri mornings" \\
                     --device Dermadry --chance 70 --answers answers.toml --json
      sudomotor plan me.twin.json --worth-minutes 20 --answers answers.toml
      sudomotor plan me.twin.json --previous my-plan/plan.json -o my-plan --force --answers answers.toml
    """
    from sudomotor.limits import Answers
    from sudomotor.planning import Calendar, Goal, read_previous
    from sudomotor.planning import plan as find

    aim, calendar = Goal.parse(goal), Calendar.parse(can_treat)  # words first: they need no file
    check_seed(seed)
    day = None if today is None else read_day(today, "--today")
    target = folder if folder is not None else None if as_json else default_folder()
    _check(target, folder is not None, force)
    before = None if previous is None else read_previous(previous)
    given = None if answers is None else Answers.read(answers)
    twin = load_twin(file)
    places = None if not site else [str(read_site(each, twin)) for each in site]
    with Progress("looking for the fewest minutes", 1.0) as progress:
        made = find(
            twin, answers=given, goal=aim, can_treat=calendar, horizon_days=horizon, device=device, missed_pct=missed_pct,
            chance_pct=chance, worth_minutes=worth_minutes, seed=seed, today=day, previous=before, sites=places,
            only_if_better=only_if_better, progress=progress.at,
        )  # fmt: skip
    pages: tuple[Path, ...] = ()
    if target is not None:
        with Progress("drawing the report"):
            pages = _write(target, made, twin, given, folder is not None, [str(file)])
    if as_json:
        _print_json(made, pages)
        return
    _show(made, twin)
    for what, page in zip(
        ("Page for you", "Page for your dermatologist", "Plan as data"), pages, strict=False
    ):
        show_path(what, page)


def _check(folder: Path | None, named: bool, force: bool) -> None:
    """Refuse before the work is done what could not be written after it."""
    if folder is None:
        return
    from sudomotor.report.plan_report import DOCTOR_FILE, PERSON_FILE

    check_folder(folder, (PERSON_FILE, DOCTOR_FILE, "manifest.json"))
    path = folder / PLAN_FILE
    if not named or not path.exists():
        return
    if path.is_dir() or _PLAN_MARK not in path.read_bytes()[:4096].decode("utf-8", errors="replace"):
        raise InputError(
            f"{PLAN_FILE} is there, and it is no plan of ours; it is left alone", where=str(path),
            mend="move it, or name another folder, e.g. -o my-plan",
        )  # fmt: skip
    if not force:
        raise InputError(
            "a plan is there already",
            where=str(path),
            mend=f"give --previous {path} to start from it, and --force to replace it; or name another folder, -o my-plan",
        )


def _write(
    folder: Path, made: Plan, twin: Twin, answers: Answers | None, data: bool, words: list[str]
) -> tuple[Path, ...]:
    """Both pages and their manifest; with `data`, the plan itself too."""
    from sudomotor.report.plan_report import plan_view, write_plan_report

    assert answers is not None  # there is no plan without them
    person, doctor = write_plan_report(folder, plan_view(made, twin, answers), words=words)
    if not data:
        return person, doctor
    path = folder / PLAN_FILE
    path.write_text(json.dumps(_content(made), indent=2, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
    return person, doctor, path


def _content(made: Plan) -> dict[str, Any]:
    from sudomotor.report.words import NOT_ADVICE

    return {**made.to_dict(), "note": NOT_ADVICE}


def _print_json(made: Plan, pages: tuple[Path, ...]) -> None:
    print_json({**_content(made), "report": str(pages[0]) if pages else None})


def _show(made: Plan, twin: Twin) -> None:
    from rich.text import Text

    from sudomotor.cli.twin_inputs import show_trust
    from sudomotor.report.words import NOT_ADVICE

    show_trust(twin)
    show(Text(NOT_ADVICE, style="bold"), "")
    if made.fallback:
        show(Text(made.reasons[0], style="bold yellow"), "")
    show_answers(_lines(made))
    show("", _frontier(made), "")
    if made.label_schedules:
        show(_labels(made), "")
    told = [
        ("Why", "\n".join(f"- {line}" for line in made.reasons[1 if made.fallback else 0 :])),
        ("What was assumed", "; ".join(made.assumptions) + "."),
    ]
    if made.cautions:
        told.insert(0, ("Take care", " ".join(made.cautions)))
    show_answers(told)
    show("", NOT_ADVICE)


def _lines(made: Plan) -> list[tuple[str, str]]:
    """Questions and answers of the screen."""
    from sudomotor.planning.reasons import pct

    sites = len(made.request.sites) > 1
    listed = []
    for one in made.next_sessions(_SHOWN):
        at = "" if one.time is None else f" {one.time:%H:%M}"
        where = f"{one.site}, " if sites else ""
        listed.append(
            f"{one.date:%a} {one.date.day} {one.date:%b %Y}{at}: {where}{one.current_mA:g} mA, {one.minutes:g} min"
        )
    more = len(made.sessions) - len(listed)
    if more > 0:
        listed.append(f"and {more} more until {made.sessions[-1].date}")
    lines = [
        ("The next sessions", "\n".join(listed) or "none within the horizon"),
        (
            "Minutes a month",
            f"{made.minutes_per_month:.0f} with current on, in {made.outcome.sessions_per_month:.1f} sessions a month",
        ),
        (
            f"Chance of {made.request.goal}",
            f"{pct(made.p_goal)} ({pct(made.outcome.p_goal_low)} to {pct(made.outcome.p_goal_high)}); dry on "
            f"{made.dry_days_pct:.0f} % of all {made.request.horizon_days} days",
        ),
    ]
    lines += [(one.question, one.text) for one in (made.what_current, made.what_interval) if one is not None]
    felt = {
        name.replace("overdry", "over-dry skin"): value for name, value in made.skin.items() if value >= 0.5
    }
    order = sorted(felt.items(), key=lambda each: -each[1])
    lines.append(
        (
            "Skin, over the horizon",
            ", ".join(f"{name} {pct(value / 100)}" for name, value in order) or "no trouble",
        )
    )
    lines.append(("Plan again on", f"{made.replan_on}, or when anything changes"))
    return lines


def _frontier(made: Plan) -> Table:
    """Minutes a month against chance and dry days."""
    from rich.table import Table

    table = Table(
        title="More time, more dry days", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for head in ("min a month", "sessions a month", "chance of the goal", "dry days"):
        table.add_column(head, justify="right")
    points = list(made.frontier)
    if len(points) > _POINTS:
        points = [points[round(i * (len(points) - 1) / (_POINTS - 1))] for i in range(_POINTS)]
    for one in points:
        table.add_row(
            f"{one.minutes_per_month:.0f}", f"{one.sessions_per_month:.1f}", f"{100 * one.p_goal:.0f} %",
            f"{one.dry_days_pct:.0f} %",
        )  # fmt: skip
    return table


def _labels(made: Plan) -> Table:
    """The label schedules beside the plan."""
    from rich.table import Table

    table = Table(
        title="Label schedules on the same days",
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    table.add_column("schedule", ratio=3)
    for head in ("min a month", "chance", "dry days"):
        table.add_column(head, justify="right")
    for one in made.label_schedules:
        table.add_row(
            one.text, f"{one.minutes_per_month:.0f}", f"{100 * one.p_goal:.0f} %", f"{one.dry_days_pct:.0f} %"
        )
    table.add_row(
        "this plan",
        f"{made.minutes_per_month:.0f}",
        f"{100 * made.p_goal:.0f} %",
        f"{made.dry_days_pct:.0f} %",
        style="bold",
    )
    return table
