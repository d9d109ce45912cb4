"""Reports as page, PDF, workbook and JSON, drawn from what is stored alone."""
