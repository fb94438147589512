/// Names a handler that is registered with an event loop. A token never comes to mean another handler.
package struct HandlerToken: RawRepresentable, Hashable, Sendable {
  /// The number under which a poller knows the handler's source.
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Means no handler.
  package static let none = HandlerToken(rawValue: 0)
}
