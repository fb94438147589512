internal import OTLPGRPC
internal import SwiftOTLP
internal import TelemetryCore
internal import TelemetrySDK

/// The configuration from the environment.
enum EnvironmentLines {
  static func run(_ bytes: [UInt8]) {
    var environment: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
    }
    // An event has the invalid value, which the application's handler may print.
    let diagnostics = Diagnostics { event in expectOneLine(event.description) }
    var batch = BatchConfiguration()
    batch.apply(environment: environment, diagnostics: diagnostics)
    rule((try? batch.validate()) != nil, "the environment made an invalid batch configuration: \(batch)")
    var limits = SpanLimits()
    limits.apply(environment: environment, diagnostics: diagnostics)
    rule((try? limits.validate()) != nil, "the environment made invalid span limits: \(limits)")
    var telemetry = Telemetry.Configuration()
    telemetry.environment = environment
    telemetry.diagnostics = diagnostics
    telemetry.detectors = []
    do throws(OTLPError) {
      try TelemetrySetup(telemetry).validate()
    } catch {
      expectOneLine(error.description)
    }
    var configuration = OTLPGRPCExporter.Configuration()
    configuration.apply(environment: environment, diagnostics: diagnostics)
    expectOneLine(configuration.description)
    do throws(OTLPError) {
      try configuration.validate()
    } catch {
      expectOneLine(error.description)
    }
  }
}
