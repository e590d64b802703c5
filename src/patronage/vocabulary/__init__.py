"""The plain words that every room speaks: estimates, grades, horizons, source mappings, errors."""
