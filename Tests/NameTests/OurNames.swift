import Dispatch
import Foundation
import OTLPGRPC
import OTLPTesting
import StubLogging
import StubNIO
import StubServices
import StubTracing
import Synchronization
import TelemetrySDK

/// Uses each of our public names in a file that imports the libraries of a server. The file compiles only if no name is
/// ambiguous.
let ourNames: [Any.Type] = [
  Attributes.self, AttributeValue.self, BatchConfiguration.self, (any BatchItem).self, BatchProcessor<SpanData>.self,
  BatchSpanProcessor.self, ConfigurationError.self, ConsoleExporter.self, Deadline.self, DiagnosticEvent.self,
  Diagnostics.self, DropReason.self, ExportOutcome.self, (any Exporter<SpanData>).self, FlushReport.self,
  HeaderProvider.self, InMemoryExporter<SpanData>.self, InMemorySpanExporter.self, InstrumentationScope.self,
  (any ItemProcessor<SpanData>).self, KeyPassword.self,
  Ledger.self, LoopbackCollector.self, MonotonicInstant.self, OTLPCompression.self, OTLPError.self,
  OTLPGRPCExporter.self, OTLPHeaders.self, OTLPProxy.self, OTLPRetryPolicy.self, OTLPSignal.self, OTLPTLSVersion.self,
  OverflowPolicy.self, PEMSource.self,
  ProvidedHeaders.self, Resource.self, SelfMetrics.self, SimpleProcessor<SpanData>.self, SimpleSpanProcessor.self,
  SpanData.self, (any SpanExporter).self, SpanID.self, StandardWorkload.self, SystemError.self, TelemetryLoop.self,
  TelemetryRuntime.self, TestCertificates.self, TraceID.self,
]

func ourMainJob() async throws {
  try await withTelemetryRuntime { runtime in _ = runtime.configuration }
  try await withLoopbackCollector { collector in _ = collector.endpoint }
}

/// A switch over an enumeration that may grow needs `@unknown default`, except with a compiler without
/// `@nonexhaustive`.
func level(_ level: DiagnosticEvent.Level) -> String {
  switch level {
  case .debug, .info: "quiet"
  case .warning, .error: "loud"
  @unknown default: "new"
  }
}
