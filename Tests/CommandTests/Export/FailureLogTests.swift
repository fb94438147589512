import TelemetryCore
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct FailureLogTests {
  @Test func diagnosticsAboutFailedExportsAreKept() {
    let passed = Locked<[String]>([])
    let log = FailureLog(Diagnostics { event in passed.withLock { $0.append(event.message) } })
    let diagnostics = log.diagnostics
    diagnostics.emit(.warning, "can't connect", [("server", "s"), ("reason", "refused")])
    #expect(log.last == "refused")
    diagnostics.emit(.warning, "retry", [("endpoint", "e"), ("status", "UNAVAILABLE"), ("message", "later")])
    #expect(log.last == "UNAVAILABLE: later")
    diagnostics.emit(.warning, "export fails", [("lost", "1"), ("error", "why")])
    #expect(log.last == "why")
    diagnostics.emit(.warning, "works again", [("failedBatches", "1")])
    diagnostics.emit(.warning, "rejected", [("rejected", "2")])
    #expect(passed.withLock { $0 } == [])
    diagnostics.emit(.warning, "item too large", [("name", "n"), ("status", "x")])
    diagnostics.emit(.warning, "taken with a warning", [("rejected", "0"), ("message", "m")])
    diagnostics.emit(.warning, "TLS files", [("reason", "r")])
    #expect(passed.withLock { $0 } == ["item too large", "taken with a warning", "TLS files"])
    #expect(log.last == "why")
  }
}
