"""Exponents, floors and the cross term read off data, with intervals; clock cycles counted on the machine."""

from verify.rates.intervals import Interval, exponent, floored_exponent, jackknife
from verify.rates.iterations import Plan
from verify.rates.study import run

__all__ = ["Interval", "Plan", "exponent", "floored_exponent", "jackknife", "run"]
