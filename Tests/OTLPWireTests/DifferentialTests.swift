import Glibc
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@testable import OTLPWire

/// Random requests against the reference serializer in Python, which `Tests/run` installs.
@Suite(.ownThreads) struct DifferentialTests {
  static let python = "\(Fixtures.root)/.venv/bin/python3"
  static let isRequired = getenv("CI").map { String(cString: $0) } == "true"
  static let isThere = access(python, X_OK) == 0

  @Test(
    "the reference reads our bytes and our JSON, and writes the same bytes",
    .enabled(if: isThere || isRequired, "no .venv: run Tests/run"))
  func reference() throws {
    let encoder = ExportRequestEncoder()
    var requests: [UInt8] = []
    var lines: [UInt8] = []
    for seed in 100..<150 as Range<UInt64> {
      var random = RandomSpans(seed: seed)
      for count in [0, 1, 3, 10] {
        let spans = random.batch(count)
        requests += encoder.encode(spans).message.array
        lines += Array(OTLPJSON.encode(spans).utf8) + [0x0A]
      }
    }
    let files = [try temporaryFile(requests), try temporaryFile(lines)]
    defer { files.forEach { unlink($0) } }
    let output = try run(
      "'\(Self.python)' '\(Fixtures.root)/Fixtures/reserialize.py' '\(files[0])' '\(files[1])' 2>&1")
    #expect(output == "equal: 200\n")
  }

  private func temporaryFile(_ bytes: [UInt8]) throws -> String {
    var path = Array("\(TestFiles.temporary)/XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    try #require(descriptor >= 0)
    let file = try #require(fdopen(descriptor, "wb"))
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func run(_ command: String) throws -> String {
    let pipe = try #require(popen(command, "r"))
    defer { pclose(pipe) }
    var output: [UInt8] = []
    while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
    return String(decoding: output, as: UTF8.self)
  }
}
