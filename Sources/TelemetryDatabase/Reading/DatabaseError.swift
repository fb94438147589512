/// The reason why a database can't be used. It doesn't name the database.
package struct DatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// For users, without secrets.
  package let description: String
  /// True if the reason may pass by itself: the server is away, or another process holds a lock.
  package let isPassing: Bool

  package init(_ description: String, isPassing: Bool = false) {
    self.description = description
    self.isPassing = isPassing
  }

  /// A query was ended by ``DatabaseSource/close()``.
  static let closed = DatabaseError("the database was closed")

  /// The task of a query was cancelled.
  static let cancelled = DatabaseError("the query was cancelled")

  /// The connection ended with a query that was given up.
  static let givenUp = DatabaseError("the connection was given up with an earlier query", isPassing: true)
}
