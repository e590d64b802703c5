"""Reports as offline documents and workbooks."""
