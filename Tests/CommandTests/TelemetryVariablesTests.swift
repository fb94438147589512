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
      // The exporter's variables are made of a prefix and an option.
      let parts =
        name.hasPrefix("OTEL_EXPORTER_OTLP_")
        ? [String(name.split(separator: "_").last ?? "")] : [name]
      for part in parts { #expect(code.contains(part), "\(name)") }
    }
    #expect(TelemetryVariables.read.isDisjoint(with: TelemetryVariables.withoutEffect))
  }
}
