"""The sites that are treated, and the names of the parameters that describe each (per side)."""

from __future__ import annotations

from dataclasses import dataclass

from sudomotor.errors import unknown


@dataclass(frozen=True)
class SiteParameters:
    """Names of the parameters of one site: one hand, one sole, one axilla."""

    baseline_mg_per_min: str
    density_per_cm2: str
    area_cm2: str
    duct_length_mm: str


SITE_PARAMETERS: dict[str, SiteParameters] = {
    "palms": SiteParameters(
        "baseline_sweat_palm_mg_per_min", "gland_density_palm_per_cm2", "area_palm_cm2", "duct_length_palm_mm"
    ),
    "soles": SiteParameters(
        "baseline_sweat_sole_mg_per_min", "gland_density_sole_per_cm2", "area_sole_cm2", "duct_length_sole_mm"
    ),
    "axillae": SiteParameters(
        "baseline_sweat_axilla_mg_per_min",
        "gland_density_axilla_per_cm2",
        "area_axilla_cm2",
        "duct_length_axilla_mm",
    ),
}
SITES = tuple(SITE_PARAMETERS)
_SINGULAR = {"palm": "palms", "sole": "soles", "axilla": "axillae"}


def site_of(name: str) -> str:
    """The pair of sites that a site or one side of it belongs to.

    >>> site_of("left palm"), site_of("axillae")
    ('palms', 'axillae')
    """
    words = name.lower().split()
    last = words[-1] if words else ""
    site = _SINGULAR.get(last, last)
    if site not in SITE_PARAMETERS or (len(words) > 1 and words[:-1] not in (["left"], ["right"])):
        raise unknown("site", name, SITES)
    return site
