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

  @Test(
    "the reference serializer makes the bytes of our metrics from their JSON, and our readers read them back",
    .enabled(if: Peers.hasPython, "no .venv: run Tests/run"))
  func metrics() throws {
    let encoder = ExportRequestEncoder()
    var (requests, lines): ([UInt8], [UInt8]) = ([], [])
    var count = 0
    for seed in 0..<500 as Range<UInt64> {
      var random = RandomMetrics(seed: seed)
      for size in [1, 3, 6] {
        let metrics = random.metrics(size)
        let batch = MetricBatch(metrics)
        #expect(Self.isSame(Array(batch), metrics), "seed \(seed)")
        #expect(Metric.itemCount(of: batch) == metrics.reduce(0) { $0 + $1.dataPointCount })
        requests += encoder.encode(batch).message.array
        lines += Array(MetricJSON.request(metrics).utf8) + [0x0A]
        count += size
      }
    }
    #expect(count == 5000)
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write(requests, to: folder + "/requests")
    try TestFiles.write(lines, to: folder + "/lines")
    let script = "\(TestFiles.root)/Fixtures/reserialize.py"
    let output = try run("'\(Peers.python)' '\(script)' '\(folder)/requests' '\(folder)/lines' metrics 2>&1")
    #expect(output == "equal: 1500\n")
  }

  /// Compares texts, since NaN differs from itself.
  private static func isSame(_ left: [Metric], _ right: [Metric]) -> Bool {
    MetricJSON.request(left) == MetricJSON.request(right)
  }

  private func run(_ command: String) throws -> String {
    let pipe = try #require(popen(command, "r"))
    defer { pclose(pipe) }
    var output: [UInt8] = []
    while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
    return String(decoding: output, as: UTF8.self)
  }
}
