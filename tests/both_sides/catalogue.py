"""All cases, savers and loaders, and the routes that follow from them.  [both sides]"""

from __future__ import annotations

import dataclasses
from typing import FrozenSet, List, Mapping, Optional, Tuple

from .cases import CaseInfo
from .routes import LoaderInfo, Route, SaverInfo


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """Cases by id, savers and loaders by name, each in sorted order.

    `arguments` are those of every class that Keras exports, by side and class.
    """

    cases: Mapping[str, CaseInfo]
    savers: Mapping[str, SaverInfo]
    loaders: Mapping[str, LoaderInfo]
    arguments: Mapping[str, Mapping[str, Tuple[str, ...]]] = dataclasses.field(default_factory=dict)

    def with_cases(self, further: Mapping[str, CaseInfo]) -> Catalogue:
        """Return the same catalogue with further cases."""
        return dataclasses.replace(self, cases=dict(sorted({**self.cases, **further}.items())))

    def parts(self, route: Route) -> Tuple[SaverInfo, Optional[LoaderInfo]]:
        """Return the saver and the loader of a route."""
        return self.savers[route.saver], self.loaders[route.loader] if route.loader else None

    def routes(self) -> List[Route]:
        """Return every route with a loader that reads what its saver writes, in sorted order.

        Routes of artifacts that exist already are there if a user brings such an artifact.
        """
        exist = {case.exists_as for case in self.cases.values()}
        return sorted(
            Route(saver.name, loader.name)
            for saver in self.savers.values()
            if not saver.existing or saver.writes in exist
            for loader in self.loaders.values()
            if saver.writes in loader.reads
        )

    def default_routes(self) -> List[Route]:
        """Return the routes that a run judges when it is not asked for more, in sorted order.

        What a user brings as an artifact is judged on all routes that read it.
        """
        return sorted([*self._routes_of_all_cases(), *self._routes_of_quick_cases()])

    def default_routes_of_quick_cases(self) -> FrozenSet[Route]:
        """Return the default routes that are judged on quick cases only, with and without loaders."""
        of_all = self._routes_of_all_cases()
        savers = {route.of_saver for route in of_all}
        quick = self._routes_of_quick_cases()
        return frozenset([*quick, *(route.of_saver for route in quick if route.of_saver not in savers)])

    def _routes_of_all_cases(self) -> List[Route]:
        alone = [Route(name) for name, saver in self.savers.items() if saver.by_default]
        return alone + [
            route
            for route in self.routes()
            if self.savers[route.saver].existing or route.saver in self.loaders[route.loader or ""].by_default
        ]

    def _routes_of_quick_cases(self) -> List[Route]:
        return [
            route for route in self.routes() if route.saver in self.loaders[route.loader or ""].by_default_if_quick
        ]

    def signature_loader(self, saver: str) -> str:
        """Return the loader in Python whose signatures of a saver's SavedModels are compared with other loaders'."""
        with_keras, without = self.loaders["signature"].by_default, self.loaders["signature_no_keras"].by_default
        return "signature_no_keras" if saver in without and saver not in with_keras else "signature"

    def title(self, route: Route) -> str:
        """Return the route's name for people, such as `Model.export, read by tf.saved_model.load`."""
        saver, loader = self.parts(route)
        return saver.title if loader is None else f"{saver.title}, read by {loader.title}"
