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
  @Test(
    "the reference serializer reads our bytes and our JSON, and writes equal bytes",
    .enabled(if: Peers.hasPython, "no .venv: run Tests/run"))
  func reference() throws {
    let encoder = ExportRequestEncoder()
    var requests: [UInt8] = []
    var lines: [UInt8] = []
    for seed in 100..<150 as Range<UInt64> {
      var random = RandomSpans(seed: seed)
      for count in [0, 1, 3, 10] {
        let spans = random.batch(count)
        requests += encoder.encode(SpanBatch(spans)).message.array
        lines += Array(OTLPJSON.encode(spans).utf8) + [0x0A]
      }
    }
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write(requests, to: folder + "/requests")
    try TestFiles.write(lines, to: folder + "/lines")
    let output = try run(
      "'\(Peers.python)' '\(TestFiles.root)/Fixtures/reserialize.py' '\(folder)/requests' '\(folder)/lines' 2>&1")
    #expect(output == "equal: 200\n")
  }

  private func run(_ command: String) throws -> String {
    let pipe = try #require(popen(command, "r"))
    defer { pclose(pipe) }
    var output: [UInt8] = []
    while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
    return String(decoding: output, as: UTF8.self)
  }
}
