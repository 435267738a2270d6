"""Regions: facilities that share much of their work, so that they are best decided together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Whole

AT_ONCE: Final = 4096
"""Rows that are counted at once."""
NOTHING: Final = 1e-9
"""An amount, or a share of what is largest, that counts for next to nothing."""


class Regions:
    """The regions of a matrix, by what ties facilities together.

    Attributes:
        kernel: shape (columns,), what is worth deciding.
        ties: shape (facilities, facilities), how much of their work two facilities share.
        sizes: shape (facilities,), how many columns worth deciding are about each.
    """

    def __init__(self, whole: Whole, shape: Shape, kernel: Flags) -> None:
        """Count what facilities share.

        Args:
            whole: the matrix.
            shape: what its columns decide.
            kernel: shape (columns,), what is worth deciding.
        """
        self.whole, self.shape, self.kernel = whole, shape, kernel
        sited = kernel & (shape.sites[:, 1] >= 0)
        self.sizes = np.bincount(shape.sites[sited, 1], minlength=len(shape.facilities))
        self.ties = self._ties(sited)

    def _ties(self, sited: Flags) -> Floats:
        """Add up over the amounts of work: two of n facilities that may do it share 1 / n²."""
        whole, count = self.whole, len(self.sizes)
        entries = whole.entries_of(whole.with_any(self.shape.unmet))
        entries = entries[sited[whole.matrix.index[entries]]]
        sites = self.shape.sites[whole.matrix.index[entries], 1].astype(np.int64)
        pairs = np.unique(whole.row_of[entries] * np.int64(max(1, count)) + sites)
        row, site = np.divmod(pairs, max(1, count))
        _, number, parts = np.unique(row, return_inverse=True, return_counts=True)
        ties = np.zeros((count, count))
        for first in range(0, len(parts), AT_ONCE):
            some = (number >= first) & (number < first + AT_ONCE)
            share = np.zeros((min(AT_ONCE, len(parts) - first), count))
            share[number[some] - first, site[some]] = 1.0 / parts[number[some]]
            ties += share.T @ share
        return ties

    def exchanged(self, plan: Floats, near: Floats) -> Floats:
        """Give what two facilities might exchange of orders that one supply, or limit, is for.

        One has more of them in a plan than at a point near it, and the other less.

        Args:
            plan: shape (columns,).
            near: shape (columns,), the point.

        Returns:
            Shape (facilities, facilities); where that is nothing, much less than anything: what
            they share of their work.
        """
        whole, shape = self.whole, self.shape
        index, count = whole.matrix.index, len(self.sizes)
        orders = shape.orders & whole.matrix.integer & (shape.sites[:, 1] >= 0)
        entries = np.flatnonzero(orders[index])
        row, site = whole.row_of[entries], shape.sites[index[entries], 1]
        used = np.unique(row.astype(np.int64) * count + site) // max(1, count)
        several = np.bincount(used, minlength=whole.matrix.shape[0])[row] > 1
        row, site, entries = row[several], site[several], entries[several]
        more = np.abs(whole.matrix.value[entries]) * (plan - near)[index[entries]]
        number, at = np.unique(row, return_inverse=True)
        surplus, want = np.zeros((2, len(number), count))
        np.add.at(surplus, (at, site), np.maximum(more, 0.0))
        np.add.at(want, (at, site), np.maximum(-more, 0.0))
        share = want / np.maximum((surplus + want).sum(axis=1, keepdims=True), NOTHING)
        found: Floats = surplus.T @ share
        found = found + found.T
        most, least = found.max(initial=NOTHING), self.ties.max(initial=NOTHING)
        ties: Floats = found / most + NOTHING * self.ties / least
        return ties

    def grouped(
        self, order: Sequence[int], most: int, ties: Floats | None = None
    ) -> list[list[int]]:
        """Put each facility into one group, with those that it is most tied to.

        Args:
            order: facilities; the first that is left begins the next group.
            most: so many columns at most are about the facilities of a group, if it has several.
            ties: shape (facilities, facilities), what ties them; default how much they share.
        """
        left, groups = set(order), []
        for first in order:
            if first in left:
                groups.append(self._group(first, left, most, self.ties if ties is None else ties))
        return groups

    def _group(self, first: int, left: set[int], most: int, ties: Floats) -> list[int]:
        """Take a group out of what is left: next always the one that is most tied to it."""
        group: list[int] = []
        size, shared = 0, np.zeros(len(self.sizes))
        following: int | None = first
        while following is not None and (not group or size + self.sizes[following] <= most):
            left.remove(following)
            group.append(following)
            size += int(self.sizes[following])
            shared += ties[following]
            following = max(left, key=lambda other: (shared[other], -other), default=None)
        return group

    def columns(self, group: Sequence[int]) -> Flags:
        """Say which columns are about some facilities, or about what these have to do or decide.

        That is what is left over of their work, and choices at no facility: starts of runs that
        may stand there, lots that these facilities need.
        """
        matrix, shape = self.whole.matrix, self.shape
        inside = np.zeros(len(self.sizes) + 1, dtype=np.bool_)
        inside[[*group]] = True
        about: Flags = self.kernel & inside[shape.sites[:, 0]] & inside[shape.sites[:, 1]]
        beside = np.zeros(len(about), dtype=np.bool_)
        beside[matrix.index[self.whole.entries_of(self.whole.with_any(about))]] = True
        nowhere = shape.choices & (shape.sites[:, 1] < 0)
        free: Flags = about | (beside & (shape.unmet | nowhere))
        return free
