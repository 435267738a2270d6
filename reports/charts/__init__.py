"""Charts of a plan, drawn by Plotly, each with the table that it shows."""
