"""The rules of docs/model.md that the certificate checks, one file per thing that a rule is about."""
