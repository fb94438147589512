/// A processor over a ``BatchDriver``.
protocol DrivenProcessor: ItemProcessor {
  var driver: BatchDriver<Item> { get }
}

// `public`, since these members fulfil the requirements of a public protocol.
extension DrivenProcessor {
  /// Accounts for every item at this moment.
  public var ledger: Ledger { driver.ledger }
  /// The processor's metrics of itself.
  public var selfMetrics: SelfMetrics { driver.selfMetrics }
  /// Exports all items that ended before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.wait(for: .flush, limit) }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.wait(for: .shutdown, limit) }
  /// Exports all items that ended before the call.
  public func forceFlushBlocking(within limit: Duration) -> FlushReport { driver.block(for: .flush, limit) }
  /// Ends the processor and its exporter.
  public func shutdownBlocking(within limit: Duration) -> FlushReport { driver.block(for: .shutdown, limit) }
}
