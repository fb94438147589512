import OTLPExport
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// ARCHITECTURE P3: one bound in bytes over queue, exports, retry and pools.
@Suite(.ownThreads) struct MemoryBoundTests {
  private static let limit = 1 << 20

  /// An hour of producers at full speed.
  /// - Returns: The maxima of the held bytes and of the open messages' bytes.
  private static func hour(
    _ simulation: Simulation, _ client: WeighingClient, _ compression: OTLPCompression
  ) async throws -> (held: Int, open: Int) {
    let delivery = Delivery.simulated(client, simulation) { $0.compression.set(compression) }
    var configuration = BatchConfiguration()
    configuration.maxQueueBytes = limit
    let processor = try BatchSpanProcessor(
      exporter: DeliveryExporter(delivery: delivery), configuration: configuration, loop: simulation.loop,
      diagnostics: .silent)
    let spans = StandardWorkload().spans(0..<2048)
    var most = (held: 0, open: 0)
    for _ in 0..<360 {
      for span in spans { processor.onEnd(span) }
      most.held = max(most.held, processor.bytesHeld)
      await simulation.sleep(.seconds(10))
      most.held = max(most.held, processor.bytesHeld)
      // A sent message is no larger than the counted size of the items.
      #expect(client.open <= processor.bytesHeld)
      most.open = max(most.open, client.open)
    }
    #expect(await processor.shutdown(within: .seconds(1)).ledger.isBalanced)
    return most
  }

  @Test(arguments: [OTLPCompression.none, .gzip]) func aServerThatNeverAnswers(compression: OTLPCompression) throws {
    try simulate(seed: 1) { simulation in
      let most = try await Self.hour(simulation, WeighingClient(simulation.loop, answers: false), compression)
      #expect(most.held <= Self.limit)
      #expect(most.open > 0)
    }
  }

  @Test func aServerThatAnswers() throws {
    try simulate(seed: 1) { simulation in
      let most = try await Self.hour(simulation, WeighingClient(simulation.loop, answers: true), .none)
      // The buffers that lie ready give way to the queue.
      #expect(most.held <= Self.limit && most.held > Self.limit * 9 / 10)
    }
  }
}

/// Counts the bytes of open messages, and responds after a second or never.
private final class WeighingClient: ExportClient {
  private let loop: TelemetryLoop
  private let answers: Bool
  private let bytes = Mutex(0)

  init(_ loop: TelemetryLoop, answers: Bool) {
    self.loop = loop
    self.answers = answers
  }

  /// The bytes of the open messages.
  var open: Int { bytes.withLock { $0 } }

  func send(
    _ message: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure> {
    bytes.withLock { $0 += message.bytes.count }
    defer { bytes.withLock { $0 -= message.bytes.count } }
    await loop.sleep(until: answers ? Deadline(loop.now + .seconds(1)) : deadline)
    return answers ? .success(ExportResponse()) : .failure(.ownDeadline)
  }

  func shutdown(deadline: Deadline) async {}
}
