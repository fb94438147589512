#if PostgreSQL
  internal import OTLPExport
  internal import TelemetryCore

  /// The database of an exporter to PostgreSQL, and the manner of storing. Values are checked when the exporter is made.
  public struct PostgreSQLConfiguration: Sendable {
    /// The database, as libpq takes it: a URL such as `postgresql://user@host:5432/database?sslmode=verify-full`, or keywords
    /// such as `host=/run/postgresql dbname=telemetry`. Required. What it doesn't name comes from libpq's variables (`PGHOST`,
    /// `PGSSLMODE`, …), the password also from the file that `PGPASSFILE` names. It is never printed.
    ///
    /// The names of servers are looked up by the system's resolver, each in its server's share of ``connectTimeout``. Only a name
    /// for which a service (`service=`, `PGSERVICE`) is used is looked up by libpq, and holds a blocking thread for as long as
    /// that takes, beyond every deadline.
    public var connection: String
    /// The most connections at once, 1 to 100; default 2. They are kept between batches.
    public var maxConnections = 2
    /// The longest time of one attempt to connect, 100 ms to 10 minutes; default 10 s. Several servers share it.
    public var connectTimeout = Duration.seconds(10)
    /// The longest time of one attempt to store a batch, 0 for no limit; default 10 s.
    public var timeout = Duration.seconds(10)
    /// The age beyond which spans and log records are deleted, 1 second or more; default nil: none are. The age counts from the start
    /// of a span and from the time of a log record. Rows are deleted while batches are stored, at most 1,000 items after each
    /// batch; resources and scopes stay. A deletion has a second, and after that gives way to a batch or a shutdown that waits for it.
    /// One that gives way or fails is tried again after a minute at most, and diagnostics have a warning of the first failure.
    public var retention: Duration?
    /// The retry of failed attempts: those that pass by themselves, such as a lost connection or a full disk.
    public var retry = OTLPRetryPolicy()

    /// The default values for a database.
    public init(connection: String) { self.connection = connection }

    /// - Returns: The database's place.
    func validate() throws(ConfigurationError) -> PostgreSQLPlace {
      guard let place = PostgreSQLPlace(connection) else {
        throw ConfigurationError(
          option: "connection", value: Redaction.length(of: connection),
          allowed: "a connection string of libpq: postgresql://user@host:port/database, or keyword=value pairs")
      }
      try ConfigurationError.require("maxConnections", maxConnections, in: 1...100)
      try ConfigurationError.require("connectTimeout", connectTimeout, in: .milliseconds(100) ... .seconds(600))
      try DatabaseRules.validate(timeout: timeout, retention: retention)
      try retry.validate()
      return place
    }
  }

  extension PostgreSQLConfiguration: CustomStringConvertible, CustomReflectable {
    /// Every value with its name, without secrets, in one line.
    public var description: String { fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ") }

    /// The same as the description, value by value.
    public var customMirror: Mirror {
      Mirror(self, children: fields.map { (label: $0.name, value: $0.value as Any) }, displayStyle: .struct)
    }

    private var fields: [(name: String, value: String)] {
      [
        ("connection", PostgreSQLPlace(connection)?.label ?? Redaction.length(of: connection)),
        ("maxConnections", "\(maxConnections)"), ("connectTimeout", "\(connectTimeout)"), ("timeout", "\(timeout)"),
        ("retention", retention.map { "\($0)" } ?? "none"), ("retry", "\(retry)"),
      ]
    }
  }
#endif
