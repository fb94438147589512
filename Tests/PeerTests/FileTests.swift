import OTLPFile
import OTLPTesting
import OTLPWire
import TelemetrySDK
import TestSupport
import Testing

extension PeerTests {
  /// The files of exporters, read by Python's protobuf, and those of the Collector, sent on.
  @Suite struct FileTests {
    /// Reads each line as the message, with OTLP's hexadecimal ids, and prints the number of items.
    private static let reader = """
      import base64, json, sys
      from google.protobuf import json_format
      from opentelemetry.proto.trace.v1 import trace_pb2
      from opentelemetry.proto.logs.v1 import logs_pb2
      from opentelemetry.proto.metrics.v1 import metrics_pb2
      def ids(value):
          if isinstance(value, list): return [ids(v) for v in value]
          if not isinstance(value, dict): return value
          return {k: base64.b64encode(bytes.fromhex(v)).decode() if k in ("traceId", "spanId", "parentSpanId") else ids(v)
                  for k, v in value.items()}
      kind = {"traces": trace_pb2.TracesData, "logs": logs_pb2.LogsData, "metrics": metrics_pb2.MetricsData}[sys.argv[1]]
      items = {"traces": ("resource_spans", "scope_spans", "spans"), "logs": ("resource_logs", "scope_logs", "log_records"),
               "metrics": ("resource_metrics", "scope_metrics", "metrics")}[sys.argv[1]]
      count = 0
      for line in open(sys.argv[2], encoding="utf-8"):
          message = json_format.ParseDict(ids(json.loads(line)), kind())
          for resource in getattr(message, items[0]):
              for scope in getattr(resource, items[1]):
                  count += len(getattr(scope, items[2]))
      print(count)
      """

    private func read<Item: BatchItem>(_ items: [Item], _ signal: String) async throws -> String {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let path = "\(folder)/\(signal).jsonl"
      let exporter = try OTLPFileExporter<Item>(OTLPFileConfiguration(path: path))
      for start in stride(from: 0, to: items.count, by: 100) {
        let batch = Batch(items[start..<min(start + 100, items.count)])
        let outcome = await exporter.export(batch, deadline: .after(Loopback.patience))
        #expect(outcome.dropped.isEmpty && outcome.exported == Item.itemCount(of: batch))
      }
      await exporter.shutdown(deadline: .after(Loopback.patience))
      let process = try ChildProcess([Peers.python, "-c", Self.reader, signal, path])
      #expect(await process.wait(within: .seconds(60)) == 0, "\(process.errors)")
      return process.output
    }

    @Test func pythonReadsTheFilesOfAllSignals() async throws {
      let workload = StandardWorkload()
      #expect(try await read(workload.spans(0..<250), "traces") == "250\n")
      #expect(try await read((0..<250).map { workload.logRecord($0, timeUnixNano: 1000) }, "logs") == "250\n")
      let metrics = workload.metrics(0..<500, timeUnixNano: 1000, resource: StandardWorkload.resource)
      #expect(try await read(metrics, "metrics") == "4\n")
    }

    @Test(
      "log records and metrics reach the Collector, and its file is sent on as it is", arguments: ["logs", "metrics"])
    func signals(signal: String) async throws {
      try #require(Peers.hasCollector, "OTELCOL names no Collector")
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let (one, two) = ("\(folder)/1.jsonl", "\(folder)/2.jsonl")
      let first = try await CollectorPeer("file", environment: ["OUTPUT": one])
      let load = try await Tool.run([
        "load", "--signal", signal, "--items", "3000", "--endpoint", first.endpoint, "--attribute", "n=3", "--json",
      ])
      load.expectDelivered(3000)
      await first.stop()
      let second = try await CollectorPeer("file", environment: ["OUTPUT": two])
      let send = try await Tool.run(["send", one, "--endpoint", second.endpoint, "--json"])
      send.expectDelivered(3000)
      await second.stop()
      let (sent, received) = (try Self.items(one), try Self.items(two))
      #expect(sent == received && sent.count > 0)
    }

    /// The log records of a file, or its metrics' data points; their order isn't promised.
    private static func items(_ path: String) throws -> [String: Int] {
      var items: [String: Int] = [:]
      for line in TestFiles.bytes(path).split(separator: UInt8(ascii: "\n")) {
        let document = try OTLPJSON.decodeDocument(Array(line))
        for record in document.logRecords { items["\(record)", default: 0] += 1 }
        for metric in document.metrics {
          for index in 0..<metric.dataPointCount {
            items["\(metric.dataPoints(in: index..<index + 1))", default: 0] += 1
          }
        }
      }
      return items
    }
  }
}
