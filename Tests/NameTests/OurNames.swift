import Dispatch
import Foundation
import OTLPGRPC
import OTLPTesting
import StubLogging
import StubNIO
import StubServices
import StubTracing
import SwiftOTLP
import Synchronization
import TelemetrySDK

/// Uses each of our public names in a file that imports the libraries of a server. The file compiles only if no name is
/// ambiguous.
let ourNames: [Any.Type] = [
  BatchLogRecordProcessor.self, InMemoryLogRecordExporter.self, LogRecord.self, LogRecordBatch.self,
  (any LogRecordExporter).self, LogRecordLimits.self, (any LogRecordProcessor).self, LoggerProvider.self,
  SimpleLogRecordProcessor.self, TelemetryLogger.self,
  InMemoryMetricExporter.self, Metric.self, MetricBatch.self, (any MetricExporter).self,
  MetricCollection.self, (any MetricProducer).self, PeriodicMetricReader.self, SelfMetricsProducer.self,
  TemporalityPreference.self,
  AlwaysOffSampler.self, AlwaysOnSampler.self, AlwaysRecordSampler.self, AttributeValue.self, Attributes.self,
  B3Propagator.self, Baggage.self, Batch<SpanData>.self, SpanBatch.self, BatchConfiguration.self, (any BatchItem).self,
  BatchProcessor<SpanData>.self,
  BatchSpanProcessor.self, CloudFunctionDetector.self, ComposableAlwaysOff.self, ComposableAlwaysOn.self,
  ComposableAnnotating.self, ComposableParentThreshold.self, ComposableProbability.self, ComposableRuleBased.self,
  (any ComposableSampler).self, CompositePropagator.self, CompositeSampler.self, ConfigurationError.self,
  ConsoleExporter<SpanData>.self, ConsoleLogRecordExporter.self, ConsoleMetricExporter.self, ConsoleSpanExporter.self,
  ContainerDetector.self,
  Deadline.self, DiagnosticEvent.self, Diagnostics.self,
  DictionaryTextMap.self, DropReason.self, EnvironmentDetector.self, EnvironmentTextMap.self, ExportOutcome.self,
  (any Exporter<SpanData>).self, FlushReport.self, HeaderProvider.self, HostDetector.self, (any IDGenerator).self,
  InMemoryExporter<SpanData>.self, InMemorySpanExporter.self, InstrumentationScope.self,
  (any ItemProcessor<SpanData>).self, JaegerPropagator.self, KeyPassword.self, KubernetesDetector.self, Ledger.self,
  LoopbackCollector.self, MonotonicInstant.self, OTLPCompression.self, OTLPError.self, OTLPFileConfiguration.self,
  OTLPFileError.self, OTLPFileExporter<SpanData>.self, OTLPFileSpanExporter.self, OTLPGRPCExporter.self,
  OTLPHeaders.self, OTLPProxy.self, OTLPRetryPolicy.self, OTLPSignal.self, OTLPSignalExporter<LogRecord>.self,
  OTLPTLSVersion.self,
  OTTracePropagator.self, OperatingSystemDetector.self, OverflowPolicy.self, PEMSource.self, PairsTextMap.self,
  ParentBasedSampler.self,
  ProbabilitySampler.self, ProcessDetector.self, ProvidedHeaders.self, RandomIDGenerator.self, RecordingSpan.self,
  Resource.self,
  (any ResourceDetector).self, (any Sampler).self, SamplingIntent.self, SamplingParameters.self, SamplingResult.self,
  SelfMetrics.self, ServiceDetector.self,
  SimpleProcessor<SpanData>.self, SimpleSpanProcessor.self, SpanContext.self, SpanData.self, (any SpanExporter).self,
  SpanID.self, SpanLimits.self, RecordingSpan.Link.self, (any SpanProcessor).self, (any StackTraced).self,
  StandardWorkload.self,
  SystemError.self, Telemetry.self, TelemetryLoop.self, TelemetryReport.self, TelemetryRuntime.self,
  TelemetryTracer.self,
  TestCertificates.self, (any TextMapGetter<[String: String]>).self, (any TextMapPropagator).self,
  (any TextMapSetter<[String: String]>).self, TraceContext.self, (any TraceContextKey).self, TraceFlags.self,
  TraceID.self,
  TraceIDRatioSampler.self, TraceState.self, TracerProvider.self, W3CBaggagePropagator.self,
  W3CTraceContextPropagator.self,
  XRayIDGenerator.self, XRayPropagator.self,
]

/// A type that can't be copied is no `Any`.
func set(_ attributes: inout EventAttributes) { attributes.set("key", 1) }
func set(_ attributes: inout LogRecordAttributes) { attributes.set("key", 1) }

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
