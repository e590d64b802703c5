"""The typed results of the analyses, one file for each group of questions."""
