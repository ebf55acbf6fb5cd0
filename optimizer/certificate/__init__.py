"""The independent recomputation of a plan: benefit, objective and every rule, without a solver or the model."""

from optimizer.certificate.certifying import RULES, certify
from optimizer.certificate.claims import check_claims

__all__ = ["RULES", "certify", "check_claims"]
