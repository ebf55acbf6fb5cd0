"""The independent recomputation of a plan: benefit, objective and every rule, without a solver or the model."""

from optimizer.certificate.certifying import RULES, certify, check_claim

__all__ = ["RULES", "certify", "check_claim"]
