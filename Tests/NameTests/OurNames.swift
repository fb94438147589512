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

/// Every public name of ours in a file that imports whatever a server does: it compiles only if each means one thing.
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

/// A user's switch over an enumeration of ours that may grow has a way out; without it this is an error, or on a
/// compiler that doesn't know `@nonexhaustive` nothing.
func level(_ level: DiagnosticEvent.Level) -> String {
  switch level {
  case .debug, .info: "quiet"
  case .warning, .error: "loud"
  @unknown default: "new"
  }
}
