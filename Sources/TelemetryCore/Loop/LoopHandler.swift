/// An object that an event loop calls when a source becomes ready. All calls happen on the loop's thread.
package protocol LoopHandler: AnyObject, Sendable {
  /// Called when the source became ready, or with an empty set after `notify` or at a timer.
  func ready(_ readiness: Readiness)

  /// Called once the loop has ended: after this call the loop reports no source and no notification. The default does
  /// nothing.
  ///
  /// A handler that registers after the end gets this call soon after its registration.
  func loopEnded()
}

extension LoopHandler {
  package func loopEnded() {}
}
