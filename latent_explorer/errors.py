"""The errors that users may see: each says what happened, what was expected and what to do."""


class UserError(Exception):
    """An error that the user can fix; its message is shown unchanged, without a traceback."""


class DataError(UserError):
    """A dataset cannot be read as requested."""


class BundleError(UserError):
    """A bundle cannot be saved, loaded or trusted."""


class TrainingError(UserError):
    """A training run cannot continue."""


class ExportError(UserError):
    """A file cannot be written as requested."""


class EngineError(UserError):
    """The engine cannot serve a request."""


class ServiceError(UserError):
    """A message between two processes is too large or unknown."""


class Cancelled(Exception):  # noqa: N818 - no error: it was requested
    """The operation was cancelled on request and has left nothing behind."""
