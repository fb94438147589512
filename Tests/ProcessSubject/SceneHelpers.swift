import Glibc
import OTLPGRPC
import OTLPTesting

/// Prints the reason and ends the process.
func fail(_ reason: String) -> Never {
  let line = "\(getpid()): \(reason)\n"
  write(2, line, line.utf8.count)
  _exit(1)
}

/// Prints a line without a buffer.
func printLine(_ text: String) {
  let line = text + "\n"
  write(1, line, line.utf8.count)
}

/// Ends the process if a condition is false.
func check(_ isTrue: Bool, _ reason: @autoclosure () -> String) {
  if !isTrue { fail(reason()) }
}

/// Waits for a child and checks its success.
func reap(_ child: pid_t) {
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 { check(errno == EINTR, "waitpid: \(errno)") }
  check(status == 0, "child \(child) ended with status \(status)")
}

/// Span number `index` of the workload with this seed.
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
