/// Inflates gzip messages. GRPCClient doesn't link zlib, so the owner of a channel provides the inflater.
package protocol MessageInflater: Sendable {
  /// - Parameter limit: The largest inflated message in bytes.
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(MessageInflaterError) -> [UInt8]
}

package enum MessageInflaterError: Error, Hashable, Sendable {
  /// The message isn't gzip, or is damaged.
  case damaged
  /// The inflated message is larger than the limit.
  case tooLarge
}
