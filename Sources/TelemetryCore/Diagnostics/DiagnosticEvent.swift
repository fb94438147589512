/// One thing that telemetry has to say of itself.
public struct DiagnosticEvent: Sendable, CustomStringConvertible {
  /// How much it matters.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Level: Int, Sendable, Comparable, CustomStringConvertible {
    /// For whoever looks into telemetry itself.
    case debug
    /// Normal, and worth knowing: recovery, a reconnect.
    case info
    /// Something was ignored, refused or lost.
    case warning
    /// Telemetry doesn't work.
    case error

    /// By how much they matter.
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

  /// How much it matters.
  public var level: Level
  /// What happened, without values that vary from case to case: it is the key of the rate limit.
  public var message: String
  /// The values that belong to it, in order. No secret is ever among them.
  public var fields: [(name: String, value: String)]

  /// Makes an event.
  public init(_ level: Level, _ message: String, fields: [(name: String, value: String)] = []) {
    self.level = level
    self.message = message
    self.fields = fields
  }

  /// One line: the message, then each field as `name=value`.
  public var description: String {
    fields.reduce(into: message) { $0 += " \($1.name)=\($1.value)" }
  }
}
