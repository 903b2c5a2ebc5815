"""`sudomotor claims`: the register of claims, with what each predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sudomotor.cli.inputs import check_seed, read_settings
from sudomotor.cli.options import GroupSize, Json, Seed, Settings
from sudomotor.cli.output import Progress, print_json, show, show_answers

if TYPE_CHECKING:
    from sudomotor.evidence.claims_predict import Prediction

_SIGNS = {"for": "+", "against": "−", "neither": "·"}


def claims(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]…", show_default=False, help="Claims by identifier, e.g. C2.3.  (default: all 18)"
        ),
    ] = None,
    people: GroupSize = 60,
    seed: Seed = 1,
    setting: Settings = None,
    as_json: Json = False,
) -> None:
    """What is claimed of iontophoresis, what would decide it, what the model predicts, and what is known.

    \b
    Examples:
      sudomotor claims
      sudomotor claims C1.4
      sudomotor claims --json > claims.json
    """
    from sudomotor.evidence.claims_predict import predict
    from sudomotor.evidence.claims_register import claim
    from sudomotor.parameters import load
    from sudomotor.simulation.simulate import count_of_people

    wanted = tuple(claim(word).id for word in ids) if ids else None
    values, _ = read_settings(setting or [], load())
    check_seed(seed)
    count_of_people(people)
    with Progress("working out what each claim predicts", len(wanted) if wanted else 18) as progress:
        found = predict(
            wanted, parameters=values, people=people, seed=seed, progress=lambda _: progress.step()
        )
    if as_json:
        print_json([row.to_dict() for row in found])
        return
    from sudomotor.report.words import NOT_ADVICE

    for row in found:
        show("")
        _show(row, full=wanted is not None)
    show(
        "",
        "Every number is a prediction of the model with that claim on and off, in the same people. A claim below "
        "“supported” is on only where it is asked for. No trial of iontophoresis has measured anxiety.",
        "",
        NOT_ADVICE,
    )


def _show(row: Prediction, *, full: bool) -> None:
    from rich.text import Text

    from sudomotor.parameters import load_citations

    c = row.claim
    grade = c.grade + (f" ({c.grade_note})" if c.grade_note else "")
    show(Text(f"{c.id}  {c.text}", style="bold"))
    answers = [
        ("Grade", f"{grade}; switch: {c.switch or 'none'}{', on by default' if c.on_by_default else ''}")
    ]
    if row.on is None or row.off is None:
        answers.append(("Predicted", f"nothing yet: {row.reason}"))
    else:
        unit = "" if row.unit == "1" else f" {row.unit}"
        answers.append(
            ("Predicted", f"{row.measure}: {row.on:.3g}{unit} with the claim, {row.off:.3g}{unit} without")
        )
    answers.append(("Verdict", c.verdict))
    if full:
        known = load_citations()
        answers.insert(1, ("What decides", c.observable))
        for e in c.evidence:
            answers.append((f"Evidence {_SIGNS[e.direction]}", f"{e.text} [{known[e.source].text}]"))
    show_answers(answers)
