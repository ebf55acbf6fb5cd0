"""The transfer builder: lines on lanes and the dispatches that carry them, as rows of the canonical model."""

from optimizer.transfer.rows import TransferModel, build, plan_of

__all__ = ["TransferModel", "build", "plan_of"]
