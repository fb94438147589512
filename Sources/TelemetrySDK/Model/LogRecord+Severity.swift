extension LogRecord {
  /// The severity of a log record: six levels with four steps each, in rising order (RULES 4.14.7).
  ///
  /// A source with one step for a level uses the first one, which has the level's name. The raw value is OTLP's
  /// `SeverityNumber`.
  @frozen
  public enum Severity: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// The source has no severity; the default.
    case unspecified
    /// Fine-grained debugging, mostly turned off.
    case trace
    /// The second step of ``trace``.
    case trace2
    /// The third step of ``trace``.
    case trace3
    /// The fourth step of ``trace``.
    case trace4
    /// Debugging.
    case debug
    /// The second step of ``debug``.
    case debug2
    /// The third step of ``debug``.
    case debug3
    /// The fourth step of ``debug``.
    case debug4
    /// Information about a normal event.
    case info
    /// The second step of ``info``.
    case info2
    /// The third step of ``info``.
    case info3
    /// The fourth step of ``info``.
    case info4
    /// A warning: more than information, less than an error.
    case warn
    /// The second step of ``warn``.
    case warn2
    /// The third step of ``warn``.
    case warn3
    /// The fourth step of ``warn``.
    case warn4
    /// Something failed.
    case error
    /// The second step of ``error``.
    case error2
    /// The third step of ``error``.
    case error3
    /// The fourth step of ``error``.
    case error4
    /// The application can't go on.
    case fatal
    /// The second step of ``fatal``.
    case fatal2
    /// The third step of ``fatal``.
    case fatal3
    /// The fourth step of ``fatal``.
    case fatal4

    /// True if `left` is less severe. ``unspecified`` is less than all others.
    @inlinable
    public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

    /// The specification's short name, such as `INFO` or `INFO2`; empty for ``unspecified``.
    public var shortName: String {
      guard self != .unspecified else { return "" }
      let level = Self.levels[Int(rawValue - 1) / 4]
      let step = Int(rawValue - 1) % 4
      return step == 0 ? level : "\(level)\(step + 1)"
    }

    private static let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
  }
}
