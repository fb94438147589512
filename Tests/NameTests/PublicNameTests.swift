import OTLPGRPC
import OTLPTesting
import SwiftOTLP
import Testing

/// Our public names must not break a program that imports our libraries, so a test lists all of them.
@Suite struct PublicNameTests {
  /// The public top-level names of each library. A name belongs here only if exporting needs the name, and no library that
  /// servers import has it (the stubs beside this file, Foundation). Only opentelemetry-swift shares names with us by
  /// design, the names of OpenTelemetry's specification: a file that imports both writes `TelemetrySDK.Resource`.
  private static let allowed: [String: Set<String>] = [
    "TelemetryCore": [
      "ConfigurationError", "Deadline", "DiagnosticEvent", "Diagnostics", "KeyPassword", "MonotonicInstant",
      "PEMSource",
      "SystemError", "TelemetryLoop", "TelemetryRuntime", "withTelemetryRuntime",
    ],
    "TelemetrySDK": [
      "BatchLogRecordProcessor", "InMemoryLogRecordExporter", "LogRecord", "LogRecordBatch", "LogRecordExporter",
      "LogRecordAttributes", "LogRecordLimits", "LogRecordProcessor", "LoggerProvider", "SimpleLogRecordProcessor",
      "TelemetryLogger",
      "InMemoryMetricExporter", "Metric", "MetricBatch", "MetricExporter",
      "MetricCollection", "MetricProducer", "PeriodicMetricReader", "SelfMetricsProducer", "TemporalityPreference",
      "AlwaysOffSampler", "AlwaysOnSampler", "AlwaysRecordSampler", "AttributeValue", "Attributes",
      "B3Propagator", "Baggage", "Batch", "BatchConfiguration", "BatchItem", "BatchProcessor", "BatchSpanProcessor",
      "CloudFunctionDetector", "ComposableAlwaysOff", "ComposableAlwaysOn", "ComposableAnnotating",
      "ComposableParentThreshold", "ComposableProbability", "ComposableRuleBased", "ComposableSampler",
      "CompositePropagator", "CompositeSampler", "ConsoleExporter", "ConsoleLogRecordExporter", "ConsoleMetricExporter",
      "ConsoleSpanExporter",
      "ContainerDetector",
      "DictionaryTextMap", "DropReason", "EncodedItem", "EnvironmentDetector", "EnvironmentTextMap", "EventAttributes",
      "ExportOutcome",
      "Exporter", "FlushReport", "HostDetector", "IDGenerator", "InMemoryExporter", "InMemorySpanExporter",
      "InstrumentationScope", "ItemProcessor", "JaegerPropagator", "KubernetesDetector", "Ledger",
      "OTLPSignal", "OTTracePropagator", "OperatingSystemDetector", "OverflowPolicy", "PairsTextMap",
      "ParentBasedSampler",
      "ProbabilitySampler",
      "ProcessDetector", "ProtobufWriter", "RandomIDGenerator", "RecordingSpan", "Resource", "ResourceDetector",
      "Sampler",
      "SamplingIntent", "SamplingParameters", "SamplingResult",
      "SelfMetrics", "ServiceDetector", "SimpleProcessor", "SimpleSpanProcessor", "SpanBatch", "SpanContext",
      "SpanData",
      "SpanExporter", "SpanID", "SpanLimits", "SpanProcessor", "StackTraced", "TelemetryTracer",
      "TextMapGetter", "TextMapPropagator", "TextMapSetter",
      "TraceContext", "TraceContextKey", "TraceFlags", "TraceID", "TraceIDRatioSampler", "TraceState", "TracerProvider",
      "W3CBaggagePropagator",
      "W3CTraceContextPropagator", "XRayIDGenerator", "XRayPropagator",
    ],
    "OTLPExport": [
      "HeaderProvider", "OTLPCompression", "OTLPError", "OTLPHeaders", "OTLPProxy", "OTLPRetryPolicy",
      "OTLPSignalExporter", "OTLPTLSVersion",
      "ProvidedHeaders",
    ],
    "OTLPGRPC": ["OTLPGRPCExporter"],
    "TelemetryDatabase": [
      "PostgreSQLConfiguration", "PostgreSQLExporter", "SQLiteConfiguration", "SQLiteExporter",
    ],
    "OTLPFile": ["OTLPFileConfiguration", "OTLPFileError", "OTLPFileExporter", "OTLPFileSpanExporter"],
    "SwiftOTLP": ["Telemetry", "TelemetryReport"],
    "OTLPTesting": ["LoopbackCollector", "StandardWorkload", "TestCertificates", "withLoopbackCollector"],
    "TelemetryTracing": ["DistributedSpan", "DistributedTracer"],
    "TelemetryLogging": ["TelemetryLogHandler", "TraceMetadata"],
    "TelemetryMetrics": ["SelfMetricsReporter"], "TelemetryLifecycle": [],
    "TelemetryOpenTelemetry": ["OTLPSpanExporter", "OTLPSpanProcessor"],
    "OTLPWire": [], "HTTP2Transport": [], "GRPCClient": [],
  ]

  /// Enumerations with the cases of a specification, over which users may switch exhaustively.
  private static let closedEnums: Set<String> = [
    "AttributeValue", "Code", "Decision", "Kind", "Severity", "Temporality", "Value",
  ]

  @Test(arguments: allowed.keys.sorted()) func allPublicNamesAreListed(target: String) throws {
    let names = try PublicSource.files(of: target).flatMap(\.declarations)
      .filter { $0.isPublic && $0.keyword != "extension" }.map(\.name)
    #expect(Set(names) == Self.allowed[target])
  }

  /// A use of such a name would be ambiguous in a file that imports both; a reference to its metatype alone may compile.
  @Test(arguments: ["StubNIO", "StubLogging", "StubTracing", "StubServices"])
  func noNameIsAlsoAnotherPackages(stub: String) throws {
    let names = try PublicSource.files(in: "Tests/NameTests/Stubs/\(stub)").flatMap(\.declarations).map(\.name)
    #expect(!names.isEmpty && Self.allowed.values.allSatisfy { $0.isDisjoint(with: names) })
  }

  @Test func onlyTheLibrariesForExportingAreReexported() throws {
    let expected = [
      "TelemetrySDK": ["TelemetryCore"], "OTLPExport": ["TelemetrySDK"], "OTLPGRPC": ["OTLPExport", "TelemetrySDK"],
      "SwiftOTLP": ["OTLPFile", "OTLPGRPC", "OTLPHTTP", "TelemetrySDK"], "OTLPTesting": ["TelemetrySDK"],
      "OTLPFile": ["TelemetryCore", "TelemetrySDK"],
      "TelemetryDatabase": ["OTLPExport", "TelemetrySDK"],
    ]
    for target in Self.allowed.keys {
      let imports = try PublicSource.files(of: target).flatMap(\.exportedImports)
      #expect(imports.sorted() == expected[target, default: []].sorted(), "\(target)")
    }
  }

  @Test func foreignTypesHaveNoPublicExtension() throws {
    let files = try Self.allowed.keys.map { try PublicSource.files(of: $0) }.joined()
    let all = files.flatMap(\.declarations)
    let ours = Set(all.filter { $0.keyword != "extension" }.map(\.name))
    for extended in all where extended.keyword == "extension" {
      guard let type = extended.name.split(separator: ".").first, !ours.contains(String(type)) else { continue }
      let shown = extended.members.filter { $0.contains("public ") }
      #expect(!extended.isPublic && shown.isEmpty, "extension \(extended.name): \(shown)")
    }
    #expect(all.contains { $0.keyword == "extension" && $0.name == "Duration" })  // The check has a subject.
  }

  @Test func otherEnumerationsAreNonexhaustive() throws {
    let files = try Self.allowed.keys.flatMap { try PublicSource.files(of: $0) }
    let closed = Set(files.flatMap(\.closedEnums))
    #expect(closed.isSubset(of: Self.closedEnums))
    #expect(files.flatMap(\.openEnums).contains("Level"))
  }

  @Test("the reader finds imports, declarations, members and enumerations")
  func reader() {
    let source = PublicSource(
      file: "x.swift",
      text: """
        @_exported public import A
        public final class One<T>: Two {
          public enum Closed { case a }
          #if hasAttribute(nonexhaustive)
            @nonexhaustive
          #endif
          public enum Open { case a }
        }
        struct Two {}
        // public struct Three {}
        package func four() {}
        public func five() {}
        extension Duration {
          public var six: Int { 6 }
        }
        """)
    #expect(source.declarations.filter(\.isPublic).map(\.name) == ["One", "five"])
    #expect(source.declarations.map(\.name) == ["One", "Two", "four", "five", "Duration"])
    #expect(source.declarations.last?.members.count == 1)
    #expect(source.closedEnums == ["Closed"] && source.openEnums == ["Open"] && source.exportedImports == ["A"])
  }

  @Test("our names and the names of other packages compile in one file")
  func namesBesideOurs() {
    #expect(!ourNames.isEmpty && !namesNIO.isEmpty && !namesLogging.isEmpty)
    #expect(!namesTracing.isEmpty && !namesServices.isEmpty)
    #expect(level(.warning) == "loud")
  }
}
