import HTTP2Transport
import OTLPGRPC
import OTLPTesting
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// A server that grants large windows and then reads one byte a second.
private final class SlowReader: LoopHandler {
  private struct State {
    var listener: SimulatedListener?
    var transports: [any Transport] = []
  }

  // SETTINGS with the largest window for streams, a WINDOW_UPDATE for the connection, and our SETTINGS acknowledged.
  private static let greeting: [UInt8] =
    [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7F, 0xFF, 0xFF, 0xFF] + [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7F, 0xFE, 0, 0]
    + [0, 0, 0, 4, 1, 0, 0, 0, 0]

  private let simulation: Simulation
  // SAFETY: used on the simulation's loop only.
  nonisolated(unsafe) private var state = State()

  init(_ address: SocketAddress, of simulation: Simulation) throws {
    self.simulation = simulation
    let listener = simulation.network.listen(on: address, loop: simulation.loop)
    state.listener = listener
    try listener.activate(self)
  }

  func ready(_ readiness: Readiness) {
    while let transport = state.listener?.accept() {
      Self.greeting.withUnsafeBytes { bytes in
        let slice = IOSlice(start: bytes.baseAddress!, count: bytes.count)
        _ = withUnsafePointer(to: slice) { transport.write(UnsafeBufferPointer(start: $0, count: 1)) }
      }
      state.transports.append(transport)
      readOne(state.transports.count - 1)
    }
  }

  private func readOne(_ index: Int) {
    guard state.listener != nil else { return }
    withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { _ = state.transports[index].read(into: $0) }
    simulation.loop.schedule(at: Deadline(simulation.now + .seconds(1))) { self.readOne(index) }
  }

  func stop() {
    state.listener?.close()
    state.listener = nil
    for transport in state.transports { transport.close() }
  }
}

/// Servers that accept nothing, on the virtual clock: each wait ends by the deadline, every span is accounted for, and the
/// program goes on. `Benchmarks/run blackholes` measures the same against real sockets.
@Suite(.ownThreads) struct BlackHoleTests {
  enum Server: CaseIterable {
    case absent, filtered, silent, stallsInTLS, readsOneByteASecond, neverGrantsWindow
  }

  private static let limit = Duration.seconds(2)
  private static let grace = Duration.milliseconds(50)

  /// - Returns: A function that ends the server.
  private static func start(_ server: Server, _ simulation: Simulation) async throws -> @Sendable () async -> Void {
    let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)
    simulation.network.setHost("localhost", .addresses([0x0A00_0001]))
    var configuration = LoopbackCollector.Configuration()
    var link = SimulatedLink()
    switch server {
    case .absent: return {}
    case .filtered:
      simulation.network.planConnections { _, _, _ in .ignore }
      return {}
    case .readsOneByteASecond:
      link.bufferSize = 20_000
      simulation.network.planConnections { [link] _, _, _ in .link(link) }
      let reader = try SlowReader(address, of: simulation)
      return { reader.stop() }
    case .silent: link.faults = [.blackHole(afterBytes: 0, from: .server)]
    case .stallsInTLS:
      configuration.tls = .init(certificate: certificates + "server.pem", privateKey: certificates + "server.key")
      link.faults = [.blackHole(afterBytes: 0, from: .server)]
    case .neverGrantsWindow:
      configuration.initialWindowSize = 0
      configuration.grantsWindow = false
    }
    simulation.network.planConnections { [link] _, _, _ in .link(link) }
    let collector = try await LoopbackCollector(configuration, on: address, of: simulation)
    return { await collector.stop() }
  }

  private static func makeProcessor(_ server: Server, _ simulation: Simulation) throws -> BatchSpanProcessor {
    let isTLS = server == .stallsInTLS
    var configuration = OTLPGRPCExporter.Configuration(endpoint: "\(isTLS ? "https" : "http")://localhost:4317")
    if isTLS { configuration.certificate = .file(certificates + "ca.pem") }
    let exporter = try OTLPGRPCExporter(
      configuration, loop: simulation.loop, network: simulation.network, diagnostics: .silent, seed: simulation.seed)
    var batch = BatchConfiguration()
    batch.maxExportBatchSize = 50  // so that exports begin before the wait
    return try BatchSpanProcessor(
      exporter: exporter, configuration: batch, loop: simulation.loop, diagnostics: .silent)
  }

  /// A server and a processor that has 200 spans for it; the function ends the server.
  private func scene(
    _ server: Server, seed: UInt64,
    _ body: @escaping @Sendable (Simulation, BatchSpanProcessor, @Sendable () async -> Void) async throws -> Void
  ) throws {
    try simulate(seed: seed, limit: .seconds(3600)) { simulation in
      let end = try await Self.start(server, simulation)
      let processor = try Self.makeProcessor(server, simulation)
      for span in StandardWorkload().spans(0..<200) { processor.onEnd(span) }
      try await body(simulation, processor, end)
    }
  }

  /// - Returns: The time of `wait` beyond the limit.
  private static func late(
    _ simulation: Simulation, _ wait: () async -> FlushReport
  ) async -> (Duration, FlushReport) {
    let start = simulation.now
    let report = await wait()
    return (simulation.now - start - limit, report)
  }

  // The call comes at once, in the midst of connecting or sending, and after a while of trying again.
  @Test(arguments: Server.allCases, [Duration.zero, .milliseconds(150), .seconds(7)])
  func everyWaitEndsByItsDeadline(_ server: Server, before: Duration) throws {
    try scene(server, seed: 1) { simulation, processor, end in
      await simulation.sleep(before)

      let (flushDelay, flush) = await Self.late(simulation) { await processor.forceFlush(within: Self.limit) }
      #expect(flushDelay <= Self.grace)
      #expect(!flush.isDelivered)
      #expect(flush.ledger.isBalanced)

      for span in StandardWorkload().spans(200..<210) { processor.onEnd(span) }
      let (delay, report) = await Self.late(simulation) { await processor.shutdown(within: Self.limit) }
      #expect(delay <= Self.grace)
      #expect(report.ledger.ended == 210)
      #expect(report.ledger.exported == 0)
      #expect(report.ledger.droppedTotal == 210)
      #expect(report.ledger.isBalanced)

      // A second wait, and spans that come too late, are ordinary cases.
      let (again, _) = await Self.late(simulation) { await processor.shutdown(within: Self.limit) }
      #expect(again <= Self.grace - Self.limit)
      processor.onEnd(StandardWorkload().span(210))
      #expect(processor.ledger.dropped[.afterShutdown] == 1)
      await end()
    }
  }

  // PeerTests cover the blocking variants, which wait on a thread by the system's clock, on real sockets.
  @Test(arguments: Server.allCases, [Duration.zero, .milliseconds(150), .seconds(7)])
  func aShutdownWithoutAFlushEndsByItsDeadline(_ server: Server, before: Duration) throws {
    try scene(server, seed: 2) { simulation, processor, end in
      await simulation.sleep(before)
      let (delay, report) = await Self.late(simulation) { await processor.shutdown(within: Self.limit) }
      #expect(delay <= Self.grace)
      #expect(report.ledger.exported == 0)
      #expect(report.ledger.droppedTotal == 200)
      #expect(report.ledger.isBalanced)
      await end()
    }
  }

  @Test(
    "a server that returns gets the spans that a failed flush left, and later spans", arguments: Server.allCases)
  func theProgramGoesOn(_ server: Server) throws {
    try scene(server, seed: 3) { simulation, processor, end in
      let (delay, flush) = await Self.late(simulation) { await processor.forceFlush(within: Self.limit) }
      #expect(delay <= Self.grace)
      #expect(!flush.isDelivered)

      await end()
      simulation.network.planConnections { _, _, _ in .link(SimulatedLink()) }
      var configuration = LoopbackCollector.Configuration()
      if server == .stallsInTLS {
        configuration.tls = .init(certificate: certificates + "server.pem", privateKey: certificates + "server.key")
      }
      let collector = try await LoopbackCollector(
        configuration, on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
      for span in StandardWorkload().spans(200..<210) { processor.onEnd(span) }
      let report = await processor.shutdown(within: .seconds(60))
      #expect(report.isDelivered && report.ledger.exported == 210, "\(report)")
      #expect(Set(collector.spans.map(\.spanID)).count == 210)
      await collector.stop()
    }
  }
}
