import OTLPFile
import OTLPWire
import SwiftOTLP
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct FileExporterTests {
  private func configuration(_ environment: [String: String] = [:]) -> Telemetry.Configuration {
    var configuration = Telemetry.Configuration()
    configuration.environment = environment
    configuration.detectors = []
    configuration.diagnostics = .silent
    return configuration
  }

  @Test("spans go to a file in batches")
  func file() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    var configuration = configuration()
    configuration.tracesExporters = [.file(OTLPFileConfiguration(path: folder + "/traces.jsonl"))]
    let telemetry = try Telemetry(configuration)
    for index in 0..<3 { telemetry.tracer("t").startSpan("span \(index)").end() }
    let report = await telemetry.shutdown(within: Loopback.patience)
    #expect(report.isDelivered && report.traces.ledger.exports == 1)
    #expect(telemetry.selfMetrics["otel.sdk.exporter.span.exported"]?.points.map(\.value) == [.sum(3)])
    let spans = try OTLPJSON.decode(TestFiles.bytes(folder + "/traces.jsonl"))
    #expect(spans.map(\.name) == ["span 0", "span 1", "span 2"])
  }

  @Test("a file that can't be written is an error at once")
  func unusable() throws {
    var configuration = configuration()
    configuration.tracesExporters = [.file(OTLPFileConfiguration(path: "/nowhere/traces.jsonl"))]
    let error = #expect(throws: OTLPError.self) { try Telemetry(configuration) }
    #expect(error?.code == .unusableFile && error?.option == "tracesExporters")
    #expect(error?.message.hasPrefix("/nowhere/traces.jsonl: the folder doesn't exist") == true)
    configuration.tracesExporters = [.file(OTLPFileConfiguration(path: ""))]
    #expect(throws: OTLPError.self) { try Telemetry(configuration) }
  }

  @Test("otlp/stdout is standard output (3.4.6)")
  func standardOutput() {
    let setup = TelemetrySetup(self.configuration(["OTEL_TRACES_EXPORTER": "otlp/stdout,otlp"]))
    #expect(setup.tracesExporters.value.map(\.description) == ["otlp/stdout", "otlp"])
    #expect(setup.exportsToStandardOutput && setup.exportsOTLP && !setup.exportsToConsole)
    #expect(Telemetry.TracesExporter.file(OTLPFileConfiguration(path: "x.jsonl")).description == "x.jsonl")
  }
}
