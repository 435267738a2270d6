"""The model: what a plan decides, the rules it keeps, and the audit that checks them."""
