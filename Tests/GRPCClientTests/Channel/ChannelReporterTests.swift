import GRPCClient
import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

/// The diagnostics of a channel (4.12).
@Suite(.ownThreads) struct ChannelReporterTests {
  private final class Log: Sendable {
    private let kept = Mutex<[DiagnosticEvent]>([])
    var events: [DiagnosticEvent] { kept.withLock { $0 } }
    var diagnostics: Diagnostics { Diagnostics { event in self.kept.withLock { $0.append(event) } } }
  }

  @Test("a server that ends each connection with an error causes few diagnostics (trap 24)")
  func errorsInARow() throws {
    let log = Log()
    try Conformance.run(diagnostics: log.diagnostics) { scene in
      scene.collector.onRequest { _ in .goAway(.internalError, lastStream: .current) }
      let start = scene.simulation.now
      for _ in 0..<50 { _ = await scene.call() }
      #expect(scene.collector.counts.connections >= 50)
      let minutes = Int((scene.simulation.now - start) / .seconds(60))
      let lines = log.events.filter { $0.message == "the server ended a connection with an error" }
      #expect(!lines.isEmpty && lines.count <= 5 + minutes)
    }
  }
}
