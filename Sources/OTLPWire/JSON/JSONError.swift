/// Why a text is not the JSON that it should be.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the text, in bytes from its start.
  package let offset: Int
  /// What is wrong there, such as `expected a string for "name"`.
  package let reason: String

  package init(_ reason: String, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String { "\(reason), at byte \(offset)" }
}
