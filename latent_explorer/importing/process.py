"""The process that imports for a window: `python -m latent_explorer.importing.process`."""

from collections.abc import Generator

from latent_explorer.importing.protocol import IMPORT, ImportPlan, Report
from latent_explorer.service.job import serve_job


def _work(plan: ImportPlan) -> Generator[Report, None, None]:
    from latent_explorer.importing.making import import_model  # once cancelling is heard

    yield from import_model(plan)


if __name__ == "__main__":
    serve_job("import", IMPORT, _work)
