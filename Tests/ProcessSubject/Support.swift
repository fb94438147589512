import Glibc
import OTLPGRPC
import OTLPTesting

/// `name=value` arguments.
struct Options {
  private let values: [String: String]

  init(_ arguments: [String]) {
    values = Dictionary(
      arguments.compactMap { argument in
        argument.firstIndex(of: "=").map { (String(argument[..<$0]), String(argument[argument.index(after: $0)...])) }
      }, uniquingKeysWith: { $1 })
  }

  func text(_ name: String) -> String? { values[name] }

  func number(_ name: String, _ standard: Int = 0) -> Int { values[name].flatMap { Int($0) } ?? standard }

  /// An exporter's configuration for `endpoint` and `ca`.
  var exporter: OTLPGRPCExporter.Configuration {
    var configuration = OTLPGRPCExporter.Configuration(endpoint: text("endpoint") ?? "http://localhost:4317")
    configuration.certificate = text("ca").map { .file($0) }
    configuration.compression = .none
    return configuration
  }
}

/// Ends the process, saying why.
func fail(_ reason: String) -> Never {
  let line = "\(getpid()): \(reason)\n"
  write(2, line, line.utf8.count)
  _exit(1)
}

/// Prints a line, at once.
func say(_ text: String) {
  let line = text + "\n"
  write(1, line, line.utf8.count)
}

/// Ends the process unless all is as it must be.
func check(_ isTrue: Bool, _ reason: @autoclosure () -> String) {
  if !isTrue { fail(reason()) }
}

/// Waits for a child, which must end well.
func reap(_ child: pid_t) {
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 { check(errno == EINTR, "waitpid: \(errno)") }
  check(status == 0, "child \(child) ended with status \(status)")
}

/// Span number `index` of the spans that have `seed` as theirs.
func span(_ seed: Int, _ index: Int) -> SpanData {
  StandardWorkload(seed: UInt64(seed), startTimeUnixNano: 1_760_000_000_000_000_000).span(index)
}

func delivered(_ report: FlushReport, _ count: Int) -> Bool {
  report.isDelivered && report.ledger.isBalanced && report.ledger.ended == count && report.ledger.exported == count
}

/// Starts a thread.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  final class Box { let body: @Sendable () -> Void; init(_ body: @escaping @Sendable () -> Void) { self.body = body } }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  return thread
}
