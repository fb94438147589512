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
  /// - Returns: The most bytes that were held, and that open messages had.
  private static func hour(
    _ simulation: Simulation, _ transport: WeighingTransport, _ compression: OTLPCompression
  ) async throws -> (held: Int, open: Int) {
    var settings = ExportPipeline.Configuration()
    settings.compression = compression
    let pipeline = ExportPipeline(
      settings, transport: transport, loop: simulation.loop, diagnostics: .silent, random: SeededRandom(seed: 1))
    var configuration = BatchConfiguration()
    configuration.maxQueueBytes = limit
    let processor = try BatchSpanProcessor(
      exporter: PipelineExporter(pipeline: pipeline), configuration: configuration, loop: simulation.loop,
      diagnostics: .silent)
    let spans = StandardWorkload().spans(0..<2048)
    var most = (held: 0, open: 0)
    for _ in 0..<360 {
      for span in spans { processor.onEnd(span) }
      most.held = max(most.held, processor.bytesHeld)
      await simulation.sleep(.seconds(10))
      most.held = max(most.held, processor.bytesHeld)
      // What is sent is no more than its items counted.
      #expect(transport.open <= processor.bytesHeld)
      most.open = max(most.open, transport.open)
    }
    #expect(await processor.shutdown(within: .seconds(1)).ledger.isBalanced)
    return most
  }

  @Test(arguments: [OTLPCompression.none, .gzip]) func aServerThatNeverAnswers(compression: OTLPCompression) throws {
    try simulate(seed: 1) { simulation in
      let most = try await Self.hour(simulation, WeighingTransport(simulation.loop, answers: false), compression)
      #expect(most.held <= Self.limit)
      #expect(most.open > 0)
    }
  }

  @Test func aServerThatAnswers() throws {
    try simulate(seed: 1) { simulation in
      let most = try await Self.hour(simulation, WeighingTransport(simulation.loop, answers: true), .none)
      // The buffers that lie ready give way to the queue.
      #expect(most.held <= Self.limit && most.held > Self.limit * 9 / 10)
    }
  }
}

/// Weighs what it is given, and answers in a second or not at all.
private final class WeighingTransport: OTLPTransport {
  private let loop: TelemetryLoop
  private let answers: Bool
  private let bytes = Mutex(0)

  init(_ loop: TelemetryLoop, answers: Bool) {
    self.loop = loop
    self.answers = answers
  }

  /// Of the messages that are open.
  var open: Int { bytes.withLock { $0 } }

  func send(
    _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
  ) async -> AttemptResult {
    bytes.withLock { $0 += message.count }
    defer { bytes.withLock { $0 -= message.count } }
    await loop.sleep(until: answers ? Deadline(loop.now + .seconds(1)) : deadline)
    return answers ? .accepted(ExportResponse()) : .failed(.ownDeadline)
  }

  func shutdown(deadline: Deadline) async {}
}
