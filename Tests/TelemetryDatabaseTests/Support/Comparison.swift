import TelemetrySDK
import Testing

/// Expects the same items in any order, and shows the beginning of one that is missing.
func expectSame<Item: Hashable>(_ stored: [Item], _ sent: [Item], sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(stored.count == sent.count, sourceLocation: sourceLocation)
  let (storedItems, sentItems) = (Set(stored), Set(sent))
  let missing = sentItems.subtracting(storedItems)
  guard let item = missing.first else { return }
  Issue.record(
    "\(missing.count) items differ, such as \(String(describing: item).prefix(2000))", sourceLocation: sourceLocation)
}
