import TestSupport
import Testing

extension PeerTests {
  /// `otlp receive` with an application that also exports metrics and log records.
  @Suite(.serialized, .enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct ReceiveTests {
    private static let program = """
      import grpc, sys
      channel = grpc.insecure_channel(sys.argv[1])
      for service in ("metrics.v1.Metrics", "logs.v1.Logs"):
          call = channel.unary_unary(
              f"/opentelemetry.proto.collector.{service}Service/Export",
              request_serializer=bytes, response_deserializer=bytes)
          try:
              print(call(b"", timeout=20))
          except grpc.RpcError as error:
              print(error.code().name)
      """

    @Test(
      "empty requests of other signals are taken, and refused if spans are written to a file",
      arguments: [("", "b''"), ("--output /dev/null", "UNIMPLEMENTED")])
    func otherSignals(_ arguments: String, _ answer: String) async throws {
      let receiver = try Tool.start(
        ["receive", "--port", "0"] + arguments.split(separator: " ").map(String.init))
      #expect(await Loopback.wait { receiver.errors.contains("listening on ") })
      let words = receiver.errors.split(whereSeparator: \.isWhitespace)
      let endpoint = try #require(words.first { $0.hasPrefix("http://") })
      let client = try ChildProcess(
        [TestFiles.root + "/.venv/bin/python3", "-c", Self.program, String(endpoint.dropFirst(7))], input: "")
      #expect(await client.wait() == 0, "\(client.errors)")
      #expect(client.output == "\(answer)\n\(answer)\n")
      receiver.send(2)
      #expect(await receiver.wait() == 0)
      let isRefused = !arguments.isEmpty
      #expect(receiver.errors.contains("received 0 spans in \(isRefused ? 0 : 2) requests"))
      let services =
        "1 of opentelemetry.proto.collector.logs.v1.LogsService, "
        + "1 of opentelemetry.proto.collector.metrics.v1.MetricsService"
      #expect(receiver.errors.contains(services) == isRefused)
    }
  }
}
