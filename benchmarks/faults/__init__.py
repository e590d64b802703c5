"""Faults on purpose: kills, full disks, damage, clocks, writers at once, and input that no person would write."""
