"""The one place that joins the rooms for a run: the catalog, the runner, the cache, the examples."""
