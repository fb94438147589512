/// A message of telemetry about itself.
public struct DiagnosticEvent: Sendable, CustomStringConvertible {
  /// The severity of an event.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Level: Int, Sendable, Comparable, CustomStringConvertible {
    /// Details for the search for a fault in telemetry itself.
    case debug
    /// Normal and worth knowing: recovery, a reconnect.
    case info
    /// Telemetry ignored, refused or lost something.
    case warning
    /// Telemetry doesn't work.
    case error

    /// True if the left level is less severe.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

    /// The level's name in lower case.
    public var description: String {
      switch self {
      case .debug: "debug"
      case .info: "info"
      case .warning: "warning"
      case .error: "error"
      }
    }
  }

  /// The severity.
  public var level: Level
  /// The event, without values that vary between events of the same kind: the rate limit counts equal messages.
  public var message: String
  /// The values of this event, in order. They never hold a secret.
  public var fields: [(name: String, value: String)]

  /// Makes an event.
  public init(_ level: Level, _ message: String, fields: [(name: String, value: String)] = []) {
    self.level = level
    self.message = message
    self.fields = fields
  }

  /// The message, then each field that has a value, as `name=value`.
  public var description: String {
    fields.reduce(into: message) { if !$1.value.isEmpty { $0 += " \($1.name)=\($1.value)" } }
  }
}
