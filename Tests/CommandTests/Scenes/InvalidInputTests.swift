import TestSupport
import TestThreads
import Testing

/// Each error is one message that names the option and the value, with an exit code for scripts (ARCHITECTURE D7).
@Suite(.ownThreads) struct InvalidInputTests {
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
    Case(["load", "--items", "5", "--spans", "6"], 64, ["--items and --spans are the same"]),
    Case(["load", "--client-key", "/x.key"], 64, ["--client-key", "'/x.key'", "give --client-certificate"]),
    Case(["load", "--client-certificate", "/x.pem"], 64, ["--client-certificate", "'/x.pem'", "give --client-key"]),
    Case(["send", "--endpoint", "--queue", "one.json"], 64, ["--endpoint needs a value", "--endpoint=--queue"]),
    Case(
      ["span", "--name", "a", "--start", "2099-01-01T00:00:00Z"], 64,
      ["--start: '2099-01-01T00:00:00Z'", "a time before the end, 20"]),
    Case(["load", "--batch", "0"], 64, ["--batch", "'0'", "1 to"]),
    Case(["load", "--batch", "many"], 64, ["--batch", "'many'"]),
    Case(["load", "--queue", "10", "--batch", "20"], 64, ["--batch: '20'", "1 to --queue, which is 10"]),
    Case(["load", "--connect-timeout", "1ms"], 64, ["--connect-timeout: '1ms'", "100ms to 600s"]),
    Case(["load", "--connect-timeout", "11m"], 64, ["--connect-timeout: '11m'", "100ms to 600s"]),
    Case(["load", "--timeout", "-1"], 64, ["--timeout", "'-1'", "500ms"]),
    Case(["load", "--timeout", "5d"], 64, ["--timeout", "'5d'", "500ms, 5m or 1h"]),
    Case(["load", "--duration", "1e300h"], 64, ["--duration", "'1e300h'", "at most 24h"]),
    Case(["load", "--duration", "9223372036854775807h"], 64, ["--duration", "at most 24h"]),
    Case(["load", "--spans", "9223372036854775807"], 64, ["--spans", "'9223372036854775807'", "1 to 1099511627776"]),
    Case(["load", "--rate", "1e308"], 64, ["--rate", "'1e308'", "1 to 100000000"]),
    Case(["load", "--workers", "0"], 64, ["--workers", "'0'", "1 to 256"]),
    Case(["load", "--child-spans", "-1"], 64, ["--child-spans", "'-1'", "0 to 10000"]),
    Case(["load", "--error-rate", "101"], 64, ["--error-rate", "'101'", "0 to 100 percent"]),
    Case(["load", "--error-rate", "nan"], 64, ["--error-rate", "'nan'"]),
    Case(["load", "--attribute", "novalue"], 64, ["--attribute", "'novalue'", "key=value"]),
    Case(["load", "--status", "bad"], 64, ["--status", "'bad'", "unset, ok, error"]),
    Case(["load", "--export-timeout", "0"], 64, ["--export-timeout", "'0'", "above 0"]),
    Case(["load", "--compression", "zstd"], 64, ["--compression", "'zstd'", "none, gzip"]),
    Case(["load", "--protocol", "http/xml"], 64, ["--protocol", "'http/xml'", "grpc, http/protobuf, http/json"]),
    Case(["load", "--overflow", "explode"], 64, ["--overflow", "'explode'", "drop-oldest"]),
    Case(["load", "--spans", "0"], 64, ["--spans", "'0'"]),
    Case(["load", "--certificate", ""], 64, ["--certificate", "''"]),
    Case(["load", "--client-certificate", "x"], 64, ["--client-certificate", "key"]),
    Case(["load", "--nonsense"], 64, ["'--nonsense'", "--help"]),
    Case(["load", "--endpiont", "x"], 64, ["unknown option '--endpiont', did you mean --endpoint?", "--help"]),
    Case(["load", "--client", "x"], 64, ["load: the option '--client' could be --client-certificate or --client-key"]),
    Case(["load", "--heade=authorisation secret"], 64, ["--header", "number 1"]),
    Case(["load", "--headre=authorisation=secret"], 64, ["'--headre', did you mean --header?"]),
    Case(["load", "--header", "authorization=Bearer", "secret"], 64, ["unexpected argument", "quotation marks"]),
    Case(["load", "--json=secret"], 64, ["--json", "takes no value"]),
    Case(["laod"], 64, ["'laod'", "did you mean load?"]),
    Case(["load", "--compression", "-----BEGIN PRIVATE KEY-----\nsecret"], 64, ["--compression", "bytes)"]),
    Case(["send", "-----BEGIN PRIVATE KEY-----\nsecret"], 64, ["bytes)"]),
    Case(["span"], 64, ["span: --name is missing"]),
    Case(["span", "--name", ""], 64, ["--name: ''", "a name"]),
    Case(["span", "--name", "a", "--kind", "remote"], 64, ["--kind: 'remote'", "internal, server, client"]),
    Case(["span", "--name", "a", "--start", "yesterday"], 64, ["--start: 'yesterday'", "2026-01-01T00:00:00.5Z"]),
    Case(["span", "--name", "a", "--end", "-1"], 64, ["--end: '-1'", "seconds since 1970"]),
    Case(["span", "--name", "a", "--duration", "5d"], 64, ["--duration: '5d'", "5m or 1h"]),
    Case(["span", "--name", "a", "--start", "2", "--end", "1"], 64, ["--start", "before the end"]),
    Case(
      ["span", "--name", "a", "--start", "1", "--end", "2", "--duration", "1"], 64, ["--duration: '1s'", "not both"]),
    Case(["span", "--name", "a", "--status", "bad"], 64, ["--status: 'bad'", "unset, ok, error"]),
    Case(["span", "--name", "a", "--status-message", "x"], 64, ["--status-message: 'x'", "--status error"]),
    Case(["span", "--name", "a", "--parent", "00-1-2-3"], 64, ["--parent: '00-1-2-3'", "none, or a traceparent"]),
    Case(
      ["span", "--name", "a", "--parent", "00-\(String(repeating: "0", count: 32))-b7ad6b7169203331-01"], 64,
      ["--parent"]),
    Case(["span", "--name", "a", "--attribute", "=x"], 64, ["--attribute: '=x'", "key=value"]),
    Case(["span", "--name", "a", "--resource-attribute", "x"], 64, ["--resource-attribute: 'x'", "key=value"]),
    Case(["span", "--name", "a", "--service", ""], 64, ["--service: ''", "a name"]),
    Case(["span", "--name", "a", "extra"], 64, ["'extra'"]),
    Case(["exec", "--kind", "remote", "--", "true"], 64, ["--kind: 'remote'", "internal, server, client"]),
    Case(["exec", "--record-arguments=yes", "--", "true"], 64, ["--record-arguments takes no value"]),
    Case(["exec", "--queue", "10", "--batch", "20", "true"], 64, ["--batch: '20'", "1 to --queue, which is 10"]),
    Case(["exec", "--header", "secret", "true"], 64, ["--header", "number 1"]),
    Case(["receive", "--listen", "example.com"], 64, ["--listen", "'example.com'", "IP address"]),
    Case(["receive", "--listen", "127.0.0.1:1", "--port", "2"], 64, ["--port", "'2'", "1"]),
    Case(["receive", "--listen", "203.0.113.1:0"], 78, ["receive: --listen: 203.0.113.1:0: bind: Cannot assign"]),
    Case(
      ["traces", "--database", "mysql://u:secret@host/x"], 64, ["--database: 'mysql://…'", "postgresql://user@host"]),
    Case(["show", "--database", "x"], 64, ["show: TRACE is missing", "otlp traces"]),
    Case(["show", "--database", "x", "abc"], 64, ["TRACE: 'abc'", "32 hexadecimal digits"]),
    Case(["receive", "--database", "MYSQL://u:secret@host/x"], 64, ["--database: 'MYSQL://…'"]),
    Case(
      ["receive", "--output", "postgresql://u:secret@host/x"], 64, ["--output: 'postgresql://…'", "path of a file"]),
    Case(
      ["receive", "--output", "x", "--max-files", "3"], 64, ["--max-files: '3'", "--max-file-size or --max-file-age"]),
    Case(
      ["receive", "--output", "-", "--max-file-size", "2000"], 64, ["--max-file-size: '2000'", "not with --output -"]),
    Case(
      ["receive", "--output", "-", "--max-file-age", "1h"], 64, ["--max-file-age: '3600s'", "not with --output -"]),
    Case(
      ["receive", "--output", "/nonexistent/sub/"], 78, ["/nonexistent/sub/: the folder /nonexistent doesn't exist"]),
    Case(["receive", "--output", "/etc/passwd"], 78, ["/etc/passwd", "something else than lines of JSON"]),
    Case(["help", "--man", "load"], 64, ["'load'", "--man"]),
    Case(["help", "--completions", "bash", "load"], 64, ["'load'", "--completions"]),
    Case(["help", "--man", "--completions", "bash"], 64, ["--man and --completions"]),
    Case(["load", "--endpoint"], 64, ["--endpoint", "needs a value"]),
    Case(["load", "--json=yes"], 64, ["--json", "takes no value"]),
    Case(["load", "extra"], 64, ["'extra'"]),
    Case(["dance"], 64, ["'dance'", "demo"]),
    Case([], 64, ["usage"]),
    Case(["receive", "--port", "70000"], 64, ["--port", "'70000'", "65535"]),
    Case(["receive", "--tls-certificate", "x"], 64, ["--tls-certificate", "--tls-key"]),
    Case(
      ["receive", "--port", "0", "--tls-certificate", "/missing", "--tls-key", "/missing"], 78,
      ["receive: --tls-certificate: ", "'/missing'"]),
    Case(
      ["load", "--endpoint", "https://localhost:1", "--certificate", "/missing"], 78, ["--certificate", "/missing"]),
    Case(
      ["load", "--endpoint", "https://localhost:1", "--certificate", "/dev/null"], 78,
      ["--certificate", "/dev/null", "only a file"]),
    Case(["load", "--endpoint", "https://localhost:1", "--certificate", "/etc/passwd"], 78, ["--certificate", "PEM"]),
    Case(["send", "--header", "authorization=Bearer", "secret"], 66, ["--header", "quotation marks", "No such file"]),
    Case(["send", "/missing.jsonl"], 66, ["/missing.jsonl", "No such file"]),
    Case(
      ["load"], 78, ["OTEL_EXPORTER_OTLP_ENDPOINT", "'ftp://x'"],
      environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://x"]),
  ]

  @Test(arguments: cases) func theErrorNamesOptionAndValue(_ wrong: Case) async throws {
    let run = try await Tool.run(wrong.arguments, environment: wrong.environment)
    #expect(run.code == wrong.code)
    #expect(run.output.isEmpty)
    for word in wrong.words { #expect(run.errors.contains(word)) }
    #expect(!run.errors.contains("secret"))
  }

  /// With `--json`, standard output has a result with all members and the error.
  @Test(
    arguments: [
      (["load", "--json", "--spans", "0"], 64), (["send", "--json", "/missing.jsonl"], 66),
      (["span", "--json"], 64), (["span", "--json", "--name", "a", "--start", "x"], 64),
      (["demo", "--json", "--endpoint", "https://localhost:1", "--certificate", "/missing"], 78),
    ] as [([String], Int32)])
  func theJSONHasTheError(_ arguments: [String], _ code: Int32) async throws {
    let run = try await Tool.run(arguments)
    #expect(run.code == code)
    #expect(run.output.split(separator: "\n").count == 1)
    #expect(run.json("exported") == "0")
    #expect(run.json("ended") == "0")
    let error = try #require(run.json("error"))
    #expect(run.errors.contains(error.dropFirst().dropLast(8)))
  }

  @Test func invalidValuesOfTheEnvironmentAreIgnoredWithAWarning() async throws {
    // An invalid number counts as unset (2.6).
    let run = try await Tool.run(
      ["load", "--spans", "1", "--endpoint", "http://127.0.0.1:1", "--shutdown-timeout", "100ms"],
      environment: ["OTEL_BSP_MAX_QUEUE_SIZE": "many"])
    #expect(run.code == 69)
    #expect(run.errors.contains("OTEL_BSP_MAX_QUEUE_SIZE"))
  }
}
