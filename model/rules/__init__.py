"""The rules that the audit checks, a subject a module; none of them shares code with the model."""
