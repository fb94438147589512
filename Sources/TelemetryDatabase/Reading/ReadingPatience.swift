/// The longest waits of a reader.
package struct ReadingPatience: Sendable {
  /// For a connection, or a file that is locked.
  package var opening = Duration.seconds(10)
  /// For the result of a query: it may read a large table from a slow disk.
  package var query = Duration.seconds(300)

  package init() {}

  /// The error of a query that took longer.
  var error: DatabaseError {
    DatabaseError("the database didn't answer a query within \(query)", isPassing: true)
  }
}
