"""Images as points for a probe: latents, principal components or pixels, and the neighbour graph."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.neighbours import Search, one_thread
from latent_explorer.errors import UserError

NEIGHBOURS = 10
_SCALE = 7  # the neighbour whose distance is the local scale of an image
_TREE = 6  # dimensions up to which a tree is faster
_ROWS, _BLOCKS = 2048, 8  # images per query of the tree; blocks of the search between reports
FEWEST = 64
"""The minimum number of images for a useful graph."""


Found = tuple[slice, NDArray[Any], NDArray[Any]]
"""Some images, with the distances and numbers of their nearest."""


@dataclass(frozen=True, eq=False)
class NeighbourGraph:
    """The neighbour graph of n images.

    order: int64 (n,), which places neighbours close together in memory. similarity: scipy.sparse float32 (n, n), in
    that order, symmetric, D^-1/2 W D^-1/2: W has exp(-d^2 / (s_i s_j)) between an image and its 10 nearest, where s is
    the distance to the seventh (Zelnik-Manor and Perona, 2004). reach: float32 (n,), s of each image.
    """

    order: NDArray[np.int64]
    similarity: Any
    reach: NDArray[np.float32]

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The position of each image in that order, int64 (n,)."""
        found = np.empty_like(self.order)
        found[self.order] = np.arange(len(self.order))
        return found

    @classmethod
    def of(cls, distances: NDArray[np.floating], indices: NDArray[np.integer]) -> "NeighbourGraph":
        """The graph from the distances and numbers (n, k) of the nearest of each image, nearest first."""
        from scipy.sparse import csr_matrix, diags
        from scipy.sparse.csgraph import reverse_cuthill_mckee

        count, near = indices.shape
        reach = np.maximum(distances[:, min(_SCALE, near) - 1], 1e-12)
        rows, columns = np.repeat(np.arange(count), near), indices.ravel()
        weights = np.exp(-np.square(distances.ravel()) / (reach[rows] * reach[columns]))
        both = csr_matrix((np.maximum(weights, 1e-6), (rows, columns)), shape=(count, count))
        both = (both + both.T) / 2
        root = diags(1 / np.sqrt(np.asarray(both.sum(1)).ravel()))
        order = reverse_cuthill_mckee(both.tocsr(), symmetric_mode=True).astype(np.int64)
        similarity = (root @ both @ root).tocsr()[order][:, order].astype(np.float32)
        return cls(order, similarity, reach.astype(np.float32))


@dataclass(eq=False)
class PointSpace:
    """Images as points float32 (n, d), n >= 2. graph: None until `find_graph` has computed it."""

    points: NDArray[np.float32]
    graph: NeighbourGraph | None = field(default=None)

    def __len__(self) -> int:
        return len(self.points)

    @cached_property
    def search(self) -> Search:
        """Finds the images nearest to places."""
        return Search(self.points)

    def find_graph(self) -> Iterator[float]:
        """Compute the graph if necessary; yields the progress in [0, 1].

        Exact, by matrix products: 70,000 images with 16 dimensions take about 7 s on one core, with 784 pixels one to
        two minutes. Raises UserError if there are too few images.
        """
        if self.graph is not None:
            return
        if len(self.points) < FEWEST:
            raise UserError(f"expected at least {FEWEST} images to find neighbours among, found {len(self.points)}")
        distances = np.empty((len(self.points), NEIGHBOURS), np.float32)
        indices = np.empty((len(self.points), NEIGHBOURS), np.int32)
        for here, apart, near in self._by_tree() if self.points.shape[1] <= _TREE else self._by_products():
            distances[here], indices[here] = apart, near
            yield here.stop / len(self.points)
        self.graph = NeighbourGraph.of(distances, indices)

    def _by_products(self) -> Iterator[Found]:
        """The nearest of some images at a time; the libraries' threads are limited for several blocks at once."""
        blocks = self.search.of_all(NEIGHBOURS)
        while True:
            with one_thread():
                some = list(islice(blocks, _BLOCKS))
            if not some:
                return
            for block in some:
                here = slice(block.start, block.start + len(block.indices))
                yield here, block.distances, block.indices

    def _by_tree(self) -> Iterator[Found]:
        from scipy.spatial import KDTree

        tree = KDTree(self.points)
        for start in range(0, len(self.points), _ROWS):
            some = self.points[start : start + _ROWS]
            apart, near = tree.query(some, k=NEIGHBOURS + 1)
            own = near == start + np.arange(len(some))[:, None]
            own[~own.any(1), -1] = True  # with many duplicates, the image itself may be missing
            shape = len(some), NEIGHBOURS
            yield slice(start, start + len(some)), apart[~own].reshape(shape), near[~own].reshape(shape)
