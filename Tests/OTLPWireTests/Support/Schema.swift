import TestSupport
import Testing

@testable import OTLPWire

/// The messages and enums in `Protos/`, by the last part of their names.
struct Schema {
  struct Field {
    let name: String
    let type: String
  }

  static let paths =
    ["common", "resource", "trace", "logs", "metrics"].map { "Protos/opentelemetry/proto/\($0)/v1/\($0).proto" }
    + ["trace", "logs", "metrics"].map { "Protos/opentelemetry/proto/collector/\($0)/v1/\($0)_service.proto" }

  /// The fields by message and number.
  private(set) var messages: [String: [UInt32: Field]] = [:]
  private(set) var enums: [String: [String: Int]] = [:]

  init(files: [String]) {
    for path in files {
      var open: [(kind: Substring, name: String)] = []
      for line in TestFiles.read("\(TestFiles.root)/\(path)").split(separator: "\n") {
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

  /// All fields of a message and of the messages in it, as `Message.field`.
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

  /// Collects the fields of an encoded message. Each must be in the schema, with its wire type.
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
