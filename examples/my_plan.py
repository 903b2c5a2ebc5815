"""From a diary to a plan: fit, forecast, plan. The diary was made up by a computer.

    python examples/my_plan.py

For research and education. A plan is agreed with a clinician before anybody follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sudomotor as sm

DIARY = Path(__file__).resolve().parent / "diary.csv"
# three evenings a week, and a fortnight away
CAN_TREAT = "Sun Wed Fri evenings except 2025-05-05..2025-05-18"


def main(accounts: Sequence[str] | None = None, effort: str = "full") -> dict[str, Any]:
    """Fit, forecast and plan.

    Parameters
    ----------
    accounts : accounts of the block that are weighed against one another; default all of them.
    effort : "quick" looks less hard for the fewest minutes.
    """
    diary = sm.Diary.read(DIARY)
    twin = sm.fit(diary, accounts=accounts, method="laplace")
    print(
        f"{diary.days} days, {len(diary.sessions)} sessions, {len(diary.readings)} readings. {twin.check.words}"
    )
    for row in twin.table:
        if row.known == "yes":
            print(f"  known: {row.text}: {row.median:.2g} ({row.low:.2g} to {row.high:.2g})")

    lately, none = sm.forecast(twin, days=60), sm.forecast(twin, (), days=60)
    for each in (lately, none):
        print(f"{each.label}: chance of a good day in a month {100 * each.p_hdss_le_2[30]:.0f} %")

    # every safety question answered with no, as it is for nobody in particular; what is not answered refuses
    answers = sm.Answers.all_no(diary.last, age=34)
    plan = sm.plan(
        twin, goal="HDSS <= 2 on 80 % of days", can_treat=CAN_TREAT, answers=answers, today=diary.last, effort=effort
    )  # fmt: skip
    for session in plan.next_sessions(5):
        print(
            f"  {session.date:%a %d %b} {session.time:%H:%M}: {session.current_mA:g} mA, {session.minutes:g} min"
        )
    print(f"{plan.minutes_per_month:.0f} minutes a month; chance of the goal {100 * plan.p_goal:.0f} %")
    print("For research and education; agree it with your clinician.")
    return {"twin": twin, "lately": lately, "none": none, "plan": plan}


if __name__ == "__main__":
    main()
