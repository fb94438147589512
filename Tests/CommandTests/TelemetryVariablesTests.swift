import SwiftOTLP
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryVariablesTests {
  @Test("the list has each variable that the libraries name, and no other")
  func completeness() {
    let texts = TestFiles.sources(in: TestFiles.root + "/Sources")
      .filter { !$0.contains("/otlp/") && !$0.hasSuffix("TelemetryVariables.swift") }.map { TestFiles.read($0) }
    let named = Set(texts.flatMap { $0.matches(of: /"(OTEL_[A-Z_]*[A-Z])"/).map { String($0.output.1) } })
    #expect(named.count > 20)
    for name in named { #expect(TelemetryVariables.read.contains(name), "\(name)") }
    let code = texts.joined()
    for name in TelemetryVariables.read {
      // Some variables are made of a prefix, the signal or the processor, and an option.
      let isMade = ["OTEL_EXPORTER_OTLP_", "OTEL_BSP_", "OTEL_BLRP_", "OTEL_LOGS_", "OTEL_METRICS_", "OTEL_TRACES_E"]
        .contains { name.hasPrefix($0) }
      let part = isMade ? String(name.split(separator: "_").last ?? "") : name
      let isRead = code.contains(part)
      #expect(isRead, "\(name)")
    }
    #expect(TelemetryVariables.read.isDisjoint(with: TelemetryVariables.withoutEffect))
  }
}
