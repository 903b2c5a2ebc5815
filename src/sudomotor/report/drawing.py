"""How figures are made: matplotlib's Figure drawn to inline SVG that takes the page's own ink and font.

Each figure is drawn twice, for a wide page and for a phone, because text that is scaled down with its figure
cannot be read; the page shows the one that fits. No pyplot, no global state, no date: the same data give the
same bytes.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito's palette, in the order in which it stays apart best for people who are colour-blind
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
ALERT = "#C0392B"
# stand-ins that the page replaces by its own ink, so that a figure is readable on a dark and on a light page
INK, FAINT = "#010203", "#040506"

WIDE, NARROW = (7.6, 3.3), (3.7, 3.0)  # inches, at 100 CSS pixels an inch
_PIXELS = 100.0 / 72.0

_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 9.4,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.7,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.4,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "text.color": INK,
    "lines.linewidth": 1.7,
    "axes.axisbelow": True,
    "path.simplify": True,
}


@dataclass(frozen=True)
class Drawing:
    """A figure of a report: its title, what it shows in words, its caption, and two widths of it as SVG."""

    title: str
    alt: str
    caption: str
    wide: str
    narrow: str


def draw(
    paint: Callable[[Figure, bool], None],
    *,
    title: str,
    alt: str,
    caption: str = "",
    height: float = 1.0,
) -> Drawing:
    """Draw a figure at both widths.

    Parameters
    ----------
    paint : draws on an empty figure; the second argument says whether the figure is narrow.
    title, alt, caption : see `Drawing`.
    height : factor on the usual height.
    """
    import matplotlib
    from matplotlib.figure import Figure

    svgs = []
    for narrow, (width, tall) in ((False, WIDE), (True, NARROW)):
        key = f"{title}-{'n' if narrow else 'w'}"
        with matplotlib.rc_context({**_RC, "svg.hashsalt": key}):
            figure = Figure(figsize=(width, tall * height))
            paint(figure, narrow)
            buffer = io.StringIO()
            figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        svgs.append(_inline(buffer.getvalue(), alt, "narrow" if narrow else "wide"))
    return Drawing(title, alt, caption, *svgs)


def axes_in(figure: Figure, narrow: bool, *, rows: int = 1, right: float = 0.0) -> list[Axes]:
    """Axes with margins in inches, so that labels keep their room; `right` is room for labels at the end."""
    width, tall = figure.get_size_inches()
    left, bottom, top, gap = 0.52, 0.46, 0.26, 0.42
    side = (0.12 if narrow else 0.2) + right
    each = (tall - bottom - top - gap * (rows - 1)) / rows
    made: list[Axes] = []
    for i in range(rows):
        low = bottom + (rows - 1 - i) * (each + gap)
        box = (left / width, low / tall, (width - left - side) / width, each / tall)
        made.append(figure.add_axes(box, sharex=made[0] if made else None))
    return made


def _inline(svg: str, alt: str, kind: str) -> str:
    """The `<svg>` element alone, without fixed size, foreign fonts and identifiers that may occur twice."""
    body = svg[svg.index("<svg") :]
    view = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', body)
    assert view is not None  # matplotlib always writes it
    inner = body[body.index(">") + 1 : body.rindex("</svg>")]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    inner = re.sub(r"<!--.*?-->", "", inner, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', inner))
    inner = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", inner)
    inner = re.sub(r"font: (?:(\w+) )?([\d.]+)px [^;\"]+", _font, inner)
    inner = inner.replace(INK, "currentColor").replace(FAINT, "var(--faint)")
    inner = re.sub(r"\n\s*", "\n", inner)
    return (
        f'<svg class="{kind}" viewBox="0 0 {view[1]} {view[2]}" role="img" aria-label="{html.escape(alt)}" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'style="max-width:{float(view[1]) * _PIXELS:.0f}px">{inner}</svg>'
    )


def _font(found: re.Match[str]) -> str:
    weight = f"font-weight: {found[1]}; " if found[1] and found[1].isdigit() else ""
    return f"{weight}font-size: {found[2]}px"
