/// The error of an inflation.
package enum GzipError: Error, Hashable, Sendable {
  /// The bytes are no gzip, damaged or incomplete.
  case damaged
  /// The inflated bytes exceed the limit.
  case tooLarge
}
