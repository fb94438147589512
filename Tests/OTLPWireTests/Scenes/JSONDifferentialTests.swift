import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import OTLPWire

/// The transcoder against the reference implementation in Python, which `Tests/run` installs.
@Suite(.ownThreads) struct JSONDifferentialTests {
  private static let count = 5000
  private static let types: [MessageType] = [.traceRequest, .logsRequest, .metricsRequest]

  @Test(
    "random requests of three signals become the reference's JSON, and its JSON becomes the reference's bytes",
    .enabled(if: Peers.hasPython, "no .venv: run Tests/run"))
  func reference() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let made = try await cases("make", folder)
    try #require(made == "", "\(made)")
    let messages = frames(TestFiles.bytes(folder + "/messages"))
    let lines = TestFiles.bytes(folder + "/texts").split(separator: 0x0A)
    #expect(messages.count == Self.count && lines.count == Self.count)
    var (texts, encoded): ([UInt8], [UInt8]) = ([], [])
    for ((type, message), line) in zip(messages, lines) {
      texts += try OTLPJSON.json(of: BufferSlice(message), as: type).array + [0x0A]
      let bytes = try OTLPJSON.protobuf(of: Array(line), as: type)
      encoded += withUnsafeBytes(of: UInt32(bytes.count).bigEndian, Array.init) + bytes
    }
    try TestFiles.write(texts, to: folder + "/our-texts")
    try TestFiles.write(encoded, to: folder + "/our-messages")
    let result = try await cases("check", folder)
    #expect(result == "equal: \(Self.count)\n", "\(result)")
  }

  /// The output of the script that makes and checks the cases.
  private func cases(_ verb: String, _ folder: String) async throws -> String {
    let script = "\(TestFiles.root)/Fixtures/json_cases.py"
    let process = try ChildProcess([Peers.python, script, verb, folder, "\(Self.count)"])
    let code = await process.wait()
    return code == 0 ? process.output : "exit code \(code ?? -1): \(process.errors)"
  }

  private func frames(_ bytes: [UInt8]) -> [(MessageType, [UInt8])] {
    var frames: [(MessageType, [UInt8])] = []
    var position = 0
    while position + 5 <= bytes.count {
      let size = bytes[position + 1..<position + 5].reduce(0) { $0 << 8 | Int($1) }
      let content = position + 5
      frames.append((Self.types[Int(bytes[position])], Array(bytes[content..<content + size])))
      position = content + size
    }
    return frames
  }
}
