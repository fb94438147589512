#if PostgreSQL
  import OTLPExport
  import TelemetryCore
  import TestSupport
  import Testing

  @testable import TelemetryDatabase

  /// A server, and an exporter to it.
  struct PostgreSQLScene {
    let server: PostgreSQLPeer
    let exporter: PostgreSQLExporter
    let log = EventLog()

    init(_ configure: (inout PostgreSQLConfiguration) -> Void = { _ in }) async throws {
      server = try await PostgreSQLPeer()
      var configuration = PostgreSQLConfiguration(connection: server.url())
      configure(&configuration)
      exporter = try PostgreSQLExporter(configuration, diagnostics: log.diagnostics)
    }

    /// Another exporter to the server.
    func exporter(
      _ url: String, _ configure: (inout PostgreSQLConfiguration) -> Void = { _ in }
    ) throws -> PostgreSQLExporter {
      var configuration = PostgreSQLConfiguration(connection: url)
      configure(&configuration)
      return try PostgreSQLExporter(configuration, diagnostics: log.diagnostics)
    }

    /// Exports spans, and checks the ledger's law.
    func export(_ spans: [SpanData], within limit: Duration = .seconds(60)) async -> ExportOutcome {
      let outcome = await exporter.export(SpanBatch(spans), deadline: .after(limit))
      #expect(outcome.exported + outcome.rejected + outcome.dropped.values.reduce(0, +) == spans.count)
      return outcome
    }

    func reader() async throws -> DatabaseReader { try await TelemetryStore.open(DatabaseName(server.url())) }

    func end() async { await exporter.shutdown(deadline: .after(.seconds(5))) }
  }

  extension SpanData {
    /// The span with its attributes in the order of their keys: `jsonb` doesn't keep the order.
    var sorted: SpanData {
      var span = self
      span.attributes = attributes.sorted
      for index in events.indices { span.events[index].attributes = events[index].attributes.sorted }
      for index in links.indices { span.links[index].attributes = links[index].attributes.sorted }
      span.resource = resource.sorted
      span.scope = scope.sorted
      return span
    }
  }

  extension LogRecord {
    /// The record with its attributes in the order of their keys.
    var sorted: LogRecord {
      var record = self
      record.attributes = attributes.sorted
      record.body = body?.sorted
      record.resource = resource.sorted
      record.scope = scope.sorted
      return record
    }
  }

  extension Resource {
    fileprivate var sorted: Resource {
      Resource(attributes.sorted, droppedAttributesCount: droppedAttributesCount, schemaURL: schemaURL)
    }
  }

  extension InstrumentationScope {
    fileprivate var sorted: InstrumentationScope {
      InstrumentationScope(
        name: name, version: version, attributes: attributes.sorted, droppedAttributesCount: droppedAttributesCount,
        schemaURL: schemaURL)
    }
  }

  extension Attributes {
    fileprivate var sorted: Attributes {
      Attributes(self.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) })
    }
  }

  extension AttributeValue {
    fileprivate var sorted: AttributeValue {
      switch self {
      case .map(let map): .map(map.sorted)
      case .array(let values): .array(values.map(\.sorted))
      default: self
      }
    }
  }
#endif
