"""Measuring the models of this package; part of the checkout, not of the wheel."""
