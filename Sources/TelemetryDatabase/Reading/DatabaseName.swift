package import TelemetryCore

/// The name that a person gives a database.
///
/// A URL `postgresql://…` and keywords of libpq (`host=… dbname=…`) are a database of PostgreSQL. Any other text is the path of a
/// file of SQLite, which may stand behind `sqlite:`; a URL of another kind is refused, since it isn't meant as a path, and may hold a
/// password.
package struct DatabaseName: Hashable, Sendable, CustomStringConvertible {
  enum Kind: Hashable {
    case sqlite(path: String)
    case postgreSQL(connection: String)
  }

  /// The forms of a name, for messages.
  package static let forms =
    "postgresql://user@host/database, keywords of libpq such as 'host=localhost dbname=telemetry', or the path of a file of SQLite"

  let kind: Kind
  /// The path, or the server and the database, without secrets and control characters.
  package let description: String

  /// - Throws: An error that tells nothing of a text that may hold a password.
  package init(_ name: String) throws(ConfigurationError) {
    if let (scheme, rest) = Self.url(name) {
      switch scheme.lowercased() {
      // libpq compares the scheme with case.
      case "postgresql", "postgres": try self.init(connection: "postgresql://" + rest)
      case "sqlite": try self.init(path: rest)
      default: throw Self.refused(scheme + "://…")
      }
    } else if Self.hasKeywords(name) {
      try self.init(connection: name)
    } else {
      try self.init(path: name.prefix(7).lowercased() == "sqlite:" ? String(name.dropFirst(7)) : name)
    }
  }

  private init(path: String) throws(ConfigurationError) {
    guard !path.isEmpty, path != ":memory:", !path.utf8.contains(0) else { throw Self.refused(path) }
    kind = .sqlite(path: path)
    description = path.sanitized()
  }

  private init(connection: String) throws(ConfigurationError) {
    kind = .postgreSQL(connection: connection)
    #if PostgreSQL
      guard let place = PostgreSQLPlace(connection) else { throw Self.refused(Redaction.length(of: connection)) }
      description = place.label
    #else
      description = "a database of PostgreSQL"
    #endif
  }

  private static func refused(_ value: String) -> ConfigurationError {
    ConfigurationError(option: "--database", value: value, allowed: forms)
  }

  /// The scheme of a URL, and what follows `://`.
  private static func url(_ name: String) -> (scheme: String, rest: String)? {
    guard let separator = name.firstRange(of: "://") else { return nil }
    let scheme = String(name[..<separator.lowerBound].trimmed)
    guard scheme.utf8.allSatisfy({ isWordByte($0) || [0x2B, 0x2D, 0x2E].contains($0) }), !scheme.isEmpty else {
      return nil
    }
    return (scheme, String(name[separator.upperBound...]))
  }

  /// True if the text begins with a word and `=`, which may have blanks between them.
  private static func hasKeywords(_ name: String) -> Bool {
    let text = name.drop { $0.isWhitespace }.utf8
    let rest = text.drop(while: isWordByte)
    return rest.startIndex != text.startIndex && rest.first { $0 != 0x20 && !(0x09...0x0D).contains($0) } == 0x3D
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }
}
