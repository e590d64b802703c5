"""Plain functions, each turning evidence and findings into one finding."""
