"""Stylised facts: numbers that studies have found on firms, deals and adopters, computed alike on simulated data."""
