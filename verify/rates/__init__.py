"""Exponents, floors and the cross term read off data, with intervals; clock cycles counted on the machine."""
