"""`sudomotor run`: a course of treatment in a group of people like one person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.inputs import (
    SweepRequest,
    check_seed,
    read_person,
    read_settings,
    read_sweep,
    split_alternatives,
)
from sudomotor.cli.options import Folder, GroupSize, Json, Seed, Settings, Who
from sudomotor.cli.output import Progress, print_json, say, show, show_answers, show_path
from sudomotor.errors import InputError, UnsafeError

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.course import Course
    from sudomotor.model import Hypotheses
    from sudomotor.parameters import Parameters
    from sudomotor.person import Person
    from sudomotor.report.outcome import Outcome
    from sudomotor.report.run_report import Sweep


def run(
    course: Annotated[
        list[str],
        typer.Argument(
            metavar="COURSE",
            show_default=False,
            help="The course: one sentence or several, each in quotes.",
        ),
    ],
    versus: Annotated[
        list[str] | None,
        typer.Option(
            "--versus",
            metavar="COURSE",
            show_default=False,
            help="Another course to compare with; may be repeated. A sentence that begins with Then or "
            "Pause continues the --versus before it.",
        ),
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option(
            "--sweep",
            metavar="NAME=LOW:HIGH",
            show_default=False,
            help="Take a setting of the course (current_mA, minutes, sessions_per_week, litres …) or a "
            "parameter through a range; LOW:HIGH:N for N values.",
        ),
    ] = None,
    person: Who = None,
    setting: Settings = None,
    mechanism: Annotated[
        str | None,
        typer.Option(
            "--mechanism",
            metavar="NAME",
            show_default=False,
            help="Account of the block: charge, acid, colloid, synaptic, acute.  (default: the one in force)",
        ),
    ] = None,
    hypotheses_on: Annotated[
        str | None,
        typer.Option(
            "--hypotheses",
            metavar="NAMES",
            show_default=False,
            help="Which claims are on: evidence, peripheral, reset, or loop, central, expectation, compensation … "
            "joined with +.  (default: evidence, what is graded supported or better)",
        ),
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option(
            "--channel",
            metavar="NAME",
            show_default=False,
            help="Run the loop of the mind over another response: blush, tremor, heart, startle.  (default: sweat)",
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="Days to simulate.")] = 180,
    people: GroupSize = 200,
    seed: Seed = 1,
    folder: Folder = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FILE.nc", show_default=False, help="Save the whole history as NetCDF too."
        ),
    ] = None,
    beyond_limits: Annotated[
        bool,
        typer.Option(
            "--beyond-limits",
            help="Simulate a course past a safety ceiling all the same; the report is marked.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Simulate a course: when dry, how dry, when it returns, voltage, skin, and the range across people.

    \b
    Examples:
      sudomotor run "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks" \\
                    "Then every 10 days" --days 180
      sudomotor run "Treat soles at 20 mA for 30 minutes, daily for 2 weeks" --days 60
      sudomotor run "Treat palms at 15 mA for 20 minutes, daily for 10 sessions" \\
                    --versus "Treat palms at 8 mA for 30 minutes, daily for 10 sessions"
      sudomotor run "Treat palms at 15 mA for 20 minutes, daily for 10 sessions" --hypotheses loop+expectation
      sudomotor run "Treat palms at 15 mA for 20 minutes, daily for 10 sessions" \\
                    --sweep current_mA=5:20 --set "tap_alkalinity_mM=4 mM" --json
    """
    from sudomotor.course import Course
    from sudomotor.model import Hypotheses
    from sudomotor.model.channels import channel as find_channel
    from sudomotor.parameters import load
    from sudomotor.report.run_report import assumptions

    main = Course(*course)
    courses = [main, *(Course(*sentences) for sentences in split_alternatives(versus or []))]
    hypotheses = Hypotheses.evidence() if hypotheses_on is None else Hypotheses.parse(hypotheses_on)
    if mechanism is not None:
        hypotheses = hypotheses.with_mechanism(mechanism)
    values, notes = read_settings(setting or [], load(account=hypotheses.mechanism))
    who, said = read_person(person, _place(main))
    notes += said
    request = read_sweep(sweep, main, values) if sweep else None
    check_seed(seed)
    if save is not None:
        _check_save(save)
    if channel is not None:
        find_channel(channel, values)
    job = _Job(who, values, hypotheses, channel, days, people, seed, notes, beyond_limits)
    for each in courses:
        job.refuse_unsafe(each, None)

    total = len(courses) + (len(request.values) if request else 0)
    with Progress(f"simulating {people} people over {days} days", total) as progress:
        outcomes = []
        for i, each in enumerate(courses):
            outcomes.append(job.simulate(each, label=chr(ord("A") + i) if len(courses) > 1 else ""))
            progress.step()
        table = None if request is None else _Swept(job, main, request, progress)
        if save is not None:
            outcomes[0].history.save(save)
    target = folder if folder is not None else None if as_json else _default_folder()
    page = None
    if target is not None:
        with Progress("drawing the report"):
            page = _write_report(target, outcomes, table.sweep() if table else None, course)
    if as_json:
        _print_json(outcomes, table, page, save)
        return
    _print_summary(outcomes, table)
    show_answers([("What was assumed", "; ".join(assumptions(outcomes)) + ".")])
    from sudomotor.report.words import NOT_ADVICE

    show("", NOT_ADVICE)
    if save is not None:
        show_path("Data", save)
    if page is not None:
        show_path("Report", page)


def _check_save(path: Path) -> None:
    """Refuse before the work is done what could not be written after it."""
    from sudomotor.report.page import check_free

    if path.suffix != ".nc":
        raise InputError(f"cannot write '{path.name}'", where="--save", mend="use a name that ends in .nc")
    if not path.parent.is_dir():
        raise InputError(
            "there is no such folder", where=f"--save {path}", mend="make it first, or name another"
        )
    check_free(path)


def _default_folder() -> Path:
    from sudomotor.report.page import DEFAULT_FOLDER

    return DEFAULT_FOLDER


def _place(course: Course) -> str:
    """The first place that a course treats; it decides who is taken where nothing is said."""
    from sudomotor.report.outcome import treated_places

    return next(iter(treated_places(course)), "palms")


class _Job:
    """What all simulations of one call share."""

    def __init__(
        self,
        person: Person,
        parameters: Parameters,
        hypotheses: Hypotheses,
        channel: str | None,
        days: int,
        people: int,
        seed: int,
        notes: list[str],
        beyond_limits: bool,
    ) -> None:
        self.person, self.parameters, self.hypotheses = person, parameters, hypotheses
        self.channel = channel
        self.days, self.people, self.seed, self.notes, self.beyond = days, people, seed, notes, beyond_limits

    def refuse_unsafe(self, course: Course, result: Outcome | None) -> None:
        """Past a safety ceiling nothing is shown but the risk, unless it was asked for in so many words."""
        from sudomotor.limits import injury_risk
        from sudomotor.report.outcome import check_course

        verdicts = (
            result.verdicts
            if result is not None
            else check_course(course, self.days, self.person, self.parameters)
        )
        risk = injury_risk(verdicts)
        if risk and not self.beyond:
            raise UnsafeError(
                risk,
                where=f"the course “{'; '.join(course.words)}”",
                mend="stay below the ceiling; to simulate it all the same, add --beyond-limits",
            )

    def simulate(self, course: Course, *, label: str = "", parameters: Parameters | None = None) -> Outcome:
        """Simulate one course."""
        from sudomotor.report.outcome import outcome
        from sudomotor.simulation import simulate

        history = simulate(
            self.person,
            course,
            days=self.days,
            people=self.people,
            seed=self.seed,
            hypotheses=self.hypotheses,
            channel=self.channel,
            parameters=parameters or self.parameters,
        )
        result = outcome(history, label=label, notes=self.notes)
        self.refuse_unsafe(course, result)
        return result


class _Swept:
    """A setting taken through its range: the outcome at each value."""

    def __init__(self, job: _Job, course: Course, request: SweepRequest, progress: Progress) -> None:
        from sudomotor.course import with_setting

        self.request, self.outcomes = request, []
        for value in request.values:
            if request.of_course:
                changed, parameters = with_setting(course, request.name, value), job.parameters
            else:
                changed, parameters = course, job.parameters.with_values({request.name: value})
            job.refuse_unsafe(changed, None)
            self.outcomes.append(job.simulate(changed, parameters=parameters))
            progress.step()

    def sweep(self) -> Sweep:
        """The table and figure of the report."""
        from sudomotor.report.sweep import sweep_of

        return sweep_of(self.request.name, self.request.unit, self.request.values, self.outcomes)

    def table(self) -> Table:
        """The table of the terminal."""
        from textwrap import wrap

        from rich.table import Table

        from sudomotor.report.sweep import sweep_rows

        title, heads, rows = sweep_rows(
            self.request.name, self.request.unit, self.request.values, self.outcomes
        )
        made = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0))
        for head in heads:
            made.add_column("\n".join(wrap(head, 11)))
        for row in rows:
            made.add_row(*row)
        return made


def _write_report(folder: Path, outcomes: list[Outcome], sweep: Sweep | None, words: list[str]) -> Path:
    from sudomotor.report.page import check_free, write, write_manifest
    from sudomotor.report.run_report import run_report
    from sudomotor.report.sources import run_sources

    check_free(folder / "report.html")
    check_free(folder / "manifest.json")
    h = outcomes[0].history
    page = write(run_report(outcomes, sweep), folder, "report.html")
    write_manifest(
        folder,
        command="run",
        words=words,
        sources=run_sources(outcomes),
        seed=h.seed,
        mechanism=h.mechanism,
        person=h.people.person.preset_name,
        people=h.people.n,
        days=outcomes[0].horizon,
    )
    return page


def _print_json(outcomes: list[Outcome], swept: _Swept | None, page: Path | None, saved: Path | None) -> None:
    from sudomotor.limits import injury_risk
    from sudomotor.report.outcome import to_dict
    from sudomotor.report.words import NOT_ADVICE

    content: dict[str, Any] = {}
    risk = injury_risk(dict.fromkeys(verdict for result in outcomes for verdict in result.verdicts))
    if risk:
        content["injury_risk"] = risk
        say(risk)
    content |= to_dict(outcomes[0])
    if len(outcomes) > 1:
        content["versus"] = [{"label": result.label, **to_dict(result)} for result in outcomes[1:]]
    if swept is not None:
        content["sweep"] = [
            {"name": swept.request.name, "unit": swept.request.unit, "value": value, **to_dict(result)}
            for value, result in zip(swept.request.values, swept.outcomes, strict=True)
        ]
    content["report"] = None if page is None else str(page)
    content["saved"] = None if saved is None else str(saved)
    content["note"] = NOT_ADVICE
    print_json(content)


def _print_summary(outcomes: list[Outcome], swept: _Swept | None) -> None:
    from rich.text import Text

    from sudomotor.limits import injury_risk
    from sudomotor.report.run_report import whole_summary
    from sudomotor.report.sentences import believed

    risk = injury_risk(dict.fromkeys(verdict for result in outcomes for verdict in result.verdicts))
    if risk:
        show(Text(risk, style="bold red"), "")
    h = outcomes[0].history
    show(
        Text(
            f"{h.people.n} people like “{h.people.person.preset_name}”, {outcomes[0].horizon} days. "
            "The middle person; in brackets nine in ten.",
            style="dim",
        )
    )
    for result in outcomes:
        show(Text(""))
        if result.label:
            show(
                Text(
                    f"Course {result.label}: {'; '.join(result.history.course.words)}", style="bold underline"
                )
            )
        show_answers(
            [(line.question, line.answer) for line in whole_summary(result) if line.question != "Warning"]
        )
    if swept is not None:
        show("", swept.table())
    show("")
    show_answers([("Which claims are on", believed(outcomes[0]))])
