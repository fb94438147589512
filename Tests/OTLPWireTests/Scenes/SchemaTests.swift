import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

/// The encoder against the schema in `Protos/`, which a script compares with the published one.
@Suite(.ownThreads) struct SchemaTests {
  /// The fields that no span has: entities, and indices into the string table of profiles (6.8.13).
  static let unwritten: Set = [
    "Resource.entity_refs", "AnyValue.string_value_strindex", "KeyValue.key_strindex", "EntityRef.schema_url",
    "EntityRef.type", "EntityRef.id_keys", "EntityRef.description_keys",
  ]

  @Test("each field of the schema is written, except those without a counterpart in a span")
  func everyField() throws {
    let schema = Schema(files: Schema.paths)
    let reachable = schema.fields(from: "ExportTraceServiceRequest")
    #expect(reachable.count > 50)
    var written: Set<String> = []
    try ExportRequestEncoder().encode(SpanBatch([.full])).protobuf.array.reading { (reader) throws(WireError) in
      try schema.walk(reader, "ExportTraceServiceRequest", &written)
    }
    #expect(reachable.subtracting(written) == Self.unwritten)
    #expect(written.subtracting(reachable) == [])
  }

  @Test("enums have the numbers of the schema")
  func enums() throws {
    let schema = Schema(files: Schema.paths)
    let kinds: [SpanData.Kind: String] = [
      .unspecified: "UNSPECIFIED", .internal: "INTERNAL", .server: "SERVER", .client: "CLIENT", .producer: "PRODUCER",
      .consumer: "CONSUMER",
    ]
    let codes: [SpanData.Status.Code: String] = [.unset: "UNSET", .ok: "OK", .error: "ERROR"]
    #expect(
      schema.enums["SpanKind"]
        == [String: Int](uniqueKeysWithValues: kinds.map { ("SPAN_KIND_" + $1, Int($0.rawValue)) }))
    #expect(
      schema.enums["StatusCode"]
        == [String: Int](uniqueKeysWithValues: codes.map { ("STATUS_CODE_" + $1, Int($0.rawValue)) }))
  }
}
