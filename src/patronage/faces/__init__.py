"""Everything a person or a program sees: command line, reports, workbooks."""
