import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@testable import OTLPWire

/// Random requests of log records against the reference serializer in Python, which `Tests/run` installs.
@Suite(.ownThreads) struct LogRecordDifferentialTests {
  private static let count = 5000

  @Test(
    "the reference serializer reads our bytes and our JSON, and writes equal bytes",
    .enabled(if: Peers.hasPython, "no .venv: run Tests/run"))
  func reference() async throws {
    let encoder = ExportRequestEncoder()
    var (requests, lines): ([UInt8], [UInt8]) = ([], [])
    for seed in 0..<Self.count {
      var random = RandomLogRecords(seed: UInt64(seed))
      let records = random.batch([0, 1, 1, 1, 2, 3, 10][seed % 7])
      let request = encoder.encode(LogRecordBatch(records))
      #expect(request.itemCount == records.count)
      requests += request.message.array
      lines += try OTLPJSON.json(of: request.protobuf, as: .logsRequest).array + [0x0A]
      let read = try ExportRequestDecoder.decode(request.protobuf.array, as: LogRecord.self)
      #expect(read == grouped(records))
    }
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write(requests, to: folder + "/requests")
    try TestFiles.write(lines, to: folder + "/lines")
    let script = "\(TestFiles.root)/Fixtures/reserialize.py"
    let process = try ChildProcess([Peers.python, script, folder + "/requests", folder + "/lines", "logs"])
    #expect(await process.wait() == 0, "\(process.errors)")
    #expect(process.output == "equal: \(Self.count)\n")
  }

  private func grouped(_ records: [LogRecord]) -> [LogRecord] {
    var resources: [Resource] = []
    for record in records where !resources.contains(record.resource) { resources.append(record.resource) }
    return resources.flatMap { resource in
      let members = records.filter { $0.resource == resource }
      var scopes: [InstrumentationScope] = []
      for record in members where !scopes.contains(record.scope) { scopes.append(record.scope) }
      return scopes.flatMap { scope in members.filter { $0.scope == scope } }
    }
  }

  @Test("each field of the schema is written, except those without a counterpart in a record")
  func everyField() throws {
    let schema = Schema(files: Schema.paths)
    let reachable = schema.fields(from: "ExportLogsServiceRequest")
    #expect(reachable.count > 30)
    var written: Set<String> = []
    try ExportRequestEncoder().encode(LogRecordBatch([.full])).protobuf.array.reading { (reader) throws(WireError) in
      try schema.walk(reader, "ExportLogsServiceRequest", &written)
    }
    #expect(reachable.subtracting(written) == SchemaTests.unwritten)
    #expect(written.subtracting(reachable) == [])
  }

  @Test("severities have the numbers of the schema (4.14.7)")
  func severities() {
    let numbers = LogRecord.Severity.allCases.map { severity in
      let name = severity == .unspecified ? "UNSPECIFIED" : severity.shortName
      return ("SEVERITY_NUMBER_" + name, Int(severity.rawValue))
    }
    #expect(Schema(files: Schema.paths).enums["SeverityNumber"] == Dictionary(uniqueKeysWithValues: numbers))
  }
}
