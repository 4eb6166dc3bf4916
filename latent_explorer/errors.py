"""The errors a person may see: each says what happened, what was expected and what to do."""


class UserError(Exception):
    """Something the person can mend; the message is shown as it stands, never a traceback."""


class DataError(UserError):
    """A dataset that cannot be read as asked."""


class BundleError(UserError):
    """A bundle that cannot be saved, loaded or trusted."""


class TrainingError(UserError):
    """A training run that cannot go on."""


class ExportError(UserError):
    """A file that cannot be written as asked."""


class EngineError(UserError):
    """A request that the engine cannot serve."""


class ServiceError(UserError):
    """A message between two processes that is too large, or is none that is known."""


class Cancelled(Exception):  # noqa: N818 - no error: it was asked for
    """What was under way was given up when asked to; nothing is left of it."""
