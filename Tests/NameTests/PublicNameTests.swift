import OTLPGRPC
import OTLPTesting
import Testing

/// A name of ours must not break a program that imports us: it is public only if a user needs it, and new ones are looked
/// at before they are.
@Suite struct PublicNameTests {
  /// The public top-level names of each library. Before a name is added here: is it needed to export, and does no
  /// library that a server imports have it (the stubs beside this file, Foundation)? Only opentelemetry-swift shares
  /// names with us by design, those of OpenTelemetry's specification: a file that imports both says `TelemetrySDK.Resource`.
  private static let allowed: [String: Set<String>] = [
    "TelemetryCore": [
      "ConfigurationError", "Deadline", "DiagnosticEvent", "Diagnostics", "KeyPassword", "MonotonicInstant",
      "PEMSource",
      "SystemError", "TelemetryLoop", "TelemetryRuntime", "withTelemetryRuntime",
    ],
    "TelemetrySDK": [
      "AttributeValue", "Attributes", "BatchConfiguration", "BatchItem", "BatchProcessor", "BatchSpanProcessor",
      "ConsoleExporter", "DropReason", "ExportOutcome", "Exporter", "FlushReport", "InMemoryExporter",
      "InMemorySpanExporter", "InstrumentationScope", "ItemProcessor", "Ledger", "OverflowPolicy", "Resource",
      "SelfMetrics",
      "SimpleProcessor", "SimpleSpanProcessor", "SpanData", "SpanExporter", "SpanID", "TraceID",
    ],
    "OTLPExport": [
      "HeaderProvider", "OTLPCompression", "OTLPError", "OTLPHeaders", "OTLPProxy", "OTLPRetryPolicy", "OTLPSignal",
      "OTLPTLSVersion", "ProvidedHeaders",
    ],
    "OTLPGRPC": ["OTLPGRPCExporter"],
    "OTLPTesting": ["LoopbackCollector", "StandardWorkload", "TestCertificates", "withLoopbackCollector"],
    "OTLPWire": [], "HTTP2Transport": [], "GRPCClient": [],
  ]

  /// Enumerations that users may switch over exhaustively: their cases are a specification's.
  private static let closedEnums: Set<String> = [
    "AttributeValue", "Code", "Kind",
  ]

  @Test(arguments: allowed.keys.sorted()) func publicNamesAreTheListed(target: String) throws {
    let names = try PublicSource.files(of: target).flatMap(\.declarations)
      .filter { $0.isPublic && $0.keyword != "extension" }.map(\.name)
    #expect(Set(names) == Self.allowed[target])
  }

  @Test func reexportsAreWhatExportingNeeds() throws {
    let expected = [
      "TelemetrySDK": ["TelemetryCore"], "OTLPExport": ["TelemetrySDK"], "OTLPGRPC": ["OTLPExport", "TelemetrySDK"],
      "OTLPTesting": ["TelemetrySDK"],
    ]
    for target in Self.allowed.keys {
      let imports = try PublicSource.files(of: target).flatMap(\.exportedImports)
      #expect(imports.sorted() == expected[target, default: []].sorted(), "\(target)")
    }
  }

  @Test func noPublicExtensionOfATypeThatIsntOurs() throws {
    let files = try Self.allowed.keys.map { try PublicSource.files(of: $0) }.joined()
    let all = files.flatMap(\.declarations)
    let ours = Set(all.filter { $0.keyword != "extension" }.map(\.name))
    for extended in all where extended.keyword == "extension" {
      guard let type = extended.name.split(separator: ".").first, !ours.contains(String(type)) else { continue }
      let shown = extended.members.filter { $0.contains("public ") }
      #expect(!extended.isPublic && shown.isEmpty, "extension \(extended.name): \(shown)")
    }
    #expect(all.contains { $0.keyword == "extension" && $0.name == "Duration" })  // there is one to look at
  }

  @Test func enumerationsThatMayGrowAreOpen() throws {
    let files = try Self.allowed.keys.flatMap { try PublicSource.files(of: $0) }
    let closed = Set(files.flatMap(\.closedEnums))
    #expect(closed.isSubset(of: Self.closedEnums))
    #expect(files.flatMap(\.openEnums).contains("Level"))
  }

  @Test("the reader sees what it is to see")
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

  @Test("other packages' names and ours mean one thing each, in one file")
  func namesBesideOurs() {
    #expect(!ourNames.isEmpty && !namesNIO.isEmpty && !namesLogging.isEmpty)
    #expect(!namesTracing.isEmpty && !namesServices.isEmpty)
    #expect(level(.warning) == "loud")
  }
}
