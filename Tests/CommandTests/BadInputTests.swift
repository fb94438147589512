import TestSupport
import Testing

/// What is wrong with each of these is said in one message that names the option and the value, with an exit code that
/// scripts can tell apart (DESIGN 7).
@Suite struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var code: Int32
    var words: [String]
    var environment: [String: String] = [:]

    init(_ arguments: [String], _ code: Int32, _ words: [String], environment: [String: String] = [:]) {
      self.arguments = arguments
      self.code = code
      self.words = words
      self.environment = environment
    }

    var testDescription: String { arguments.joined(separator: " ") + environment.keys.joined() }
  }

  static let cases: [Case] = [
    Case(["load", "--endpoint", "http://[::1"], 64, ["--endpoint", "'http://[::1'", "]"]),
    Case(["load", "--endpoint", "ftp://x"], 64, ["--endpoint", "'ftp://x'", "http://"]),
    Case(["load", "--endpoint", "http://localhost:99999"], 64, ["--endpoint", "99999", "65535"]),
    Case(
      ["load", "--endpoint", "http://a:1", "--endpoint", "https://b:1"], 64,
      ["--endpoint", "'https://b:1'", "plaintext"]),
    Case(["load", "--load-balancing", "random"], 64, ["--load-balancing", "'random'", "pick-first, round-robin"]),
    Case(["load", "--max-connections", "11"], 64, ["--max-connections", "'11'", "1 to 10"]),
    Case(["load", "--header", "secret"], 64, ["--header", "number 1", "name=value"]),
    Case(["load", "--header", "a b=c"], 64, ["--header", "'a b'", "without blanks"]),
    Case(["load", "--batch", "0"], 64, ["--batch", "'0'", "1 to"]),
    Case(["load", "--batch", "many"], 64, ["--batch", "'many'"]),
    Case(["load", "--queue", "10", "--batch", "20"], 64, ["--batch", "'20'", "10"]),
    Case(["load", "--timeout", "-1"], 64, ["--timeout", "'-1'", "500ms"]),
    Case(["load", "--timeout", "5m"], 64, ["--timeout", "'5m'"]),
    Case(["load", "--export-timeout", "0"], 64, ["--export-timeout", "'0'", "above 0"]),
    Case(["load", "--compression", "zstd"], 64, ["--compression", "'zstd'", "none, gzip"]),
    Case(["load", "--protocol", "http/protobuf"], 64, ["--protocol", "'http/protobuf'", "grpc"]),
    Case(["load", "--overflow", "explode"], 64, ["--overflow", "'explode'", "drop-oldest"]),
    Case(["load", "--spans", "0"], 64, ["--spans", "'0'"]),
    Case(["load", "--certificate", ""], 64, ["--certificate", "''"]),
    Case(["load", "--client-certificate", "x"], 64, ["--client-certificate", "key"]),
    Case(["load", "--nonsense"], 64, ["'--nonsense'", "--help"]),
    Case(["load", "--endpoint"], 64, ["--endpoint", "needs a value"]),
    Case(["load", "--json=yes"], 64, ["--json", "takes no value"]),
    Case(["load", "extra"], 64, ["'extra'"]),
    Case(["dance"], 64, ["'dance'", "demo"]),
    Case([], 64, ["usage"]),
    Case(["receive", "--port", "70000"], 64, ["--port", "'70000'", "65535"]),
    Case(["receive", "--tls-certificate", "x"], 64, ["--tls-certificate", "--tls-key"]),
    Case(["receive", "--port", "0", "--tls-certificate", "/missing", "--tls-key", "/missing"], 78, ["/missing"]),
    Case(
      ["load", "--endpoint", "https://localhost:1", "--certificate", "/missing"], 78, ["--certificate", "/missing"]),
    Case(
      ["load", "--endpoint", "https://localhost:1", "--certificate", "/dev/null"], 78,
      ["--certificate", "only a file can be read"]),
    Case(["load", "--endpoint", "https://localhost:1", "--certificate", "/etc/passwd"], 78, ["--certificate", "PEM"]),
    Case(["send", "/missing.jsonl"], 66, ["/missing.jsonl", "No such file"]),
    Case(
      ["load"], 78, ["OTEL_EXPORTER_OTLP_ENDPOINT", "'ftp://x'"],
      environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://x"]),
  ]

  @Test(arguments: cases) func isNamed(_ wrong: Case) async throws {
    let run = try await Tool.run(wrong.arguments, environment: wrong.environment, within: .seconds(20))
    #expect(run.code == wrong.code)
    #expect(run.output.isEmpty)
    for word in wrong.words { #expect(run.errors.contains(word)) }
    #expect(!run.errors.contains("secret"))
  }

  @Test func valuesOfTheEnvironmentThatCannotBeUsedAreIgnoredWithAWarning() async throws {
    // 2.6: a bad number counts as unset, and the run goes on.
    let run = try await Tool.run(
      ["load", "--spans", "1", "--endpoint", "http://127.0.0.1:1", "--shutdown-timeout", "100ms"],
      environment: ["OTEL_BSP_MAX_QUEUE_SIZE": "many"], within: .seconds(20))
    #expect(run.code == 69)
    #expect(run.errors.contains("OTEL_BSP_MAX_QUEUE_SIZE"))
  }
}
