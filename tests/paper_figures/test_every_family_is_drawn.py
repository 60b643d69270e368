"""The scatter of bounds drops no family, however many a sweep has; it dropped those beyond its ten looks."""

from paper_figures import bound_against_observed
from verify.judging.checks import HEADLINE
from verify.sweep import settings


def test_every_setting_is_a_point_of_the_scatter():
    names = list(settings.FAMILIES)
    points = [
        {
            **HEADLINE._asdict(),
            "family": name,
            "claim": str(HEADLINE),
            "observed": 1.0 + place,
            "bound": 2.0 + place,
            "tightness": 2.0,
        }
        for place, name in enumerate(names)
    ]
    picture = bound_against_observed.draw({"scatter": str(HEADLINE), "points": points})
    clouds = [line for line in picture.axes[0].get_lines() if line.get_label()[0] != "_"]
    assert sum(len(line.get_xdata()) for line in clouds) == len(names) > 10
    assert {line.get_label() for line in clouds} >= {"attaining", "devices", "network", "quadratic"}
