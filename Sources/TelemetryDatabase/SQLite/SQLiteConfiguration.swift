#if SQLite
  internal import OTLPExport
  internal import TelemetryCore

  /// The file of an exporter to SQLite, and the manner of storing. Values are checked when the exporter is made.
  public struct SQLiteConfiguration: Sendable {
    /// The path of the file, which is made if it doesn't exist; its folder must exist. Required.
    public var path: String
    /// The longest time of one attempt to store a batch, 0 for no limit; default 10 s. A file that another process has locked
    /// is waited for in this time, and tried again afterwards.
    public var timeout = Duration.seconds(10)
    /// The age beyond which spans and log records are deleted, 1 second or more; default nil: none are. The age counts from the start
    /// of a span and from the time of a log record. Rows are deleted while batches are stored, at most 1,000 items after each
    /// batch; resources and scopes stay. A deletion has a second, and after that gives way to a batch or a shutdown that waits for it.
    /// One that gives way or fails is tried again after a minute at most, and diagnostics have a warning of the first failure.
    public var retention: Duration?
    /// The retry of failed attempts: those that pass by themselves, such as a locked file or a full disk.
    public var retry = OTLPRetryPolicy()

    /// The default values for a file.
    public init(path: String) { self.path = path }

    func validate() throws(ConfigurationError) {
      guard !path.isEmpty, path != ":memory:", !path.utf8.contains(0) else {
        throw ConfigurationError(option: "path", value: path, allowed: "the path of a file")
      }
      try DatabaseRules.validate(timeout: timeout, retention: retention)
      try retry.validate()
    }
  }
#endif
