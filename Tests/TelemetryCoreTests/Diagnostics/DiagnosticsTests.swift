import Synchronization
import TestThreads
import Testing

@testable import TelemetryCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.ownThreads) struct DiagnosticsTests {
  @Test func aMessageBelowTheMinimumIsNotBuilt() {
    let log = EventLog()
    let diagnostics = Diagnostics(minimumLevel: .warning) { _ in log.add(1) }
    diagnostics.emit(.info, { fatalError("built") }())
    diagnostics.emit(.error, "x")
    #expect(log.all == [1])
  }

  @Test func aFieldWithoutAValueIsNotShown() {
    let event = DiagnosticEvent(
      .warning, "failed", fields: [("status", "UNAVAILABLE"), ("message", ""), ("count", "1")])
    #expect("\(event)" == "failed status=UNAVAILABLE count=1")
  }

  @Test("a full pipe drops a line for standard error")
  func fullPipe() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    var written = 0
    while Diagnostics.writeLine(String(repeating: "x", count: 1000), to: ends[1]) { written += 1 }
    #expect((1...100).contains(written))
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    #expect(read(ends[0], &buffer, buffer.count) > 0)
    #expect(Diagnostics.writeLine("again", to: ends[1]))
    #expect(!Diagnostics.writeLine("closed", to: -1))
  }

  @Test("a handler may use telemetry and be called again from within itself")
  func reentrantHandler() {
    let depth = Atomic<Int>(0)
    let again = Mutex<Diagnostics?>(nil)
    let loop = TelemetryLoop(poller: ManualPoller())
    let diagnostics = Diagnostics { event in
      guard depth.wrappingAdd(1, ordering: .relaxed).newValue < 5 else { return }
      loop.schedule(at: .never) {}
      again.withLock { $0 }?.emit(.warning, event.message)
    }.limited(by: loop)
    again.withLock { $0 = diagnostics }
    diagnostics.emit(.error, "once")
    #expect(depth.load(ordering: .relaxed) == 5)
    again.withLock { $0 = nil }
  }
}
