"""What can go wrong, one class a kind; every message says where, what was seen, and what to do."""


class SparkifyError(Exception):
    """Base of the errors this package raises on purpose."""


class SettingsError(SparkifyError):
    """A value of the environment is not of the form that is allowed."""


class IngestError(SparkifyError):
    """Raw files can't be read, or too many of their records are refused."""


class FrameError(SparkifyError):
    """A frame does not have the columns, types or values that its table declares."""


class StagingError(SparkifyError):
    """The staged frames are missing, damaged, or older than what another run has staged."""


class DatabaseError(SparkifyError):
    """The database can't be reached, or does not let us do what we need."""


class PublishError(SparkifyError):
    """A table was not published; the rows that stood, stand."""


class OutdatedError(PublishError):
    """A table was not published because a publication of newer input stands."""


class GeneratorError(SparkifyError):
    """Data can't be generated as it was asked for, or not where."""


class AnswerError(SparkifyError):
    """A question can't be answered, or its view not be created."""


class ReportError(SparkifyError):
    """The report can't be made; the one that is there stays."""


class EmbeddedServerError(SparkifyError):
    """The embedded Postgres can't be started, reached or stopped."""
