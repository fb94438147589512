/// The reason why a database can't be read.
package struct DatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// For users, without secrets.
  package let description: String

  package init(_ description: String) { self.description = description }
}
