import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestSupport
import Testing

/// The published SDK for Python, behind `Tests/Peers/sdk_peer.py`.
enum SDKPeer {
  /// Answers cases, each a JSON object, with a line each.
  static func answers(_ mode: String, to cases: [String]) async throws -> [Substring] {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write(cases.joined(separator: "\n") + "\n", to: folder + "/cases")
    let process = try start(mode, folder)
    let code = await process.wait(within: .seconds(120))
    try #require(code == 0, "sdk_peer.py \(mode): \(process.errors)")
    let lines = TestFiles.read(folder + "/results").split(separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.count == cases.count + 1)
    return lines.dropLast()
  }

  /// Starts the program on a folder with the file `cases`.
  static func start(_ mode: String, _ folder: String) throws -> ChildProcess {
    try ChildProcess([
      Peers.python, TestFiles.root + "/Tests/Peers/sdk_peer.py", mode, folder + "/cases", folder + "/results",
    ])
  }

  /// Text in the form of the peer's answers.
  static func text(_ text: String) -> String {
    PercentEncoding.encode(text) { $0.isASCIIAlphanumeric(or: "_.-~") }
  }
}

extension TraceContext {
  /// The context in the form of the peer's answers.
  var described: String {
    let span = spanContext
    var parts: [String] = []
    if span.isValid {
      let state = SDKPeer.text(span.traceState.description)
      parts.append("\(span) remote=\(span.isRemote ? 1 : 0) state=\(state)")
    }
    parts += Array(baggage).sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }.map {
      "\(SDKPeer.text($0.name))=\(SDKPeer.text($0.value))"
    }
    return parts.joined(separator: " ")
  }

  /// Writes the fields from which the peer makes the same context.
  func write(into writer: inout JSONWriter) {
    spanContext.write(into: &writer)
    writer.array("baggage", Array(baggage)) { writer, entry in
      writer.object {
        $0.field("name", entry.name)
        $0.field("value", entry.value)
      }
    }
  }
}

extension SpanContext {
  /// Writes the fields from which the peer makes the same context.
  func write(into writer: inout JSONWriter) {
    writer.field("trace", "\(traceID)")
    writer.field("span", "\(spanID)")
    writer.field("flags", Int(flags.rawValue))
    writer.field("state", traceState.description)
    writer.field("remote", isRemote)
  }
}
