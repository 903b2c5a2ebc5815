"""Compare the same course in soft and in hard tap water: one session in detail, then four weeks of them.

python examples/two_waters.py
"""

from __future__ import annotations

import numpy as np

import sudomotor as sm

WATERS = {
    "soft": "water 100 uS/cm, alkalinity 0.3 mM",
    "hard": "water 600 uS/cm, alkalinity 4 mM",
}
PERSON = "palmar hyperhidrosis, severe"
SEED = 3  # the same people in both waters, so that a difference is the water's


def one_session(water: str) -> sm.Dose:
    """One session of the median person; the ducts' acid by the emulator."""
    return sm.deliver(sm.Session(f"15 mA DC for 20 minutes, {water}, 1.5 litres"), PERSON, detail=False)


def four_weeks(water: str, people: int) -> sm.History:
    """Four weeks of sessions in a group of people."""
    course = sm.Course(
        f"Treat palms at 15 mA DC, {water}, 1.5 litres, for 20 minutes, 3 times a week for 4 weeks"
    )
    return sm.simulate(PERSON, course, days=28, people=people, seed=SEED)


def main(people: int = 100) -> dict[str, dict[str, float]]:
    """Print the comparison; give the numbers back by water."""
    found: dict[str, dict[str, float]] = {}
    for name, water in WATERS.items():
        dose, history = one_session(water), four_weeks(water, people)
        found[name] = {
            "volts at the end": dose.volts_end,
            "share through ducts": dose.share_through_ducts,
            "pH of the anode's bath": dose.anode_pH,
            "acid per duct, nmol": dose.proton_nmol_per_duct_anode,
            "sweat after 4 weeks, mg/min": float(np.median(history.sweat_of("palms")[-1])),
        }
    print(f"{'':<30}" + "".join(f"{name:>10}" for name in found))
    for row in next(iter(found.values())):
        print(f"{row:<30}" + "".join(f"{found[name][row]:>10.2f}" for name in found))
    return found


if __name__ == "__main__":
    main()
