"""One concrete move to each of some unmet positions, with the rules it is looked at without."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from network.outside import node_words
from network.tables import Network
from optimizer.reasons.moves import Moves
from optimizer.reasons.residual import Residual
from optimizer.reasons.terms import Along, Lifted, along
from optimizer.reasons.words import Words, amounts, path_words

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Example:
    """One move to each of some unmet positions, shape ``(n,)`` each."""

    residual: Residual
    index: Ints
    """Unmet positions of the residual."""
    moves: Moves
    lifted: Lifted = field(default_factory=Lifted)
    """Rules that the moves may break."""
    by_day: Ints | None = None
    """The moves come too late to count; valued as if they came by this day. None: they come in time."""

    def __len__(self) -> int:
        return len(self.index)

    @property
    def network(self) -> Network:
        """The network."""
        return self.residual.network

    @property
    def sku(self) -> Ints:
        """Row of the product."""
        return np.asarray(self.residual.cells.sku[self.moves.paths.receiver])

    @property
    def sender(self) -> Words:
        """Id of the node that gives."""
        return self._node_id(self.moves.paths.sender)

    @property
    def receiver(self) -> Words:
        """Id of the node that is short."""
        return self._node_id(self.moves.paths.receiver)

    def _node_id(self, cell: Ints) -> Words:
        return node_words(self.network)[self.residual.cells.node[cell]]

    @property
    def path(self) -> Words:
        """Nodes on the way."""
        return path_words(self.network, self.moves.paths, self.residual.cells.node)

    @property
    def along(self) -> Along:
        """Every lane on the way."""
        return along(self.residual, self.moves.paths, self.moves.stack)

    @property
    def path_day(self) -> Ints:
        """Day on which units that take the path arrive."""
        lanes = self.along
        released = np.append(self.residual.stacks.release_day, 0)[self.moves.stack]
        return np.asarray(np.maximum(released, np.max(lanes.arrives_day, axis=1, initial=0, where=lanes.on_path)))

    @property
    def expiry_day(self) -> Ints:
        """Day on which the units expire."""
        return np.asarray(np.append(self.residual.stacks.expiry_day, 0)[self.moves.stack])

    @property
    def kept_until(self) -> Ints:
        """Last day on which the units may arrive: after it, they do not keep long enough."""
        least = self.network.products.min_remaining_shelf_life_days[self.sku]
        return np.asarray(self.expiry_day - (0 if self.lifted.shelf_life else least))

    @property
    def last_day(self) -> Ints:
        """Last day on which one more of the units would count; -1: none would."""
        return np.asarray(np.minimum(self.residual.last_day(self.index), self.kept_until))

    def money(self, values: Ints) -> Words:
        """Amounts as text."""
        return amounts(self.network, values)

    def take(self, chosen: Ints) -> Example:
        """Return some of the examples."""
        by_day = None if self.by_day is None else self.by_day[chosen]
        return Example(self.residual, self.index[chosen], self.moves.take(chosen), self.lifted, by_day)
