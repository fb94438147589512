internal import TelemetryCore

/// The receiver of the requests to a processor of this package.
protocol ProcessorDriver: Sendable {
  /// Makes a request.
  /// - Returns: The answer, which comes shortly after `limit` at the latest.
  func ask(_ kind: ProcessorRequest, _ limit: Duration) -> Promise<FlushReport>

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until the request is answered. It must be called once.
  func begin(_ kind: ProcessorRequest, _ limit: Duration) -> () -> FlushReport
}

extension BatchDriver: ProcessorDriver {}

/// A processor over a ``BatchDriver``.
protocol DrivenProcessor: ItemProcessor {
  var driver: BatchDriver<Item> { get }
}

extension DrivenProcessor {
  var anyDriver: any ProcessorDriver { driver }
}

// `public`, since these members fulfil the requirements of a public protocol.
extension DrivenProcessor {
  /// Accounts for every item at this moment.
  public var ledger: Ledger { driver.ledger }
  /// The processor's metrics of itself.
  public var selfMetrics: SelfMetrics { driver.selfMetrics }
  /// Exports all items that ended before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.ask(.flush, limit).value }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.ask(.shutdown, limit).value }
  /// Exports all items that ended before the call.
  public func forceFlushBlocking(within limit: Duration) -> FlushReport { driver.begin(.flush, limit)() }
  /// Ends the processor and its exporter.
  public func shutdownBlocking(within limit: Duration) -> FlushReport { driver.begin(.shutdown, limit)() }
}
