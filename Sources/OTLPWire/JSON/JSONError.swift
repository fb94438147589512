/// The reason why a text is not valid JSON of the expected form.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The position of the error: bytes from the start of the text.
  package let offset: Int
  /// The error, such as `"name" must be a string, not null`.
  package let reason: String

  package init(_ reason: String, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String { "\(reason), at byte \(offset)" }
}
