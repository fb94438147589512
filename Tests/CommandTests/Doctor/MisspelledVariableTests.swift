import SwiftOTLP
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct MisspelledVariableTests {
  @Test(
    "a similar name means a known variable",
    arguments: [
      ("OTEL_TRACE_SAMPLER", "OTEL_TRACES_SAMPLER"), ("OTEL_SERVICENAME", "OTEL_SERVICE_NAME"),
      ("OTEL_EXPORTER_OLTP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
      ("OTEL_EXPORTER_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
      ("OTEL_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"), ("OTEL_RESOURCE_ATTRIBUTE", "OTEL_RESOURCE_ATTRIBUTES"),
      ("OTEL_BSP_QUEUE_SIZE", "OTEL_BSP_MAX_QUEUE_SIZE"), ("OTEL_TRACES_EXPORTERS", "OTEL_TRACES_EXPORTER"),
      ("OTEL_DISABLED", "OTEL_SDK_DISABLED"), ("OTEL_TRACES", "OTEL_TRACES_EXPORTER"),
      ("OTEL_METRIC_EXPORTER", "OTEL_METRICS_EXPORTER"),
    ])
  func similar(_ name: String, _ expected: String) { #expect(MisspelledVariable.meant(by: name) == expected) }

  @Test(arguments: [
    "PATH", "OTEL_", "OTEL_TRACING", "OTEL_MY_OWN_SETTING", "OTEL_PYTHON_SERVICE_NAME", "OTEL_GO_SERVICE_NAME",
    "OTEL_NODE_RESOURCE_DETECTORS", "OTEL_" + String(repeating: "A", count: 1000), "otel_service_name",
  ])
  func otherNamesMeanNone(_ name: String) { #expect(MisspelledVariable.meant(by: name) == nil) }

  @Test func knownVariablesAreNotMisspelled() {
    for name in TelemetryVariables.read.union(TelemetryVariables.withoutEffect) {
      #expect(MisspelledVariable.meant(by: name) == nil)
    }
  }
}
