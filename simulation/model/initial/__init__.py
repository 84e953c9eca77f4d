"""The state of 2016Q1, built from parameters and evidence only, before any policy applies.

Scale thins the small and keeps the large: incumbents and the fifty largest other firms are present at every scale with
weight one; the others are sampled by stratum and carry the weight that makes their number exact.
"""
