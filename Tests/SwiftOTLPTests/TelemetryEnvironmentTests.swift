import TelemetryCore
import TestThreads
import Testing

@testable import SwiftOTLP

@Suite(.ownThreads) struct TelemetryEnvironmentTests {
  private let log = EventLog()

  /// The levels that pass, in order.
  private func passing(_ environment: [String: String], _ change: (inout Telemetry.Configuration) -> Void = { _ in })
    -> [DiagnosticEvent.Level]
  {
    let setup = TelemetrySetup(.test(environment, log, change))
    let before = log.all.count
    for level in [DiagnosticEvent.Level.debug, .info, .warning, .error] { setup.diagnostics.emit(level, "m") }
    return log.all.dropFirst(before).map(\.level)
  }

  @Test(
    "OTEL_LOG_LEVEL sets what the diagnostics receive",
    arguments: [
      ("trace", 4), ("debug", 4), ("INFO", 3), ("warn", 2), ("warning", 2), ("error", 1), ("fatal", 1), ("none", 0),
      ("off", 0),
    ])
  func logLevel(_ value: String, _ count: Int) {
    #expect(passing(["OTEL_LOG_LEVEL": value]).count == count)
  }

  @Test("code's level wins over the variable; without both the diagnostics decide")
  func codeLevel() {
    #expect(passing(["OTEL_LOG_LEVEL": "debug"]) { $0.logLevel = .error } == [.error])
    #expect(passing([:]).count == 4)
    let log = log
    #expect(
      passing(["OTEL_LOG_LEVEL": "debug"]) {
        $0.diagnostics = Diagnostics(minimumLevel: .error) { log.diagnostics.emit($0.level, $0.message) }
      } == [.error])
  }

  @Test("a resource attribute that can't be read is named by its position, and all are ignored (4.9.6)")
  func resourceAttributes() throws {
    let setup = TelemetrySetup(.test(["OTEL_RESOURCE_ATTRIBUTES": "a=1,secret"], log))
    #expect(setup.resource.attributes["a"] == nil)
    let line = try #require(log.lines.first)
    #expect(line.contains("OTEL_RESOURCE_ATTRIBUTES") && line.contains("entry=2") && !line.contains("secret"))
  }
}
