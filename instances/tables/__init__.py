"""Instances as tables: a folder of CSV files, or the sheets of an Excel workbook."""
