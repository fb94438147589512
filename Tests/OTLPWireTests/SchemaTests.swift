import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

/// Holds the encoder against the schema in `Protos/`, which a script holds against the published one.
@Suite(.ownThreads) struct SchemaTests {
  /// Fields that no span has (6.8.13): what `Resource` doesn't know, and places in the string table of profiles.
  static let unwritten: Set = [
    "Resource.entity_refs", "AnyValue.string_value_strindex", "KeyValue.key_strindex", "EntityRef.schema_url",
    "EntityRef.type", "EntityRef.id_keys", "EntityRef.description_keys",
  ]

  /// A span in which nothing has its default.
  static let fullSpan = SpanData(
    traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), parentSpanID: SpanID(4), traceState: "a=b", name: "name",
    kind: .client, startTimeUnixNano: 5, endTimeUnixNano: 6,
    attributes: [
      "string": "text", "bool": true, "int": 7, "double": 0.5, "bytes": .bytes([8]), "array": [9],
      "map": .map(["k": 1]),
    ],
    droppedAttributesCount: 10,
    events: [.init(name: "event", timeUnixNano: 11, attributes: ["k": 1], droppedAttributesCount: 12)],
    droppedEventsCount: 13,
    links: [
      .init(
        traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), traceState: "c=d", attributes: ["k": 1],
        droppedAttributesCount: 14, flags: 15)
    ],
    droppedLinksCount: 16, status: .error("message"), flags: 17,
    resource: Resource(["k": 1], droppedAttributesCount: 18, schemaURL: "resource schema"),
    scope: InstrumentationScope(
      name: "scope", version: "1", attributes: ["k": 1], droppedAttributesCount: 19, schemaURL: "scope schema"))

  @Test("every field of the schema is written, but for those that are left out on purpose")
  func everyField() throws {
    let schema = try Schema(files: Schema.paths)
    let reachable = schema.fields(from: "ExportTraceServiceRequest")
    #expect(reachable.count > 50)
    var written: Set<String> = []
    try ExportRequestEncoder().encode([Self.fullSpan]).protobuf.array.reading { (reader) throws(WireError) in
      try schema.walk(reader, "ExportTraceServiceRequest", &written)
    }
    #expect(reachable.subtracting(written) == Self.unwritten)
    #expect(written.subtracting(reachable) == [])
  }

  @Test("enums have the schema's numbers")
  func enums() throws {
    let schema = try Schema(files: Schema.paths)
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

/// As much of the protobuf language as `Protos/` has. Types go by their last name.
struct Schema {
  struct Field {
    let name: String
    let type: String
  }

  static let paths = ["common", "resource", "trace", "collector/trace"].map { folder in
    "Protos/opentelemetry/proto/\(folder)/v1/"
      + (folder == "collector/trace" ? "trace_service.proto" : "\(folder).proto")
  }

  /// By message and number.
  private(set) var messages: [String: [UInt32: Field]] = [:]
  private(set) var enums: [String: [String: Int]] = [:]

  init(files: [String]) throws {
    for path in files {
      var open: [(kind: Substring, name: String)] = []
      for line in String(decoding: try Fixtures.read(path), as: UTF8.self).split(separator: "\n") {
        let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
        let words = code.split { " ;{}".contains($0) }
        if code.contains("{"), !code.contains("}") {
          open.append((words[0], String(words[1])))
          if words[0] == "message" { messages[String(words[1])] = [:] }
        } else if code.contains("}"), !code.contains("{") {
          open.removeLast()
        } else if let equals = words.firstIndex(of: "="), let scope = open.last(where: { $0.kind != "oneof" }) {
          add(words, equals, to: scope)
        }
      }
    }
  }

  private mutating func add(_ words: [Substring], _ equals: Int, to scope: (kind: Substring, name: String)) {
    let name = String(words[equals - 1])
    if scope.kind == "enum" {
      enums[scope.name, default: [:]][name] = Int(words[equals + 1])
    } else if let number = UInt32(words[equals + 1]) {
      let type = words[equals - 2].split(separator: ".").last.map(String.init) ?? ""
      messages[scope.name, default: [:]][number] = Field(name: name, type: type)
    }
  }

  /// All fields that a message and those in it can have, as `Message.field`.
  func fields(from message: String) -> Set<String> {
    var found: Set<String> = []
    var (seen, rest): (Set<String>, [String]) = ([message], [message])
    while let name = rest.popLast() {
      for field in messages[name, default: [:]].values {
        found.insert("\(name).\(field.name)")
        if messages[field.type] != nil, seen.insert(field.type).inserted { rest.append(field.type) }
      }
    }
    return found
  }

  /// Notes the fields that a message has, which must be of the schema and of its wire type.
  func walk(_ reader: ProtobufReader, _ message: String, _ found: inout Set<String>) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      guard let field = messages[message]?[tag >> 3] else {
        Issue.record("\(message) has a field \(tag >> 3) that the schema doesn't have")
        return
      }
      found.insert("\(message).\(field.name)")
      #expect(tag & 7 == wireType(field.type), "\(message).\(field.name)")
      if messages[field.type] != nil {
        try walk(try reader.message(), field.type, &found)
      } else {
        try reader.skip(tag)
      }
    }
  }

  private func wireType(_ type: String) -> UInt32 {
    switch type {
    case "fixed64", "double": 1
    case "fixed32": 5
    case "int32", "int64", "uint32", "bool": 0
    case "string", "bytes": 2
    default: enums[type] == nil ? 2 : 0
    }
  }
}
